//! Properties that are optional and nullable.

use cases::optional_and_nullable::models::PortPatch;
use serde_json::json;

#[test]
fn null_is_sent_apart_from_a_property_that_is_left_out() {
    let untouched = PortPatch::default();
    assert_eq!(serde_json::to_value(&untouched).unwrap(), json!({}));
    let cleared = PortPatch::new().group(None).owner(None);
    assert_eq!(serde_json::to_value(&cleared).unwrap(), json!({"group": null, "owner": null}));
    let changed = PortPatch::new().group(Some(3)).label("l".to_owned());
    assert_eq!(serde_json::to_value(&changed).unwrap(), json!({"group": 3, "label": "l"}));
}

#[test]
fn the_three_states_are_read_apart() {
    for value in [
        json!({}),
        json!({"group": null, "tags": null, "owner": null}),
        json!({"group": 3, "tags": {"a": null, "b": "c"}, "owner": {"name": "n"}}),
    ] {
        let patch: PortPatch = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&patch).unwrap(), value);
    }
}
