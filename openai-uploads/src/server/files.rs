//! As much of the Files API as it takes to see what became of an upload. The spec does not have it, so its
//! paths and its parameters are written here and nowhere else.

use std::ops::Range;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::app::App;
use super::refusal::{Refusal, excerpt};
use super::reply;
use super::route::{Target, route};
use super::store::Refused;
use crate::models::OpenAiFile;
use crate::runtime::Operation;

static LIST_FILES: Operation =
    Operation { id: "listFiles", method: Method::GET, path: "/files", security: &[] };
static RETRIEVE_FILE: Operation =
    Operation { id: "retrieveFile", method: Method::GET, path: "/files/{file_id}", security: &[] };
static DOWNLOAD_FILE: Operation =
    Operation { id: "downloadFile", method: Method::GET, path: "/files/{file_id}/content", security: &[] };
static DELETE_FILE: Operation =
    Operation { id: "deleteFile", method: Method::DELETE, path: "/files/{file_id}", security: &[] };

/// The operations that [`routes`] answers.
pub(super) static OPERATIONS: [&Operation; 4] = [&LIST_FILES, &RETRIEVE_FILE, &DOWNLOAD_FILE, &DELETE_FILE];

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&LIST_FILES, list))
        .merge(route(&RETRIEVE_FILE, retrieve))
        .merge(route(&DOWNLOAD_FILE, download))
        .merge(route(&DELETE_FILE, delete))
}

async fn retrieve(State(app): State<Arc<App>>, target: Target) -> Result<Response, Refusal> {
    let id = target.id.clone();
    let file = app.store(move |store| store.file(&id)).await;
    file.map(|file| reply::json(StatusCode::OK, &file)).map_err(|refused| refusal(refused, &target))
}

async fn delete(State(app): State<Arc<App>>, target: Target) -> Result<Response, Refusal> {
    let id = target.id.clone();
    app.store(move |store| store.delete_file(&id)).await.map_err(|refused| refusal(refused, &target))?;
    let deleted = json!({"id": target.id, "object": "file", "deleted": true});
    Ok(reply::json(StatusCode::OK, &deleted))
}

async fn download(
    State(app): State<Arc<App>>,
    target: Target,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = target.id.clone();
    let content = app.store(move |store| Ok((store.file(&id)?, store.content(&id)?))).await;
    let (file, content) = content.map_err(|refused| refusal(refused, &target))?;
    let length = content.length();
    let (status, range) = match asked_range(&headers, length) {
        Asked::Whole => (StatusCode::OK, 0..length),
        Asked::Range(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Outside => {
            let refusal = Refusal::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!("The file has {length} bytes, none of them in the range asked for."),
            );
            return Err(refusal
                .code("invalid_range")
                .header(header::CONTENT_RANGE, text(&format!("bytes */{length}"))));
        }
    };
    let mut reply: Vec<(HeaderName, HeaderValue)> = vec![
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start)),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (header::CONTENT_DISPOSITION, text(&disposition(&file.filename))),
    ];
    if status == StatusCode::PARTIAL_CONTENT {
        let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        reply.push((header::CONTENT_RANGE, text(&shown)));
    }
    let headers: HeaderMap = reply.into_iter().collect();
    Ok((status, headers, Body::from_stream(content.stream(range))).into_response())
}

async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let query = ListQuery::read(request.uri().query().unwrap_or_default())?;
    let files =
        app.store(|store| Ok(store.files())).await.map_err(|refused| Refusal::of_upload(refused, "", ""))?;
    Ok(reply::json(StatusCode::OK, &query.page(files)))
}

/// What a listing is asked for.
#[derive(Debug)]
struct ListQuery {
    purpose: Option<String>,
    after: Option<String>,
    limit: usize,
    oldest_first: bool,
}

/// The most files on a page, and how many there are unless fewer are asked for.
const PAGE: usize = 10_000;

impl ListQuery {
    fn read(query: &str) -> Result<Self, Refusal> {
        let mut read = Self { purpose: None, after: None, limit: PAGE, oldest_first: false };
        let invalid = |param: &str, value: &str, expected: &str| {
            let message =
                format!("Invalid '{param}': expected {expected}, but got '{}' instead.", excerpt(value));
            Err(Refusal::invalid("invalid_value", message).param(param))
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "purpose" => read.purpose = Some(value.into_owned()),
                "after" => read.after = Some(value.into_owned()),
                "limit" => match value.parse() {
                    Ok(limit @ 1..=PAGE) => read.limit = limit,
                    _ => return invalid("limit", &value, "a number from 1 to 10000"),
                },
                "order" => match &*value {
                    "asc" => read.oldest_first = true,
                    "desc" => read.oldest_first = false,
                    _ => return invalid("order", &value, "'asc' or 'desc'"),
                },
                // Parameters that a newer client knows do no harm.
                _ => {}
            }
        }
        Ok(read)
    }

    /// The page, of files that come oldest first.
    fn page(&self, mut files: Vec<OpenAiFile>) -> serde_json::Value {
        if !self.oldest_first {
            files.reverse();
        }
        if let Some(after) = &self.after {
            let at = files.iter().position(|file| file.id == *after);
            files = at.map(|at| files.split_off(at + 1)).unwrap_or_default();
        }
        if let Some(purpose) = &self.purpose {
            files.retain(|file| file.purpose.as_str() == purpose);
        }
        let has_more = files.len() > self.limit;
        files.truncate(self.limit);
        let (first, last) = (files.first().map(|file| &file.id), files.last().map(|file| &file.id));
        json!({"object": "list", "data": files, "first_id": first, "last_id": last, "has_more": has_more})
    }
}

/// Which bytes a request asks for.
#[derive(Debug, PartialEq)]
enum Asked {
    Whole,
    Range(Range<u64>),
    Outside,
}

/// The range that a `Range` header asks for (RFC 9110 §14.2): one range of bytes, or else the header is ignored.
fn asked_range(headers: &HeaderMap, length: u64) -> Asked {
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return Asked::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
        _ => return Asked::Whole,
    };
    if range.is_empty() { Asked::Outside } else { Asked::Range(range) }
}

/// A `Content-Disposition` that no file name breaks (RFC 6266, RFC 8187).
fn disposition(filename: &str) -> String {
    const PLAIN: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
    format!("attachment; filename*=UTF-8''{}", percent_encoding::utf8_percent_encode(filename, PLAIN))
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("only digits, letters and punctuation go into these headers")
}

fn refusal(refused: Refused, target: &Target) -> Refusal {
    match refused {
        Refused::NotFound => Refusal::not_found("file", &target.param, &target.id),
        // The folder was changed by someone else.
        Refused::UnknownPart(part) => {
            Refusal::disk(&std::io::Error::other(format!("{part} is not in the folder any more")))
        }
        other => target.refusal(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, length: u64) -> Asked {
        let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(range).unwrap())]);
        asked_range(&headers, length)
    }

    #[test]
    fn a_range_is_what_the_header_says_within_the_file() {
        assert_eq!(asked("bytes=0-0", 10), Asked::Range(0..1));
        assert_eq!(asked("bytes=3-", 10), Asked::Range(3..10));
        assert_eq!(asked("bytes=-3", 10), Asked::Range(7..10));
        assert_eq!(asked("bytes=-30", 10), Asked::Range(0..10));
        assert_eq!(asked("bytes=8-18446744073709551615", 10), Asked::Range(8..10));
        assert_eq!(asked("bytes=10-", 10), Asked::Outside);
        assert_eq!(asked("bytes=0-", 0), Asked::Outside);
        for ignored in ["bytes=5-3", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=-"] {
            assert_eq!(asked(ignored, 10), Asked::Whole, "{ignored}");
        }
        assert_eq!(asked_range(&HeaderMap::new(), 10), Asked::Whole);
    }

    #[test]
    fn no_file_name_breaks_out_of_its_header() {
        assert_eq!(disposition("a b\r\n\"ä"), "attachment; filename*=UTF-8''a%20b%0D%0A%22%C3%A4");
    }
}
