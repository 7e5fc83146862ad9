//! Errors as messages: what happened to which file, and what to do.

use std::fs;
use std::io;
use std::path::Path;

use openai_uploads::apis::Error;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{ApiError, TransportError, TransportErrorKind, describe};
use openai_uploads::uploader::{Failure, Step, UploadError};

use crate::connection::redact;
use crate::exit::CommandError;
use crate::message;

const FOLDER_HELP: &str = "name the files in it, or take them with --recursive or --include '*.jsonl'";

const OTHER_SERVER_HELP: &str =
    "check the base URL: this may be another server, or a proxy or a sign-in page in between";

/// The length of a file that can be sent.
pub(crate) fn length(file: &Path) -> Result<u64, CommandError> {
    metadata(file).map(|metadata| metadata.len())
}

/// What the file system says of a file that can be sent.
pub(crate) fn metadata(file: &Path) -> Result<fs::Metadata, CommandError> {
    let metadata = fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    if metadata.is_file() {
        return Ok(metadata);
    }
    let shown = message::path(file);
    Err(if metadata.is_dir() {
        CommandError::bad_input(format!("{shown} is a folder")).with_help(FOLDER_HELP)
    } else {
        CommandError::bad_input(format!("{shown} is not a regular file, so its length is not known"))
            .with_help("write its content to a file first, or pipe it to `upload -`")
    })
}

/// A file that cannot be opened or read.
pub(crate) fn unreadable(file: &Path, error: &io::Error) -> CommandError {
    #[cfg(feature = "object-store")]
    if let Some(error) = openai_uploads::objects::ObjectError::of(error) {
        return crate::objects::problem(error);
    }
    let shown = message::path(file);
    match error.kind() {
        io::ErrorKind::NotFound => CommandError::bad_input(format!("{shown} does not exist"))
            .with_help("check the name and the current folder"),
        io::ErrorKind::PermissionDenied => CommandError::bad_input(format!("no permission to read {shown}"))
            .with_help("change the permissions of the file, or run as a user who may read it"),
        io::ErrorKind::IsADirectory => {
            CommandError::bad_input(format!("{shown} is a folder")).with_help(FOLDER_HELP)
        }
        _ => CommandError::bad_input(format!("{shown} cannot be read: {error}"))
            .with_help("check the disk or the network share that the file is on"),
    }
}

/// The error of an upload. `configuration` is that of the requests, if any were sent.
pub(crate) fn upload_error(
    error: &UploadError,
    file: &Path,
    configuration: Option<&Configuration>,
) -> CommandError {
    let shown = message::path(file);
    let problem = match error {
        UploadError::Source { source, state: None, .. } => unreadable(file, source),
        UploadError::TooLarge { .. } => CommandError::bad_input(format!("{shown}: {error}")).with_help(
            "split the file, or compress it if the purpose takes that; `split -C 8G FILE PART-` keeps lines whole",
        ),
        UploadError::Options { .. } => CommandError::bad_input(format!("{shown}: {error}"))
            .with_help("see the options with --help"),
        UploadError::FailedPreflight { report, .. } => {
            let faults = report.faults.iter().map(|fault| format!("\n  {fault}"));
            let more = (report.more() > 0).then(|| format!("\n  and {} more", report.more()));
            let all: String = faults.chain(more).collect();
            CommandError::failed(format!("{shown} is not fit for its purpose:{all}"))
                .with_help("fix these lines, or send the file as it is with --no-preflight")
        }
        UploadError::Request { step, attempts, failure, .. } => {
            let (what, help) = request_failure(*step, failure, configuration);
            let tried = if *attempts > 1 { format!(", tried {attempts} times") } else { String::new() };
            let message = format!("{shown}: {step} failed{tried}: {what}");
            CommandError { help, ..CommandError::failed(message) }
        }
        _ => {
            let what = describe(error);
            let names_file = what.contains(&*file.to_string_lossy());
            CommandError::failed(if names_file { what } else { format!("{shown}: {what}") })
        }
    };
    let problem = match error.state() {
        Some(_) => CommandError {
            help: Some(match problem.help {
                Some(help) => format!("{help}; the same command resumes the upload"),
                None => "the same command resumes the upload".to_owned(),
            }),
            ..problem
        },
        None => problem,
    };
    sanitized(problem, configuration)
}

/// The error of a single call.
pub(crate) fn call_error(
    error: &Error<ErrorResponse>,
    about: &str,
    configuration: &Configuration,
) -> CommandError {
    let (what, help) = call_failure(None, error, Some(configuration));
    let problem = CommandError { help, ..CommandError::failed(format!("{about}: {what}")) };
    sanitized(problem, Some(configuration))
}

/// Text of a server may contain control characters and the key.
fn sanitized(problem: CommandError, configuration: Option<&Configuration>) -> CommandError {
    let message = match configuration {
        Some(configuration) => redact(&problem.message, configuration),
        None => problem.message,
    };
    CommandError { message: message::text(&message), ..problem }
}

fn request_failure(
    step: Step,
    failure: &Failure,
    configuration: Option<&Configuration>,
) -> (String, Option<String>) {
    match failure {
        Failure::Call(call) => call_failure(Some(step), call, configuration),
        Failure::WaitTooLong { call, .. } => {
            let (what, help) = call_failure(Some(step), call, configuration);
            (format!("{what}; {failure}"), help)
        }
        Failure::Stalled { .. } | Failure::NoReply { .. } => (
            failure.to_string(),
            Some("check the network; fewer requests at a time (--concurrency) may help".to_owned()),
        ),
        Failure::UnexpectedResponse { message } => (
            message.clone(),
            Some(account_help(&message.to_lowercase()).unwrap_or(OTHER_SERVER_HELP).to_owned()),
        ),
        Failure::Source(_) => (
            failure.to_string(),
            Some(
                "check the store or the disk that the file is on, and run the same command again".to_owned(),
            ),
        ),
        other => (describe(other), None),
    }
}

/// What to do about an account that is used up, by the words of an error in lower case.
fn account_help(words: &str) -> Option<&'static str> {
    if words.contains("storage") && ["limit", "quota", "full"].iter().any(|word| words.contains(word)) {
        Some(
            "the file storage of the account is full; delete files that are no longer needed, see `files --help`",
        )
    } else if words.contains("quota") || words.contains("billing") {
        Some("the account's quota is used up; check its plan and billing, since waiting does not help")
    } else {
        None
    }
}

/// What happened to a request, and what to do. `step` is the step of an upload that the request is.
fn call_failure(
    step: Option<Step>,
    error: &Error<ErrorResponse>,
    configuration: Option<&Configuration>,
) -> (String, Option<String>) {
    match error {
        Error::Api(error) => (answer(error), answer_help(step, error, configuration)),
        Error::Transport(error) => (describe(error), Some(transport_help(error, configuration).to_owned())),
        Error::Decode(_) => (describe(error), Some(OTHER_SERVER_HELP.to_owned())),
        Error::Token(_) => (
            describe(error),
            Some(
                "run the command of --token-command by hand, or check the file of --api-key-file".to_owned(),
            ),
        ),
        _ => (describe(error), None),
    }
}

/// What the server says, and whether it says it as the API does.
fn answer(error: &ApiError<ErrorResponse>) -> String {
    if is_of_the_api(error) || error.is_foreign() {
        return describe(error);
    }
    let status = error.status.as_u16();
    format!("the server answered {status}, but not in the form of the API: {}", error.message)
}

/// Whether the body has the object `error` of the API, or there is none to judge by.
fn is_of_the_api(error: &ApiError<ErrorResponse>) -> bool {
    if error.body.is_empty() || error.status.is_redirection() {
        return true;
    }
    let body = serde_json::from_slice::<serde_json::Value>(&error.body);
    body.is_ok_and(|body| body.get("error").is_some_and(serde_json::Value::is_object))
}

/// What to do about an answer that refuses.
fn answer_help(
    step: Option<Step>,
    error: &ApiError<ErrorResponse>,
    configuration: Option<&Configuration>,
) -> Option<String> {
    let facts = [error.code(), error.error_type(), Some(error.message.as_str())];
    let words = facts.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    // The message of a rate limit may well speak of quota and billing.
    let account = if words.contains("rate_limit") { None } else { account_help(&words) };
    let help = match error.status.as_u16() {
        404 if matches!(step, Some(Step::Create | Step::File)) => {
            return Some(no_such_api(step, configuration));
        }
        413 if step == Some(Step::File) => "the server accepts smaller requests only; pass --api uploads",
        413 => "the server accepts smaller parts only; pass a smaller --part-size",
        500..=599 => "the server has a problem; run the same command again later",
        _ if error.is_foreign() => {
            "the answer comes from another server, or from a proxy or a sign-in page in between; check the base URL \
             and the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"
        }
        400..=499 if account.is_some() => account.unwrap_or_default(),
        401 => {
            "the key is missing or wrong; check OPENAI_API_KEY, the file named with --api-key-file, or what the command \
             of --token-command prints"
        }
        403 => "the key is not allowed to do this; check its permissions, its project and its organization",
        429 => "too many requests; wait a while, or send fewer at a time with --concurrency",
        400 | 404 | 410 if words.contains("expired") => {
            "the upload expired, since it was not completed in time; run the same command again"
        }
        404 => "nothing has this id, or nothing is at this URL; check the id and the base URL",
        300..=399 => "check the base URL; if the server redirects to another one, give that",
        400..=499 if !is_of_the_api(error) => "check the base URL, and whether this server has the API",
        _ => return None,
    };
    Some(help.to_owned())
}

/// What to do when the server knows no uploads or files at all.
fn no_such_api(step: Option<Step>, configuration: Option<&Configuration>) -> String {
    let api = if step == Some(Step::File) { "Files API" } else { "Uploads API" };
    let base = configuration.map_or("", |configuration| &configuration.base_path);
    let base = base.split(['?', '#']).next().unwrap_or(base).trim_end_matches('/');
    if base.is_empty() || base.contains("/v1") || base.contains("/openai") {
        format!("nothing is at this URL: check the base URL, and whether this server has the {api}")
    } else {
        format!("the base URL has no /v1: try {base}/v1, or check whether this server has the {api}")
    }
}

/// What to do when no complete answer came.
fn transport_help(error: &TransportError, configuration: Option<&Configuration>) -> &'static str {
    let has_proxy = error.proxy.is_some();
    let is_argument = configuration.is_some_and(|configuration| configuration.proxy_name.is_some());
    let is_https = configuration.is_some_and(|configuration| configuration.base_path.starts_with("https:"));
    match error.kind {
        TransportErrorKind::ProxyAuthentication => {
            "put the user name and the password into the URL of the proxy, in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"
        }
        TransportErrorKind::ProxyRefused => {
            "ask who runs the proxy to allow this host, or add the host to NO_PROXY if no proxy is needed"
        }
        TransportErrorKind::HostNotFound
        | TransportErrorKind::Connect
        | TransportErrorKind::ConnectTimeout
            if has_proxy && is_argument =>
        {
            "check the URL of --proxy and the variable NO_PROXY, and whether the proxy runs"
        }
        TransportErrorKind::HostNotFound
        | TransportErrorKind::Connect
        | TransportErrorKind::ConnectTimeout
            if has_proxy =>
        {
            "check the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, and whether the proxy runs"
        }
        TransportErrorKind::HostNotFound => "check the base URL and the network",
        TransportErrorKind::ConnectTimeout if is_https => {
            "check the network and the base URL; write http:// in it if the server has no TLS"
        }
        TransportErrorKind::Connect => "check the base URL, and whether the server runs",
        TransportErrorKind::Tls => {
            "write http:// in the base URL if the server has no TLS; else check the clock and the root certificates of \
             this machine, and whether a proxy is in between"
        }
        TransportErrorKind::TooManyRedirects => "check the base URL",
        _ if has_proxy => "check the network and the proxy, and run the same command again",
        _ => "check the network, and run the same command again",
    }
}
