//! Snapshots of the files generated for the Uploads API of `spec/uploads.yaml`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use openapi_crate::document::Document;
use openapi_crate::slice::{Selection, slice};
use openapi_crate::{Options, generate};

#[test]
fn each_file_of_the_uploads_api_is_as_reviewed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace");
    let text = fs::read_to_string(root.join("spec/uploads.yaml")).unwrap();
    let document = Document::parse("uploads.yaml", &text).unwrap();
    let selection = Selection { tags: vec!["Uploads".to_owned()], ..Selection::default() };
    let text = slice(&document, &selection).unwrap();
    let options = Options { file: "spec/uploads.yaml".to_owned(), ..Options::default() };
    let generated = generate(&text, &options).unwrap();
    assert!(generated.warnings.is_empty(), "{}", generated.warnings);

    let mut expected = BTreeSet::new();
    for (path, text) in generated.package.files() {
        let name = format!("uploads__{}", path.replace('/', "__"));
        insta::assert_snapshot!(name.as_str(), text);
        expected.insert(format!("written__fragment__{name}.snap"));
    }
    let folder = root.join("codegen/tests/written/snapshots");
    let there = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> = there.filter(|name| name.starts_with("written__fragment__")).collect();
    assert_eq!(there, expected, "a snapshot is left over from a file that is no longer written");
}
