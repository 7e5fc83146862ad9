//! The key goes to the host of the base URL and to no other, whatever a URL, a path or a parameter contains.

use std::process::Command;

use openai_uploads::apis::configuration::{API_KEY_AUTH, Configuration};
use openai_uploads::runtime::{Call, Error, Operation, Request, RetryPolicy, Style};
use reqwest::Method;
use serde_json::Value;

use super::command_fixture::{KEY, Run, command};
use super::network_fixture::{RawServer, reply, uploads_reply};
use super::received_request::{block_on, configuration};

fn cancel_at(base_url: &str) -> Command {
    let mut command = command(&["cancel", "upload_1"]);
    command.env("OPENAI_BASE_URL", base_url);
    command
}

#[test]
fn a_host_within_the_path_of_the_base_url_gets_neither_the_request_nor_the_key() {
    let other = RawServer::at("127.0.0.2", uploads_reply);
    let server = RawServer::start(uploads_reply);
    let (here, there) = (server.address, other.address);
    for path in [
        format!("//{there}/v1"),
        format!("//{there}"),
        format!("/v1//{there}"),
        format!("/{there}/"),
        format!("/%2F/{there}/v1"),
        format!("/http://{there}/v1"),
        format!("/../{there}"),
        format!("/@{there}"),
        format!("?@{there}/"),
    ] {
        let run = Run::of(&mut cancel_at(&format!("http://{here}{path}")));
        assert_eq!(run.code, Some(0), "{path}: {}", run.stderr);
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{path}");
        assert_eq!(requests[0].header("authorization"), Some(&*format!("Bearer {KEY}")));
        assert_eq!(requests[0].header("host"), Some(&*here.to_string()));
    }
    assert_eq!(other.count(), 0);
}

#[test]
fn a_base_url_that_cannot_be_one_is_one_error_before_anything_is_sent() {
    let other = RawServer::at("127.0.0.2", uploads_reply);
    let server = RawServer::start(uploads_reply);
    let (here, there) = (server.address, other.address);
    for (base_url, words) in [
        (format!("http://{here}\\@{there}/v1"), "backslash"),
        (format!("http://{here}@{there}/v1"), "user name"),
        (format!("http://user:pass@{here}/v1"), "password"),
        (format!("http://{here}/v1#/x"), "fragment"),
        (format!("http:///{here}/v1"), "no host"),
        (format!("http:/{here}/v1"), "not a URL"),
        (format!("//{here}/v1"), "not a URL"),
        (format!("{here}/v1"), "not a URL"),
        (format!("http://{here}/v1\t/x"), "control character"),
        (format!("http://{here}/v 1"), "space"),
        (format!("ws://{here}/v1"), "http://"),
        ("http://".to_owned(), "no host"),
    ] {
        let run = Run::of(&mut cancel_at(&base_url));
        assert_eq!(run.code, Some(2), "{base_url}: {}", run.stderr);
        assert!(
            run.stderr.contains(words) && run.stderr.contains("OPENAI_BASE_URL"),
            "{base_url}: {}",
            run.stderr
        );
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);

        let to = configuration().with_base_path(&base_url).with_bearer_access_token(KEY);
        let error = block_on(openai_uploads::apis::uploads_api::cancel_upload(&to, "id")).unwrap_err();
        assert!(
            matches!(&error, Error::Input(_)) && error.to_string().contains(words),
            "{base_url}: {error}"
        );
    }
    assert_eq!((server.count(), other.count()), (0, 0));
}

/// Fragments with a meaning in URLs.
fn nasty(random: &mut fastrand::Rng, most: usize) -> String {
    const PIECES: [&str; 24] = [
        "/",
        "//",
        "\\",
        "..",
        ".",
        "%2e%2e",
        "%2F",
        "%5c",
        "@",
        ":",
        "?",
        "#",
        "&",
        "=",
        ";",
        "other.example",
        "http://",
        "https:",
        "[::1]",
        "{x}",
        "é",
        "\t",
        " ",
        "a",
    ];
    (0..random.usize(0..=most)).map(|_| PIECES[random.usize(0..PIECES.len())]).collect()
}

/// Requests go through a proxy, which sees the host that each is for.
#[test]
fn scheme_host_and_port_are_always_those_of_the_base_url() {
    let seed = std::env::var("URL_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("URL_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let proxy = RawServer::start(|_| reply(200, "", "{}"));
    let client = openai_uploads::runtime::client_builder();
    let client = client.proxy(reqwest::Proxy::all(proxy.url()).unwrap()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut sent = 0;
    for _ in 0..600 {
        let (host, port) =
            [("host.example", ":8080"), ("host.example", ""), ("127.0.0.1", ":1"), ("[::1]", ":9")]
                [random.usize(0..4)];
        let scheme = ["http", "https"][random.usize(0..2)];
        let suffix = nasty(&mut random, 6);
        // Text directly after the host would be a part of it.
        let slash = if suffix.starts_with(['/', '?']) { "" } else { "/" };
        let base = format!("{scheme}://{host}{port}{slash}{suffix}");
        let path = format!("{}/{{p}}{}", nasty(&mut random, 4), nasty(&mut random, 3));
        let operation: &'static Operation = Box::leak(Box::new(Operation::new(
            "random",
            Method::GET,
            Box::leak(path.clone().into_boxed_str()),
            &[&[API_KEY_AUTH]],
        )));
        let to = Configuration::at(&base).with_client(client.clone()).with_bearer_access_token(KEY);
        let to = to.with_retry(RetryPolicy::never());
        let style = if random.bool() { Style::SIMPLE } else { Style::SIMPLE.allow_reserved() };
        let (parameter, name, value) = (nasty(&mut random, 4), nasty(&mut random, 2), nasty(&mut random, 4));
        let request = Request::new(&to, operation).path_with("p", &parameter, style).query(&name, &value);
        let call: Call<Value> = request.json();
        let result = runtime.block_on(call.into_future());
        let requests = proxy.requests();
        let shown = format!("{base} {path} {parameter} {name} {value}: {result:?} {requests:?}");
        if matches!(&result, Err(Error::Input(_))) {
            assert!(requests.is_empty(), "{shown}");
            continue;
        }
        sent += 1;
        assert_eq!(requests.len(), 1, "{shown}");
        let (method, target) = (&*requests[0].method, &requests[0].target);
        match scheme {
            "http" => {
                let rest = target.strip_prefix(&format!("http://{host}{port}"));
                assert!(method == "GET" && rest.is_some_and(|rest| rest.starts_with('/')), "{shown}");
            }
            _ => {
                let port = if port.is_empty() { ":443" } else { port };
                assert_eq!((method, target), ("CONNECT", &format!("{host}{port}")), "{shown}");
                assert!(!format!("{requests:?}").contains(KEY), "the proxy must not see the key: {shown}");
            }
        }
    }
    assert!(sent > 50, "only {sent} requests were sent");
}
