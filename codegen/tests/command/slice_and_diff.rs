//! `slice` and `diff`.

use crate::fixture::{Folder, PETS};

#[test]
fn a_slice_has_what_its_operations_reach_and_no_more() {
    let folder = Folder::with_pets();
    let ended = folder.run(&["slice", "pets.yaml", "--tag", "Pets", "--out", "cut.yaml"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "created cut.yaml\n"), "{ended:?}");
    let cut = folder.read("cut.yaml");
    assert!(cut.contains("operationId: getPet") && cut.contains("    Pet:"), "{cut}");
    assert!(!cut.contains("Shop"), "{cut}");
    let unknown = folder.run(&["slice", "pets.yaml", "--tag", "Pet", "--out", "other.yaml"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("no tag `Pet`, but there is `Pets`"), "{unknown:?}");
    assert!(!folder.path("other.yaml").exists());
}

#[test]
fn new_operations_of_any_tag_and_other_servers_are_differences() {
    let folder = Folder::with_pets();
    let more = "  /new: {get: {operationId: getNew, responses: {'204': {description: Done.}}}}\ncomponents:";
    folder.write("newer.yaml", &PETS.replace("components:", more).replace("example.com", "example.org"));
    let ended = folder.run(&["diff", "pets.yaml", "newer.yaml"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for line in [
        "changed  #/servers: [\"https://example.com\"] is [\"https://example.org\"] there (breaks users: ",
        "added    #/paths/~1new/get\n",
        "\n2 differences, 1 breaking change\n",
    ] {
        assert!(ended.stdout.contains(line), "{ended:?}");
    }
}

#[test]
fn a_newer_document_is_compared_and_breaking_changes_are_reported() {
    let folder = Folder::with_pets();
    let same = folder.run(&["diff", "pets.yaml", "pets.yaml"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), "no difference\n"), "{same:?}");

    folder.write(
        "newer.yaml",
        &PETS.replace(
            "required: [name], properties: {name: {type: string}, born",
            "properties: {name: {type: string}, born",
        ),
    );
    let ended = folder.run(&["diff", "pets.yaml", "newer.yaml"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("breaks users: what they receive"), "{ended:?}");
    assert!(ended.stdout.ends_with("\n1 difference, 1 breaking change\n"), "{ended:?}");
    let json = folder.run(&["--json", "diff", "pets.yaml", "newer.yaml"]).json();
    assert_eq!(json["differences"].as_array().unwrap().len(), 1, "{json}");

    let at = json["differences"][0]["at"].as_str().unwrap().to_owned();
    folder.write(
        "departures.yaml",
        &format!("- at: '{at}'\n  published: absent\n  reason: They always send it.\n"),
    );
    let meant = folder.run(&["diff", "pets.yaml", "newer.yaml", "--departures", "departures.yaml"]);
    assert_eq!(meant.code, Some(0), "{meant:?}");
}
