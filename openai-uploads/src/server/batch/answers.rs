//! The answers to the requests of batches.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::echo::echo;
use super::results::Tokens;
use crate::apis::configuration::Configuration;
use crate::models::BatchRequestInput;

/// Where the answers to the requests of batches come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Echo,
    File(PathBuf),
    Command(String),
    Url(String),
}

impl Default for Answers {
    fn default() -> Self {
        Self::echo()
    }
}

impl Answers {
    /// Answers with the text of the request, in the form that the endpoint's responses have.
    pub fn echo() -> Self {
        Self(Kind::Echo)
    }

    /// Answers from a file of JSON Lines: objects with `custom_id`, `body` and optionally `status_code`, or the lines
    /// of a batch's output file. A request without an answer fails with status 404.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// Runs a shell command for each request. It reads the line of the input file from stdin and writes the body of
    /// the response, in JSON, to stdout. If it fails, the request fails with status 500.
    pub fn command(command: impl Into<String>) -> Self {
        Self(Kind::Command(command.into()))
    }

    /// Sends each request to another server, such as a local model: the path of its `url` is appended to this one,
    /// without `/v1` if this URL ends with it.
    pub fn url(url: impl Into<String>) -> Self {
        Self(Kind::Url(url.into()))
    }
}

/// Answers the requests of batches.
#[derive(Debug)]
pub(in super::super) enum Answerer {
    Echo,
    File(HashMap<String, Answer>),
    Command(String),
    Url { base: String, client: reqwest::Client },
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Answer {
    fn failure(status: u16, message: impl Into<String>) -> Self {
        let kind = if status >= 500 { "server_error" } else { "invalid_request_error" };
        let body = json!({"error": {"code": null, "message": message.into(), "param": null, "type": kind}});
        Self { status, body }
    }

    pub(super) fn injected_failure(status: u16) -> Self {
        Self::failure(status, format!("Failed on purpose, with status {status}."))
    }

    /// The tokens in the `usage` of the body. Endpoints name its members differently.
    pub(super) fn tokens(&self) -> Tokens {
        let usage = &self.body["usage"];
        let number =
            |names: [&str; 2]| names.iter().find_map(|name| usage.pointer(name)?.as_u64()).unwrap_or(0);
        Tokens {
            input: number(["/input_tokens", "/prompt_tokens"]),
            cached: number(["/input_tokens_details/cached_tokens", "/prompt_tokens_details/cached_tokens"]),
            output: number(["/output_tokens", "/completion_tokens"]),
            reasoning: number([
                "/output_tokens_details/reasoning_tokens",
                "/completion_tokens_details/reasoning_tokens",
            ]),
        }
    }
}

impl Answerer {
    /// Reads the file of answers, if there is one.
    pub(in super::super) fn new(answers: Answers) -> Result<Self, (PathBuf, io::Error)> {
        match answers.0 {
            Kind::Echo => Ok(Self::Echo),
            Kind::File(path) => {
                let answers = read(&path).map_err(|error| (path, error))?;
                Ok(Self::File(answers))
            }
            Kind::Command(command) => Ok(Self::Command(command)),
            Kind::Url(url) => {
                let base = url.trim_end_matches('/').to_owned();
                Ok(Self::Url { base, client: Configuration::default().client })
            }
        }
    }

    /// How many requests are answered at the same time. `None` if no other program answers.
    pub(super) fn concurrency(&self) -> Option<usize> {
        match self {
            Self::Echo | Self::File(_) => None,
            Self::Command(_) | Self::Url { .. } => Some(8),
        }
    }

    /// The answer to a request, or `None` if another program answers.
    pub(super) fn answer_now(&self, request: &BatchRequestInput, now: u64) -> Option<Answer> {
        match self {
            Self::Echo => Some(Answer { status: 200, body: echo(request, now) }),
            Self::File(answers) => Some(answers.get(&request.custom_id).cloned().unwrap_or_else(|| {
                Answer::failure(404, format!("The file of answers has none for '{}'.", request.custom_id))
            })),
            Self::Command(_) | Self::Url { .. } => None,
        }
    }

    /// Answers a request. `line` is its line in the input file.
    pub(super) async fn answer(&self, request: &BatchRequestInput, line: &[u8], now: u64) -> Answer {
        match self {
            Self::Echo | Self::File(_) => {
                self.answer_now(request, now).unwrap_or_else(|| Answer::failure(500, "There is no answer."))
            }
            Self::Command(command) => run(command, line).await,
            Self::Url { base, client } => send(client, base, request).await,
        }
    }
}

/// Reads a file of answers.
fn read(path: &Path) -> io::Result<HashMap<String, Answer>> {
    let text = std::fs::read_to_string(path)?;
    let mut answers = HashMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (custom_id, answer) = answer_of_line(line).ok_or_else(|| {
            let message = format!("line {} is not an object with `custom_id` and `body`", index + 1);
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        answers.insert(custom_id, answer);
    }
    Ok(answers)
}

fn answer_of_line(line: &str) -> Option<(String, Answer)> {
    let mut line: Value = serde_json::from_str(line).ok()?;
    let custom_id = line.get("custom_id")?.as_str()?.to_owned();
    let mut response = line.get_mut("response").map_or(Value::Null, Value::take);
    let answer = if response.is_null() { &mut line } else { &mut response };
    let body = answer.get_mut("body")?.take();
    let status = answer.get("status_code").map_or(Some(200), Value::as_u64)?;
    Some((custom_id, Answer { status: u16::try_from(status).ok()?, body }))
}

/// Runs a command with the request on its stdin.
async fn run(command: &str, line: &[u8]) -> Answer {
    let output = async {
        let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
        let mut child = shell
            .args([if cfg!(windows) { "/C" } else { "-c" }, command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            match stdin.write_all(line).await {
                // A command need not read its input.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
                _ => {}
            }
        }
        child.wait_with_output().await
    };
    match output.await {
        Ok(output) if output.status.success() => match serde_json::from_slice(&output.stdout) {
            Ok(body) => Answer { status: 200, body },
            Err(_) => Answer::failure(500, "The command did not write JSON."),
        },
        Ok(output) => Answer::failure(500, format!("The command failed: {}.", output.status)),
        Err(error) => Answer::failure(500, format!("The command cannot be run: {error}.")),
    }
}

/// Sends a request to another server.
async fn send(client: &reqwest::Client, base: &str, request: &BatchRequestInput) -> Answer {
    let path = match base.ends_with("/v1") {
        true => request.url.strip_prefix("/v1").unwrap_or(&request.url),
        false => request.url.as_str(),
    };
    let body = serde_json::to_vec(&request.body).unwrap_or_default();
    let sent = client
        .post(format!("{base}{path}"))
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .body(body)
        .send()
        .await;
    let response = match sent {
        Ok(response) => response,
        Err(error) => return Answer::failure(502, format!("The server of the answers failed: {error}.")),
    };
    let status = response.status().as_u16();
    match response.bytes().await.map(|body| serde_json::from_slice(&body)) {
        Ok(Ok(body)) => Answer { status, body },
        Ok(Err(_)) => Answer::failure(502, "The server of the answers did not send JSON."),
        Err(error) => Answer::failure(502, format!("The server of the answers failed: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_from_short_lines_and_from_an_output_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("answers.jsonl");
        let lines = [
            r#"{"custom_id":"a","body":{"x":1}}"#,
            "",
            r#"{"custom_id":"b","body":{},"status_code":429}"#,
            r#"{"id":"i","custom_id":"c","response":{"status_code":200,"request_id":"r","body":[]},"error":null}"#,
        ];
        std::fs::write(&path, lines.join("\n")).unwrap();
        let answers = read(&path).unwrap();
        assert_eq!(answers["a"], Answer { status: 200, body: json!({"x": 1}) });
        assert_eq!(answers["b"].status, 429);
        assert_eq!(answers["c"].body, json!([]));
        std::fs::write(&path, r#"{"custom_id":"a"}"#).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("line 1"));
    }
}
