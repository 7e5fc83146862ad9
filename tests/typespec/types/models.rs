//! Models: empty ones, inheritance, recursion, visibility.

use clients::{
    type_model_empty, type_model_inheritance_enum_discriminator, type_model_inheritance_nested_discriminator,
    type_model_inheritance_not_discriminated, type_model_inheritance_recursive,
    type_model_inheritance_single_discriminator, type_model_usage, type_model_visibility,
};
use std::collections::BTreeMap;

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    empty(board).await;
    usage(board).await;
    visibility(board).await;
    not_discriminated(board).await;
    recursive(board).await;
    enum_discriminator(board).await;
    single_discriminator(board).await;
    nested_discriminator(board).await;
    board.left_out(
        "the document requires the discriminator, and clients refuse a reply without it",
        &[
            "Type_Model_Inheritance_EnumDiscriminator_getExtensibleModelMissingDiscriminator",
            "Type_Model_Inheritance_EnumDiscriminator_getFixedModelMissingDiscriminator",
            "Type_Model_Inheritance_NestedDiscriminator_getMissingDiscriminator",
            "Type_Model_Inheritance_SingleDiscriminator_getMissingDiscriminator",
        ],
    );
}

async fn empty(board: &Board) {
    use type_model_empty::apis::default_api::*;

    let group = board.group("Type_Model_Empty");
    let at = &group.at;
    group.pair(("getEmpty", get_empty), ("putEmpty", put_empty), BTreeMap::new()).await;
    group.got("postRoundTripEmpty", post_round_trip_empty(at, BTreeMap::new()).await, BTreeMap::new());
}

async fn usage(board: &Board) {
    use type_model_usage::apis::default_api::*;
    use type_model_usage::models::*;

    let group = board.group("Type_Model_Usage");
    let at = &group.at;
    let value = || "example-value".to_owned();
    group.sent("input", input(at, InputRecord::new(value())).await);
    group.got("output", output(at).await, OutputRecord::new(value()));
    let both = || InputOutputRecord::new(value());
    group.got("inputAndOutput", input_and_output(at, both()).await, both());
}

async fn visibility(board: &Board) {
    use type_model_visibility::apis::default_api::*;
    use type_model_visibility::models::*;

    let group = board.group("Type_Model_Visibility");
    let at = &group.at;
    let created = || vec!["foo".to_owned(), "bar".to_owned()];
    let reply = get_model(at, 123, VisibilityModel::new()).await;
    group.got("getModel", reply.map(|model| model.read_prop), Some("abc".to_owned()));
    group.sent("headModel", head_model(at, 123, VisibilityModel::new()).await);
    group.sent("putModel", put_model(at, VisibilityModelCreateOrUpdate::new(created(), vec![1, 2])).await);
    group.sent("patchModel", patch_model(at, VisibilityModelUpdate::new().update_prop(vec![1, 2])).await);
    group.sent("postModel", post_model(at, VisibilityModelCreate::new(created())).await);
    group.sent("deleteModel", delete_model(at, VisibilityModelDelete::new(true)).await);
    let reply = put_read_only_model(at, ReadOnlyModel::new()).await;
    let record = [("k1", "value1"), ("k2", "value2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let expected = (Some(Some(vec![1, 2, 3])), Some(BTreeMap::from(record)));
    let reply = reply.map(|model| (model.optional_nullable_int_list, model.optional_string_record));
    group.got("putReadOnlyModel", reply, expected);
}

async fn not_discriminated(board: &Board) {
    use type_model_inheritance_not_discriminated::apis::default_api::*;
    use type_model_inheritance_not_discriminated::models::Siamese;

    let group = board.group("Type_Model_Inheritance_NotDiscriminated");
    let siamese = || Siamese::new("abc".to_owned(), 32, true);
    group.pair(("getValid", get_valid), ("postValid", post_valid), siamese()).await;
    group.got("putValid", put_valid(&group.at, siamese()).await, siamese());
}

async fn recursive(board: &Board) {
    use type_model_inheritance_recursive::apis::default_api::*;
    use type_model_inheritance_recursive::models::Extension;

    let group = board.group("Type_Model_Inheritance_Recursive");
    let first = Extension::new(1).extension(vec![Extension::new(2)]);
    let value = Extension::new(0).extension(vec![first, Extension::new(1)]);
    group.pair(("get", get), ("put", put), value).await;
}

async fn enum_discriminator(board: &Board) {
    use serde_json::json;
    use type_model_inheritance_enum_discriminator::apis::default_api::*;
    use type_model_inheritance_enum_discriminator::models::*;

    let group = board.group("Type_Model_Inheritance_EnumDiscriminator");
    let at = &group.at;
    let golden = Dog::Golden(Golden::new(10));
    group
        .pair(
            ("getExtensibleModel", get_extensible_model),
            ("putExtensibleModel", put_extensible_model),
            golden,
        )
        .await;
    let cobra = Snake::Cobra(Cobra::new(10));
    group.pair(("getFixedModel", get_fixed_model), ("putFixedModel", put_fixed_model), cobra).await;
    // A value with another discriminator is kept as JSON, so that it is written back unchanged.
    let reply = get_extensible_model_wrong_discriminator(at).await;
    let wrong = Dog::Other(json!({ "weight": 8, "kind": "wrongKind" }));
    group.got("getExtensibleModelWrongDiscriminator", reply, wrong);
    let reply = get_fixed_model_wrong_discriminator(at).await;
    group.got(
        "getFixedModelWrongDiscriminator",
        reply,
        Snake::Other(json!({ "length": 8, "kind": "wrongKind" })),
    );
}

async fn single_discriminator(board: &Board) {
    use serde_json::json;
    use type_model_inheritance_single_discriminator::apis::default_api::*;
    use type_model_inheritance_single_discriminator::models::*;

    let group = board.group("Type_Model_Inheritance_SingleDiscriminator");
    let at = &group.at;
    group.pair(("getModel", get_model), ("putModel", put_model), Bird::Sparrow(Sparrow::new(1))).await;
    let hate = [("key3".to_owned(), Bird::Sparrow(Sparrow::new(1)))];
    let eagle = Eagle::new(5)
        .partner(Box::new(Bird::Goose(Goose::new(2))))
        .friends(vec![Bird::SeaGull(SeaGull::new(2))])
        .hate(BTreeMap::from(hate));
    let value = Bird::Eagle(eagle);
    group
        .pair(("getRecursiveModel", get_recursive_model), ("putRecursiveModel", put_recursive_model), value)
        .await;
    let wrong = Bird::Other(json!({ "wingspan": 1, "kind": "wrongKind" }));
    group.got("getWrongDiscriminator", get_wrong_discriminator(at).await, wrong);
    group.got("getLegacyModel", get_legacy_model(at).await, Dinosaur::TRex(TRex::new(20)));
    let fish = Fish::new("salmon".to_owned(), 10);
    group
        .pair(
            ("getNoSubtypesModel", get_no_subtypes_model),
            ("putNoSubtypesModel", put_no_subtypes_model),
            fish,
        )
        .await;
}

async fn nested_discriminator(board: &Board) {
    use serde_json::json;
    use type_model_inheritance_nested_discriminator::apis::default_api::*;
    use type_model_inheritance_nested_discriminator::models::*;

    let group = board.group("Type_Model_Inheritance_NestedDiscriminator");
    let at = &group.at;
    let goblin = |age| Fish::Shark(Shark::Goblin(GoblinShark::new(age)));
    let saw = |age| Fish::Shark(Shark::Saw(SawShark::new(age)));
    let salmon = |age| Fish::Salmon(Salmon::new(age));
    group.pair(("getModel", get_model), ("putModel", put_model), goblin(1)).await;
    let hated = [("key1".to_owned(), salmon(4)), ("key2".to_owned(), goblin(2))];
    let friend = Salmon::new(2).partner(Box::new(salmon(3))).hate(BTreeMap::from(hated));
    let foe = Fish::Salmon(Salmon::new(2).friends(vec![salmon(1), goblin(4)]));
    let value = Salmon::new(1)
        .partner(Box::new(saw(2)))
        .friends(vec![Fish::Salmon(friend), goblin(3)])
        .hate(BTreeMap::from([("key3".to_owned(), saw(3)), ("key4".to_owned(), foe)]));
    let value = Fish::Salmon(value);
    group
        .pair(("getRecursiveModel", get_recursive_model), ("putRecursiveModel", put_recursive_model), value)
        .await;
    let wrong = Fish::Other(json!({ "age": 1, "kind": "wrongKind" }));
    group.got("getWrongDiscriminator", get_wrong_discriminator(at).await, wrong);
}
