//! `--overlay`.

use crate::fixture::Folder;

const OVERLAY: &str = "\
overlay: 1.1.0
info: {title: Corrections, version: '1'}
actions:
- target: $.components.schemas.Pet.properties
  update: {age: {type: integer}}
- target: $.paths['/shops'].get
  update: {parameters: [{name: size, in: quer, schema: {type: integer}}]}
- target: $.components.schemas.Dog
  remove: true
";

#[test]
fn generate_and_check_read_the_corrected_document() {
    let folder = Folder::with_pets();
    folder.write("fixes/overlay.yaml", &OVERLAY.replace("quer,", "query,"));
    let arguments = ["pets.yaml", "--overlay", "fixes/overlay.yaml", "--name", "pets", "--out", "pets"];
    let ended = folder.run(&[&["generate"][..], &arguments].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(folder.read("pets/src/models/pet.rs").contains("pub age: Option<i64>"));
    let place = "fixes/overlay.yaml:8:11";
    assert!(ended.stderr.contains("warning[overlay-no-match]") && ended.stderr.contains(place), "{ended:?}");
    let check = folder.run(&[&["check"][..], &arguments].concat());
    assert!(check.code == Some(0) && check.stdout.contains("up to date"), "{check:?}");
    let denied = folder.run(&[&["generate", "--deny-warnings"][..], &arguments].concat());
    assert_eq!(denied.code, Some(2), "{denied:?}");
    folder.write(
        "config/client.toml",
        "spec = '../pets.yaml'\noverlay = ['../fixes/overlay.yaml']\nname = 'pets'\nout = '../pets'\n",
    );
    let config = folder.run(&["check", "--config", "config/client.toml"]);
    assert!(config.stdout.contains("up to date"), "{config:?}");
}

#[test]
fn a_fault_in_a_value_of_an_overlay_is_reported_there() {
    let folder = Folder::with_pets();
    folder.write("overlay.yaml", OVERLAY);
    let ended = folder.run(&["check", "pets.yaml", "--overlay", "overlay.yaml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("error[unknown-location]") && ended.stderr.contains("overlay.yaml:7:"),
        "{ended:?}"
    );
    let missing = folder.run(&["check", "pets.yaml", "--overlay", "no.yaml"]);
    assert!(
        missing.code == Some(2) && missing.stderr.starts_with("error: cannot read `no.yaml`"),
        "{missing:?}"
    );
    folder.write("bad.yaml", "overlay: 1.1.0\ninfo: {}\nactions:\n- target: $.info.[\n  remove: true\n");
    let bad = folder.run(&[
        "--json",
        "generate",
        "pets.yaml",
        "--overlay",
        "bad.yaml",
        "--name",
        "x",
        "--out",
        "x",
    ]);
    assert_eq!((bad.code, folder.path("x").exists()), (Some(2), false), "{bad:?}");
    let found = &bad.json()["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["file"], &found["line"]),
        (&"overlay-target".into(), &"bad.yaml".into(), &4.into())
    );
}

#[test]
fn an_overlay_may_refer_to_another_file() {
    let folder = Folder::with_pets();
    folder.write("age.yaml", "Age: {type: integer, minimum: 0}\n");
    folder.write(
        "overlay.yaml",
        "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions:\n- target: $.components.schemas.Pet.properties\n  update: {age: {$ref: 'age.yaml#/Age'}}\n",
    );
    let ended =
        folder.run(&["generate", "pets.yaml", "--overlay", "overlay.yaml", "--name", "p", "--out", "p"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(folder.read("p/src/models/pet.rs").contains("pub age: Option<"));
}

#[test]
fn slice_and_diff_read_the_corrected_documents() {
    let folder = Folder::with_pets();
    folder.write("overlay.yaml", &OVERLAY.replace("quer,", "query,"));
    let overlay = ["--overlay", "overlay.yaml"];
    let sliced =
        folder.run(&[&["slice", "pets.yaml", "--tag", "Pets", "--out", "small.json"][..], &overlay].concat());
    assert!(sliced.code == Some(0) && sliced.stderr.contains("overlay-no-match"), "{sliced:?}");
    let small: serde_json::Value = serde_json::from_str(&folder.read("small.json")).unwrap();
    assert_eq!(small.pointer("/components/schemas/Pet/properties/age/type"), Some(&"integer".into()));
    assert_eq!(small.pointer("/components/schemas/Shop"), None);
    folder.write(
        "new.yaml",
        &crate::fixture::PETS.replace("born: {type: string, format: date}", "weight: {type: number}"),
    );
    let diff = folder.run(&[&["diff", "pets.yaml", "new.yaml"][..], &overlay].concat());
    assert_eq!(diff.code, Some(1), "{diff:?}");
    assert!(diff.stdout.contains("properties/weight") && !diff.stdout.contains("properties/age"), "{diff:?}");
    assert_eq!(diff.stderr.matches("warning[overlay-no-match]").count(), 2, "{diff:?}");
}

#[test]
fn the_overlay_of_the_guide_does_what_the_guide_says() {
    let guide = include_str!("../../../docs/generator.md");
    let (_, rest) = guide.split_once("```yaml\noverlay:").unwrap();
    let (overlay, _) = rest.split_once("```").unwrap();
    let folder = Folder::with_pets();
    folder.write("corrections.yaml", &format!("overlay:{overlay}"));
    let arguments =
        ["generate", "pets.yaml", "--overlay", "corrections.yaml", "--out", "pets", "--name", "pets"];
    let ended = folder.run(&arguments);
    assert_eq!((ended.code, ended.stderr.contains("warning")), (Some(0), false), "{ended:?}");
    let pet = folder.read("pets/src/models/pet.rs");
    assert!(pet.contains("pub name: Option<String>") && pet.contains("pub color: Option<String>"), "{pet}");
    assert!(!folder.path("pets/src/apis/shops_api.rs").exists());
}
