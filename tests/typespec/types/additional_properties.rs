//! Models with additional properties.

use std::collections::BTreeMap;

use clients::type_property_additional_properties::apis::default_api::*;
use clients::type_property_additional_properties::models::*;
use serde_json::{Value, json};

use crate::board::{Board, Group};

pub(crate) async fn run(board: &Board) {
    let group = board.group("Type_Property_AdditionalProperties");
    of_unknown(&group).await;
    of_one_type(&group).await;
    of_another_type(&group).await;
    below_a_model(&group).await;
    of_unions(&group).await;
}

fn abc() -> String {
    "abc".to_owned()
}

fn model() -> ModelForRecord {
    ModelForRecord::new("ok".to_owned())
}

fn models() -> Vec<ModelForRecord> {
    vec![model(), model()]
}

/// The additional properties, with one of the name `prop`.
fn prop<T>(value: T) -> BTreeMap<String, T> {
    props([("prop", value)])
}

fn props<T, const N: usize>(properties: [(&str, T); N]) -> BTreeMap<String, T> {
    properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn unknown() -> BTreeMap<String, Value> {
    props([("prop1", json!(32)), ("prop2", json!(true)), ("prop3", json!("abc"))])
}

async fn of_unknown(group: &Group) {
    let value = ExtendsUnknownAdditionalProperties::new("ExtendsUnknownAdditionalProperties".to_owned())
        .additional_properties(unknown());
    group
        .pair(("ExtendsUnknown_get", extends_unknown_get), ("ExtendsUnknown_put", extends_unknown_put), value)
        .await;
    let value =
        ExtendsUnknownAdditionalPropertiesDerived::new("ExtendsUnknownAdditionalProperties".to_owned(), 314)
            .age(2.71875)
            .additional_properties(unknown());
    group
        .pair(
            ("ExtendsUnknownDerived_get", extends_unknown_derived_get),
            ("ExtendsUnknownDerived_put", extends_unknown_derived_put),
            value,
        )
        .await;
    let value = ExtendsUnknownAdditionalPropertiesDiscriminatedDerived::new("Derived".to_owned(), 314)
        .age(2.71875)
        .additional_properties(unknown());
    let value = ExtendsUnknownAdditionalPropertiesDiscriminated::Derived(value);
    group
        .pair(
            ("ExtendsUnknownDiscriminated_get", extends_unknown_discriminated_get),
            ("ExtendsUnknownDiscriminated_put", extends_unknown_discriminated_put),
            value,
        )
        .await;
    let value = IsUnknownAdditionalProperties::new("IsUnknownAdditionalProperties".to_owned())
        .additional_properties(unknown());
    group.pair(("IsUnknown_get", is_unknown_get), ("IsUnknown_put", is_unknown_put), value).await;
    let value = IsUnknownAdditionalPropertiesDerived::new("IsUnknownAdditionalProperties".to_owned(), 314)
        .age(2.71875)
        .additional_properties(unknown());
    group
        .pair(
            ("IsUnknownDerived_get", is_unknown_derived_get),
            ("IsUnknownDerived_put", is_unknown_derived_put),
            value,
        )
        .await;
    let value = IsUnknownAdditionalPropertiesDiscriminatedDerived::new("Derived".to_owned(), 314)
        .age(2.71875)
        .additional_properties(unknown());
    let value = IsUnknownAdditionalPropertiesDiscriminated::Derived(value);
    group
        .pair(
            ("IsUnknownDiscriminated_get", is_unknown_discriminated_get),
            ("IsUnknownDiscriminated_put", is_unknown_discriminated_put),
            value,
        )
        .await;
}

async fn of_one_type(group: &Group) {
    let value = ExtendsStringAdditionalProperties::new("ExtendsStringAdditionalProperties".to_owned())
        .additional_properties(prop(abc()));
    group
        .pair(("ExtendsString_get", extends_string_get), ("ExtendsString_put", extends_string_put), value)
        .await;
    let value = ExtendsFloatAdditionalProperties::new(43.125).additional_properties(prop(43.125));
    group.pair(("ExtendsFloat_get", extends_float_get), ("ExtendsFloat_put", extends_float_put), value).await;
    let value = ExtendsModelAdditionalProperties::new(model()).additional_properties(prop(model()));
    group.pair(("ExtendsModel_get", extends_model_get), ("ExtendsModel_put", extends_model_put), value).await;
    let value = ExtendsModelArrayAdditionalProperties::new(models()).additional_properties(prop(models()));
    group
        .pair(
            ("ExtendsModelArray_get", extends_model_array_get),
            ("ExtendsModelArray_put", extends_model_array_put),
            value,
        )
        .await;
    let value = IsStringAdditionalProperties::new("IsStringAdditionalProperties".to_owned())
        .additional_properties(prop(abc()));
    group.pair(("IsString_get", is_string_get), ("IsString_put", is_string_put), value).await;
    let value = IsFloatAdditionalProperties::new(43.125).additional_properties(prop(43.125));
    group.pair(("IsFloat_get", is_float_get), ("IsFloat_put", is_float_put), value).await;
    let value = IsModelAdditionalProperties::new(model()).additional_properties(prop(model()));
    group.pair(("IsModel_get", is_model_get), ("IsModel_put", is_model_put), value).await;
    let value = IsModelArrayAdditionalProperties::new(models()).additional_properties(prop(models()));
    group
        .pair(("IsModelArray_get", is_model_array_get), ("IsModelArray_put", is_model_array_put), value)
        .await;
    let value = SpreadStringRecord::new("SpreadSpringRecord".to_owned()).additional_properties(prop(abc()));
    group.pair(("SpreadString_get", spread_string_get), ("SpreadString_put", spread_string_put), value).await;
    let value = SpreadFloatRecord::new(43.125).additional_properties(prop(43.125));
    group.pair(("SpreadFloat_get", spread_float_get), ("SpreadFloat_put", spread_float_put), value).await;
    let value = SpreadModelRecord::new(model()).additional_properties(prop(model()));
    group.pair(("SpreadModel_get", spread_model_get), ("SpreadModel_put", spread_model_put), value).await;
    let value = SpreadModelArrayRecord::new(models()).additional_properties(prop(models()));
    group
        .pair(
            ("SpreadModelArray_get", spread_model_array_get),
            ("SpreadModelArray_put", spread_model_array_put),
            value,
        )
        .await;
}

async fn of_another_type(group: &Group) {
    let value = DifferentSpreadStringRecord::new(43.125).additional_properties(prop(abc()));
    group
        .pair(
            ("SpreadDifferentString_get", spread_different_string_get),
            ("SpreadDifferentString_put", spread_different_string_put),
            value,
        )
        .await;
    let value = DifferentSpreadFloatRecord::new(abc()).additional_properties(prop(43.125));
    group
        .pair(
            ("SpreadDifferentFloat_get", spread_different_float_get),
            ("SpreadDifferentFloat_put", spread_different_float_put),
            value,
        )
        .await;
    let value = DifferentSpreadModelRecord::new(abc()).additional_properties(prop(model()));
    group
        .pair(
            ("SpreadDifferentModel_get", spread_different_model_get),
            ("SpreadDifferentModel_put", spread_different_model_put),
            value,
        )
        .await;
    let value = DifferentSpreadModelArrayRecord::new(abc()).additional_properties(prop(models()));
    group
        .pair(
            ("SpreadDifferentModelArray_get", spread_different_model_array_get),
            ("SpreadDifferentModelArray_put", spread_different_model_array_put),
            value,
        )
        .await;
}

async fn below_a_model(group: &Group) {
    let value = DifferentSpreadStringDerived::new(43.125, abc()).additional_properties(prop(abc()));
    group
        .pair(
            ("ExtendsDifferentSpreadString_get", extends_different_spread_string_get),
            ("ExtendsDifferentSpreadString_put", extends_different_spread_string_put),
            value,
        )
        .await;
    let value = DifferentSpreadFloatDerived::new(abc(), 43.125).additional_properties(prop(43.125));
    group
        .pair(
            ("ExtendsDifferentSpreadFloat_get", extends_different_spread_float_get),
            ("ExtendsDifferentSpreadFloat_put", extends_different_spread_float_put),
            value,
        )
        .await;
    let value = DifferentSpreadModelDerived::new(abc(), model()).additional_properties(prop(model()));
    group
        .pair(
            ("ExtendsDifferentSpreadModel_get", extends_different_spread_model_get),
            ("ExtendsDifferentSpreadModel_put", extends_different_spread_model_put),
            value,
        )
        .await;
    let value = DifferentSpreadModelArrayDerived::new(abc(), models()).additional_properties(prop(models()));
    group
        .pair(
            ("ExtendsDifferentSpreadModelArray_get", extends_different_spread_model_array_get),
            ("ExtendsDifferentSpreadModelArray_put", extends_different_spread_model_array_put),
            value,
        )
        .await;
}

async fn of_unions(group: &Group) {
    use multiple_spread_record::Value as MultipleSpreadValue;
    let values = props([
        ("prop1", MultipleSpreadValue::String(abc())),
        ("prop2", MultipleSpreadValue::Number(43.125)),
    ]);
    let value = MultipleSpreadRecord::new(true).additional_properties(values);
    group
        .pair(("MultipleSpread_get", multiple_spread_get), ("MultipleSpread_put", multiple_spread_put), value)
        .await;
    use spread_record_for_union::Value as SpreadRecordUnionValue;
    let values = props([
        ("prop1", SpreadRecordUnionValue::String(abc())),
        ("prop2", SpreadRecordUnionValue::Number(43.125)),
    ]);
    let value = SpreadRecordForUnion::new(true).additional_properties(values);
    group
        .pair(
            ("SpreadRecordUnion_get", spread_record_union_get),
            ("SpreadRecordUnion_put", spread_record_union_put),
            value,
        )
        .await;

    let start = || "2021-01-01T00:00:00Z".parse().expect("a date and a time");
    let first = || WidgetData1::new(start()).end("2021-01-02T00:00:00Z".parse().expect("a date and a time"));
    let second = || WidgetData2::new("2021-01-01T00:00:00Z".to_owned());
    use spread_record_for_non_discriminated_union::Value as Kind;
    let values =
        props([("prop1", Kind::WidgetData0(WidgetData0::new(abc()))), ("prop2", Kind::WidgetData1(first()))]);
    let value = SpreadRecordForNonDiscriminatedUnion::new(abc()).additional_properties(values);
    group
        .pair(
            ("SpreadRecordNonDiscriminatedUnion_get", spread_record_non_discriminated_union_get),
            ("SpreadRecordNonDiscriminatedUnion_put", spread_record_non_discriminated_union_put),
            value,
        )
        .await;
    // Both alternatives fit a value without the property `end`; the first of the document is taken.
    use spread_record_for_non_discriminated_union2::Value as Overlapping;
    let values =
        props([("prop1", Overlapping::WidgetData2(second())), ("prop2", Overlapping::WidgetData1(first()))]);
    let value = SpreadRecordForNonDiscriminatedUnion2::new(abc()).additional_properties(values);
    group
        .pair(
            ("SpreadRecordNonDiscriminatedUnion2_get", spread_record_non_discriminated_union2_get),
            ("SpreadRecordNonDiscriminatedUnion2_put", spread_record_non_discriminated_union2_put),
            value,
        )
        .await;
    use spread_record_for_non_discriminated_union3::Value as Listed;
    let list = Listed::Array(vec![second(), second()]);
    let values = props([("prop1", list), ("prop2", Listed::WidgetData1(first()))]);
    let value = SpreadRecordForNonDiscriminatedUnion3::new(abc()).additional_properties(values);
    group
        .pair(
            ("SpreadRecordNonDiscriminatedUnion3_get", spread_record_non_discriminated_union3_get),
            ("SpreadRecordNonDiscriminatedUnion3_put", spread_record_non_discriminated_union3_put),
            value,
        )
        .await;
}
