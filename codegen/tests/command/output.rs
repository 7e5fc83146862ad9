//! `--json`, completions and the version.

use crate::fixture::{Folder, PETS};

#[test]
fn json_has_the_outcome_the_counts_and_each_change() {
    let folder = Folder::with_pets();
    let generate = ["--json", "generate", "pets.yaml", "--out", "pets", "--name", "pets"];
    let first = folder.run(&generate);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""), "{first:?}");
    let json = first.json();
    assert_eq!(json["outcome"], "fine");
    assert_eq!((&json["operations"], &json["models"]), (&2.into(), &2.into()));
    assert_eq!(json["files"], json["changes"].as_array().unwrap().len());
    let changes = json["changes"].as_array().unwrap();
    assert!(
        changes.iter().any(|change| change["path"] == "Cargo.toml" && change["kind"] == "created"),
        "{json}"
    );
    let names: Vec<_> = json["dependencies"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert!(names.iter().any(|name| *name == "chrono"), "{names:?}");

    folder.write("pets.yaml", &PETS.replace("listShops", "listStores"));
    let check = folder.run(&[&generate[..], &["--check"]].concat());
    assert_eq!((check.code, &check.json()["outcome"]), (Some(1), &"differs".into()));
}

#[test]
fn json_has_each_diagnostic_with_its_place() {
    let folder = Folder::with_pets();
    folder.write("broken.yaml", &PETS.replace("schemas/Pet'", "schemas/Pett'"));
    let ended = folder.run(&["check", "broken.yaml", "--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), ""), "{ended:?}");
    let json = ended.json();
    assert_eq!(json["outcome"], "failed");
    let first = &json["diagnostics"][0];
    assert_eq!((&first["severity"], &first["code"]), (&"error".into(), &"dangling-ref".into()));
    assert_eq!((&first["file"], &first["line"]), (&"broken.yaml".into(), &10.into()));
    assert!(first["column"].is_u64() && first["help"].is_string(), "{first}");
    assert!(first["pointer"].as_str().unwrap().starts_with("/paths/~1pets~1{id}/get/"), "{first}");

    let missing = folder.run(&["--json", "check", "no.yaml"]);
    assert_eq!((missing.code, missing.stderr.as_str()), (Some(2), ""), "{missing:?}");
    assert!(missing.json()["error"]["message"].as_str().unwrap().starts_with("cannot read `no.yaml`"));
}

#[test]
fn shells_complete_the_commands() {
    let folder = Folder::with_pets();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = folder.run(&["completions", shell]);
        assert_eq!(ended.code, Some(0), "{shell}");
        for command in ["generate", "explain", "deny-warnings"] {
            assert!(ended.stdout.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn the_version_is_the_package_s() {
    let ended = Folder::with_pets().run(&["--version"]);
    assert_eq!(ended.stdout, format!("openapi-crate {}\n", env!("CARGO_PKG_VERSION")));
}
