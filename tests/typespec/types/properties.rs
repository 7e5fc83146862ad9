//! Properties: optional, nullable, and of each type.

use std::collections::BTreeMap;

use clients::runtime::Base64;
use clients::{type_property_nullable, type_property_optionality, type_property_value_types};
use serde_json::json;

use super::{DURATION, date_time};
use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    nullable(board).await;
    optional(board).await;
    value_types(board).await;
}

fn bytes() -> Base64 {
    Base64::from("hello, world!".as_bytes())
}

async fn nullable(board: &Board) {
    use type_property_nullable::apis::default_api::*;
    use type_property_nullable::models::*;

    let group = board.group("Type_Property_Nullable");
    let required = || "foo".to_owned();
    let model = |property: &str| InnerModel::new(property.to_owned());
    group
        .pair(
            ("String_getNonNull", string_get_non_null),
            ("String_patchNonNull", string_patch_non_null),
            StringProperty::new(required(), Some("hello".to_owned())),
        )
        .await;
    group
        .pair(
            ("String_getNull", string_get_null),
            ("String_patchNull", string_patch_null),
            StringProperty::new(required(), None),
        )
        .await;
    group
        .pair(
            ("Bytes_getNonNull", bytes_get_non_null),
            ("Bytes_patchNonNull", bytes_patch_non_null),
            BytesProperty::new(required(), Some(bytes())),
        )
        .await;
    group
        .pair(
            ("Bytes_getNull", bytes_get_null),
            ("Bytes_patchNull", bytes_patch_null),
            BytesProperty::new(required(), None),
        )
        .await;
    group
        .pair(
            ("Datetime_getNonNull", datetime_get_non_null),
            ("Datetime_patchNonNull", datetime_patch_non_null),
            DatetimeProperty::new(required(), Some(date_time())),
        )
        .await;
    group
        .pair(
            ("Datetime_getNull", datetime_get_null),
            ("Datetime_patchNull", datetime_patch_null),
            DatetimeProperty::new(required(), None),
        )
        .await;
    group
        .pair(
            ("Duration_getNonNull", duration_get_non_null),
            ("Duration_patchNonNull", duration_patch_non_null),
            DurationProperty::new(required(), Some(DURATION.to_owned())),
        )
        .await;
    group
        .pair(
            ("Duration_getNull", duration_get_null),
            ("Duration_patchNull", duration_patch_null),
            DurationProperty::new(required(), None),
        )
        .await;
    group
        .pair(
            ("CollectionsByte_getNonNull", collections_byte_get_non_null),
            ("CollectionsByte_patchNonNull", collections_byte_patch_non_null),
            CollectionsByteProperty::new(required(), Some(vec![bytes(), bytes()])),
        )
        .await;
    group
        .pair(
            ("CollectionsByte_getNull", collections_byte_get_null),
            ("CollectionsByte_patchNull", collections_byte_patch_null),
            CollectionsByteProperty::new(required(), None),
        )
        .await;
    group
        .pair(
            ("CollectionsModel_getNonNull", collections_model_get_non_null),
            ("CollectionsModel_patchNonNull", collections_model_patch_non_null),
            CollectionsModelProperty::new(required(), Some(vec![model("hello"), model("world")])),
        )
        .await;
    group
        .pair(
            ("CollectionsModel_getNull", collections_model_get_null),
            ("CollectionsModel_patchNull", collections_model_patch_null),
            CollectionsModelProperty::new(required(), None),
        )
        .await;
    group
        .pair(
            ("CollectionsString_getNonNull", collections_string_get_non_null),
            ("CollectionsString_patchNonNull", collections_string_patch_non_null),
            CollectionsStringProperty::new(required(), Some(vec!["hello".to_owned(), "world".to_owned()])),
        )
        .await;
    group
        .pair(
            ("CollectionsString_getNull", collections_string_get_null),
            ("CollectionsString_patchNull", collections_string_patch_null),
            CollectionsStringProperty::new(required(), None),
        )
        .await;
}

async fn optional(board: &Board) {
    use type_property_optionality::apis::default_api::*;
    use type_property_optionality::models::*;

    let group = board.group("Type_Property_Optional");
    let model = |property: &str| StringProperty::new().property(property.to_owned());
    group
        .pair(
            ("String_getAll", string_get_all),
            ("String_putAll", string_put_all),
            StringProperty::new().property("hello".to_owned()),
        )
        .await;
    group
        .pair(
            ("String_getDefault", string_get_default),
            ("String_putDefault", string_put_default),
            StringProperty::new(),
        )
        .await;
    group
        .pair(
            ("Bytes_getAll", bytes_get_all),
            ("Bytes_putAll", bytes_put_all),
            BytesProperty::new().property(bytes()),
        )
        .await;
    group
        .pair(
            ("Bytes_getDefault", bytes_get_default),
            ("Bytes_putDefault", bytes_put_default),
            BytesProperty::new(),
        )
        .await;
    group
        .pair(
            ("Datetime_getAll", datetime_get_all),
            ("Datetime_putAll", datetime_put_all),
            DatetimeProperty::new().property(date_time()),
        )
        .await;
    group
        .pair(
            ("Datetime_getDefault", datetime_get_default),
            ("Datetime_putDefault", datetime_put_default),
            DatetimeProperty::new(),
        )
        .await;
    group
        .pair(
            ("Duration_getAll", duration_get_all),
            ("Duration_putAll", duration_put_all),
            DurationProperty::new().property(DURATION.to_owned()),
        )
        .await;
    group
        .pair(
            ("Duration_getDefault", duration_get_default),
            ("Duration_putDefault", duration_put_default),
            DurationProperty::new(),
        )
        .await;
    group
        .pair(
            ("PlainDate_getAll", plain_date_get_all),
            ("PlainDate_putAll", plain_date_put_all),
            PlainDateProperty::new().property("2022-12-12".parse().expect("a date")),
        )
        .await;
    group
        .pair(
            ("PlainDate_getDefault", plain_date_get_default),
            ("PlainDate_putDefault", plain_date_put_default),
            PlainDateProperty::new(),
        )
        .await;
    group
        .pair(
            ("PlainTime_getAll", plain_time_get_all),
            ("PlainTime_putAll", plain_time_put_all),
            PlainTimeProperty::new().property("13:06:12".to_owned()),
        )
        .await;
    group
        .pair(
            ("PlainTime_getDefault", plain_time_get_default),
            ("PlainTime_putDefault", plain_time_put_default),
            PlainTimeProperty::new(),
        )
        .await;
    group
        .pair(
            ("CollectionsByte_getAll", collections_byte_get_all),
            ("CollectionsByte_putAll", collections_byte_put_all),
            CollectionsByteProperty::new().property(vec![bytes(), bytes()]),
        )
        .await;
    group
        .pair(
            ("CollectionsByte_getDefault", collections_byte_get_default),
            ("CollectionsByte_putDefault", collections_byte_put_default),
            CollectionsByteProperty::new(),
        )
        .await;
    group
        .pair(
            ("CollectionsModel_getAll", collections_model_get_all),
            ("CollectionsModel_putAll", collections_model_put_all),
            CollectionsModelProperty::new().property(vec![model("hello"), model("world")]),
        )
        .await;
    group
        .pair(
            ("CollectionsModel_getDefault", collections_model_get_default),
            ("CollectionsModel_putDefault", collections_model_put_default),
            CollectionsModelProperty::new(),
        )
        .await;
    group
        .pair(
            ("StringLiteral_getAll", string_literal_get_all),
            ("StringLiteral_putAll", string_literal_put_all),
            StringLiteralProperty::new().property(),
        )
        .await;
    group
        .pair(
            ("StringLiteral_getDefault", string_literal_get_default),
            ("StringLiteral_putDefault", string_literal_put_default),
            StringLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("IntLiteral_getAll", int_literal_get_all),
            ("IntLiteral_putAll", int_literal_put_all),
            IntLiteralProperty::new().property(),
        )
        .await;
    group
        .pair(
            ("IntLiteral_getDefault", int_literal_get_default),
            ("IntLiteral_putDefault", int_literal_put_default),
            IntLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("FloatLiteral_getAll", float_literal_get_all),
            ("FloatLiteral_putAll", float_literal_put_all),
            FloatLiteralProperty::new().property(),
        )
        .await;
    group
        .pair(
            ("FloatLiteral_getDefault", float_literal_get_default),
            ("FloatLiteral_putDefault", float_literal_put_default),
            FloatLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("BooleanLiteral_getAll", boolean_literal_get_all),
            ("BooleanLiteral_putAll", boolean_literal_put_all),
            BooleanLiteralProperty::new().property(),
        )
        .await;
    group
        .pair(
            ("BooleanLiteral_getDefault", boolean_literal_get_default),
            ("BooleanLiteral_putDefault", boolean_literal_put_default),
            BooleanLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("UnionStringLiteral_getAll", union_string_literal_get_all),
            ("UnionStringLiteral_putAll", union_string_literal_put_all),
            UnionStringLiteralProperty::new().property(union_string_literal_property::Property::World),
        )
        .await;
    group
        .pair(
            ("UnionStringLiteral_getDefault", union_string_literal_get_default),
            ("UnionStringLiteral_putDefault", union_string_literal_put_default),
            UnionStringLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("UnionIntLiteral_getAll", union_int_literal_get_all),
            ("UnionIntLiteral_putAll", union_int_literal_put_all),
            UnionIntLiteralProperty::new().property(2.0),
        )
        .await;
    group
        .pair(
            ("UnionIntLiteral_getDefault", union_int_literal_get_default),
            ("UnionIntLiteral_putDefault", union_int_literal_put_default),
            UnionIntLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("UnionFloatLiteral_getAll", union_float_literal_get_all),
            ("UnionFloatLiteral_putAll", union_float_literal_put_all),
            UnionFloatLiteralProperty::new().property(2.375),
        )
        .await;
    group
        .pair(
            ("UnionFloatLiteral_getDefault", union_float_literal_get_default),
            ("UnionFloatLiteral_putDefault", union_float_literal_put_default),
            UnionFloatLiteralProperty::new(),
        )
        .await;
    let required = || RequiredAndOptionalProperty::new(42);
    group
        .pair(
            ("RequiredAndOptional_getAll", required_and_optional_get_all),
            ("RequiredAndOptional_putAll", required_and_optional_put_all),
            required().optional_property("hello".to_owned()),
        )
        .await;
    group
        .pair(
            ("RequiredAndOptional_getRequiredOnly", required_and_optional_get_required_only),
            ("RequiredAndOptional_putRequiredOnly", required_and_optional_put_required_only),
            required(),
        )
        .await;
}

async fn value_types(board: &Board) {
    use type_property_value_types::apis::default_api::*;
    use type_property_value_types::models::*;

    let group = board.group("Type_Property_ValueTypes");
    let model = |property: &str| InnerModel::new(property.to_owned());
    let dictionary =
        [("k1", "hello"), ("k2", "world")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    group.pair(("Boolean_get", boolean_get), ("Boolean_put", boolean_put), BooleanProperty::new(true)).await;
    group
        .pair(("String_get", string_get), ("String_put", string_put), StringProperty::new("hello".to_owned()))
        .await;
    group.pair(("Bytes_get", bytes_get), ("Bytes_put", bytes_put), BytesProperty::new(bytes())).await;
    group.pair(("Int_get", int_get), ("Int_put", int_put), IntProperty::new(42)).await;
    group.pair(("Float_get", float_get), ("Float_put", float_put), FloatProperty::new(43.125)).await;
    group
        .pair(("Decimal_get", decimal_get), ("Decimal_put", decimal_put), DecimalProperty::new(0.33333))
        .await;
    group
        .pair(
            ("Decimal128_get", decimal128_get),
            ("Decimal128_put", decimal128_put),
            Decimal128Property::new(0.33333),
        )
        .await;
    group
        .pair(
            ("Datetime_get", datetime_get),
            ("Datetime_put", datetime_put),
            DatetimeProperty::new(date_time()),
        )
        .await;
    group
        .pair(
            ("Duration_get", duration_get),
            ("Duration_put", duration_put),
            DurationProperty::new(DURATION.to_owned()),
        )
        .await;
    group
        .pair(("Enum_get", enum_get), ("Enum_put", enum_put), EnumProperty::new(FixedInnerEnum::ValueOne))
        .await;
    group
        .pair(
            ("ExtensibleEnum_get", extensible_enum_get),
            ("ExtensibleEnum_put", extensible_enum_put),
            ExtensibleEnumProperty::new(InnerEnum::Other("UnknownValue".to_owned())),
        )
        .await;
    group.pair(("Model_get", model_get), ("Model_put", model_put), ModelProperty::new(model("hello"))).await;
    group
        .pair(
            ("CollectionsString_get", collections_string_get),
            ("CollectionsString_put", collections_string_put),
            CollectionsStringProperty::new(vec!["hello".to_owned(), "world".to_owned()]),
        )
        .await;
    group
        .pair(
            ("CollectionsInt_get", collections_int_get),
            ("CollectionsInt_put", collections_int_put),
            CollectionsIntProperty::new(vec![1, 2]),
        )
        .await;
    group
        .pair(
            ("CollectionsModel_get", collections_model_get),
            ("CollectionsModel_put", collections_model_put),
            CollectionsModelProperty::new(vec![model("hello"), model("world")]),
        )
        .await;
    group
        .pair(
            ("DictionaryString_get", dictionary_string_get),
            ("DictionaryString_put", dictionary_string_put),
            DictionaryStringProperty::new(BTreeMap::from(dictionary)),
        )
        .await;
    group.pair(("Never_get", never_get), ("Never_put", never_put), NeverProperty::new()).await;
    group
        .pair(
            ("UnknownString_get", unknown_string_get),
            ("UnknownString_put", unknown_string_put),
            UnknownStringProperty::new(json!("hello")),
        )
        .await;
    group
        .pair(
            ("UnknownInt_get", unknown_int_get),
            ("UnknownInt_put", unknown_int_put),
            UnknownIntProperty::new(json!(42)),
        )
        .await;
    group
        .pair(
            ("UnknownDict_get", unknown_dict_get),
            ("UnknownDict_put", unknown_dict_put),
            UnknownDictProperty::new(json!({ "k1": "hello", "k2": 42 })),
        )
        .await;
    group
        .pair(
            ("UnknownArray_get", unknown_array_get),
            ("UnknownArray_put", unknown_array_put),
            UnknownArrayProperty::new(json!(["hello", "world"])),
        )
        .await;
    group
        .pair(
            ("StringLiteral_get", string_literal_get),
            ("StringLiteral_put", string_literal_put),
            StringLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("IntLiteral_get", int_literal_get),
            ("IntLiteral_put", int_literal_put),
            IntLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("FloatLiteral_get", float_literal_get),
            ("FloatLiteral_put", float_literal_put),
            FloatLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("BooleanLiteral_get", boolean_literal_get),
            ("BooleanLiteral_put", boolean_literal_put),
            BooleanLiteralProperty::new(),
        )
        .await;
    group
        .pair(
            ("UnionStringLiteral_get", union_string_literal_get),
            ("UnionStringLiteral_put", union_string_literal_put),
            UnionStringLiteralProperty::new(union_string_literal_property::Property::World),
        )
        .await;
    group
        .pair(
            ("UnionIntLiteral_get", union_int_literal_get),
            ("UnionIntLiteral_put", union_int_literal_put),
            UnionIntLiteralProperty::new(42.0),
        )
        .await;
    group
        .pair(
            ("UnionFloatLiteral_get", union_float_literal_get),
            ("UnionFloatLiteral_put", union_float_literal_put),
            UnionFloatLiteralProperty::new(46.875),
        )
        .await;
    group
        .pair(
            ("UnionEnumValue_get", union_enum_value_get),
            ("UnionEnumValue_put", union_enum_value_put),
            UnionEnumValueProperty::new(),
        )
        .await;
}
