//! Unions.

use clients::{type_union, type_union_discriminated};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    of_literals(board).await;
    of_types(board).await;
    in_an_envelope(board).await;
    without_envelope(board).await;
}

fn test() -> String {
    "test".to_owned()
}

async fn of_literals(board: &Board) {
    use type_union::apis::default_api::*;
    use type_union::models::*;

    let group = board.group("Type_Union");
    let at = &group.at;
    let reply = strings_only_get(at).await.map(|reply| reply.prop);
    group.got("StringsOnly_get", reply, strings_only_get::ResponseProp::B);
    let body = strings_only_send::Request::new(strings_only_send::RequestProp::B);
    group.sent("StringsOnly_send", strings_only_send(at, body).await);

    let custom = || "custom".to_owned();
    let reply = string_extensible_get(at).await.map(|reply| reply.prop);
    group.got("StringExtensible_get", reply, string_extensible_get::ResponseProp::Other(custom()));
    let body = string_extensible_send::Request::new(string_extensible_send::RequestProp::Other(custom()));
    group.sent("StringExtensible_send", string_extensible_send(at, body).await);

    let reply = string_extensible_named_get(at).await.map(|reply| reply.prop);
    group.got("StringExtensibleNamed_get", reply, StringExtensibleNamedUnion::Other(custom()));
    let body = string_extensible_named_send::Request::new(StringExtensibleNamedUnion::Other(custom()));
    group.sent("StringExtensibleNamed_send", string_extensible_named_send(at, body).await);

    group.got("IntsOnly_get", ints_only_get(at).await.map(|reply| reply.prop), 2.0);
    group.sent("IntsOnly_send", ints_only_send(at, ints_only_send::Request::new(2.0)).await);
    group.got("FloatsOnly_get", floats_only_get(at).await.map(|reply| reply.prop), 2.2);
    group.sent("FloatsOnly_send", floats_only_send(at, floats_only_send::Request::new(2.2)).await);

    let enums = || EnumsOnlyCases::new(enums_only_cases::Lr::Right, Ud::Up);
    group.got("EnumsOnly_get", enums_only_get(at).await.map(|reply| reply.prop), enums());
    group.sent("EnumsOnly_send", enums_only_send(at, enums_only_send::Request::new(enums())).await);

    let literals = || {
        use mixed_literals_cases::*;
        MixedLiteralsCases::new(
            StringLiteral::String(StringLiteralString::A),
            IntLiteral::Number(IntLiteralNumber::Integer(2)),
            FloatLiteral::Number(FloatLiteralNumber::Number(3.3)),
            BooleanLiteral::Boolean(true),
        )
    };
    group.got("MixedLiterals_get", mixed_literals_get(at).await.map(|reply| reply.prop), literals());
    group.sent(
        "MixedLiterals_send",
        mixed_literals_send(at, mixed_literals_send::Request::new(literals())).await,
    );
}

async fn of_types(board: &Board) {
    use type_union::apis::default_api::*;
    use type_union::models::*;

    let group = board.group("Type_Union");
    let at = &group.at;
    let cat = || Cat::new(test());
    let reply = models_only_get(at).await.map(|reply| reply.prop);
    group.got("ModelsOnly_get", reply, models_only_get::ResponseProp::Cat(cat()));
    let body = models_only_send::Request::new(models_only_send::RequestProp::Cat(cat()));
    group.sent("ModelsOnly_send", models_only_send(at, body).await);

    let cases = || {
        use string_and_array_cases::*;
        let list = vec!["test1".to_owned(), "test2".to_owned()];
        StringAndArrayCases::new(StringAndArrayCasesString::String(test()), Array::Array(list))
    };
    group.got("StringAndArray_get", string_and_array_get(at).await.map(|reply| reply.prop), cases());
    group.sent(
        "StringAndArray_send",
        string_and_array_send(at, string_and_array_send::Request::new(cases())).await,
    );

    let cases = || {
        use mixed_types_cases::*;
        let list = vec![
            ArrayItem::Cat(cat()),
            ArrayItem::String(ArrayItemString::A),
            ArrayItem::Integer(2),
            ArrayItem::Boolean(true),
        ];
        let literal = Literal::String(LiteralString::A);
        MixedTypesCases::new(Model::Cat(cat()), literal, Int::Integer(2), Boolean::Boolean(true), list)
    };
    group.got("MixedTypes_get", mixed_types_get(at).await.map(|reply| reply.prop), cases());
    group.sent("MixedTypes_send", mixed_types_send(at, mixed_types_send::Request::new(cases())).await);
}

async fn in_an_envelope(board: &Board) {
    use type_union_discriminated::apis::default_api::*;
    use type_union_discriminated::models::*;

    let group = board.group("Type_Union_Discriminated_Envelope_Object");
    let at = &group.at;
    let cat = || Cat::new("Whiskers".to_owned(), true);
    let dog = || Dog::new("Rex".to_owned(), false);
    let value = || PetWithEnvelope::Cat(PetWithEnvelopeCat::new(cat()));
    group.got("Default_get", default_get(at, DefaultGetParams::default()).await, value());
    let params = DefaultGetParams { kind: Some("dog".to_owned()) };
    let other = PetWithEnvelope::Dog(PetWithEnvelopeDog::new(dog()));
    group.got("Default_get", default_get(at, params).await, other);
    group.got("Default_put", default_put(at, value()).await, value());

    let value = || PetWithCustomNames::Cat(PetWithCustomNamesCat::new(cat()));
    let reply = custom_properties_get(at, CustomPropertiesGetParams::default()).await;
    group.got("CustomProperties_get", reply, value());
    let params = CustomPropertiesGetParams { pet_type: Some("dog".to_owned()) };
    let other = PetWithCustomNames::Dog(PetWithCustomNamesDog::new(dog()));
    group.got("CustomProperties_get", custom_properties_get(at, params).await, other);
    group.got("CustomProperties_put", custom_properties_put(at, value()).await, value());
}

async fn without_envelope(board: &Board) {
    use type_union_discriminated::apis::default_api::*;
    use type_union_discriminated::models::*;

    let group = board.group("Type_Union_Discriminated_NoEnvelope");
    let at = &group.at;
    let cat = || Cat::new("Whiskers".to_owned(), true);
    let dog = || Dog::new("Rex".to_owned(), false);
    group.got("Default_get", default_get_2(at, DefaultGet2Params::default()).await, PetInline::Cat(cat()));
    let params = DefaultGet2Params { kind: Some("dog".to_owned()) };
    group.got("Default_get", default_get_2(at, params).await, PetInline::Dog(dog()));
    group.got("Default_put", default_put_2(at, PetInline::Cat(cat())).await, PetInline::Cat(cat()));

    let value = || PetInlineWithCustomDiscriminator::Cat(cat());
    let reply = custom_discriminator_get(at, CustomDiscriminatorGetParams::default()).await;
    group.got("CustomDiscriminator_get", reply, value());
    let params = CustomDiscriminatorGetParams { r#type: Some("dog".to_owned()) };
    let other = PetInlineWithCustomDiscriminator::Dog(dog());
    group.got("CustomDiscriminator_get", custom_discriminator_get(at, params).await, other);
    group.got("CustomDiscriminator_put", custom_discriminator_put(at, value()).await, value());
}
