//! `--entra-id`: Microsoft Entra tokens of `azure_identity`, from a managed identity and from an authority on loopback.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::command_fixture::{Files, Run, command};
use super::network_fixture::{RawServer, reply, uploads_reply};
use super::tls_server::TlsServer;

/// The value that the endpoint of an identity asks for.
const IDENTITY_HEADER: &str = "hidden-identity-header";

/// The endpoint of a managed identity, whose tokens are `hidden-token-0001` and so on.
fn identity() -> RawServer {
    let count = AtomicU32::new(0);
    RawServer::start(move |request| {
        if request.header("x-identity-header") != Some(IDENTITY_HEADER) {
            return reply(401, "", "{}");
        }
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        let token = serde_json::json!({
            "access_token": format!("hidden-token-{number:04}"), "expires_on": "4102444800",
            "resource": "https://cognitiveservices.azure.com", "token_type": "Bearer",
        });
        reply(200, "content-type: application/json\r\n", token.to_string())
    })
}

/// A command that identifies itself at this endpoint.
fn identified(arguments: &[&str], identity: &RawServer) -> Command {
    let mut command = command(arguments);
    command.arg("--entra-id").env_remove("OPENAI_API_KEY");
    command
        .env("IDENTITY_ENDPOINT", format!("{}/token", identity.url()))
        .env("IDENTITY_HEADER", IDENTITY_HEADER);
    command
}

#[test]
fn a_managed_identity_takes_the_place_of_a_key() {
    let (identity, azure) = (identity(), RawServer::start(uploads_reply));
    let arguments = ["cancel", "upload_1", "--azure-endpoint", &azure.url()];
    let run = Run::of(&mut identified(&arguments, &identity));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let request = &azure.requests()[0];
    assert_eq!(request.header("authorization"), Some("Bearer hidden-token-0001"));
    assert_eq!(request.header("api-key"), None);
    let asked = &identity.requests()[0].target;
    assert!(asked.contains("resource=https%3A%2F%2Fcognitiveservices.azure.com"), "{asked}");

    let doctor = ["doctor", "--json", "--azure-endpoint", &azure.url()];
    let report = Run::of(&mut identified(&doctor, &identity)).json().remove(0);
    assert_eq!(report["settings"]["key"]["from"], "Microsoft Entra ID, with a managed identity");
}

#[test]
fn a_service_principal_and_a_workload_identity_get_tokens_over_tls() {
    let (files, azure) = (Files::new(), RawServer::start(uploads_reply));
    let Some(authority) = TlsServer::public(&files) else { return };
    let assertion = files.file("federated", "hidden-assertion");
    let ca_cert = files.path("ca.pem");
    let run = |variable: (&str, &str), arguments: &[&str]| {
        let mut cancel = command(&["cancel", "upload_1", "--entra-id", "--azure-endpoint", &azure.url()]);
        cancel.args(arguments).env_remove("OPENAI_API_KEY").env("AZURE_AUTHORITY_HOST", &authority.origin);
        cancel.env("AZURE_TENANT_ID", "tenant-1").env("AZURE_CLIENT_ID", "client-1");
        Run::of(cancel.env(variable.0, variable.1))
    };
    for (variable, proof) in [
        (("AZURE_CLIENT_SECRET", "hidden-secret"), "client_secret=hidden-secret"),
        (("AZURE_FEDERATED_TOKEN_FILE", &*assertion), "client_assertion=hidden-assertion"),
    ] {
        let done = run(variable, &["--ca-cert", &ca_cert]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let sent = azure.requests().remove(0);
        assert_eq!(sent.header("authorization"), Some("Bearer hidden-entra-token"));
        let asked = fs::read_to_string(files.path("asked")).unwrap();
        fs::remove_file(files.path("asked")).unwrap();
        assert!(asked.starts_with("/tenant-1/oauth2/v2.0/token "), "{asked}");
        let scope = "scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default";
        for words in ["client_id=client-1", "grant_type=client_credentials", scope, proof] {
            assert!(asked.contains(words), "{words} is not in {asked}");
        }
        // The certificate of the authority is not one that the machine knows.
        let refused = run(variable, &[]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("no access token"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("hidden"), "{}", refused.stderr);
        assert_eq!(azure.count(), 0, "nothing was sent");
        assert!(!fs::exists(files.path("asked")).unwrap(), "no secret was sent");
    }
}

#[test]
fn an_entra_token_that_is_refused_during_an_upload_is_replaced() {
    let (identity, files) = (identity(), Files::new());
    let path = files.file("a.txt", "hello");
    let server = RawServer::start(|request| {
        let is_old = request.header("authorization") == Some("Bearer hidden-token-0001");
        if request.target.ends_with("/parts") && is_old {
            reply(401, "", "{}")
        } else {
            uploads_reply(request)
        }
    });
    let base_url = format!("{}/v1", server.url());
    let arguments = ["upload", &path, "-p", "assistants", "--api", "uploads", "--base-url", &base_url];
    let run = Run::of(&mut identified(&arguments, &identity));
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "file-1"), "{}", run.stderr);
    let used: Vec<_> =
        server.requests().iter().map(|one| one.header("authorization").unwrap()[20..].to_owned()).collect();
    assert_eq!(used, ["0001", "0001", "0002", "0002"]);
    assert_eq!(identity.count(), 2, "a token is kept until it is refused");
}

#[test]
fn a_credential_that_does_not_work_is_found_before_anything_is_sent() {
    let server = RawServer::start(uploads_reply);
    let refusing = RawServer::start(|_| reply(400, "", r#"{"error":"hidden"}"#));
    for (variables, words) in [
        (&[("AZURE_CLIENT_SECRET", "hidden-secret")][..], &["AZURE_TENANT_ID is not set"][..]),
        (&[("AZURE_TOKEN_CREDENTIALS", "Other")], &["AZURE_TOKEN_CREDENTIALS", "Other"]),
        (&[], &["no access token"]),
    ] {
        let mut cancel = identified(&["cancel", "upload_1", "--azure-endpoint", &server.url()], &refusing);
        let run = Run::of(cancel.envs(variables.iter().copied()));
        assert_eq!(run.code, Some(2), "{variables:?}: {}", run.stderr);
        for word in words.iter().chain(&["help: set AZURE_TENANT_ID"]) {
            assert!(run.stderr.contains(word), "{word:?} is not in {}", run.stderr);
        }
        assert!(!run.stderr.contains("hidden"), "{}", run.stderr);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    }
    let with_file = ["cancel", "upload_1", "--api-key-file", "key"];
    assert_eq!(Run::of(&mut identified(&with_file, &refusing)).code, Some(2));
    assert_eq!(server.count(), 0, "nothing was sent");
}
