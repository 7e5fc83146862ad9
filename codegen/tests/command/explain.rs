//! `explain`.

use crate::fixture::Folder;

#[test]
fn every_code_is_listed_and_explained() {
    let folder = Folder::with_pets();
    let list = folder.run(&["explain"]);
    assert_eq!(list.code, Some(0));
    assert!(list.stdout.lines().count() > 50, "{}", list.stdout);
    for code in ["dangling-ref", "warning[dangling-ref]", "error[dangling-ref]"] {
        let ended = folder.run(&["explain", code]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        assert!(ended.stdout.starts_with("A `$ref` refers to something that is not in the document.\n\n"));
    }
    let json = folder.run(&["explain", "dangling-ref", "--json"]).json();
    assert_eq!(json["code"], "dangling-ref");
}

#[test]
fn an_unknown_code_is_an_error_that_names_the_nearest() {
    let ended = Folder::with_pets().run(&["explain", "dangling-reff"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("did you mean `dangling-ref`?"), "{ended:?}");
}
