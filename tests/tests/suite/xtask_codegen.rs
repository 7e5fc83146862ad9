//! `cargo xtask codegen`, run as a maintainer runs it.

use std::fs;

use super::xtask_fixture::{Copy, run_here};

#[test]
fn the_committed_files_are_up_to_date() {
    let check = run_here(&["codegen", "--check"]);
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    assert!(is_up_to_date(&check.stdout), "{}", check.stdout);
}

/// Whether the output says that nothing changed: `openai-uploads: all 49 files are up to date`.
fn is_up_to_date(stdout: &str) -> bool {
    let first = stdout.lines().next().unwrap_or_default();
    let count = first.strip_suffix(" files are up to date").and_then(|rest| rest.split_once(": all "));
    count.is_some_and(|(_, count)| count.parse::<usize>().is_ok())
}

#[test]
fn edited_missing_and_stale_files_are_shown_and_fixed() {
    let copy = Copy::new();
    let before = copy.tree();
    let model = "openai-uploads/src/generated/models/upload_part.rs";
    let missing = "openai-uploads/src/generated/models/error.rs";
    let left_over = "openai-uploads/src/generated/models/old.rs";
    copy.write(model, copy.read(model).replace("pub struct UploadPart", "pub struct Part"));
    copy.write(left_over, "pub struct Old;\n");
    fs::remove_file(copy.path(missing)).unwrap();
    let damaged = copy.tree();

    let check = copy.run(&["codegen", "--check"]);
    assert_eq!(check.code, Some(1), "{}", check.stderr);
    for line in [
        "--- a/src/generated/models/upload_part.rs",
        "-pub struct Part {",
        "+pub struct UploadPart {",
        "+++ b/src/generated/models/error.rs",
        "--- a/src/generated/models/old.rs",
        "3 files out of date; to update, run: cargo xtask codegen",
    ] {
        assert!(check.stdout.lines().any(|reported| reported == line), "{line}:\n{}", check.stdout);
    }
    assert!(copy.tree() == damaged, "a check writes nothing");

    let update = copy.run(&["codegen"]);
    assert_eq!(update.code, Some(0), "{}", update.stderr);
    for line in [
        "changed src/generated/models/upload_part.rs",
        "created src/generated/models/error.rs",
        "removed src/generated/models/old.rs",
    ] {
        assert!(update.stdout.lines().any(|reported| reported == line), "{line}:\n{}", update.stdout);
    }
    assert!(copy.tree() == before, "all is as it was");
    assert!(
        update.stdout.contains("\nopenai-uploads: 1 created, 1 changed, 1 removed (of "),
        "{}",
        update.stdout
    );
    assert!(is_up_to_date(&copy.run(&["codegen"]).stdout));
    assert_eq!(copy.run(&["codegen", "--check"]).code, Some(0));
}

#[test]
fn a_change_of_the_document_is_a_difference_until_it_is_generated() {
    let copy = Copy::new();
    let spec = copy.read("spec/uploads.yaml");
    copy.write("spec/uploads.yaml", spec.replace("seconds:", "duration:").replace("seconds]", "duration]"));
    let check = copy.run(&["codegen", "--check"]);
    assert_eq!(check.code, Some(1), "{}", check.stderr);
    assert!(check.stdout.contains("\n+    pub duration: u64,"), "{}", check.stdout);
    assert_eq!(copy.run(&["codegen"]).code, Some(0));
    assert_eq!(copy.run(&["codegen", "--check"]).code, Some(0));
}

/// Bad input, and the expected message.
fn bad_documents() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";
    let with = |rest: &str| format!("{head}{rest}").into_bytes();
    let mut bomb = format!("{head}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", "));
    }
    vec![
        ("not UTF-8", b"openapi: 3.1.0\n\xff\xfe".to_vec(), "is not UTF-8 at line 2, column 1"),
        ("empty", Vec::new(), "error[not-openapi]: the document is empty"),
        ("not YAML", b"openapi: [3.1.0".to_vec(), "error[syntax]: this is not YAML"),
        ("a tab", b"openapi: 3.1.0\npaths:\n\t/a: {}".to_vec(), "error[syntax]: this is not YAML"),
        ("not JSON", b"{\"openapi\": \"3.1.0\", \"a\": nul}}".to_vec(), "error[syntax]: this is not JSON"),
        ("not OpenAPI", b"just: text".to_vec(), "error[not-openapi]: this is not an OpenAPI document"),
        ("Swagger", b"swagger: '2.0'".to_vec(), "api.yaml:1:10"),
        ("another version", b"openapi: 4.0.0".to_vec(), "api.yaml:1:10"),
        ("a key twice", with("paths: {}\npaths: {}\n"), "api.yaml:4:1"),
        (
            "a dangling reference",
            with(
                "paths: {/a: {get: {operationId: a, responses: {'200': {$ref: '#/components/responses/X'}}}}}\n",
            ),
            "error[dangling-ref]",
        ),
        (
            "a remote reference",
            with(
                "paths: {/a: {get: {operationId: a, responses: {'200': {$ref: 'https://example.com/x'}}}}}\n",
            ),
            "error[remote-ref]",
        ),
        (
            "a file that is not there",
            with("paths: {/a: {get: {operationId: a, responses: {'200': {$ref: 'x.yaml#/X'}}}}}\n"),
            "error[missing-file]",
        ),
        (
            "a schema of nothing but itself",
            with("paths: {}\ncomponents: {schemas: {A: {$ref: '#/components/schemas/A'}}}\n"),
            "-cycle]",
        ),
        ("thousands of levels", with(&format!("paths: {}", "[".repeat(9000))), "error[too-deep]"),
        ("levels in JSON", "{\"a\":".repeat(9000).into_bytes(), "error[too-deep]"),
        ("an alias bomb", bomb.into_bytes(), "error[too-many-aliases]"),
        ("millions of values", with(&format!("x: [{}]", "1,".repeat(2_500_000))), "error[too-large]"),
        ("an endless line", with(&format!("x: \"{}", "a".repeat(8_000_000))), "error[syntax]"),
    ]
}

#[test]
fn a_bad_document_is_reported_with_its_position_and_nothing_is_written() {
    let copy = Copy::new();
    for (what, text, reported) in bad_documents() {
        copy.write("api.yaml", &text);
        let before = copy.tree();
        let ended = copy.run(&["codegen", "--spec", "api.yaml", "--out", "out", "--name", "api"]);
        let head: String = ended.stderr.chars().take(600).collect();
        assert_eq!(ended.code, Some(2), "{what}: {head}");
        assert!(ended.stderr.contains(reported), "{what}: {head}");
        assert!(what == "empty" || ended.stderr.contains("api.yaml"), "{what}: {head}");
        assert!(!ended.stderr.contains("panicked"), "{what}: {head}");
        assert!(copy.tree() == before, "{what}: nothing is written");
    }
    let missing = copy.run(&["codegen", "--spec", "no.yaml", "--out", "out", "--name", "api"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.starts_with("error: cannot read `no.yaml`"), "{}", missing.stderr);
}

#[test]
fn a_document_that_breaks_a_rule_is_generated_with_warnings_unless_they_are_denied() {
    let copy = Copy::new();
    copy.write(
        "api.yaml",
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a/{id}: {get: {responses: {2xx: {description: A.}}}}\n  \
         b: {get: {operationId: same, security: [{none: []}], responses: {'204': {description: B.}}}}\n  \
         /c: {get: {operationId: same, responses: {'204': {description: C.}}}}\n",
    );
    let arguments = ["codegen", "--spec", "api.yaml", "--out", "out", "--name", "api"];
    let before = copy.tree();
    let denied = copy.run(&[&arguments[..], &["--deny-warnings"]].concat());
    assert_eq!(denied.code, Some(2), "{}", denied.stderr);
    assert!(copy.tree() == before);
    let generated = copy.run(&arguments);
    assert_eq!(generated.code, Some(0), "{}", generated.stderr);
    for warning in [
        "warning[missing-operation-id]",
        "warning[undeclared-path-parameter]",
        "warning[unknown-status]",
        "warning[malformed-path]",
        "warning[unknown-security-scheme]",
        "warning[repeated-operation-id]",
    ] {
        assert!(generated.stderr.contains(warning), "{warning}: {}", generated.stderr);
    }
    let functions = copy.read("out/src/apis/default_api.rs");
    for function in
        ["pub fn get_a_by_id(configuration: &Configuration, id: &str)", "pub fn same(", "pub fn same_2("]
    {
        assert!(functions.contains(function), "{function}: {functions}");
    }
    assert!(copy.read("out/README.md").contains("async fn first_call()"));
}

#[test]
fn several_faults_are_reported_at_once_with_their_positions() {
    let copy = Copy::new();
    let text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {responses: {}}\n    \
                put: {operationId: b, responses: {'200': {$ref: '#/nowhere'}}}\n  /b:\n    \
                get: {operationId: b, responses: {'204': {description: Done.}}}\n";
    copy.write("api.yaml", text);
    let before = copy.tree();
    let ended = copy.run(&["codegen", "--spec", "api.yaml", "--out", "out", "--name", "api"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    for reported in [
        "api.yaml:5:5",
        "api.yaml:6:",
        "api.yaml:8:24",
        "missing-operation-id",
        "dangling-ref",
        "repeated-operation-id",
    ] {
        assert!(ended.stderr.contains(reported), "{reported}: {}", ended.stderr);
    }
    assert!(copy.tree() == before);
}

#[test]
fn a_document_of_50_megabytes_is_read_or_refused_with_a_message() {
    let copy = Copy::new();
    let head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n";
    copy.write("api.yaml", format!("{head}x-much: '{}'\n", "much ".repeat(10_000_000)));
    let ended = copy.run(&["codegen", "--spec", "api.yaml", "--out", "out", "--name", "api"]);
    let reported: String = ended.stderr.chars().take(600).collect();
    assert!(matches!(ended.code, Some(0 | 2)), "{:?}: {reported}", ended.code);
    assert!(ended.stderr.len() < 10_000 && !ended.stderr.contains("panicked"), "{reported}");
}

#[test]
fn a_folder_with_other_files_is_not_changed() {
    let copy = Copy::new();
    copy.write("mine/src/lib.rs", "//! Mine.");
    let before = copy.tree();
    let ended = copy.run(&["codegen", "--spec", "spec/uploads.yaml", "--out", "mine", "--name", "api"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stdout);
    assert!(ended.stderr.contains("`mine` has something in it that was not generated"), "{}", ended.stderr);
    assert!(copy.tree() == before);
}

/// A document in three files, in folders of their own.
const MAIN: &str = "\
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: https://example.com}]
paths:
  /pets:
    get:
      operationId: listPets
      responses: {'200': {description: Pets., content: {application/json: {schema: {$ref: 'parts/pet.yaml#/Pet'}}}}}
";

#[test]
fn references_lead_into_files_beside_the_document() {
    let copy = Copy::new();
    copy.write("api/main.yaml", MAIN);
    copy.write(
        "api/parts/pet.yaml",
        "Pet: {type: object, properties: {owner: {$ref: '../owner.json#/Owner'}}}\n",
    );
    copy.write(
        "api/owner.json",
        r#"{"Owner": {"type": "object", "properties": {"house_number": {"type": "integer"}}}}"#,
    );
    let arguments = ["codegen", "--spec", "api/main.yaml", "--out", "pets", "--name", "pets"];
    let ended = copy.run(&arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let models = copy.tree().into_iter().filter(|(path, _)| path.starts_with(copy.path("pets/src/models")));
    let text: String = models.map(|(_, text)| String::from_utf8(text).unwrap()).collect();
    assert!(text.contains("pub house_number"), "{text}");

    copy.write("api/owner.json", r#"{"Owner": {"type": "object", "type": "string"}}"#);
    let broken = copy.run(&arguments);
    assert_eq!(broken.code, Some(2));
    assert!(broken.stderr.contains("--> api/owner.json:1:38"), "{}", broken.stderr);

    fs::remove_file(copy.path("api/owner.json")).unwrap();
    let missing = copy.run(&arguments);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("--> api/parts/pet.yaml:1:"), "{}", missing.stderr);
    assert!(missing.stderr.contains("there is no file `api/owner.json`"), "{}", missing.stderr);
}

#[test]
fn inexpressible_parts_are_warnings_and_errors_if_denied() {
    let copy = Copy::new();
    let lacking = MAIN.replace("{$ref: 'parts/pet.yaml#/Pet'}", "{type: string, wibble: 1}");
    copy.write("api.yaml", lacking);
    let arguments = ["codegen", "--spec", "api.yaml", "--out", "pets", "--name", "pets"];
    let denied = copy.run(&[&arguments[..], &["--deny-warnings"]].concat());
    assert_eq!(denied.code, Some(2), "{}", denied.stderr);
    assert!(denied.stderr.ends_with("error: 1 warning; nothing was written\n"), "{}", denied.stderr);
    assert!(!copy.path("pets").exists());

    let reported = copy.run(&arguments);
    assert_eq!(reported.code, Some(0));
    assert!(reported.stderr.contains("warning[unknown-keyword]"), "{}", reported.stderr);
    assert!(
        reported.stderr.contains("\n1 warning; `openapi-crate explain CODE` says "),
        "{}",
        reported.stderr
    );
    assert!(reported.stdout.contains(" created (of "), "{}", reported.stdout);
    let again = copy.run(&[&arguments[..], &["--check"]].concat());
    assert_eq!(again.code, Some(0));
    assert!(is_up_to_date(&again.stdout), "{}", again.stdout);
}

#[cfg(unix)]
#[test]
fn a_crate_may_have_more_files_than_a_process_may_have_open() {
    let copy = Copy::new();
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "ulimit -n 24 && exec \"$@\"", "sh"])
        .arg(super::program::xtask())
        .current_dir(copy.path("."));
    shell.args(["codegen", "--spec", "spec/uploads.yaml", "--out", "out", "--name", "api"]);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = copy.tree().into_iter().filter(|(path, _)| path.starts_with(copy.path("out"))).count();
    assert!(written > 24, "only {written} files show nothing");
}
