//! Ways to write documents: merge keys, references, several files, webhooks; and the reports about schemas.

use std::collections::BTreeMap;

use cases::two_tags_that_lead_to_one_schema as tags;
use cases::{a_kubernetes_api as kubernetes, conditions_and_patterns_of_properties as conditions};
use cases::{callbacks_links_and_what_is_deprecated as callbacks, webhooks_without_paths as webhooks};
use cases::{enums_that_are_not_strings as enums, enums_that_may_be_null as nullable};
use cases::{
    lists_and_tuples_as_tools_write_them as tuples, read_only_and_write_only_properties as accounts,
};
use cases::{merge_keys_of_yaml as merged, references_into_paths as references, several_files};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The value after it was read as a `T` and written again.
fn round_trip<T: DeserializeOwned + Serialize>(value: Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value).unwrap()).unwrap()
}

#[test]
fn own_keys_win_over_merged_ones() {
    let done: merged::models::Done = serde_json::from_value(json!({"id": "a", "at": "2026-01-02"})).unwrap();
    assert_eq!(done.id.as_deref(), Some("a"));
    assert_eq!(merged::REPORT, &[] as &[&str]);
}

#[test]
fn references_into_paths_are_followed() {
    let value =
        json!({"firm": {"name": "n", "boss": {"name": "b"}}, "deep": {"deep": 1}, "boss": {"odd": true}});
    assert_eq!(round_trip::<references::models::match_firm::Response>(value.clone()), value);
}

#[test]
fn files_of_the_same_name_are_different_types() {
    use several_files::models::meta::{Meta, MetaValue};
    assert_eq!(
        round_trip::<Meta>(json!({"created": "2026-01-02T03:04:05+00:00"})).as_object().unwrap().len(),
        1
    );
    assert_eq!(round_trip::<MetaValue>(json!({"source": "s"})), json!({"source": "s"}));
    let value = json!({"name": "n", "meta": {}, "id": {"id": 1}, "local": {"here": "x"}});
    assert_eq!(round_trip::<several_files::models::User>(value.clone()), value);
    assert_eq!(several_files::REPORT, &[] as &[&str]);
}

#[test]
fn the_types_of_webhooks_and_callbacks_are_there() {
    assert_eq!(round_trip::<webhooks::models::Pet>(json!({"name": "Rex"})), json!({"name": "Rex"}));
    assert_eq!(round_trip::<webhooks::models::pet_removed::Request>(json!({"id": 1})), json!({"id": 1}));
    let event = json!({"ev": "a"});
    assert_eq!(round_trip::<callbacks::models::subscribe::OnEventPostRequest>(event.clone()), event);
}

#[test]
fn both_tags_of_one_schema_survive() {
    for role in ["nurse", "doctor"] {
        let being = json!({"role": role, "name": "n"});
        assert_eq!(round_trip::<tags::models::Being>(being.clone()), being);
    }
}

#[test]
fn null_in_an_enum_is_none() {
    let person: nullable::models::Person =
        serde_json::from_value(json!({"mood": null, "grade": "a", "tongues": ["DE"], "blank": ""})).unwrap();
    assert!(person.mood.is_none() && person.grade.is_some());
    let value = json!({"mood": null, "grade": "a", "tongues": ["DE"], "blank": ""});
    assert_eq!(round_trip::<nullable::models::Person>(value.clone()), value);
}

#[test]
fn enums_of_other_values_keep_every_value() {
    for sort in [0, 1, 2, 7] {
        let value = json!({"sort": sort, "level": 5, "ratio": 0.5, "mixed": true, "negative": 9_007_199_254_740_993_i64});
        assert_eq!(round_trip::<enums::models::Library>(value.clone()), value);
    }
}

#[test]
fn a_read_only_property_is_not_asked_of_a_request_nor_a_write_only_one_of_a_reply() {
    use accounts::models::{Account, Member};
    let mut account = Account::new("n".to_owned(), vec![Member::new("nick".to_owned())]);
    account.secret = Some("s".to_owned());
    let sent = serde_json::to_value(&account).unwrap();
    assert_eq!(sent, json!({"name": "n", "secret": "s", "members": [{"nick": "nick"}]}));
    let received = json!({
        "id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "name": "n", "members": [{"number": 1, "nick": "a"}],
        "home": {"number": 2, "nick": "b"},
    });
    assert_eq!(round_trip::<Account>(received.clone()), received);
}

#[test]
fn kubernetes_schemas_keep_what_is_not_typed() {
    let value = json!({
        "port": 80, "crdPort": "http", "barePort": 8080, "raw": {"a": 1}, "any": [1], "memory": "1Gi",
        "withFields": {"known": "k", "other": 2}, "selector": {"a": "b"},
    });
    assert_eq!(round_trip::<kubernetes::models::IoK8sApiCoreV1ServiceSpec>(value.clone()), value);
}

#[test]
fn properties_that_only_conditions_name_are_reported_by_name() {
    let reported = |name: &str| conditions::REPORT.iter().any(|line| line.contains(&format!("`{name}`")));
    assert!(reported("until`, `family"), "{:?}", conditions::REPORT);
    assert!(reported("billing"), "{:?}", conditions::REPORT);
    let counters = json!({"c1": 1});
    assert_eq!(round_trip::<BTreeMap<String, i64>>(counters.clone()), counters);
}

#[test]
fn no_help_asks_for_a_keyword_that_is_there() {
    let value = json!({"a": ["x", "y"], "b": [1.0, 2.0], "c": ["x", 1], "d": ["x"]});
    assert_eq!(round_trip::<tuples::models::T>(value.clone()), value);
}

#[test]
fn a_password_is_sent_and_not_shown() {
    use cases::a_password_is_not_shown::models::Credentials;
    let credentials = Credentials::new("ada".to_owned(), "hunter2".into());
    assert!(!format!("{credentials:?}").contains("hunter2"));
    let value = json!({"name": "ada", "password": "hunter2"});
    assert_eq!(serde_json::to_value(&credentials).unwrap(), value);
    assert_eq!(serde_json::from_value::<Credentials>(value).unwrap(), credentials);
}

#[test]
fn schemas_named_like_types_of_the_runtime_are_read_and_written() {
    use cases::texts_named_like_types_of_the_runtime as texts;
    let value = json!({
        "secret": "s", "bytes": "aGk=", "time": "2026-01-02T03:04:05Z", "map": {"a": "b"}, "list": ["aGk="],
        "text": "t", "uuid": "67e55044-10b1-426f-9247-bb680e5fe0c8"
    });
    assert_eq!(round_trip::<texts::models::Texts>(value.clone()), value);
    assert_eq!(texts::REPORT, &[] as &[&str]);
}
