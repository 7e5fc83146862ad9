//! Where requests of the command go, and the headers and credentials that they have.

use serde_json::json;

use crate::agreement_caught::Catcher;
use crate::command_fixture::{Files, KEY, Parrot, Run, api_error, command};

/// A variable that a test sets to a secret.
const SECRET: &str = "gateway-token-0123456789";

#[test]
fn headers_are_sent_with_values_from_files_and_variables() {
    let files = Files::new();
    let team = files.file("team", "search\n");
    for (header, name, value) in [
        ("X-Team: search", "x-team", "search"),
        (&*format!("X-Team: @{team}"), "x-team", "search"),
        ("X-Token: env:GATEWAY_TOKEN", "x-token", SECRET),
        ("Authorization: env:GATEWAY_TOKEN", "authorization", SECRET),
    ] {
        let server = Catcher::json(404, &json!({}));
        let mut cancel = command(&["cancel", "upload_1", "--base-url", &server.url, "--header", header]);
        let run = Run::of(cancel.env("GATEWAY_TOKEN", SECRET));
        assert_eq!(run.code, Some(1), "{header}: {}", run.stderr);
        let caught = server.caught();
        assert_eq!(caught.header(name), Some(value), "{header}");
        let authorization = if name == "authorization" { SECRET.to_owned() } else { format!("Bearer {KEY}") };
        assert_eq!(caught.header("authorization"), Some(&*authorization), "{header}");
    }
}

#[test]
fn a_header_that_cannot_be_read_or_shows_a_secret_is_bad_usage() {
    let files = Files::new();
    let (empty, none) = (files.file("empty", "\n"), files.path("none"));
    for (header, words) in [
        ("Authorization: Bearer sk-in-the-arguments", "env:VARIABLE"),
        ("no colon", "X-Team: search"),
        ("X-Token: env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE is not set"),
        (&*format!("X-Token: @{none}"), "cannot be read"),
        (&*format!("X-Token: @{empty}"), "is empty"),
    ] {
        let run = Run::of(&mut command(&["cancel", "upload_1", "--header", header]));
        assert_eq!(run.code, Some(2), "{header}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{words:?}: {}", run.stderr);
        let shown = run.stderr.replace(header, "");
        assert!(!shown.contains("sk-in-the-arguments"), "{}", run.stderr);
    }
}

#[test]
fn a_header_from_a_variable_is_not_shown_where_the_server_repeats_it() {
    let parrot = Parrot::start(|_| (403, "", api_error(&format!("{SECRET} may not"), "forbidden")));
    let mut cancel = command(&["cancel", "upload_1", "--base-url", &parrot.base_url()]);
    cancel.args(["--header", "Authorization: env:GATEWAY_TOKEN"]);
    let run = Run::of(cancel.env("GATEWAY_TOKEN", format!("Bearer {SECRET}")));
    assert_eq!(run.code, Some(1));
    assert!(!run.stderr.contains(SECRET) && run.stderr.contains("may not"), "{}", run.stderr);
}

#[test]
fn azure_is_found_in_the_environment_or_named_by_an_argument() {
    for (variables, arguments, target, header) in [
        (&[("AZURE_OPENAI_API_KEY", SECRET)][..], &[][..], "/openai/v1/uploads", ("api-key", SECRET)),
        (
            &[("AZURE_OPENAI_AD_TOKEN", SECRET), ("AZURE_OPENAI_API_KEY", "other")],
            &["--azure-api-version", "2024-10-21"],
            "/openai/uploads",
            ("authorization", "Bearer gateway-token-0123456789"),
        ),
    ] {
        for is_argument in [false, true] {
            let server = Catcher::json(404, &json!({}));
            let mut cancel = command(&["cancel", "upload_1"]);
            cancel.args(arguments).envs(variables.iter().copied());
            if is_argument {
                cancel.args(["--azure-endpoint", &server.url]);
            } else {
                cancel.env("AZURE_OPENAI_ENDPOINT", &server.url).env_remove("OPENAI_API_KEY");
            }
            let run = Run::of(&mut cancel);
            assert_eq!(run.code, Some(1), "{}", run.stderr);
            let caught = server.caught();
            assert!(caught.target.starts_with(&format!("{target}/upload_1/cancel")), "{}", caught.target);
            assert_eq!(caught.target.contains("api-version=2024-10-21"), !arguments.is_empty());
            assert_eq!(caught.header(header.0), Some(header.1));
            assert!(!run.stderr.contains(SECRET));
        }
    }
}

#[test]
fn what_azure_lacks_is_named() {
    let mut without_key = command(&["cancel", "upload_1", "--azure-endpoint", "https://x.invalid"]);
    let run = Run::of(&mut without_key);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("AZURE_OPENAI_API_KEY") && run.stderr.contains("help: "), "{}", run.stderr);
    let run = Run::of(&mut command(&["cancel", "upload_1", "--azure-api-version", "2024-10-21"]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--azure-endpoint"), "{}", run.stderr);
    let mut broken = command(&["cancel", "upload_1"]);
    broken.env("AZURE_OPENAI_ENDPOINT", "my resource").env("AZURE_OPENAI_API_KEY", SECRET);
    let run = Run::of(broken.env_remove("OPENAI_API_KEY"));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("AZURE_OPENAI_ENDPOINT") && !run.stderr.contains(SECRET), "{}", run.stderr);
}
