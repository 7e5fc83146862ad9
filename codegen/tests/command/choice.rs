//! `--tag`, `--operation`, `--path` and their negations.

use crate::fixture::{Folder, PETS};

#[test]
fn a_crate_has_the_chosen_operations_and_what_they_reach() {
    let folder = Folder::with_pets();
    let generate = |choice: &[&str]| {
        let arguments = ["--json", "generate", "pets.yaml", "--out", "pets", "--name", "pets"];
        folder.run(&[&arguments[..], choice].concat())
    };
    for choice in [
        &["--tag", "Pets"][..],
        &["--operation", "getPet"],
        &["--operation", "GET /pets/{id}"],
        &["--path", "/pets/**"],
        &["--not-tag", "Shops"],
        &["--not-operation", "listShops"],
        &["--not-path", "/shops"],
    ] {
        let json = generate(choice).json();
        assert_eq!((&json["operations"], &json["models"]), (&1.into(), &1.into()), "{choice:?}: {json}");
        assert!(
            folder.path("pets/src/apis/pets_api.rs").exists()
                && folder.path("pets/src/models/pet.rs").exists()
        );
        assert!(!folder.path("pets/src/apis/shops_api.rs").exists(), "{choice:?}");
    }
    let all = generate(&["--tag", "Pets", "--tag", "Shops"]).json();
    assert_eq!(all["operations"], 2, "{all}");
    let check = folder.run(&["check", "pets.yaml", "--out", "pets", "--name", "pets", "--tag", "Pets"]);
    assert_eq!(check.code, Some(1));
    assert!(check.stdout.ends_with(" --out pets --name pets --tag Pets\n"), "{check:?}");
}

#[test]
fn faults_outside_of_the_selection_are_not_reported_and_positions_stay() {
    let folder = Folder::with_pets();
    let broken = PETS.replace("{name: id, in: path", "{name: id, wibble: 1, in: path");
    folder.write("pets.yaml", &broken.replace("schemas/Shop'", "schemas/Shopp'"));
    let ended = folder.run(&["check", "pets.yaml", "--tag", "Pets"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stderr.contains("warning[unknown-member]") && ended.stderr.contains("--> pets.yaml:9:"),
        "{ended:?}"
    );
}

#[test]
fn links_to_other_operations_do_not_bring_these_back() {
    let folder = Folder::with_pets();
    let link = "'200': {links: {shops: {operationId: listShops}}, description: The pet.";
    folder.write("pets.yaml", &PETS.replace("'200': {description: The pet.", link));
    let ended = folder.run(&["--json", "check", "pets.yaml", "--tag", "Pets"]);
    assert_eq!(ended.json()["operations"], 1, "{ended:?}");
}

#[test]
fn an_operation_of_a_path_in_another_file_is_chosen_like_any_other() {
    let folder = Folder::with_pets();
    folder.write(
        "pets.yaml",
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {$ref: 'a.yaml'}}\n",
    );
    folder.write(
        "a.yaml",
        "get: {operationId: get, responses: {'204': {description: A.}}}\n\
         put: {operationId: put, requestBody: {content: {application/json: {schema: {properties: {a: {type: string}}}}}}, \
         responses: {'204': {description: B.}}}\n",
    );
    let json = folder.run(&["--json", "check", "pets.yaml", "--operation", "get"]).json();
    assert_eq!((&json["operations"], &json["models"]), (&1.into(), &0.into()), "{json}");
}

#[test]
fn a_name_that_is_not_there_is_an_error_with_the_nearest() {
    let folder = Folder::with_pets();
    let ended = folder.run(&["generate", "pets.yaml", "--out", "pets", "--name", "pets", "--tag", "Pet"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("error[no-such-operation]: the document has no tag `Pet`, but there is `Pets`")
    );
    assert!(!folder.has_output());
}

#[test]
fn operations_of_other_methods_and_of_tags_below_are_chosen() {
    let folder = Folder::with_pets();
    folder.write(
        "pets.yaml",
        "\
openapi: 3.2.0
info: {title: Pets, version: '1'}
servers: [{url: https://example.com}]
tags: [{name: Animals}, {name: Pets, parent: Animals}, {name: Cats, parent: Pets}, {name: Loop, parent: Loop}]
paths:
  /pets:
    query: {operationId: queryPets, tags: [Pets], responses: {'204': {description: ok}}}
    additionalOperations:
      COPY: {operationId: copyPets, tags: [Cats], responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}
  /loops:
    get: {operationId: getLoop, tags: [Loop], responses: {'204': {description: ok}}}
components: {schemas: {Pet: {type: object}, Other: {type: object}}}
",
    );
    for (choice, operations) in [
        (&["--tag", "Animals"][..], 2),
        (&["--tag", "Cats"], 1),
        (&["--not-tag", "Pets"], 1),
        (&["--operation", "copy /pets"], 1),
        (&["--operation", "COPY /pets", "--operation", "query /pets"], 2),
        (&["--path", "/pets"], 2),
    ] {
        let ended = folder.run(&[&["--json", "check", "pets.yaml"][..], choice].concat());
        assert_eq!(ended.json()["operations"], operations, "{choice:?}: {ended:?}");
    }
    let sliced = folder.run(&["slice", "pets.yaml", "--operation", "copyPets", "--out", "small.yaml"]);
    let small = folder.read("small.yaml");
    assert!(sliced.code == Some(0) && small.contains("COPY") && small.contains("Pet:"), "{sliced:?} {small}");
    assert!(!small.contains("Loop") || !small.contains("getLoop"), "{small}");
    assert!(!small.contains("Other"), "{small}");
    folder.write("new.yaml", &folder.read("pets.yaml").replace("COPY", "MOVE"));
    let diff = folder.run(&["diff", "pets.yaml", "new.yaml"]);
    assert!(diff.code == Some(1) && diff.stdout.contains("MOVE"), "{diff:?}");
}
