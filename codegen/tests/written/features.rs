//! `features_by_tag`: each feature has all that its operations need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use openapi_crate::{Input, Options, Output};
use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, Meta, UseTree};

/// The files of a crate with a feature for each tag.
fn files(document: &str, output: Output) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
    let options = Options { output, features_by_tag: true, ..Options::default() };
    let generated = Input::read(path).unwrap().generate(options).unwrap();
    generated.package.files().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// The features that an item is for; `None`: all.
fn needed(attributes: &[syn::Attribute]) -> Option<BTreeSet<String>> {
    let condition = attributes.iter().find(|attribute| attribute.path().is_ident("cfg"))?;
    let Meta::List(list) = &condition.meta else { panic!("a `cfg` without a condition") };
    Some(strings(list.tokens.clone()))
}

fn strings(tokens: TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(strings(group.stream())),
            TokenTree::Literal(literal) => {
                found.insert(literal.to_string().trim_matches('"').to_owned());
            }
            _ => {}
        }
    }
    found
}

/// The modules of a `mod.rs` and the names that it exports, with a feature alone.
fn with(feature: &str, text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut modules, mut exported) = (BTreeSet::new(), BTreeSet::new());
    for item in syn::parse_file(text).unwrap().items {
        match item {
            Item::Mod(module) if needed(&module.attrs).is_none_or(|list| list.contains(feature)) => {
                modules.insert(module.ident.to_string());
            }
            Item::Use(item) if needed(&item.attrs).is_none_or(|list| list.contains(feature)) => {
                collect(&item.tree, &mut exported);
            }
            _ => {}
        }
    }
    (modules, exported)
}

fn collect(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => collect(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, names)),
        UseTree::Name(name) => {
            names.insert(name.ident.to_string());
        }
        _ => {}
    }
}

/// What code names below `models`: a module or an exported type.
fn mentioned(text: &str) -> BTreeSet<String> {
    let code =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let after = code.split("models::").skip(1);
    let name = |text: &str| {
        text.chars().take_while(|letter| letter.is_alphanumeric() || "_#".contains(*letter)).collect()
    };
    after.map(name).collect()
}

#[test]
fn with_one_feature_every_type_is_there_that_its_operations_and_their_types_name() {
    for document in ["tests/documents/everything.yaml", "tests/documents/names.yaml", "spec/uploads.yaml"] {
        let files = files(document, Output::Crate { name: "pets".to_owned() });
        let manifest = &files["Cargo.toml"];
        let full = manifest.lines().find_map(|line| line.strip_prefix("full = ")).unwrap();
        let features: Vec<&str> = full.split('"').skip(1).step_by(2).collect();
        assert!(features.len() > 1, "{document}: {features:?}");
        for feature in features {
            assert!(manifest.contains(&format!("\n{feature} = [")), "{manifest}");
            let (models, exported) = with(feature, &files["src/models/mod.rs"]);
            let (apis, _) = with(feature, &files["src/apis/mod.rs"]);
            for (folder, modules) in [("models", &models), ("apis", &apis)] {
                for module in modules {
                    let text = &files[&format!("src/{folder}/{}.rs", module.trim_start_matches("r#"))];
                    for name in mentioned(text) {
                        assert!(
                            models.contains(&name) || exported.contains(&name),
                            "{document}: {folder}::{module} names `{name}`, which is not there with `{feature}`"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_feature_has_its_own_operations_and_no_model_that_only_others_reach() {
    let files = files("spec/uploads.yaml", Output::Crate { name: "uploads".to_owned() });
    let (apis, _) = with("batch", &files["src/apis/mod.rs"]);
    assert_eq!(apis, ["batch_api", "configuration"].map(str::to_owned).into());
    let (models, exported) = with("batch", &files["src/models/mod.rs"]);
    assert!(models.contains("batch") && models.contains("error") && exported.contains("Batch"), "{models:?}");
    assert!(!models.contains("upload_part") && !exported.contains("UploadPart"), "{models:?}");
}
