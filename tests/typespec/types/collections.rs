//! Arrays and dictionaries.

use std::collections::BTreeMap;

use clients::{type_array, type_dictionary};
use serde_json::{Value, json};

use super::{DURATION, date_time};
use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    arrays(board).await;
    dictionaries(board).await;
}

/// The integers that JavaScript reads without loss.
const MAX_SAFE: i64 = (1 << 53) - 1;

async fn arrays(board: &Board) {
    use type_array::apis::default_api::*;
    use type_array::models::InnerModel;

    let group = board.group("Type_Array");
    let model = |property: &str| InnerModel::new(property.to_owned());
    group.pair(("Int32Value_get", int32_value_get), ("Int32Value_put", int32_value_put), vec![1, 2]).await;
    group
        .pair(
            ("Int64Value_get", int64_value_get),
            ("Int64Value_put", int64_value_put),
            vec![MAX_SAFE, -MAX_SAFE],
        )
        .await;
    group
        .pair(
            ("BooleanValue_get", boolean_value_get),
            ("BooleanValue_put", boolean_value_put),
            vec![true, false],
        )
        .await;
    group
        .pair(
            ("StringValue_get", string_value_get),
            ("StringValue_put", string_value_put),
            vec!["hello".to_owned(), String::new()],
        )
        .await;
    group
        .pair(("Float32Value_get", float32_value_get), ("Float32Value_put", float32_value_put), vec![43.125])
        .await;
    group
        .pair(
            ("DatetimeValue_get", datetime_value_get),
            ("DatetimeValue_put", datetime_value_put),
            vec![date_time()],
        )
        .await;
    group
        .pair(
            ("DurationValue_get", duration_value_get),
            ("DurationValue_put", duration_value_put),
            vec![DURATION.to_owned()],
        )
        .await;
    group
        .pair(
            ("UnknownValue_get", unknown_value_get),
            ("UnknownValue_put", unknown_value_put),
            vec![json!(1), json!("hello"), Value::Null],
        )
        .await;
    group
        .pair(
            ("ModelValue_get", model_value_get),
            ("ModelValue_put", model_value_put),
            vec![model("hello"), model("world")],
        )
        .await;
    group
        .pair(
            ("NullableFloatValue_get", nullable_float_value_get),
            ("NullableFloatValue_put", nullable_float_value_put),
            vec![Some(1.25), None, Some(3.0)],
        )
        .await;
    group
        .pair(
            ("NullableBooleanValue_get", nullable_boolean_value_get),
            ("NullableBooleanValue_put", nullable_boolean_value_put),
            vec![Some(true), None, Some(false)],
        )
        .await;
    group
        .pair(
            ("NullableInt32Value_get", nullable_int32_value_get),
            ("NullableInt32Value_put", nullable_int32_value_put),
            vec![Some(1), None, Some(3)],
        )
        .await;
    group
        .pair(
            ("NullableStringValue_get", nullable_string_value_get),
            ("NullableStringValue_put", nullable_string_value_put),
            vec![Some("hello".to_owned()), None, Some("world".to_owned())],
        )
        .await;
    group
        .pair(
            ("NullableModelValue_get", nullable_model_value_get),
            ("NullableModelValue_put", nullable_model_value_put),
            vec![Some(model("hello")), None, Some(model("world"))],
        )
        .await;
}

async fn dictionaries(board: &Board) {
    use type_dictionary::apis::default_api::*;
    use type_dictionary::models::InnerModel;

    let group = board.group("Type_Dictionary");
    let model = |property: &str| InnerModel::new(property.to_owned());
    group
        .pair(
            ("Int32Value_get", int32_value_get),
            ("Int32Value_put", int32_value_put),
            dictionary([("k1", 1), ("k2", 2)]),
        )
        .await;
    group
        .pair(
            ("Int64Value_get", int64_value_get),
            ("Int64Value_put", int64_value_put),
            dictionary([("k1", MAX_SAFE), ("k2", -MAX_SAFE)]),
        )
        .await;
    group
        .pair(
            ("BooleanValue_get", boolean_value_get),
            ("BooleanValue_put", boolean_value_put),
            dictionary([("k1", true), ("k2", false)]),
        )
        .await;
    group
        .pair(
            ("StringValue_get", string_value_get),
            ("StringValue_put", string_value_put),
            dictionary([("k1", "hello".to_owned()), ("k2", String::new())]),
        )
        .await;
    group
        .pair(
            ("Float32Value_get", float32_value_get),
            ("Float32Value_put", float32_value_put),
            dictionary([("k1", 43.125)]),
        )
        .await;
    group
        .pair(
            ("DatetimeValue_get", datetime_value_get),
            ("DatetimeValue_put", datetime_value_put),
            dictionary([("k1", date_time())]),
        )
        .await;
    group
        .pair(
            ("DurationValue_get", duration_value_get),
            ("DurationValue_put", duration_value_put),
            dictionary([("k1", DURATION.to_owned())]),
        )
        .await;
    group
        .pair(
            ("UnknownValue_get", unknown_value_get),
            ("UnknownValue_put", unknown_value_put),
            dictionary([("k1", json!(1)), ("k2", json!("hello")), ("k3", Value::Null)]),
        )
        .await;
    group
        .pair(
            ("ModelValue_get", model_value_get),
            ("ModelValue_put", model_value_put),
            dictionary([("k1", model("hello")), ("k2", model("world"))]),
        )
        .await;
    let inner = dictionary([("k2.1", model("inner world"))]);
    let first = model("hello").children(BTreeMap::new());
    let recursive = dictionary([("k1", first), ("k2", model("world").children(inner))]);
    group
        .pair(
            ("RecursiveModelValue_get", recursive_model_value_get),
            ("RecursiveModelValue_put", recursive_model_value_put),
            recursive,
        )
        .await;
    group
        .pair(
            ("NullableFloatValue_get", nullable_float_value_get),
            ("NullableFloatValue_put", nullable_float_value_put),
            dictionary([("k1", Some(1.25)), ("k2", Some(0.5)), ("k3", None)]),
        )
        .await;
}

fn dictionary<T, const N: usize>(entries: [(&str, T); N]) -> BTreeMap<String, T> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
