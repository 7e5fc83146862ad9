//! `cargo xtask spec`, run as a maintainer runs it.

use std::fs;

use openapi_crate::document::{Document, Node};
use openapi_crate::slice::{Selection, slice};

use super::xtask_fixture::{Copy, published_document, run_here};

#[test]
fn a_slice_is_a_document_of_its_own() {
    let copy = Copy::new();
    let ours = ["spec", "slice", "--from", "spec/uploads.yaml"];
    let one = copy.run(&[&ours[..], &["--operation", "cancelUpload", "--out", "one.yaml"]].concat());
    assert_eq!((one.code, &*one.stdout), (Some(0), "created one.yaml\n"), "{}", one.stderr);
    let text = copy.read("one.yaml");
    let spec = copy.read("spec/uploads.yaml");
    assert!(!text.contains("createUpload") && text.contains("UploadId"), "{text}");
    for line in text.lines().filter(|line| spec.lines().all(|ours| ours != *line)) {
        assert!(line.contains("- &"), "all but an alias that lost its anchor is as it was: {line}");
    }

    let generated = copy.run(&["codegen", "--spec", "one.yaml", "--out", "one", "--name", "one"]);
    assert_eq!(generated.code, Some(0), "{}", generated.stderr);

    let again = copy.run(&[
        "spec",
        "slice",
        "--from",
        "one.yaml",
        "--operation",
        "cancelUpload",
        "--out",
        "two.yaml",
    ]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(copy.read("two.yaml"), text, "cutting twice is cutting once");
}

#[test]
fn a_missing_name_writes_nothing() {
    let copy = Copy::new();
    let arguments =
        ["spec", "slice", "--from", "spec/uploads.yaml", "--tag", "Upload", "--operation", "x", "--out", "o"];
    let ended = copy.run(&arguments);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("no tag `Upload`, but there is `Uploads`"), "{}", ended.stderr);
    assert!(ended.stderr.contains("no operation `x`; there are `createFile`"), "{}", ended.stderr);
    assert!(!copy.path("o").exists());
}

#[test]
fn every_tag_of_the_published_document_can_be_cut_out() {
    let Some(path) = published_document() else { return };
    let document = Document::parse("openai.yaml", &fs::read_to_string(path).unwrap()).unwrap();
    let tags = document.root().get("tags").and_then(Node::as_array).unwrap();
    for tag in tags.iter().filter_map(|tag| tag.get("name")).filter_map(Node::as_str) {
        let selection = Selection { tags: vec![tag.to_owned()], ..Selection::default() };
        let Ok(text) = slice(&document, &selection) else {
            println!("{tag}: no operation has this tag");
            continue;
        };
        let part = Document::parse("openai.yaml", &text).unwrap_or_else(|faults| panic!("{tag}: {faults}"));
        assert_part(part.root(), document.root(), tag);
        assert_closed(&part, part.root(), tag);
        assert_eq!(slice(&part, &selection).unwrap(), text, "{tag}: cutting twice is cutting once");
    }
}

/// Asserts that a slice has only values of the whole document, in the same order.
fn assert_part(part: &Node, whole: &Node, tag: &str) {
    match (part, whole) {
        (Node::Object(part), Node::Object(whole)) => {
            let keys: Vec<_> = whole.keys().filter(|key| part.contains_key(*key)).collect();
            assert_eq!(part.keys().collect::<Vec<_>>(), keys, "{tag}");
            for (key, value) in part {
                assert_part(value, &whole[key], tag);
            }
        }
        (Node::Array(part), Node::Array(whole)) if part.len() < whole.len() => {
            assert!(part.iter().all(|element| whole.contains(element)), "{tag}");
        }
        _ => assert!(part == whole, "{tag}: {part:?} is not {whole:?}"),
    }
}

/// Asserts that the target of every `$ref` of a slice is in the slice.
fn assert_closed(document: &Document, node: &Node, tag: &str) {
    match node {
        Node::Object(members) => {
            if let Some(Node::String(reference)) = members.get("$ref") {
                assert!(document.resolve(document.file(), reference).is_ok(), "{tag}: {reference}");
            }
            members.values().for_each(|value| assert_closed(document, value, tag));
        }
        Node::Array(elements) => elements.iter().for_each(|element| assert_closed(document, element, tag)),
        _ => {}
    }
}

#[test]
fn our_document_differs_from_the_published_one_only_as_listed() {
    let Some(path) = published_document() else { return };
    let ended = run_here(&["spec", "diff", "--from", path.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn a_newer_published_document_is_reported_with_both_positions() {
    let copy = Copy::new();
    // Without departures our own document is the published one.
    copy.write("spec/departures.yaml", "[]\n");
    let published = copy.read("spec/uploads.yaml");
    copy.write("published.yaml", &published);
    let same = copy.run(&["spec", "diff", "--from", "published.yaml"]);
    assert_eq!((same.code, &*same.stdout), (Some(0), "no difference\n"), "{}", same.stderr);

    copy.write("published.yaml", published.replace("maximum: 8589934592", "maximum: 4294967296"));
    let at = "#/components/schemas/CreateUploadRequest/properties/bytes/maximum";
    let newer = copy.run(&["spec", "diff", "--from", "published.yaml"]);
    assert_eq!(newer.code, Some(1), "{}", newer.stderr);
    assert!(
        newer.stdout.starts_with(&format!(
            "changed  {at}: 8589934592 is 4294967296 there (breaks users: what they send"
        )),
        "{}",
        newer.stdout
    );
    for place in ["         here   spec/uploads.yaml:", "         there  published.yaml:"] {
        assert!(newer.stdout.contains(place), "{}", newer.stdout);
    }

    copy.write(
        "spec/departures.yaml",
        format!("- {{at: '{at}', published: 4294967296, reason: Because.}}\n"),
    );
    let meant = copy.run(&["spec", "diff", "--from", "published.yaml"]);
    assert_eq!((meant.code, &*meant.stdout), (Some(0), "no difference, 1 intended departure\n"));

    copy.write("published.yaml", &published);
    let needless = copy.run(&["spec", "diff", "--from", "published.yaml"]);
    assert_eq!(needless.code, Some(1));
    assert!(needless.stdout.starts_with("needless spec/departures.yaml:1: "), "{}", needless.stdout);
}
