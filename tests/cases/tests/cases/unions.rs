//! Unions: which alternative a value is read as, and how it is written.

use cases::mapping_without_one_alternative::models::{self as figures, Figure};
use cases::one_of_constants::models as constants;
use cases::protection_rules::models as rules;
use cases::subtype_that_adds_nothing::models as notices;
use cases::subtypes_with_another_discriminator::models::{Fish, Shark};
use cases::tag_beside_other_enums::models as nodes;
use cases::tag_without_a_property::models::{self as steps, Step};
use cases::two_tags_for_one_schema::models::Being;
use cases::unions_by_loss::models as loss;
use cases::unions_by_number_and_boolean::models as scalars;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads a value as a `T` and writes it back. Returns its `Debug` text and the JSON.
fn back<T: DeserializeOwned + Serialize + std::fmt::Debug>(value: &Value) -> (String, Value) {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    (format!("{read:?}"), serde_json::to_value(&read).unwrap())
}

/// Asserts that each member of an object reads as the named variant, and that the whole is written back unchanged.
fn assert_variants<T: DeserializeOwned + Serialize + std::fmt::Debug>(rows: &[(Value, &str)]) {
    for (value, variant) in rows {
        let (read, written) = back::<T>(value);
        assert!(
            read.contains(&format!("({variant}")) || read.contains(&format!(" {variant}(")),
            "{value}: {read}"
        );
        assert_eq!(written, *value);
    }
}

#[test]
fn a_subtype_with_another_discriminator_keeps_the_properties_of_its_subtypes() {
    let saw = json!({"kind": "shark", "teeth": "saw", "age": 3, "length": 5});
    let read: Fish = serde_json::from_value(saw.clone()).unwrap();
    assert!(matches!(&read, Fish::Shark(Shark::Saw(saw)) if saw.length == 5), "{read:?}");
    assert_eq!(serde_json::to_value(read).unwrap(), saw);
    let partner = json!({"kind": "salmon", "age": 1, "partner": saw});
    assert_eq!(back::<Fish>(&partner).1, partner);
    let read: Fish = serde_json::from_value(json!({"kind": "shark", "teeth": "none", "age": 3})).unwrap();
    assert!(matches!(read, Fish::Shark(Shark::Other(_))), "{read:?}");
}

#[test]
fn constants_of_any_scalar_type_say_which_alternative_a_value_is() {
    assert_variants::<scalars::Parts>(&[
        (json!({"part": {"type": 1, "name": "x"}}), "Row"),
        (json!({"part": {"type": 2, "name": "x"}}), "Button"),
        (json!({"part": {"type": 2, "name": "x", "style": "y"}}), "Button"),
        (json!({"result": {"ok": true, "message": "m"}}), "Done"),
        (json!({"result": {"ok": false, "message": "m"}}), "Failed"),
        (json!({"pinned": {"kind": "a", "name": "x"}}), "PinA"),
        (json!({"pinned": {"kind": "b", "name": "x"}}), "PinB"),
        (json!({"refpinned": {"kind": "a", "name": "x"}}), "RefPinA"),
        (json!({"refpinned": {"kind": "b", "name": "x"}}), "RefPinB"),
        (json!({"numpinned": {"kind": 1, "name": "x"}}), "NumPinA"),
        (json!({"numpinned": {"kind": 2, "name": "x"}}), "NumPinB"),
    ]);
    let unknown = json!({"part": {"type": 3, "name": "x", "more": [1]}});
    assert_eq!(back::<scalars::Parts>(&unknown).1, unknown);
}

#[test]
fn constants_are_filled_in() {
    let button = serde_json::to_value(scalars::Button::new("x".to_owned())).unwrap();
    assert_eq!(button, json!({"type": 2, "name": "x"}));
    let failed = serde_json::to_value(scalars::Failed::new("m".to_owned())).unwrap();
    assert_eq!(failed, json!({"ok": false, "message": "m"}));
    let game = serde_json::to_value(constants::Game::new(constants::game::Level::Easy)).unwrap();
    assert_eq!(game, json!({"kind": "GAME", "level": "easy"}));
}

#[test]
fn what_nothing_tells_apart_is_read_as_the_alternative_that_keeps_the_most() {
    assert_variants::<loss::U>(&[
        (json!({"size": {"id": "1"}}), "Small"),
        (json!({"size": {"id": "1", "body": "b"}}), "Large"),
        (json!({"loose": {"a": "1"}}), "Loose"),
        (json!({"loose": {"b": "1"}}), "Looser"),
        (json!({"fruit": {"name": "n"}}), "Apple"),
        (json!({"fruit": {"name": "n", "seeds": 1}}), "Apple"),
        (json!({"fruit": {"name": "n", "stalk": 1.5}}), "Pear"),
        (json!({"num": 1}), "Integer"),
        (json!({"num": 1.5}), "Number"),
        (json!({"num2": 2}), "Integer"),
        (json!({"nested": 1}), "Integer"),
        (json!({"nested": true}), "Boolean"),
    ]);
    for kept in [
        json!({"who": "a@b"}),
        json!({"lists": [{"id": "1"}]}),
        json!({"lists": [1]}),
        json!({"port": 8080}),
        json!({"port": "http"}),
    ] {
        assert_eq!(back::<loss::U>(&kept).1, kept);
    }
}

#[test]
fn alternatives_that_nothing_tells_apart_are_reported() {
    let report = cases::unions_by_loss::REPORT;
    let ambiguous: Vec<_> = report.iter().filter(|line| line.contains("ambiguous-union")).collect();
    assert_eq!(ambiguous.len(), 2, "{report:#?}");
    assert!(ambiguous[0].contains("`Loose` and `Looser`"), "{ambiguous:#?}");
    assert!(ambiguous[1].contains("`Apple` and `Pear`"), "{ambiguous:#?}");
}

#[test]
fn rules_keep_the_properties_that_only_one_kind_has() {
    let environment = json!({
        "owner": {"login": "a", "id": 1, "plan": {"name": "p", "seats": 3}},
        "rules": [
            {"id": 1, "type": "wait_timer", "wait_timer": 30},
            {"id": 2, "type": "required_reviewers", "prevent_self_review": false, "reviewers": [{"login": "b"}]},
            {"id": 3, "type": "branch_policy"},
        ],
    });
    assert_eq!(back::<rules::Environment>(&environment).1, environment);
}

#[test]
fn an_alternative_that_the_mapping_leaves_out_goes_by_its_name() {
    for (value, variant) in [
        (json!({"shape": "sq", "side": 1.0}), "Square"),
        (json!({"shape": "circ", "radius": 1.0}), "Circle"),
        (json!({"shape": "Hexagon", "side": 1.0}), "Hexagon"),
        (json!({"shape": "Star", "points": 5}), "Other"),
    ] {
        let (read, written) = back::<Figure>(&value);
        assert!(read.starts_with(variant), "{read}");
        assert_eq!(written, value);
    }
}

#[test]
fn a_tag_that_is_a_plain_string_is_filled_in_from_the_mapping() {
    let figures = [
        (serde_json::to_value(figures::Square::new(1.0)).unwrap(), "sq"),
        (serde_json::to_value(figures::Circle::new(1.0)).unwrap(), "circ"),
        (serde_json::to_value(figures::Hexagon::new(1.0)).unwrap(), "Hexagon"),
    ];
    for (figure, shape) in figures {
        assert_eq!(figure["shape"], shape);
    }
    let input = nodes::InputNode::new(nodes::input_node::Type::Text);
    assert_eq!(serde_json::to_value(input).unwrap(), json!({"node_type": "input", "type": "text"}));
    let blank = notices::BlankNotice::new(1);
    assert_eq!(
        serde_json::to_value(notices::Notice::Blank(blank)).unwrap(),
        json!({"kind": "blank", "at": 1})
    );
}

#[test]
fn a_tag_beside_another_enum_is_written_once() {
    for value in [
        json!({"node_type": "input", "type": "password", "autocomplete": "email"}),
        json!({"node_type": "img", "type": "png", "src": "s"}),
        json!({"node_type": "new", "type": "x"}),
    ] {
        let read: nodes::Node = serde_json::from_value(value.clone()).unwrap();
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(text.matches("node_type").count(), 1, "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}

#[test]
fn both_tags_of_one_schema_are_read_and_kept() {
    for role in ["nurse", "doctor"] {
        let value = json!({"role": role, "name": "n"});
        let (read, written) = back::<Being>(&value);
        assert!(read.starts_with("Human"), "{read}");
        assert_eq!(written, value);
    }
}

#[test]
fn the_union_writes_the_tag_of_an_alternative_that_does_not_declare_it() {
    let walk = Step::Walk(steps::Walk::new(7));
    assert_eq!(serde_json::to_value(walk).unwrap(), json!({"kind": "walk", "metres": 7}));
    let tram = Step::Tram(steps::Ride::new("5".to_owned()));
    assert_eq!(serde_json::to_value(tram).unwrap(), json!({"kind": "tram", "line": "5"}));
    for (value, variant) in [
        (json!({"kind": "walk", "metres": 7}), "Walk"),
        (json!({"kind": "bus", "line": "5", "extra": "e"}), "Bus"),
        (json!({"kind": "tram", "line": "5"}), "Tram"),
        (json!({"kind": "note", "text": "t", "more": [1]}), "Note"),
        (json!({"kind": "Stop", "name": "n"}), "Stop"),
        (json!({"kind": "swim", "lanes": 3}), "Other"),
    ] {
        let (read, written) = back::<Step>(&value);
        assert!(read.starts_with(variant), "{read}");
        assert_eq!(written, value);
    }
}
