//! `allOf`, and keywords beside a `$ref`: one type with the meaning of all schemas together.

use cases::{
    a_child_may_be_only_its_parent as bare_child, a_member_of_all_of_may_only_require as only_required,
    all_of_merges_what_it_has_twice as merged, all_of_one_reference_with_a_default as one_reference,
    all_of_with_alternatives as alternatives, constraints_in_members_of_all_of as constraints,
    enums_may_have_null as null_enums, members_of_all_of_contradict_each_other as contradiction,
    members_of_all_of_narrow_properties as narrowed, null_beside_a_reference as nullable,
    properties_that_are_not_named as extras, schemas_that_are_only_themselves as only_themselves,
    schemas_that_hold_each_other as cycles, tuples_and_lists_with_a_head as tuples,
    tuples_of_unknown_length as open_tuples, unevaluated_properties_in_all_of as unevaluated,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads a value as a `T` and writes it back.
fn back<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
    serde_json::to_value(read).unwrap()
}

fn keeps<T: DeserializeOwned + Serialize>(value: Value) {
    assert_eq!(back::<T>(&value), value);
}

fn refuses<T: DeserializeOwned>(value: Value) {
    assert!(serde_json::from_value::<T>(value.clone()).is_err(), "{value}");
}

/// The codes and pointers of a report that has one line for each.
fn reported(report: &[&str]) -> Vec<String> {
    report.iter().map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_child_that_is_only_its_parent_is_a_variant() {
    use bare_child::models::Notice;
    keeps::<Notice>(json!({"kind": "blank", "at": 1}));
    keeps::<Notice>(json!({"kind": "text", "at": 1, "words": "a"}));
    keeps::<Notice>(json!({"kind": "new", "at": 1, "more": [2]}));
    let blank: Notice = serde_json::from_value(json!({"kind": "blank", "at": 1})).unwrap();
    assert!(format!("{blank:?}").starts_with("Blank"), "{blank:?}");
}

#[test]
fn a_member_that_only_requires_makes_properties_required() {
    use only_required::models::{NewOrder, Order, SiblingOrder};
    refuses::<NewOrder>(json!({"note": "a"}));
    keeps::<NewOrder>(json!({"note": "a", "amount": 1.5}));
    refuses::<SiblingOrder>(json!({"id": "1"}));
    keeps::<SiblingOrder>(json!({"id": "1", "note": "a", "tags": ["b"]}));
    keeps::<Order>(json!({}));
    let _: f64 = NewOrder::new("a".to_owned(), 1.5).amount;
}

#[test]
fn properties_in_several_members_are_narrowed() {
    use narrowed::models::Tabby;
    keeps::<Tabby>(json!({"sort": "cat", "id": "c1", "weight": 4, "mood": "calm"}));
    refuses::<Tabby>(json!({"sort": "cat"}));
    refuses::<Tabby>(json!({"sort": "cat", "id": "c1", "weight": 4.5}));
    let tabby = Tabby::new("c1".to_owned());
    let _: Option<i64> = tabby.weight;
    assert_eq!(narrowed::models::tabby::Mood::KNOWN, ["calm", "hungry"]);
}

#[test]
fn contradictions_are_warned_of_at_any_depth() {
    assert_eq!(
        reported(contradiction::REPORT),
        ["warning[contradiction] at /components/schemas/Body/properties/version"]
    );
    assert_eq!(
        reported(merged::REPORT),
        [
            "warning[contradiction] at /components/schemas/Deep/allOf/1/properties/a/properties/b/properties/c",
            "warning[contradiction] at /components/schemas/Disjoint/allOf/1/properties/kind",
            "warning[contradiction] at /components/schemas/Disjoint/allOf/1/properties/size",
            "warning[contradiction] at /components/schemas/TooLarge",
        ]
    );
}

#[test]
fn a_property_is_merged_at_any_depth() {
    use merged::models::Merged;
    let least = json!({"id": "a", "next": {"id": "b", "next": {"id": "c", "next": null}}});
    refuses::<Merged>(least);
    let whole = json!({
        "id": "a",
        "count": 10,
        "level": 1,
        "labels": {"x": 1},
        "points": [{"x": 1, "y": 2}],
        "state": "found-later",
        "owner": {"name": "n", "home": {"city": "c"}},
        "maybe": {"name": "n", "home": {}},
    });
    let with = |change: fn(&mut Value)| {
        let mut value = whole.clone();
        change(&mut value);
        value
    };
    keeps::<Option<Merged>>(Value::Null);
    for change in [
        (|value| value["id"] = Value::Null) as fn(&mut Value),
        |value| value["level"] = "high".into(),
        |value| value["labels"] = json!({"x": "a"}),
        |value| value["points"] = json!([{"x": 1}]),
        |value| value["points"] = json!([{"x": 1.5, "y": 1}]),
        |value| value["owner"] = json!({"home": {"city": "c"}}),
        |value| value["owner"] = json!({"name": "n", "home": {}}),
        |value| value["maybe"] = json!({}),
    ] {
        refuses::<Merged>(with(change));
    }
    assert_eq!((Merged::COUNT_MINIMUM, Merged::COUNT_MAXIMUM), (10, 50));
    assert_eq!(merged::models::merged::State::KNOWN, ["closed", "lost"]);
}

#[test]
fn keywords_beside_a_reference_take_effect() {
    use merged::models::{Named, StrictPage, Warm};
    assert_eq!(Warm::KNOWN, ["red"]);
    keeps::<Named>(json!({"name": "a", "tall": true}));
    refuses::<Named>(json!({"name": "a", "tall": 1}));
    keeps::<StrictPage>(json!({"rows": [{"name": "a"}], "more": false}));
    refuses::<StrictPage>(json!({"rows": [{"name": "a"}]}));
    refuses::<StrictPage>(json!({"rows": [{}], "more": false}));
}

#[test]
fn schemas_that_say_nothing_are_any_value() {
    use merged::models::{Always, AnyValue, Either};
    for value in [json!(null), json!(1), json!("a"), json!([1, {}]), json!({"a": 1})] {
        keeps::<AnyValue>(value.clone());
        keeps::<Either>(value);
    }
    keeps::<Always>(json!({"any": [1], "either": "a"}));
}

#[test]
fn null_in_an_enum_or_a_list_of_types_is_read() {
    use merged::models::Nulls;
    use null_enums::models::Person;
    keeps::<Nulls>(json!({"optional": null, "list": null}));
    keeps::<Nulls>(json!({"optional": 6, "list": [1, "a"]}));
    keeps::<Nulls>(json!({"optional": 6, "list": {"a": 1}}));
    keeps::<Person>(json!({"mood": null, "grade": null, "tongues": null}));
    let person: Person = serde_json::from_value(
        json!({"mood": "glad", "grade": "a", "only": null, "tongues": ["DE"], "blank": null}),
    )
    .unwrap();
    assert!(person.tongues.is_some_and(|tongues| tongues[0].is_known()));
}

#[test]
fn null_beside_a_reference_is_read_and_written() {
    use nullable::models::House;
    keeps::<House>(json!({"beside": null, "wrapped": null, "typed": null, "grade": null, "oneof": null}));
    let owner = json!({"name": "a"});
    keeps::<House>(json!({"beside": owner, "wrapped": owner, "typed": owner, "grade": "a", "oneof": owner}));
}

#[test]
fn alternatives_have_the_properties_beside_them() {
    use alternatives::models::{Alias, Beside, Narrow, OneOrOther, Wrapped};
    keeps::<Wrapped>(json!({"id": "1", "type": "a", "a": 1}));
    keeps::<Wrapped>(json!({"id": "1", "type": "b", "b": "x"}));
    refuses::<Wrapped>(json!({"type": "a", "a": 1}));
    let _: alternatives::models::B = Narrow::new("x".to_owned());
    let _: alternatives::models::Either =
        serde_json::from_value::<Alias>(json!({"type": "a", "a": 1})).unwrap();
    keeps::<Beside>(json!({"id": "1", "email": "e"}));
    keeps::<Beside>(json!({"id": "1", "phone": "p"}));
    keeps::<OneOrOther>(json!({"email": "e", "phone": "p"}));
}

#[test]
fn one_reference_with_annotations_is_the_referenced_type() {
    use one_reference::models::{Bar, Colour, Gift};
    let gift = Gift::default().b(Bar::new("n".to_owned())).colour(Colour::Green);
    assert_eq!(serde_json::to_value(gift).unwrap(), json!({"b": {"name": "n"}, "colour": "green"}));
}

#[test]
fn properties_that_are_not_named_are_kept_with_their_type() {
    use extras::models::{Bag, Child, Closed, Open};
    use unevaluated::models::{Sealed, WithExtras};
    keeps::<Bag>(json!({"name": "a", "additional_properties": "b", "additionalProperties": 1, "more": 2}));
    refuses::<Bag>(json!({"name": "a", "more": "b"}));
    keeps::<Child>(json!({"name": "a", "colour": "red", "more": 2}));
    keeps::<Open>(json!({"a": "b", "c": [1]}));
    assert_eq!(back::<Closed>(&json!({"a": "b"})), json!({"a": "b"}));
    keeps::<WithExtras>(json!({"id": "a", "more": "b"}));
    refuses::<WithExtras>(json!({"id": "a", "more": 1}));
    keeps::<Sealed>(json!({"hello": "a", "world": "b"}));
}

#[test]
fn constraints_in_members_are_expressed_or_reported() {
    use constraints::models::{EnumBeside, ExtrasBesideAllOf, MergedMeta, MergedMetaRef, UnevaluatedBeside};
    for report in [
        "warning[unexpressed-keyword] at /components/schemas/IfInMember/allOf/1/if",
        "warning[unexpressed-keyword] at /components/schemas/IfOutside/if",
    ] {
        assert!(reported(constraints::REPORT).iter().any(|line| line == report), "{report}");
    }
    keeps::<ExtrasBesideAllOf>(json!({"id": "a", "more": 1}));
    refuses::<ExtrasBesideAllOf>(json!({"id": "a", "more": "b"}));
    keeps::<UnevaluatedBeside>(json!({"id": "a", "more": "b"}));
    keeps::<MergedMeta>(json!({"meta": {"etag": "a", "size": 1}}));
    keeps::<MergedMetaRef>(json!({"meta": {"etag": "a", "size": 1}}));
    refuses::<MergedMeta>(json!({"meta": {"size": 1}}));
    keeps::<EnumBeside>(json!({"k": "a"}));
    assert_eq!(constraints::models::enum_beside::K::KNOWN, ["a"]);
}

#[test]
fn schemas_that_hold_each_other_read_and_write() {
    use cycles::models::Holder;
    keeps::<Holder>(json!({
        "expr": {"op": "+", "args": [1.0, {"not": 2.0}]},
        "ping": {"pong": {"peng": {"ping": {"pong": {}}}}},
        "json": {"a": ["b", {"c": "d"}]},
        "tree": {"owner": {"left": {}}, "left": {"right": {}}},
        "list": [[], [[]]],
        "map": {"a": {"b": {}}},
    }));
    assert_eq!(reported(only_themselves::REPORT), ["error[schema-cycle] at /components/schemas/A"]);
}

#[test]
fn tuples_keep_every_element() {
    use open_tuples::models::T;
    use tuples::models::Geo;
    let id = "5f0cbbd2-9f3c-4e7e-9f1b-2f1b1b0f5b7e";
    let geo = json!({"pair": [1.0, 2.0], "guard": [1, id], "open": ["a", 1.0, 2.0], "tail": ["a"], "nested": [["a", 1]]});
    keeps::<Geo>(geo);
    let geo = json!({"pair": [1.0, 2.0], "guard": [1, id], "open": [], "tail": ["a", 1], "nested": []});
    keeps::<Geo>(geo);
    keeps::<T>(json!({"a": ["a", "b", 3], "b": [1.0, 2.0], "c": ["a"], "d": []}));
}

#[test]
fn integers_are_read_with_a_fraction_of_zero() {
    use narrowed::models::Tabby;
    use tuples::models::Geo;
    let tabby: Tabby = serde_json::from_str(r#"{"sort": "cat", "id": "c1", "weight": 4e1}"#).unwrap();
    assert_eq!(tabby.weight, Some(40));
    let geo = r#"{"pair": [1, 2], "guard": [1.0, "5f0cbbd2-9f3c-4e7e-9f1b-2f1b1b0f5b7e"], "open": [], "tail": [], "nested": []}"#;
    assert_eq!(serde_json::from_str::<Geo>(geo).unwrap().guard.0, 1);
    let bag: extras::models::Bag = serde_json::from_str(r#"{"name": "a", "more": 2.0}"#).unwrap();
    assert_eq!(bag.additional_properties["more"], 2);
}
