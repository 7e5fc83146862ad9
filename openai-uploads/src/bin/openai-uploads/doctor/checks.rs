//! The checks: each step of reaching the server, and the APIs that it has.

use std::time::Instant;

use openai_uploads::apis::Error;
use openai_uploads::apis::batch_api::LIST_BATCHES;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::files_api::LIST_FILES;
use openai_uploads::apis::uploads_api::CREATE_UPLOAD;
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{Operation, Request, TransportErrorKind};
use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::CommandError;
use crate::explain;

/// A check and how it ended.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) result: CheckResult,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) message: String,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CheckResult {
    Ok,
    /// The server does not have this API. Others may do.
    Missing,
    Failed,
    /// An earlier check failed.
    Skipped,
}

impl Check {
    fn new(name: &'static str, result: CheckResult, message: impl Into<String>) -> Self {
        Self { name, result, message: message.into(), help: None }
    }

    fn failed(name: &'static str, problem: &CommandError) -> Self {
        let message = problem.message.trim_start_matches(": ");
        let help = problem.help.clone();
        Self { help, ..Self::new(name, CheckResult::Failed, message) }
    }

    fn with_help(self, help: &str) -> Self {
        Self { help: Some(help.to_owned()), ..self }
    }
}

/// The steps to an answer, in order.
const DNS: &str = "DNS";
const CONNECTION: &str = "connection";
const TLS: &str = "TLS";
const ANSWER: &str = "answer";
const KEY: &str = "key";
const FILES: &str = "files";
const UPLOADS: &str = "uploads";
const BATCHES: &str = "batches";

/// The check of settings that are not valid.
pub(super) fn settings_failed(problem: &CommandError) -> Check {
    Check::failed("settings", problem)
}

/// The answer to a request for an API.
enum Api {
    Present,
    Absent,
    Failed(Check),
    /// The server refuses the key.
    WrongKey(CommandError),
    /// There is no answer, because this step failed.
    Unreached(&'static str, CommandError),
}

/// Runs the checks.
pub(super) async fn run(configuration: &Configuration) -> Vec<Check> {
    let started = Instant::now();
    let files = listed(FILES, configuration, &LIST_FILES).await;
    let took = started.elapsed().as_millis();
    let steps = steps(configuration);
    let mut checks = Vec::new();
    if let Api::Unreached(failed, problem) = &files {
        let all = steps.into_iter().chain([KEY, FILES, UPLOADS, BATCHES]);
        let (reached, left): (Vec<_>, Vec<_>) = {
            let mut is_reached = true;
            all.partition(|step| {
                is_reached &= step != failed;
                is_reached
            })
        };
        checks.extend(reached.into_iter().map(|step| Check::new(step, CheckResult::Ok, "")));
        checks.push(Check::failed(failed, problem));
        let skipped = left.into_iter().skip(1);
        checks.extend(skipped.map(|step| Check::new(step, CheckResult::Skipped, "")));
        return checks;
    }
    checks.extend(steps.iter().map(|step| {
        let message = if *step == ANSWER { format!("in {took} ms") } else { String::new() };
        Check::new(step, CheckResult::Ok, message)
    }));
    if let Api::WrongKey(problem) = &files {
        checks.push(Check::failed(KEY, problem));
        checks.extend([FILES, UPLOADS, BATCHES].map(|name| Check::new(name, CheckResult::Skipped, "")));
        return checks;
    }
    let (uploads, batches) =
        (uploads(configuration).await, listed(BATCHES, configuration, &LIST_BATCHES).await);
    let is_accepted = [&files, &uploads, &batches].iter().any(|api| matches!(api, Api::Present));
    if is_accepted {
        checks.push(Check::new(KEY, CheckResult::Ok, "the server accepts it, or needs none"));
    } else {
        checks.push(Check::new(KEY, CheckResult::Skipped, ""));
    }
    let has_uploads = matches!(uploads, Api::Present);
    let has_files = matches!(files, Api::Present);
    if [&files, &uploads, &batches].iter().all(|api| matches!(api, Api::Absent)) {
        let nothing = Check::new(FILES, CheckResult::Failed, "the server has none of the APIs at this URL");
        checks.push(nothing.with_help("check the path of the base URL: most end with /v1"));
    } else {
        let without = if has_uploads { "small files are sent as uploads too" } else { "nothing can be sent" };
        checks.push(check(FILES, files, without));
    }
    let without = if has_files { "files of more than 512 MiB cannot be sent" } else { "nothing can be sent" };
    checks.push(check(UPLOADS, uploads, without));
    checks.push(check(BATCHES, batches, "`batch` does not work"));
    checks
}

fn check(name: &'static str, api: Api, without: &str) -> Check {
    match api {
        Api::Present => Check::new(name, CheckResult::Ok, ""),
        Api::Absent => {
            Check::new(name, CheckResult::Missing, format!("the server has no such API: {without}"))
        }
        Api::Failed(check) => check,
        Api::WrongKey(problem) | Api::Unreached(_, problem) => Check::failed(name, &problem),
    }
}

/// The steps to an answer of this server.
fn steps(configuration: &Configuration) -> Vec<&'static str> {
    let has_tls = configuration.base_path.starts_with("https:");
    [DNS, CONNECTION, TLS, ANSWER].into_iter().filter(|step| has_tls || *step != TLS).collect()
}

/// Lists one object.
async fn listed(name: &'static str, configuration: &Configuration, operation: &'static Operation) -> Api {
    let request = Request::new(configuration, operation).query("limit", 1);
    // Servers leave out members that the document requires.
    api(name, configuration, request.json::<Value, ErrorResponse>().await)
}

/// The API has no operation that only reads, so this request is incomplete: a server that has the API refuses it.
async fn uploads(configuration: &Configuration) -> Api {
    let request = Request::new(configuration, &CREATE_UPLOAD).json_body(&json!({}));
    let answer = request.json::<Value, ErrorResponse>().await;
    let is_refused = answer
        .as_ref()
        .err()
        .and_then(Error::api)
        .is_some_and(|error| matches!(error.status.as_u16(), 400 | 422) && !error.is_foreign());
    if is_refused { Api::Present } else { api(UPLOADS, configuration, answer) }
}

fn api<T>(name: &'static str, configuration: &Configuration, answer: Result<T, Error<ErrorResponse>>) -> Api {
    let Err(error) = answer else { return Api::Present };
    let problem = explain::call_error(&error, "", configuration);
    match &error {
        Error::Api(answer) => match answer.status.as_u16() {
            401 => Api::WrongKey(problem),
            404 | 405 | 501 if !answer.is_foreign() => Api::Absent,
            _ => Api::Failed(Check::failed(name, &problem)),
        },
        Error::Transport(error) => {
            let step = match error.kind {
                TransportErrorKind::HostNotFound => DNS,
                TransportErrorKind::Connect
                | TransportErrorKind::ConnectTimeout
                | TransportErrorKind::ProxyRefused
                | TransportErrorKind::ProxyAuthentication => CONNECTION,
                TransportErrorKind::Tls => TLS,
                _ => ANSWER,
            };
            Api::Unreached(step, problem)
        }
        Error::Token(_) => Api::WrongKey(problem),
        _ => Api::Failed(Check::failed(name, &problem)),
    }
}
