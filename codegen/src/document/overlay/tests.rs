use super::*;
use crate::document::Node;

const DOCUMENT: &str = "\
openapi: 3.1.0
info: {title: Pets, version: '1', x-old: true}
tags: [{name: a}, {name: b}, {name: c}]
paths:
  /pets:
    get: {operationId: getPets, tags: [a], parameters: [{name: one}, {name: two}, {name: three}]}
    post: {operationId: addPet, tags: [b]}
  /cats:
    get: {operationId: getCats, tags: [a]}
";

fn overlaid(actions: &str) -> Result<Document, String> {
    let text = format!("overlay: 1.1.0\ninfo: {{title: T, version: '1'}}\nactions:\n{actions}");
    parsed(DOCUMENT, &[&text])
}

fn parsed(document: &str, overlays: &[&str]) -> Result<Document, String> {
    let overlays: Vec<Overlay> = overlays
        .iter()
        .enumerate()
        .map(|(at, text)| Overlay { name: format!("{}.yaml", at + 1), text: (*text).to_owned() })
        .collect();
    Document::parse_many("api.yaml", document, &std::collections::BTreeMap::default(), &overlays)
        .map_err(|error| error.to_string())
}

fn json(document: &Document, pointer: &str) -> String {
    let found = document.resolve(document.file(), &format!("#{pointer}")).map(|target| target.node.to_json());
    found.unwrap_or_else(|error| error.message)
}

#[test]
fn an_update_merges_objects_extends_arrays_and_replaces_scalars() {
    let document = overlaid(
        "
- {target: $.info, update: {title: Cats, license: {name: MIT}}}
- {target: $.tags, update: {name: d}}
- {target: $.tags, update: [{name: e}, {name: f}]}
- {target: '$.paths[*].get', update: {tags: [z], x-read: true}}
- {target: $.info.version, update: '2'}
",
    )
    .unwrap();
    assert_eq!(
        json(&document, "/info"),
        r#"{"title":"Cats","version":"2","x-old":true,"license":{"name":"MIT"}}"#
    );
    assert_eq!(
        json(&document, "/tags"),
        r#"[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"},{"name":"f"}]"#
    );
    assert_eq!(
        json(&document, "/paths/~1cats/get"),
        r#"{"operationId":"getCats","tags":["a","z"],"x-read":true}"#
    );
    assert_eq!(json(&document, "/paths/~1pets/get/tags"), r#"["a","z"]"#);
    assert_eq!(document.warnings(), []);
}

#[test]
fn a_removal_takes_members_and_elements_wherever_they_are() {
    let document = overlaid(
        "
- {target: $.info.x-old, remove: true}
- {target: \"$.tags[?@.name != 'b']\", remove: true}
- {target: \"$.paths..parameters[?@.name == 'one' || @.name == 'two']\", remove: true}
- {target: \"$.paths['/pets'].post\", remove: true, update: {ignored: true}}
- {target: '$.paths[*].get.tags[0]', remove: true}
",
    );
    // `$.info.x-old` is not RFC 9535.
    let fault = document.unwrap_err();
    assert!(fault.starts_with("1.yaml:5:12: error[overlay-target]"), "{fault}");
    assert!(fault.contains("`.x-old` has to be written as `['x-old']`"), "{fault}");
    let document = overlaid(
        "
- {target: \"$.info['x-old']\", remove: true}
- {target: \"$.tags[?@.name != 'b']\", remove: true}
- {target: \"$.paths..parameters[?@.name == 'one' || @.name == 'two']\", remove: true}
- {target: \"$.paths['/pets'].post\", remove: true, update: {ignored: true}}
- {target: '$.paths[*].get.tags[0]', remove: true}
",
    )
    .unwrap();
    assert_eq!(json(&document, "/info"), r#"{"title":"Pets","version":"1"}"#);
    assert_eq!(json(&document, "/tags"), r#"[{"name":"b"}]"#);
    let pets = r#"{"get":{"operationId":"getPets","tags":[],"parameters":[{"name":"three"}]}}"#;
    assert_eq!(json(&document, "/paths/~1pets"), pets);
}

#[test]
fn a_name_that_needs_brackets_is_named() {
    for (target, name) in [
        ("$.paths.*.*[?@.x-internal == true]", "x-internal"),
        ("$.paths./cats/{id}.get", "/cats/{id}"),
        ("$..$ref", "$ref"),
        ("$.components.schemas.a-b.type", "a-b"),
    ] {
        let fault = overlaid(&format!("\n- {{target: {target:?}, remove: true}}\n")).unwrap_err();
        assert!(fault.contains(&format!("`.{name}` has to be written as `['{name}']`")), "{fault}");
    }
    for (target, words) in [
        ("$.[", "cannot be read from `[`"),
        ("$.tags[", "cannot be read from `[`"),
        ("tags", "begin with `$`"),
    ] {
        let fault = overlaid(&format!("\n- {{target: {target:?}, remove: true}}\n")).unwrap_err();
        assert!(fault.contains(words), "{fault}");
    }
}

#[test]
fn a_copy_is_merged_and_a_removed_value_can_come_back() {
    let document = overlaid(
        "
- {target: \"$.paths['/cats'].get\", copy: \"$.paths['/pets'].get\"}
- {target: $.tags, remove: true}
- {target: $, update: {tags: [{name: new}]}}
- {target: $.tags, copy: $.tags}
",
    )
    .unwrap();
    assert_eq!(json(&document, "/paths/~1cats/get/operationId"), "\"getPets\"");
    assert_eq!(json(&document, "/paths/~1cats/get/parameters/2/name"), "\"three\"");
    assert_eq!(json(&document, "/tags"), r#"[{"name":"new"},{"name":"new"}]"#);
}

#[test]
fn an_action_of_version_1_2_can_be_used_again() {
    let text = "
overlay: 1.2.0
info: {title: T, version: '1'}
components: {actions: {read: {fields: {update: {x-read: true}}}}}
actions:
- {target: \"$.paths['/cats'].get\", $ref: '#/components/actions/read'}
- {target: \"$.paths['/pets'].get\", $ref: '#/components/actions/read'}
";
    let document = parsed(DOCUMENT, &[text]).unwrap();
    assert_eq!(json(&document, "/paths/~1cats/get/x-read"), "true");
    assert_eq!(json(&document, "/paths/~1pets/get/x-read"), "true");
    let fault = parsed(DOCUMENT, &[&text.replace("actions/read'", "actions/write'")]).unwrap_err();
    assert!(fault.contains("1.yaml:6:42: error[overlay-action]"), "{fault}");
}

#[test]
fn each_value_is_found_where_it_is_written() {
    let document = parsed(
        DOCUMENT,
        &[
            "overlay: 1.1.0\nactions:\n- {target: $.info, update: {contact: {name: me}}}\n- {target: '$.tags[0]', remove: true}\n",
            "overlay: 1.0.0\nactions:\n- {target: $.tags, update: {name: d}}\n- {target: \"$.paths['/cats'].get\", copy: \"$.paths['/pets'].get\"}\n",
        ],
    )
    .unwrap();
    for (pointer, file, line) in [
        ("/info/title", "api.yaml", 2),
        ("/info/contact/name", "1.yaml", 3),
        ("/tags/0/name", "api.yaml", 3),
        ("/tags/2/name", "2.yaml", 3),
        ("/paths/~1cats/get/parameters/0/name", "api.yaml", 6),
        ("/paths/~1cats/get/tags/0", "api.yaml", 9),
    ] {
        let diagnostic = Diagnostic {
            severity: Severity::Warning,
            code: "x",
            message: "x".to_owned(),
            file: document.file().to_owned(),
            pointer: Pointer::parse(pointer).unwrap(),
            position: None,
            help: None,
        };
        let located = document.locate(vec![diagnostic]);
        let found = located.iter().next().unwrap();
        assert_eq!((&*found.file, found.position.unwrap().line), (file, line), "{pointer}");
    }
    // The elements before and after a removed one.
    let position = |pointer: &str| {
        let pointer = Pointer::parse(pointer).unwrap();
        let (file, pointer) = document.origin("api.yaml", &pointer);
        document.positions(&[(file, &pointer)])[0].unwrap().column
    };
    assert_eq!((position("/tags/0/name"), position("/tags/1/name")), (26, 37));
}

#[test]
fn an_action_that_selects_nothing_is_reported_with_its_place() {
    let document = overlaid("- {target: \"$.paths['/dogs'].get\", remove: true}\n").unwrap();
    let found = document.locate(document.warnings().to_vec());
    let one = found.iter().next().unwrap();
    assert_eq!((one.code, &*one.file, one.position.unwrap().line), ("overlay-no-match", "1.yaml", 4));
    let help = one.help.as_deref().unwrap();
    assert_eq!(help, "`$.paths` is the longest part of it that selects something");
}

#[test]
fn a_bad_overlay_is_an_error_with_its_place() {
    let deep = format!(
        "overlay: 1.1.0\nactions: [{{target: '$..parameters[0]', update: {{x-a: {}1{}}}}}]",
        "[".repeat(123),
        "]".repeat(123)
    );
    let long = format!(
        "overlay: 1.1.0\nactions: [{{target: '$[?{}@{}]', remove: true}}]",
        "(".repeat(3000),
        ")".repeat(3000)
    );
    let doubled = format!(
        "overlay: 1.1.0\nactions:\n- {{target: $.tags, update: [[{}]]}}\n{}",
        "0,".repeat(5000),
        "- {target: $.tags, copy: $.tags}\n".repeat(40)
    );
    for (text, place, code) in [
        ("", "1.yaml:1:1", "not-openapi"),
        ("[]", "1.yaml:1:1", "not-overlay"),
        ("openapi: 3.1.0", "1.yaml:1:1", "not-overlay"),
        ("overlay: 2.0.0", "1.yaml:1:10", "not-overlay"),
        ("overlay: 1.1", "1.yaml:1:10", "not-overlay"),
        ("overlay: 1.1.0\nactions: 3", "1.yaml:2:10", "overlay-action"),
        ("overlay: 1.1.0\nactions: []", "1.yaml:2:1", "overlay-action"),
        ("overlay: 1.1.0\nactions: [1]", "1.yaml:2:11", "overlay-action"),
        ("overlay: 1.1.0\nactions: [{target: $.info}]", "1.yaml:2:11", "overlay-action"),
        ("overlay: 1.1.0\nactions: [{target: $.info, remove: yes}]", "1.yaml:2:36", "overlay-action"),
        ("overlay: 1.1.0\nactions: [{target: $, remove: true}]", "1.yaml:2:20", "overlay-action"),
        ("overlay: 1.1.0\nactions: [{target: $, update: 1, copy: $}]", "1.yaml:2:40", "overlay-action"),
        ("overlay: 1.1.0\nactions: [{remove: true}]", "1.yaml:2:11", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: 5, remove: true}]", "1.yaml:2:20", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: '$.ä[', remove: true}]", "1.yaml:2:20", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: $..a..b..c..d, remove: true}]", "1.yaml:2:20", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: info, remove: true}]", "1.yaml:2:20", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: $.info, copy: $.no}]", "1.yaml:2:34", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: $.info, copy: '$.tags[*]'}]", "1.yaml:2:34", "overlay-target"),
        ("overlay: 1.1.0\nactions: [{target: $.info, update: 1}]", "1.yaml:2:36", "overlay-mismatch"),
        (
            "overlay: 1.1.0\nactions: [{target: $.info, update: {title: {a: 1}}}]",
            "1.yaml:2:28",
            "overlay-mismatch",
        ),
        (&deep, "1.yaml:2:40", "too-deep"),
        (&long, "1.yaml:2:20", "overlay-target"),
        (&doubled, "1.yaml:", "too-large"),
        ("overlay: 1.1.0\nactions: [", "1.yaml:3:1", "syntax"),
    ] {
        let fault = parsed(DOCUMENT, &[text]).map(drop).unwrap_err();
        let shown: String = fault.chars().take(300).collect();
        assert!(
            fault.starts_with(place) && fault.contains(&format!("error[{code}]")),
            "{text:.200}: {shown}"
        );
    }
    let misspelled = overlaid("- {target: $.info, updates: {a: 1}, remove: true}\n").unwrap();
    assert_eq!(misspelled.warnings()[0].help.as_deref(), Some("did you mean `update`?"));
}

#[test]
fn an_overlay_may_change_the_version_and_the_identifiers() {
    let document = parsed(
        "swagger: '2.0'",
        &["overlay: 1.1.0\nactions: [{target: $, update: {openapi: 3.1.0, components: {schemas: {A: {$anchor: a}}}}}]"],
    )
    .unwrap();
    let target = document.resolve("api.yaml", "#a").unwrap();
    assert_eq!(target.node.get("$anchor").and_then(Node::as_str), Some("a"));
}
