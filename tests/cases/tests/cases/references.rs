//! References to `$id`s and anchors, and references whose target depends on the schemas that lead to them.

use cases::{
    dynamic_references as dynamic, dynamic_references_through_a_pointer as dynamic_pointer,
    references_to_anchors as anchors, references_to_ids_and_anchors as ids,
};
use serde_json::json;

#[test]
fn a_reference_finds_an_id_and_an_anchor() {
    let all = json!({
        "concrete": {"list": [1]},
        "byid": {"list": [2]},
        "inner": {"deep": 3},
        "defs": {"part": {"p": "a"}, "wide": {"w": "b"}},
    });
    let read: ids::models::All = serde_json::from_value(all.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), all);
    assert_eq!(read.byid.unwrap().list, Some(vec![2]));
    assert_eq!(read.inner.unwrap().deep, Some(3));
    assert_eq!(ids::REPORT, [] as [&str; 0]);
    let read: anchors::models::All = serde_json::from_value(all).unwrap();
    assert_eq!(read.concrete.unwrap().list, Some(vec![1]));
}

#[test]
fn a_dynamic_reference_is_bound_by_the_schema_in_use() {
    let page = json!({"items": [{"title": "a"}], "next": "b"});
    let books: dynamic::models::BookPage = serde_json::from_value(page.clone()).unwrap();
    assert_eq!(books.items[0].title, "a");
    let books: dynamic_pointer::models::BookPage = serde_json::from_value(page).unwrap();
    assert_eq!(books.items[0].title, "a");
    let tree = json!({"name": "a", "children": [{"name": "b", "children": []}]});
    let named: dynamic::models::NamedTree = serde_json::from_value(tree.clone()).unwrap();
    assert_eq!(named.children.as_ref().unwrap()[0].name.as_deref(), Some("b"));
    assert_eq!(serde_json::to_value(named).unwrap(), tree);
    let plain = dynamic::models::Tree { children: Some(vec![dynamic::models::Tree::default()]) };
    assert_eq!(serde_json::to_value(plain).unwrap(), json!({"children": [{}]}));
}
