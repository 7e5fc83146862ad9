//! What went wrong, to which file, and what to do next.

use std::error::Error as StdError;
use std::fs;
use std::io;
use std::path::Path;

use openai_uploads::apis::Error;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{ApiError, TransportError};
use openai_uploads::uploader::{Failure, UploadError};

use crate::connection::without_key;
use crate::exit::Trouble;
use crate::message;

const FOLDER_HELP: &str = "name the files in it, or take them with --recursive or --include '*.jsonl'";

/// The length of a file that can be sent.
pub(crate) fn length(file: &Path) -> Result<u64, Trouble> {
    let metadata = fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    let shown = message::path(file);
    Err(if metadata.is_dir() {
        Trouble::bad_input(format!("{shown} is a folder")).with_help(FOLDER_HELP)
    } else {
        Trouble::bad_input(format!("{shown} is not a regular file, so its length is not known"))
            .with_help("write its content into a file first")
    })
}

/// A file that cannot be opened or read.
pub(crate) fn unreadable(file: &Path, error: &io::Error) -> Trouble {
    let shown = message::path(file);
    match error.kind() {
        io::ErrorKind::NotFound => Trouble::bad_input(format!("there is no file {shown}"))
            .with_help("check its name and the folder that you are in"),
        io::ErrorKind::PermissionDenied => Trouble::bad_input(format!("{shown} may not be read by you"))
            .with_help("change its permissions, or be a user who may read it"),
        io::ErrorKind::IsADirectory => {
            Trouble::bad_input(format!("{shown} is a folder")).with_help(FOLDER_HELP)
        }
        _ => Trouble::bad_input(format!("{shown} cannot be read: {error}")),
    }
}

/// Why a file did not arrive. `configuration` is that of the requests, where any were sent.
pub(crate) fn upload_error(
    error: &UploadError,
    file: &Path,
    configuration: Option<&Configuration>,
) -> Trouble {
    let shown = message::path(file);
    let trouble = match error {
        UploadError::Source { source, state: None, .. } => unreadable(file, source),
        UploadError::TooLarge { .. } => Trouble::bad_input(format!("{shown}: {error}")).with_help(
            "split the file, or compress it if the purpose takes that; `split -C 8G FILE PART-` keeps lines whole",
        ),
        UploadError::Options { .. } => Trouble::bad_input(format!("{shown}: {error}")),
        UploadError::Unfit { report, .. } => {
            let faults = report.faults.iter().map(|fault| format!("\n  {fault}"));
            let more = (report.more() > 0).then(|| format!("\n  and {} more", report.more()));
            let all: String = faults.chain(more).collect();
            Trouble::failed(format!("{shown} is not fit for its purpose:{all}"))
                .with_help("mend these lines, or send the file as it is with --no-preflight")
        }
        UploadError::Request { step, attempts, failure, .. } => {
            let (what, help) = request_failure(failure);
            let tried = if *attempts > 1 { format!(", tried {attempts} times") } else { String::new() };
            let trouble = Trouble::failed(format!("{shown}: {step} failed{tried}: {what}"));
            match help {
                Some(help) => trouble.with_help(help),
                None => trouble,
            }
        }
        _ => Trouble::failed(if error.to_string().contains(&*file.to_string_lossy()) {
            error.to_string()
        } else {
            format!("{shown}: {error}")
        }),
    };
    let trouble = match error.state() {
        Some(_) => Trouble {
            help: Some(match trouble.help {
                Some(help) => format!("{help}; the same command goes on from where this one stopped"),
                None => "the same command goes on from where this one stopped".to_owned(),
            }),
            ..trouble
        },
        None => trouble,
    };
    shown_safely(trouble, configuration)
}

/// Why a single call failed.
pub(crate) fn call(error: &Error<ErrorResponse>, about: &str, configuration: &Configuration) -> Trouble {
    let (what, help) = call_failure(error);
    let trouble = Trouble::failed(format!("{about}: {what}"));
    let trouble = match help {
        Some(help) => trouble.with_help(help),
        None => trouble,
    };
    shown_safely(trouble, Some(configuration))
}

/// A server's words are neither to move the cursor nor to repeat the key.
fn shown_safely(trouble: Trouble, configuration: Option<&Configuration>) -> Trouble {
    let message = match configuration {
        Some(configuration) => without_key(&trouble.message, configuration),
        None => trouble.message,
    };
    Trouble { message: message::text(&message), ..trouble }
}

fn request_failure(failure: &Failure) -> (String, Option<&'static str>) {
    match failure {
        Failure::Call(call) => call_failure(call),
        Failure::WaitTooLong { call, .. } => (failure.to_string(), call_failure(call).1),
        Failure::Stalled { .. } | Failure::NoReply { .. } => (
            failure.to_string(),
            Some("check the network; fewer requests at a time (--concurrency) may help"),
        ),
        other => (other.to_string(), None),
    }
}

fn call_failure(error: &Error<ErrorResponse>) -> (String, Option<&'static str>) {
    let help = match error {
        Error::Api(error) => answer(error),
        Error::Transport(error) => Some(no_answer(error)),
        Error::Decode(_) => Some("check the base URL: this may not be an Uploads API"),
        _ => None,
    };
    (error.to_string(), help)
}

/// What to do about an answer that refuses.
fn answer(error: &ApiError<ErrorResponse>) -> Option<&'static str> {
    let says = |words: &[&str]| {
        let facts = [error.code.as_deref(), error.error_type.as_deref(), Some(error.message.as_str())];
        let facts: Vec<_> = facts.into_iter().flatten().map(str::to_lowercase).collect();
        words.iter().any(|word| facts.iter().any(|fact| fact.contains(word)))
    };
    Some(match error.status.as_u16() {
        401 => "the key is missing or wrong; check OPENAI_API_KEY or the file named with --api-key-file",
        403 => "the key is not allowed to do this; check its permissions, its project and its organisation",
        429 if says(&["insufficient_quota", "quota", "billing"]) => {
            "the account's quota is used up; check its plan and billing, since waiting does not help"
        }
        429 => "too many requests; wait a while, or send fewer at a time with --concurrency",
        400 | 404 | 410 if says(&["expired"]) => {
            "the upload expired, since it was not completed in time; run the same command again"
        }
        404 => "there is no such upload, or nothing at this URL; check the id and the base URL",
        413 => "the server takes less at once; give a smaller --part-size",
        300..=399 => "check the base URL",
        500..=599 => "the server is in trouble; run the same command again later",
        _ => return None,
    })
}

/// What to do when no answer came.
fn no_answer(error: &TransportError) -> &'static str {
    let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let is = |cause: &&(dyn StdError + 'static)| {
        let text = cause.to_string().to_lowercase();
        if text.contains("dns error") || text.contains("failed to lookup address") {
            Some("the host was not found; check the base URL and the network")
        } else if ["certificate", "tls", "ssl", "handshake"].iter().any(|word| text.contains(word)) {
            Some(
                "no safe connection could be made; check the base URL, the machine's clock and its root \
                 certificates, and whether a proxy stands between",
            )
        } else if text.contains("connection refused") {
            Some("nothing listens there; check the base URL and whether the server runs")
        } else {
            None
        }
    };
    let known = causes.find_map(|cause| is(&cause));
    known.unwrap_or("check the network, and run the same command again")
}
