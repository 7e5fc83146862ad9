//! The command's messages when a request fails behind a proxy of the environment.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use super::command_fixture::{KEY, Run, command};
use super::network_fixture::{RawServer, read_request, reply, uploads_reply};

const VARIABLES: [&str; 8] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

fn cancel(base_url: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = command(&["cancel", "upload_1", "--base-url", base_url]);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    command
}

fn fails(mut command: Command, words: &[&str]) {
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is not in {}", run.stderr);
    }
    assert!(!run.stderr.contains("secret") && !run.stderr.contains("someone"), "{}", run.stderr);
}

#[test]
fn a_proxy_that_does_not_run_is_named_without_its_password() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://someone:secret@{closed}");
    let named = format!("http://{closed}");
    for (base_url, variable) in [
        ("http://host.example/v1", "HTTP_PROXY"),
        ("http://host.example/v1", "http_proxy"),
        ("https://host.example/v1", "HTTPS_PROXY"),
        ("https://host.example/v1", "ALL_PROXY"),
    ] {
        fails(
            cancel(base_url, &[(variable, &proxy)]),
            &["no connection to host.example", "the proxy", &named, variable.to_uppercase().as_str()],
        );
    }
    fails(
        cancel("https://host.example/v1", &[("ALL_PROXY", "http://no-such-proxy.invalid:3128")]),
        &["no-such-proxy.invalid:3128", "was not found"],
    );
}

#[test]
fn a_proxy_that_requires_a_password_is_an_error_with_help() {
    let answer = || RawServer::start(|_| reply(407, "proxy-authenticate: Basic realm=\"x\"\r\n", ""));
    for (base_url, variable) in
        [("http://host.example/v1", "HTTP_PROXY"), ("https://host.example/v1", "HTTPS_PROXY")]
    {
        let proxy = answer();
        let named = proxy.url();
        fails(cancel(base_url, &[(variable, &named)]), &["407", "user name", &named, "HTTPS_PROXY"]);
        assert_eq!(proxy.count(), 1, "it is not asked again");
    }
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let page = "<html><title>ERROR: Access Denied - Squid</title></html>";
    let proxy = RawServer::start(move |_| reply(403, "content-type: text/html\r\n", page));
    let named = proxy.url();
    fails(
        cancel("https://host.example/v1", &[("HTTPS_PROXY", &named)]),
        &["refused to connect to host.example", &named, "NO_PROXY"],
    );
    fails(
        cancel("http://host.example/v1", &[("HTTP_PROXY", &named)]),
        &["403", "Access Denied - Squid", "not an answer of the API", &named],
    );
    for request in proxy.requests() {
        if request.method == "CONNECT" {
            assert!(!format!("{request:?}").contains(KEY), "the proxy must not see the key");
        }
    }
}

#[test]
fn a_tunnel_that_ends_at_once_names_the_proxy() {
    let proxy = RawServer::start(|_| Vec::new());
    let named = proxy.url();
    fails(cancel("https://host.example/v1", &[("HTTPS_PROXY", &named)]), &[&named, "host.example"]);
    fails(cancel("http://host.example/v1", &[("HTTP_PROXY", &named)]), &[&named, "host.example"]);
}

#[test]
fn a_host_of_no_proxy_is_reached_without_one() {
    let server = RawServer::start(uploads_reply);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://{closed}");
    for no_proxy in ["127.0.0.1", " * ", "127.0.0.0/8"] {
        let variables = [("HTTP_PROXY", &*proxy), ("NO_PROXY", no_proxy)];
        let run = Run::of(&mut cancel(&format!("{}/v1", server.url()), &variables));
        assert_eq!(run.code, Some(0), "{no_proxy}: {}", run.stderr);
    }
    // And its errors name no proxy.
    let run =
        Run::of(&mut cancel(&format!("http://{closed}/v1"), &[("HTTP_PROXY", &proxy), ("NO_PROXY", "*")]));
    assert!(run.code == Some(1) && !run.stderr.contains("proxy"), "{}", run.stderr);
}

/// A SOCKS5 proxy (RFC 1928) without a password, which connects to the requested host.
fn socks5() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut greeting = [0; 3];
            client.read_exact(&mut greeting).unwrap();
            client.write_all(&[5, 0]).unwrap();
            let mut request = [0; 10];
            client.read_exact(&mut request).unwrap();
            let target = (
                [request[4], request[5], request[6], request[7]],
                u16::from_be_bytes([request[8], request[9]]),
            );
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
            let mut server = TcpStream::connect(std::net::SocketAddr::from(target)).unwrap();
            let request = read_request(&mut client).unwrap();
            write!(server, "{} {} HTTP/1.1\r\ncontent-length: 0\r\n\r\n", request.method, request.target)
                .unwrap();
            let mut answer = Vec::new();
            server.read_to_end(&mut answer).unwrap();
            client.write_all(&answer).unwrap();
        }
    });
    address
}

#[test]
fn a_socks_proxy_is_used() {
    let server = RawServer::start(uploads_reply);
    let proxy = format!("socks5://{}", socks5());
    let run = Run::of(&mut cancel(&format!("{}/v1", server.url()), &[("ALL_PROXY", &proxy)]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(server.requests()[0].target, "/v1/uploads/upload_1/cancel");
}

#[test]
fn a_socks_proxy_that_refuses_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("socks5h://someone:secret@{closed}");
    fails(
        cancel("http://host.example/v1", &[("ALL_PROXY", &proxy)]),
        &["no connection to host.example", &format!("socks5h://{closed}"), "ALL_PROXY"],
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let ending = format!("socks5h://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().for_each(drop));
    fails(
        cancel("http://host.example/v1", &[("ALL_PROXY", &ending)]),
        &[&ending, "refused to connect to host.example"],
    );
}
