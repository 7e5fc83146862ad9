//! Proxies of the environment and of the command line: what goes through them, and what errors say of them.

use std::net::TcpListener;
use std::process::Command;
use std::thread;

use openai_uploads::server::Faults;

use super::command_fixture::{Files, KEY, Run, command, server, upload};
use super::network_fixture::{RawServer, reply, uploads_reply};
use super::network_tunnel::Tunnel;
use super::tls_server::TlsServer;

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

#[test]
fn a_file_is_uploaded_through_a_socks_proxy() {
    let files = Files::new();
    let (path, bytes) = files.random("a.bin", 1, 300_000);
    let server = server(Faults::default());
    let (open, private) = (Tunnel::socks5(false), Tunnel::socks5(true));
    let by_variable = format!("socks5://someone:secret@{}", private.address);
    let by_argument = format!("socks5h://{}", open.address);
    for (variables, arguments, tunnel) in [
        (&[("ALL_PROXY", by_variable.as_str())][..], &[][..], &private),
        (&[], &["--proxy", &by_argument], &open),
    ] {
        let mut upload = upload(&server, &["-p", "assistants", "--part-size", "64KiB", &path]);
        for name in VARIABLES {
            upload.env_remove(name);
        }
        let run = Run::of(upload.args(arguments).envs(variables.iter().copied()));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(server.content(run.stdout.trim()).unwrap() == bytes);
        let targets = tunnel.targets.lock().unwrap();
        let is_server = |target: &String| *target == server.local_addr().to_string();
        assert!(!targets.is_empty() && targets.iter().all(is_server), "{targets:?}");
    }
}

#[test]
fn a_proxy_with_credentials_leads_to_a_server_with_a_private_authority() {
    let files = Files::new();
    let Some(server) = TlsServer::private(&files) else { return };
    let tunnel = Tunnel::http();
    let (authority, both) = (files.path("ca.pem"), files.path("both.pem"));
    let run = |credentials: &str| {
        let proxy = format!("http://{credentials}@{}", tunnel.address);
        let mut cancel = cancel(&server.base_url(), &[("HTTPS_PROXY", &proxy)]);
        Run::of(cancel.args(["--ca-cert", &authority, "--client-cert", &both]))
    };
    let reached = run("someone:secret");
    assert!(reached.stderr.contains("404"), "the server is not reached: {}", reached.stderr);
    assert_eq!(tunnel.targets.lock().unwrap().len(), 1);
    let refused = run("someone:secret-of-another");
    assert!(refused.stderr.contains("407") && refused.stderr.contains("HTTPS_PROXY"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("secret"), "{}", refused.stderr);
}

#[test]
fn a_proxy_of_the_command_line_is_named_without_its_user() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let asking = RawServer::start(|_| reply(407, "proxy-authenticate: Basic realm=\"x\"\r\n", ""));
    let page = RawServer::start(|_| reply(403, "content-type: text/html\r\n", "<title>Denied</title>"));
    for (address, words) in [
        (closed, &["no connection to host.example", "--proxy"][..]),
        (asking.address, &["407", "HTTPS_PROXY"]),
        (page.address, &["Denied", "not an answer of the API"]),
    ] {
        let proxy = format!("http://someone@{address}");
        // The variable is of another proxy, which is not used.
        let mut cancel = cancel("http://host.example/v1", &[("HTTP_PROXY", "http://other.invalid:1")]);
        cancel.args(["--proxy", &proxy]);
        let named = format!("http://{address}");
        fails(cancel, &[words, &[&named]].concat());
    }
    let mut without = cancel(&format!("http://{closed}/v1"), &[("NO_PROXY", "127.0.0.1")]);
    let run = Run::of(without.args(["--proxy", &asking.url()]));
    assert!(run.code == Some(1) && !run.stderr.contains("proxy"), "{}", run.stderr);
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
