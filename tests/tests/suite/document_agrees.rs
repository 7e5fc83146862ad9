//! Documents are read as `serde_yaml`, an independent YAML parser, reads them.

use std::fs;

use openapi_crate::document::{Document, Node, Number, Pointer};
use serde_yaml::Value;

use super::program::workspace;
use super::xtask_fixture::published_document;

#[test]
fn our_document_is_read_as_serde_yaml_reads_it() {
    let text = fs::read_to_string(workspace().join("spec/uploads.yaml")).unwrap();
    assert_read_alike(&text);
}

#[test]
fn the_published_document_is_read_as_serde_yaml_reads_it() {
    let Some(path) = published_document() else { return };
    // The one number in it that serde_yaml has no value for.
    let text = fs::read_to_string(path).unwrap().replace("-9223372036854776000", "-9223372036854775000");
    assert_read_alike(&text);
}

fn assert_read_alike(text: &str) {
    let document = Document::parse("document.yaml", text).unwrap();
    let mut other: Value = serde_yaml::from_str(text).unwrap();
    other.apply_merge().unwrap();
    assert_alike(document.root(), &other, &Pointer::root());
}

fn assert_alike(ours: &Node, other: &Value, at: &Pointer) {
    let is_same = match (ours, other) {
        (Node::Null, Value::Null) => true,
        (Node::Bool(ours), Value::Bool(other)) => ours == other,
        (Node::String(ours), Value::String(other)) => ours == other,
        (Node::Number(Number::Integer(ours)), Value::Number(other)) => {
            Some(*ours) == other.as_i64().map(i128::from).or(other.as_u64().map(i128::from))
        }
        (Node::Number(Number::Float(ours)), Value::Number(other)) => {
            other.as_f64().is_some_and(|other| ours.total_cmp(&other).is_eq())
        }
        (Node::Array(ours), Value::Sequence(other)) => {
            ours.iter().zip(other).enumerate().for_each(|(index, (ours, other))| {
                assert_alike(ours, other, &at.child(index));
            });
            ours.len() == other.len()
        }
        (Node::Object(ours), Value::Mapping(other)) => {
            for ((key, ours), (other_key, other)) in ours.iter().zip(other) {
                // A key that is a number for serde_yaml is a string here.
                let other_key = other_key.as_str().map_or_else(
                    || serde_yaml::to_string(other_key).unwrap().trim().to_owned(),
                    str::to_owned,
                );
                assert_eq!(*key, other_key, "{at}");
                assert_alike(ours, other, &at.child(key));
            }
            ours.len() == other.len()
        }
        _ => false,
    };
    assert!(is_same, "{at}: {ours:?} is not {other:?}");
}
