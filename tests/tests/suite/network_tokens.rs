//! Tokens that are fetched again: before they expire, and when a server refuses them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use openai_uploads::apis::configuration::{API_KEY_AUTH, Configuration};
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{
    Binary, Call, ClientCredentials, Error, Operation, RefreshingToken, Request, RetrySafety, Token,
    TokenCommand, TokenError, TokenFile,
};
use openai_uploads::uploader::Source;
use openai_uploads::{ApiKeyFile, Purpose, Uploader};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use super::network_fixture::{RawServer, reply, uploads_reply};
use super::received_request::{ReceivedRequest, block_on, configuration};
use super::uploader_fixture::{KIB, content, options};

static ASK: Operation = Operation::new("ask", Method::GET, "/ask", &[&[API_KEY_AUTH]]);
static SEND: Operation = Operation::new("send", Method::POST, "/send", &[&[API_KEY_AUTH]]);

fn ask(configuration: &Configuration) -> Call<Value, ErrorResponse> {
    Request::new(configuration, &ASK).json()
}

/// Tokens `hidden-token-1`, `hidden-token-2` and so on, and how many were fetched.
fn numbered(url: &str) -> (Configuration, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    let provider = move || {
        let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
        async move {
            // Long enough for others to ask meanwhile.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Token::new(format!("hidden-token-{number}")))
        }
    };
    (configuration().with_base_path(url).with_token_provider(provider), count)
}

fn number_of(request: &ReceivedRequest) -> u32 {
    let header = request.header("authorization").unwrap();
    header.strip_prefix("Bearer hidden-token-").unwrap().parse().unwrap()
}

/// A server that refuses all tokens before number `least`.
fn refusing_before(least: u32) -> RawServer {
    RawServer::start(move |request| {
        if number_of(request) < least { reply(401, "", "no") } else { reply(200, "", "{\"here\":true}") }
    })
}

#[test]
fn a_refused_token_is_replaced_once_and_the_request_is_sent_again() {
    let server = refusing_before(2);
    let (to, count) = numbered(&server.url());
    for _ in 0..2 {
        assert_eq!(block_on(ask(&to)).unwrap(), json!({"here": true}));
    }
    let numbers: Vec<_> = server.requests().iter().map(number_of).collect();
    assert_eq!((numbers, count.load(Ordering::Relaxed)), (vec![1, 2, 2], 2));

    let server = refusing_before(u32::MAX);
    let (to, _) = numbered(&server.url());
    let error = block_on(ask(&to)).unwrap_err();
    assert_eq!(error.api().unwrap().status.as_u16(), 401);
    assert_eq!(server.count(), 2, "it is sent again once");
}

#[test]
fn the_same_token_again_is_not_sent_again() {
    let server = RawServer::start(|_| reply(401, "", "no"));
    let to = configuration().with_base_path(server.url());
    let to = to.with_token_provider(|| async { Ok(Token::new("hidden-token-1")) });
    let error = block_on(ask(&to)).unwrap_err();
    assert_eq!((error.api().unwrap().status.as_u16(), server.count()), (401, 1));
}

#[test]
fn a_body_that_can_be_read_once_is_not_sent_again() {
    let server = refusing_before(2);
    let (to, _) = numbered(&server.url());
    let stream = || {
        futures_util::stream::iter([Ok::<_, std::io::Error>(openai_uploads::runtime::bytes::Bytes::from(
            "hello",
        ))])
    };
    let send = |body: Binary| -> Call<Value, ErrorResponse> {
        Request::new(&to, &SEND).binary_body("text/plain", body).json()
    };
    let error = block_on(send(Binary::stream(5, stream()))).unwrap_err();
    assert_eq!((error.api().unwrap().status.as_u16(), server.requests().len()), (401, 1));
    block_on(send(Binary::bytes("hello"))).unwrap();
    let bodies: Vec<_> = server.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [b"hello", b"hello"]);
}

#[test]
fn a_token_is_not_sent_to_another_host_and_not_in_place_of_another_header() {
    let other = RawServer::start(|_| reply(401, "", "no"));
    let location = format!("location: {}/elsewhere\r\n", other.url());
    let server = RawServer::start(move |_| reply(307, &location, ""));
    let (to, count) = numbered(&server.url());
    let error = block_on(ask(&to)).unwrap_err();
    assert_eq!(error.api().unwrap().status.as_u16(), 401);
    let asked = other.requests();
    assert!(asked.len() == 1 && !format!("{asked:?}").contains("hidden-token"), "{asked:?}");
    assert_eq!(count.load(Ordering::Relaxed), 1, "a refusal by another host is none of the token");

    let server = RawServer::start(|_| reply(200, "", "{}"));
    let (to, count) = numbered(&server.url());
    block_on(ask(&to).header(AUTHORIZATION, HeaderValue::from_static("Basic mine"))).unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("Basic mine"));
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_an_upload_share_each_token() {
    // The token is revoked at the third part.
    let server = RawServer::start(|request| {
        let is_refused = request.target.ends_with("/parts") && number_of(request) == 1;
        if is_refused { reply(401, "", "no") } else { uploads_reply(request) }
    });
    let (to, count) = numbered(&server.url());
    let uploader = Uploader::with_options(to, options());
    let source = Source::bytes("a.bin", content(1, 8 * 64 * KIB));
    // The server says that the file has 5 bytes.
    uploader.upload(source, Purpose::Assistants).await.unwrap_err();
    let parts = server.requests().into_iter().filter(|request| request.target.ends_with("/parts"));
    let sent: Vec<_> = parts.map(|part| number_of(&part)).collect();
    assert_eq!(sent.iter().filter(|number| **number == 2).count(), 8, "{sent:?}");
    assert_eq!(count.load(Ordering::Relaxed), 2, "three requests were refused at the same time");
}

#[test]
fn a_token_that_the_server_repeats_is_not_shown() {
    let server = RawServer::start(|request| {
        let sent = request.header("authorization").unwrap().to_owned();
        reply(403, "content-type: application/json\r\n", json!({"error": {"message": sent}}).to_string())
    });
    let (to, _) = numbered(&server.url());
    let error = block_on(ask(&to)).unwrap_err();
    assert!(error.to_string().contains("Bearer [redacted]"), "{error}");
    assert!(!format!("{to:?}").contains("hidden"), "{to:?}");
}

#[test]
fn a_provider_that_fails_is_an_error_of_its_own() {
    let server = RawServer::start(|_| reply(401, "", "no"));
    let to = configuration().with_base_path(server.url());
    let failing = to.clone().with_token_provider(|| async { Err(TokenError::new("the vault is closed")) });
    let error = block_on(ask(&failing)).unwrap_err();
    assert!(matches!(error, Error::Token(_)) && error.retry_safety() == RetrySafety::Never, "{error:?}");
    assert_eq!(error.to_string(), "no access token: the vault is closed");
    assert_eq!(server.count(), 0);

    let asked = Arc::new(AtomicU32::new(0));
    let once = RefreshingToken::new(move || {
        let is_first = asked.fetch_add(1, Ordering::Relaxed) == 0;
        async move { if is_first { Ok(Token::new("hidden")) } else { Err(TokenError::new("closed")) } }
    });
    let error = block_on(ask(&Configuration { refreshing_token: Some(once), ..to })).unwrap_err();
    assert_eq!(error.retry_safety(), RetrySafety::Always, "it worked before: {error:?}");
}

#[test]
fn a_file_that_changes_is_read_again_when_its_token_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    for json in [false, true] {
        let written = |number: u32| {
            let token = format!("hidden-token-{number}");
            let text = if json { json!({ "access_token": token }).to_string() } else { token };
            std::fs::write(&path, text).unwrap();
        };
        written(1);
        let server = refusing_before(2);
        let to = configuration().with_base_path(server.url());
        let to = if json {
            to.with_token_provider(TokenFile::new(&path))
        } else {
            to.with_token_provider(ApiKeyFile::new(&path))
        };
        assert_eq!(block_on(ask(&to)).unwrap_err().api().unwrap().status.as_u16(), 401);
        written(2);
        block_on(ask(&to)).unwrap();
        assert_eq!(server.requests().iter().map(number_of).collect::<Vec<_>>(), [1, 1, 2]);
    }
    std::fs::write(&path, "two words").unwrap();
    let to = configuration().with_token_provider(TokenFile::new(&path));
    let error = block_on(ask(&to)).unwrap_err().to_string();
    assert!(error.contains(path.to_str().unwrap()) && !error.contains("words"), "{error}");
}

#[test]
fn a_command_is_run_again_when_its_token_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let script = format!("echo x >> '{0}'; echo hidden-token-$(wc -l < '{0}' | tr -d ' ')", count.display());
    let server = refusing_before(2);
    let to = configuration().with_base_path(server.url());
    let to = to.with_token_provider(TokenCommand::new("sh").args(["-c", &script]));
    for _ in 0..2 {
        block_on(ask(&to)).unwrap();
    }
    assert_eq!(server.requests().iter().map(number_of).collect::<Vec<_>>(), [1, 2, 2]);
}

/// An OAuth 2 server, whose tokens are valid for `life` seconds.
fn oauth_server(life: u64) -> RawServer {
    let count = AtomicU32::new(0);
    RawServer::start(move |_| {
        let token = format!("hidden-token-{}", count.fetch_add(1, Ordering::Relaxed) + 1);
        let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": life});
        reply(200, "content-type: application/json\r\n", body.to_string())
    })
}

#[test]
fn client_credentials_are_exchanged_for_a_token() {
    let oauth = oauth_server(3600);
    let server = RawServer::start(|_| reply(200, "", "{}"));
    let to = configuration().with_base_path(server.url());
    let provider = || {
        let url = format!("{}/token", oauth.url());
        ClientCredentials::new(url, "my client", "hidden:&secret").scope("a b").parameter("audience", "x")
    };
    let in_header = to.clone().with_token_provider(provider());
    for _ in 0..2 {
        block_on(ask(&in_header)).unwrap();
    }
    block_on(ask(&to.with_token_provider(provider().credentials_in_body()))).unwrap();
    let [first, second] = &oauth.requests()[..] else { panic!("the token is kept") };
    // `my+client:hidden%3A%26secret`
    let basic = "Basic bXkrY2xpZW50OmhpZGRlbiUzQSUyNnNlY3JldA==";
    assert_eq!((first.target.as_str(), first.header("authorization")), ("/token", Some(basic)));
    assert_eq!(first.header("content-type"), Some("application/x-www-form-urlencoded"));
    let body = "grant_type=client_credentials&scope=a+b&audience=x";
    assert_eq!(String::from_utf8_lossy(&first.body), body);
    let body = format!("{body}&client_id=my+client&client_secret=hidden%3A%26secret");
    assert_eq!((second.header("authorization"), &*String::from_utf8_lossy(&second.body)), (None, &*body));
    let used: HashSet<_> = server.requests().iter().map(number_of).collect();
    assert_eq!(used, HashSet::from([1, 2]));
}

#[tokio::test]
async fn a_token_that_has_expired_is_fetched_before_a_request() {
    let oauth = oauth_server(1);
    let server = RawServer::start(|_| reply(200, "", "{}"));
    let provider = ClientCredentials::new(format!("{}/token", oauth.url()), "me", "hidden");
    let to = configuration().with_base_path(server.url()).with_token_provider(provider);
    ask(&to).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    ask(&to).await.unwrap();
    assert_eq!(server.requests().iter().map(number_of).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn an_oauth_server_that_refuses_is_quoted_without_the_secret() {
    for (status, body, problem) in [
        (401, "{\"error\":\"invalid_client\"}", "answered 401: invalid_client"),
        (
            400,
            "{\"error\":\"x\",\"error_description\":\"hidden-secret is wrong\"}",
            "answered 400: [redacted] is wrong",
        ),
        (500, "<html>", "answered 500"),
        (200, "<html>", "answered with something that is not JSON"),
        (200, "{\"access_token\":5}", "answered with JSON without a string `access_token`"),
        (200, "{\"access_token\":\"hidden word\"}", "answered with text whose character 7"),
    ] {
        let oauth = RawServer::start(move |_| reply(status, "", body));
        let provider = ClientCredentials::new(format!("{}/token", oauth.url()), "me", "hidden-secret");
        let to = configuration().with_token_provider(provider);
        let error = block_on(ask(&to)).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("127.0.0.1"), "{error}");
        assert!(!error.contains("hidden"), "{error}");
    }
    let to = configuration().with_token_provider(ClientCredentials::new("nowhere", "me", "hidden"));
    let error = block_on(ask(&to)).unwrap_err().to_string();
    assert!(error.contains("not a URL"), "{error}");
}
