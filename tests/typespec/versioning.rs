//! Versions of an API, each with a document of its own.

use clients::{
    versioning_added_v2, versioning_madeoptional_v2, versioning_removed_v1, versioning_removed_v2,
    versioning_removed_v2preview, versioning_renamedfrom_v2, versioning_returntypechangedfrom_v2,
    versioning_typechangedfrom_v2,
};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    added(board).await;
    removed(board).await;
    renamed(board).await;
    changed(board).await;
}

fn text(text: &str) -> String {
    text.to_owned()
}

async fn added(board: &Board) {
    use versioning_added_v2::apis::configuration::base_path;
    use versioning_added_v2::apis::default_api::*;
    use versioning_added_v2::models::*;

    let group = board.group("Versioning_Added");
    let at = &group.at.clone().with_base_path(base_path(board.address(), "v2"));
    let model = || ModelV1::new(text("foo"), EnumV1::EnumMemberV2, UnionV1::V2Scalar(10));
    group.got("v1", v1(at, "bar", model()).await, model());
    let model = || ModelV2::new(text("foo"), UnionV2::String(text("bar")));
    group.got("v2", v2(at, model()).await, model());
    group.got("InterfaceV2", interface_v2_v2_in_interface(at, model()).await, model());
}

async fn removed(board: &Board) {
    let group = board.group("Versioning_Removed");
    {
        use versioning_removed_v2::apis::configuration::base_path;
        use versioning_removed_v2::apis::default_api::*;
        use versioning_removed_v2::models::*;

        let at = &group.at.clone().with_base_path(base_path(board.address(), "v2"));
        let model = || ModelV2::new(text("foo"), UnionV2::String(text("bar")));
        group.got("v2", v2(at, model()).await, model());
        let model = || ModelV3::new(text("123"), EnumV3::EnumMemberV1);
        group.got("modelV3_V2", model_v3(at, model()).await, model());
    }
    {
        use versioning_removed_v1::apis::configuration::base_path;
        use versioning_removed_v1::apis::default_api::*;
        use versioning_removed_v1::models::*;

        let at = &group.at.clone().with_base_path(base_path(board.address(), "v1"));
        let model = || ModelV3::new(text("123"), EnumV3::EnumMemberV1);
        group.got("modelV3", model_v3(at, model()).await, model());
    }
    use versioning_removed_v2preview::apis::configuration::base_path;
    use versioning_removed_v2preview::apis::default_api::*;
    use versioning_removed_v2preview::models::*;

    let at = &group.at.clone().with_base_path(base_path(board.address(), "v2preview"));
    let model = || ModelV3::new(text("123"));
    group.got("modelV3_V2preview", model_v3(at, model()).await, model());
}

async fn renamed(board: &Board) {
    use versioning_renamedfrom_v2::apis::configuration::base_path;
    use versioning_renamedfrom_v2::apis::default_api::*;
    use versioning_renamedfrom_v2::models::*;

    let group = board.group("Versioning_RenamedFrom");
    let at = &group.at.clone().with_base_path(base_path(board.address(), "v2"));
    let model = || NewModel::new(text("foo"), NewUnion::NewScalar(10));
    group.got("newOp", new_op(at, "bar", model()).await, model());
    group.got("NewInterface", new_interface_new_op_in_new_interface(at, model()).await, model());
}

async fn changed(board: &Board) {
    let group = board.group("Versioning");
    {
        use versioning_madeoptional_v2::apis::configuration::base_path;
        use versioning_madeoptional_v2::apis::default_api::*;
        use versioning_madeoptional_v2::models::TestModel;

        let at = &group.at.clone().with_base_path(base_path(board.address(), "v2"));
        let model = || TestModel::new(text("foo"));
        group.got("MadeOptional_test", test(at, model(), TestParams::default()).await, model());
    }
    {
        use versioning_returntypechangedfrom_v2::apis::configuration::base_path;
        use versioning_returntypechangedfrom_v2::apis::default_api::*;

        let at = &group.at.clone().with_base_path(base_path(board.address(), "v2"));
        group.got("ReturnTypeChangedFrom_test", test(at, text("test")).await, text("test"));
    }
    use versioning_typechangedfrom_v2::apis::configuration::base_path;
    use versioning_typechangedfrom_v2::apis::default_api::*;
    use versioning_typechangedfrom_v2::models::TestModel;

    let at = &group.at.clone().with_base_path(base_path(board.address(), "v2"));
    let model = || TestModel::new(text("foo"), text("bar"));
    group.got("TypeChangedFrom_test", test(at, "baz", model()).await, model());
}
