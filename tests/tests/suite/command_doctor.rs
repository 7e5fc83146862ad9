//! `doctor`: which settings it shows, and what it finds.

use openai_uploads::server::{Fault, Faults, Server, When};
use serde_json::{Value, json};

use crate::command_fixture::{AnsweringServer, Files, KEY, Run, api_error, command, server, start};

/// `doctor --json` and its report.
fn report(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, Value) {
    let mut doctor = command(&["doctor", "--json"]);
    let run = Run::of(doctor.args(arguments).envs(variables.iter().copied()));
    assert_eq!(run.json().len(), 1, "{}", run.stderr);
    (run.code, run.json().remove(0))
}

/// The results of the checks by name.
fn results(report: &Value) -> Vec<(&str, &str)> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.map(|check| (check["name"].as_str().unwrap(), check["result"].as_str().unwrap())).collect()
}

/// The check that failed.
fn failure(report: &Value) -> (String, String, String) {
    let checks = report["checks"].as_array().unwrap();
    let failed = checks.iter().find(|check| check["result"] == "failed").expect("a check has failed");
    let text = |name: &str| failed[name].as_str().unwrap_or_default().to_owned();
    (text("name"), text("message"), text("help"))
}

#[test]
fn every_check_passes_with_the_local_server() {
    let server = server(Faults::new());
    let run = Run::of(command(&["doctor"]).env("OPENAI_BASE_URL", server.base_url()));
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    for words in [
        &format!("base URL            {} (from the environment variable OPENAI_BASE_URL)", server.base_url()),
        "key                 from the environment variable OPENAI_API_KEY",
        "proxy               none",
        "ok       connection",
        "ok       uploads",
    ] {
        assert!(run.stdout.contains(words), "{words:?} is not in {}", run.stdout);
    }
    assert_eq!((server.files().len(), server.uploads().len()), (0, 0), "it creates nothing");
    let (code, report) = report(&["--base-url", server.base_url()], &[]);
    assert_eq!((code, &report["ok"]), (Some(0), &json!(true)));
    assert_eq!(report["settings"]["base_url"]["from"], "--base-url");
    let names = ["DNS", "connection", "answer", "key", "files", "uploads", "batches"];
    assert_eq!(results(&report), names.map(|name| (name, "ok")));
}

#[test]
fn it_says_where_each_setting_comes_from() {
    let files = Files::new();
    let (key, header) = (files.file("key", KEY), files.file("header", KEY));
    let server = server(Faults::new());
    let url = server.base_url();
    let key_from = |arguments: &[&str], variables: &[(&str, &str)]| {
        let (_, report) = report(&[&["--base-url", url], arguments].concat(), variables);
        report["settings"]["key"]["from"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(key_from(&["--api-key-file", &key], &[]), format!("the file {key}"));
    assert_eq!(key_from(&["--token-command", "echo token"], &[]), "the command of --token-command");
    assert_eq!(key_from(&[], &[("OPENAI_API_KEY", "")]), "none");
    let header = format!("api-key: @{header}");
    assert_eq!(
        key_from(&["--header", &header], &[]),
        format!("--header '{header}', the environment variable OPENAI_API_KEY")
    );
    let azure = [
        ("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:1"),
        ("AZURE_OPENAI_API_KEY", KEY),
        ("OPENAI_API_KEY", ""),
    ];
    let (code, report) = report(&[], &azure);
    assert_eq!(code, Some(1));
    let settings = &report["settings"];
    assert_eq!(settings["base_url"]["value"], "http://127.0.0.1:1/openai/v1");
    assert_eq!(settings["base_url"]["from"], "the environment variable AZURE_OPENAI_ENDPOINT");
    assert_eq!(settings["key"], json!({"from": "the environment variable AZURE_OPENAI_API_KEY"}));
}

#[test]
fn it_names_the_step_that_fails_and_what_to_change() {
    let with_key = server(Faults::new());
    let busy = server(Faults::new().with(Fault::fail(503), When::always()));
    let web_site = AnsweringServer::start(|_| {
        (200, "content-type: text/html\r\n", "<!doctype html><title>Sign in</title>".to_owned())
    });
    let wrong_path = with_key.base_url().replace("/v1", "/v2");
    let no_tls = with_key.base_url().replace("http:", "https:");
    let proxy = [("HTTP_PROXY", "http://me:hidden-password@127.0.0.1:1"), ("NO_PROXY", "")];
    for (url, variables, step, message, help) in [
        ("http://nothing.invalid/v1", &[][..], "DNS", "not found", "base URL"),
        ("http://127.0.0.1:1/v1", &[], "connection", "refused", "whether the server runs"),
        ("http://127.0.0.2/v1", &proxy, "connection", "proxy http://127.0.0.1:1", "HTTP_PROXY"),
        (&no_tls, &[], "TLS", "does not use TLS", "http://"),
        (with_key.base_url(), &[("OPENAI_API_KEY", "wrong")], "key", "401", "OPENAI_API_KEY"),
        (&wrong_path, &[], "files", "none of the APIs", "/v1"),
        (busy.base_url(), &[], "files", "503", "later"),
        (&web_site.base_url(), &[], "files", "", "base URL"),
    ] {
        let (code, report) = report(&["--base-url", url], variables);
        let text = report.to_string();
        assert_eq!((code, &report["ok"]), (Some(1), &json!(false)), "{url}: {text}");
        let failed = failure(&report);
        assert_eq!(failed.0, step, "{url}: {text}");
        assert!(failed.1.contains(message) && failed.2.contains(help), "{url}: {failed:?}");
        assert!(!text.contains("hidden-password"), "{text}");
    }
    let (code, report) = report(&[], &[("OPENAI_API_KEY", "")]);
    assert_eq!((code, results(&report)), (Some(1), vec![("settings", "failed")]));
    assert!(failure(&report).2.contains("--api-key-file"));
}

#[test]
fn a_server_without_uploads_passes_and_an_invalid_certificate_fails() {
    let server = AnsweringServer::start(|path| {
        if path.contains("/files") {
            (200, "content-type: application/json\r\n", json!({"object": "list", "data": []}).to_string())
        } else {
            (404, "content-type: application/json\r\n", api_error("no such path", "not_found"))
        }
    });
    let (code, report) = report(&["--base-url", &server.base_url()], &[]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(
        results(&report)[3..],
        [("key", "ok"), ("files", "ok"), ("uploads", "missing"), ("batches", "missing")]
    );
    let files = Files::new();
    let certificate = files.file("ca.pem", "nothing");
    let (code, report) = self::report(&["--base-url", &server.base_url(), "--ca-cert", &certificate], &[]);
    assert_eq!((code, results(&report)), (Some(1), vec![("settings", "failed")]));
    assert_eq!(report["settings"]["ca_certificates"], json!([certificate]));
}

#[test]
fn a_key_that_the_server_repeats_is_not_shown() {
    let answering = AnsweringServer::start(|_| {
        (
            401,
            "content-type: application/json\r\n",
            api_error(&format!("wrong key: {KEY}"), "invalid_api_key"),
        )
    });
    // The fixture refuses output with the key.
    let (code, _) = report(&["--base-url", &answering.base_url()], &[]);
    assert_eq!(code, Some(1));
    let open = start(Server::builder());
    assert_eq!(report(&["--base-url", open.base_url()], &[("OPENAI_API_KEY", "")]).0, Some(0));
}
