//! The documentation of an operation's function.

use std::collections::HashSet;

use crate::api::{Header, Operation, Paging, UntypedError};
use crate::naming::{Scope, other_calls};
use crate::sentence;

/// The function's documentation: the document's words, then what its types do not express.
pub(super) fn text(scope: &Scope<'_>, operation: &Operation) -> String {
    let about = match (operation.summary.as_str(), operation.description.as_str()) {
        ("", description) => description.to_owned(),
        (summary, "") => summary.to_owned(),
        (summary, description) if description.starts_with(summary) => description.to_owned(),
        (summary, description) => format!("{summary}\n\n{description}"),
    };
    let of_replies = operation.successes.iter().flat_map(|success| &success.headers);
    let has_headers = operation.successes.iter().any(|success| !success.headers.is_empty());
    let head = (operation.method == "HEAD" && !has_headers)
        .then(|| "The reply has no body; `Call::response` gives its headers.".to_owned());
    let parts = [
        head,
        other_forms(scope, operation),
        operation.paging.as_ref().map(pages),
        headers("Headers of the reply, by `Call::response`:", of_replies),
        errors(&operation.untyped_errors),
        headers("Headers of errors, in `ApiError::headers`:", operation.error_headers.iter()),
        callbacks(scope, operation),
    ];
    let parts = [Some(about).filter(|about| !about.is_empty())].into_iter().chain(parts);
    parts.flatten().collect::<Vec<_>>().join("\n\n")
}

/// The other contents that the reply can have, and the events.
fn other_forms(scope: &Scope<'_>, operation: &Operation) -> Option<String> {
    let lines: Vec<String> =
        other_calls(scope, operation).map(|(media, call)| format!("- `{media}`: `.{call}`")).collect();
    (!lines.is_empty())
        .then(|| format!("Other media types of the reply, by a method of the call:\n{}", lines.join("\n")))
}

fn pages(paging: &Paging) -> String {
    format!("The list comes in pages; `.pages()` and `.items()` request them all.\n\nPages: {paging}.")
}

fn headers<'a>(title: &str, headers: impl Iterator<Item = &'a Header>) -> Option<String> {
    let mut seen = HashSet::new();
    let lines: Vec<String> = headers
        .filter(|header| seen.insert(header.name.to_lowercase()))
        .map(|header| {
            let kind = match header.kind.as_str() {
                "" => String::new(),
                kind => format!(" ({kind})"),
            };
            line(&format!("`{}`{kind}", header.name), &header.description)
        })
        .collect();
    (!lines.is_empty()).then(|| format!("{title}\n{}", lines.join("\n")))
}

/// The errors without a body, and those whose body is not JSON.
fn errors(errors: &[UntypedError]) -> Option<String> {
    let lines: Vec<String> = errors
        .iter()
        .filter(|error| !error.description.is_empty() || !error.content_types.is_empty())
        .map(|error| {
            let kind = match error.content_types.join(", ") {
                none if none.is_empty() => String::new(),
                types => format!(" ({types})"),
            };
            line(&format!("`{}`{kind}", error.status), &error.description)
        })
        .collect();
    (!lines.is_empty()).then(|| format!("Errors without a type:\n{}", lines.join("\n")))
}

/// The callbacks of the operation, and their types.
fn callbacks(scope: &Scope<'_>, operation: &Operation) -> Option<String> {
    let lines: Vec<String> = operation
        .callbacks
        .iter()
        .map(|callback| {
            let body = callback.bodies.first().map(|body| match body.content.ty() {
                Some(ty) => format!("`{}`", scope.ty(ty)),
                None => body.content_type.clone(),
            });
            let subject = format!("`{}`, {} `{}`", callback.name, callback.method, callback.url);
            line(&subject, &body.unwrap_or_default())
        })
        .collect();
    (!lines.is_empty()).then(|| format!("Callbacks, which the server sends:\n{}", lines.join("\n")))
}

fn line(subject: &str, about: &str) -> String {
    match sentence::first(about).as_str() {
        "" => format!("- {subject}"),
        first => format!("- {subject}: {first}"),
    }
}
