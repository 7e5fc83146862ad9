//! `generate` and `check`.

use crate::fixture::{Folder, PETS};

const CRATE: [&str; 6] = ["generate", "pets.yaml", "--out", "pets", "--name", "pets"];

#[test]
fn a_crate_is_written_once_and_then_up_to_date() {
    let folder = Folder::with_pets();
    let first = folder.run(&CRATE);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    assert!(first.stdout.contains("\npets: "), "{first:?}");
    let counts = first.stdout.lines().last().unwrap();
    assert!(
        counts.starts_with("2 operations, 2 models, ") && counts.contains(" lines of Rust in "),
        "{counts}"
    );
    assert!(folder.read("pets/Cargo.toml").contains("name = \"pets\""));
    assert!(folder.read("pets/src/apis/pets_api.rs").contains("pub fn get_pet("));
    assert!(folder.read("pets/docs/README.md").contains("get_pet"));

    let second = folder.run(&CRATE);
    assert!(second.stdout.starts_with("pets: all ") && second.stdout.contains(" up to date\n"), "{second:?}");
    folder.write("pets.yaml", &PETS.replace("listShops", "listStores"));
    for check in [
        folder.run(&[&CRATE[..], &["--check"]].concat()),
        folder.run(&["check", "pets.yaml", "--out", "pets", "--name", "pets"]),
    ] {
        assert_eq!(check.code, Some(1), "{check:?}");
        assert!(check.stdout.contains("\n-pub fn list_shops("), "{check:?}");
        let last = check.stdout.lines().last().unwrap();
        let command = last.rsplit_once("to update, run: ").unwrap().1;
        assert_eq!(command, "openapi-crate generate pets.yaml --out pets --name pets");
    }
    assert!(!folder.read("pets/src/apis/shops_api.rs").contains("list_stores"), "a check writes nothing");
}

/// What Cargo knows of the packages of a manifest.
fn metadata(manifest: &std::path::Path) -> serde_json::Value {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"]);
    let ended = cargo.arg(manifest).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).unwrap()
}

#[test]
fn cargo_accepts_the_features_of_tags_of_any_name() {
    let folder = Folder::with_pets();
    let tags = [
        "default", "full", "testing", "3D", "_", "-", "__x", "dep:http", "a/b+c", "日本", "🎉", "Pet Shop",
        "pet-shop", "1",
    ];
    let paths = tags.iter().enumerate().map(|(at, tag)| {
        let operation =
            serde_json::json!({"operationId": format!("get{at}"), "tags": [tag], "responses": {}});
        (format!("/{at}"), serde_json::json!({ "get": operation }))
    });
    let paths: serde_json::Map<_, _> = paths.collect();
    let info = serde_json::json!({"title": "T", "version": "1"});
    let document = serde_json::json!({"openapi": "3.1.0", "info": info, "paths": paths});
    folder.write("tags.json", &document.to_string());
    let ended =
        folder.run(&["generate", "tags.json", "--out", "tags", "--name", "tags", "--features-by-tag"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let json = metadata(&folder.path("tags/Cargo.toml"));
    let full = json["packages"][0]["features"]["full"].as_array().unwrap();
    assert_eq!(full.len(), tags.len(), "{full:?}");
}

#[test]
fn a_crate_is_a_member_of_the_workspace_that_it_is_written_into() {
    let folder = Folder::with_pets();
    folder.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"pets\"]\n");
    assert_eq!(folder.run(&CRATE).code, Some(0));
    let json = metadata(&folder.path("Cargo.toml"));
    assert_eq!(json["packages"][0]["name"], "pets");
}

#[test]
fn a_document_that_is_not_a_file_is_an_error_with_help() {
    let folder = Folder::with_pets();
    for (spec, help) in
        [("https://example.com/openapi.yaml", "download it first"), ("-", "standard input is not read")]
    {
        let ended = folder.run(&["generate", spec, "--out", "pets", "--name", "pets"]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(
            ended.stderr.contains(&format!("cannot read `{spec}`")) && ended.stderr.contains(help),
            "{ended:?}"
        );
    }
    assert!(!folder.has_output());
}

#[test]
fn a_module_is_written_without_a_manifest_and_with_the_list_of_what_it_needs() {
    let folder = Folder::with_pets();
    let module = ["generate", "pets.yaml", "--out", "src/pets", "--module"];
    let ended = folder.run(&module);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (_, list) = ended.stdout.split_once("\n[dependencies]\n").unwrap();
    assert!(list.contains("\nreqwest = {") && list.contains("\"rustls\""), "{list}");
    assert!(list.contains("\nchrono = ") && !list.contains("uuid"), "only what the code uses: {list}");
    let root = folder.read("src/pets/mod.rs");
    assert!(root.contains("\n// [dependencies]\n// backon = "), "{root}");
    let of_web = "\n[target.'cfg(target_arch = \"wasm32\")'.dependencies]\ngloo-timers = ";
    assert!(list.contains(of_web), "{list}");
    assert!(root.contains(&format!("\n//{}", of_web.replace('\n', "\n// "))), "{root}");
    assert!(!folder.path("src/pets/Cargo.toml").exists() && !folder.path("src/pets/docs").exists());
    let api = folder.read("src/pets/apis/pets_api.rs");
    assert!(api.contains("use super::super::models;") && !api.contains("crate::"), "{api}");

    // A file that is no longer generated goes, one of the user's own stays.
    folder.write("src/pets/models/mine.rs", "//! Mine.");
    folder.write("pets.yaml", &PETS.replace("Shop", "Store"));
    assert_eq!(folder.run(&module).code, Some(0));
    assert!(!folder.path("src/pets/models/shop.rs").exists());
    assert!(folder.path("src/pets/models/store.rs").exists());
    assert!(folder.path("src/pets/models/mine.rs").exists());
}

#[test]
fn a_folder_that_was_not_generated_is_left_alone() {
    let folder = Folder::with_pets();
    folder.write("mine/src/lib.rs", "//! Mine.");
    for arguments in [
        &["generate", "pets.yaml", "--out", "mine", "--name", "pets"][..],
        &["generate", "pets.yaml", "--out", "mine", "--module"],
    ] {
        let ended = folder.run(arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains("`mine` has something in it that was not generated"), "{ended:?}");
    }
    assert_eq!(folder.read("mine/src/lib.rs"), "//! Mine.");
}

#[test]
fn a_document_is_checked_without_output() {
    let folder = Folder::with_pets();
    let fine = folder.run(&["check", "pets.yaml"]);
    assert_eq!(fine.code, Some(0), "{fine:?}");
    assert_eq!(fine.stdout, "pets.yaml: no errors (2 operations, 2 models)\n");

    folder.write("warned.yaml", &PETS.replace("{type: array, items", "{type: array, wibble: 1, items"));
    let warned = folder.run(&["check", "warned.yaml"]);
    assert_eq!(warned.code, Some(0));
    assert!(warned.stderr.contains("warning[unknown-keyword]"), "{warned:?}");
    assert!(warned.stdout.contains("2 warnings"), "{warned:?}");
    let denied = folder.run(&["check", "warned.yaml", "--deny-warnings"]);
    assert_eq!((denied.code, denied.stdout.as_str()), (Some(2), ""), "{denied:?}");

    folder.write("broken.yaml", &PETS.replace("schemas/Pet'", "schemas/Pett'"));
    let broken = folder.run(&["check", "broken.yaml"]);
    assert_eq!(broken.code, Some(2));
    assert!(broken.stderr.contains("error[dangling-ref]") && broken.stderr.contains("--> broken.yaml:10:"));
    assert!(!folder.has_output());
}

#[test]
fn arguments_that_do_not_go_together_are_refused() {
    let folder = Folder::with_pets();
    for arguments in [
        &["generate", "pets.yaml", "--out", "pets"][..],
        &["generate", "pets.yaml", "--name", "pets"],
        &["generate", "pets.yaml", "--out", "pets", "--name", "fn"],
        &["generate", "pets.yaml", "--out", "pets", "--name", "pets", "--module"],
        &["check", "pets.yaml", "--out", "pets"],
        &["generate", "--out", "pets", "--name", "pets"],
        &["slice", "pets.yaml", "--out", "cut.yaml"],
        &["explode"],
    ] {
        let ended = folder.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.starts_with("error: "), "{arguments:?}: {ended:?}");
    }
    assert!(!folder.has_output());
}
