//! Invariants of all generated output.

use std::collections::{BTreeMap, HashSet};

use openapi_crate::diagnostic::{Diagnostics, Severity};
use openapi_crate::package::Package;
use openapi_crate::{Options, Output, generate, schema_types};

/// Generates modules and a crate from a text and the files beside it, and checks the output. Returns whether there
/// was any.
pub(crate) fn generates_or_refuses(file: &str, text: &str, files: &BTreeMap<String, String>) -> bool {
    let options =
        |output| Options { file: file.to_owned(), output, files: files.clone(), ..Options::default() };
    let mut refused = Vec::new();
    for output in [Output::Modules, Output::Crate { name: "an-api".to_owned() }] {
        let options = options(output);
        match generate(text, &options) {
            Ok(generated) => {
                is_sound(&generated.package);
                have_places(&generated.warnings, file, text);
                let again = generate(text, &options).expect("it was generated before");
                let same = again.package.files().eq(generated.package.files());
                assert!(same, "the same document gives another package");
                refused.push(false);
            }
            Err(faults) => {
                assert!(faults.count(Severity::Error) > 0, "a refusal without a reason");
                have_places(&faults, file, text);
                assert!(!faults.render(true).is_empty());
                refused.push(true);
            }
        }
    }
    assert!(refused[0] == refused[1], "modules and a crate are made of the same documents");
    match schema_types(text, &options(Output::Modules)) {
        Ok(types) => {
            for (pointer, ty) in types {
                assert!(syn::parse_str::<syn::Type>(&ty).is_ok(), "{pointer} is not a type: {ty}");
            }
        }
        Err(_) => assert!(refused[0], "types are found in what is generated from"),
    }
    !refused[0]
}

/// Every fault of a text has a place in it.
pub(crate) fn have_places(faults: &Diagnostics, file: &str, text: &str) {
    let lines = text.split('\n').count() + 1;
    for fault in faults.iter() {
        let position = fault.position.unwrap_or_else(|| panic!("{fault} has no place"));
        assert!(position.line > 0 && position.column > 0, "{fault}");
        assert!(fault.file != file || position.line <= lines, "{fault}");
    }
}

/// Every Rust file parses, every link of a page has a target, and no two files differ only in case.
fn is_sound(package: &Package) {
    let mut paths = HashSet::new();
    for (path, text) in package.files() {
        assert!(paths.insert(path.to_lowercase()), "two files are called {path}");
        assert!(!path.contains(".."), "{path}");
        if path.ends_with(".rs") {
            let parsed = syn::parse_file(text);
            assert!(parsed.is_ok(), "{path} is not Rust: {:?}\n{text}", parsed.err());
        }
    }
    let names: HashSet<&str> = package.files().map(|(path, _)| path).collect();
    for (path, text) in package.files().filter(|(path, _)| path.ends_with(".md")) {
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && *target != "b.md") {
            let Some((page, _)) = target.split_once(".md") else { continue };
            let page = format!("{folder}{page}.md");
            assert!(names.contains(&*page), "{path} leads to {page}, which is not there");
        }
    }
}
