//! Servers and proxies that answer a part before they have read it, and close or reset the connection.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::command_fixture::{Files, Run, command};
use super::network_fixture::{reply, uploads_body};
use super::received_request::ReceivedRequest;

/// The file, in two parts that are far larger than the buffers of a connection.
const PART: usize = 4 << 20;

/// How a server ends a connection without reading its request.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// Closes it at once, so that the kernel resets it.
    Reset,
    /// Stops writing, and reads on.
    Finish,
}

/// A server that answers the first `times` parts early with `status`.
struct EarlyServer {
    base_url: String,
    parts: Arc<AtomicUsize>,
}

impl EarlyServer {
    fn start(
        times: usize,
        status: u16,
        content_type: &'static str,
        body: &'static str,
        ending: Ending,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let parts = Arc::<AtomicUsize>::default();
        let seen = parts.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let seen = seen.clone();
                thread::spawn(move || {
                    let head = read_head(&connection)?;
                    if head.contains("/parts ") && seen.fetch_add(1, Ordering::SeqCst) < times {
                        let headers = format!("content-type: {content_type}\r\n");
                        return answer_early(&connection, &reply(status, &headers, body), ending);
                    }
                    answer(&connection, &head)
                });
            }
        });
        Self { base_url, parts }
    }
}

fn read_head(mut connection: &TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn answer_early(mut connection: &TcpStream, reply: &[u8], ending: Ending) -> io::Result<()> {
    connection.write_all(reply)?;
    match ending {
        // A reset takes away what the client has not read yet.
        Ending::Reset => thread::sleep(Duration::from_millis(500)),
        Ending::Finish => {
            connection.shutdown(Shutdown::Write)?;
            io::copy(&mut connection, &mut io::sink())?;
        }
    }
    Ok(())
}

/// Answers like the API, after reading the body.
fn answer(mut connection: &TcpStream, head: &str) -> io::Result<()> {
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap_or("0");
    io::copy(&mut connection.take(length.trim().parse().unwrap()), &mut io::sink())?;
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let request = ReceivedRequest { method: "POST".into(), target, headers: Vec::new(), body: Vec::new() };
    // The length of the file is not known here, and need not be stated.
    let body = uploads_body(&request).replace(r#""bytes":5"#, r#""bytes":null"#);
    connection.write_all(&reply(200, "content-type: application/json\r\n", body))
}

/// Uploads two parts.
fn upload(server: &EarlyServer) -> (Run, Vec<String>) {
    let files = Files::new();
    let (path, _) = files.random("a.bin", 1, 2 * PART);
    let part_size = PART.to_string();
    let base_url = &server.base_url;
    let run = Run::of(&mut command(&[
        "upload",
        "-p",
        "assistants",
        "--part-size",
        &part_size,
        "--base-url",
        base_url,
        &path,
    ]));
    (run, files.names())
}

const PAGE: &str = "<html><head><title>413 Request Entity Too Large</title></head><body>nginx</body></html>";

#[test]
fn a_part_that_is_refused_before_it_was_read_fails_at_once_with_the_reason() {
    let json = r#"{"error": {"message": "Request Entity Too Large", "code": null}}"#;
    for ending in [Ending::Reset, Ending::Finish] {
        for (content_type, body) in [("text/html", PAGE), ("application/json", json)] {
            let server = EarlyServer::start(usize::MAX, 413, content_type, body, ending);
            let (run, left) = upload(&server);
            let at = format!("{ending:?} {content_type}: {}", run.stderr);
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{at}");
            for words in ["413", "Request Entity Too Large", "smaller --part-size"] {
                assert!(run.stderr.contains(words), "{words:?} is not in {at}");
            }
            // A reset can reach the client before the answer does. Then the part is sent again.
            assert!(server.parts.load(Ordering::SeqCst) <= 8, "{at}");
            assert_eq!(left, ["a.bin"], "{at}");
        }
    }
}

#[test]
fn a_key_that_is_refused_before_a_part_was_read_keeps_the_state() {
    let body = r#"{"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}"#;
    let (run, left) = upload(&EarlyServer::start(usize::MAX, 401, "application/json", body, Ending::Reset));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("OPENAI_API_KEY") && run.stderr.contains("resumes"), "{}", run.stderr);
    assert_eq!(left, [".a.bin.openai-upload", "a.bin"]);
}

#[test]
fn a_server_that_is_busy_before_it_has_read_a_part_gets_it_again() {
    for ending in [Ending::Reset, Ending::Finish] {
        let server = EarlyServer::start(3, 503, "text/html", "<title>503</title>", ending);
        let (run, left) = upload(&server);
        assert_eq!((run.code, run.stdout.trim()), (Some(0), "file-1"), "{ending:?}: {}", run.stderr);
        assert_eq!(server.parts.load(Ordering::SeqCst), 5, "{ending:?}");
        assert_eq!(left, ["a.bin"]);
    }
}
