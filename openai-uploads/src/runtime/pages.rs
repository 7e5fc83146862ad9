//! Lists that come in pages, as streams.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use reqwest::header::{HeaderMap, LINK};
use serde::Serialize;
use serde_json::Value;

use super::api_error::{ErrorBody, request_id};
use super::call::{Call, Response};
use super::error::{DecodeError, Error, InputError};
use super::link_header::next_link;
use super::parameter::plain;
use super::platform::BoxStream;
use super::request::Request;

/// How an operation splits its list into pages.
pub trait Pages {
    /// A page: the reply of the operation.
    type Page;
    /// An item of a page.
    type Item;

    /// Returns how the page after this one is requested.
    fn next(page: &Self::Page) -> NextPage;

    /// Returns the items of a page.
    fn items(page: Self::Page) -> Vec<Self::Item>;
}

/// How the next page is requested, as far as one page says.
#[derive(Debug)]
pub struct NextPage {
    place: NextPlace,
    /// What the page says about whether there are more. `None`: nothing.
    has_more: Option<bool>,
}

#[derive(Debug)]
enum NextPlace {
    /// After the last item of this page.
    After { parameter: &'static str, last: Option<String> },
    /// At a cursor, which only a page before the last has.
    Cursor { parameter: &'static str, cursor: Option<String> },
    /// At the position of the first item that is not in this page.
    Offset { parameter: &'static str, count: usize, total: Option<u64> },
    /// At the next number.
    Number { parameter: &'static str, first: u64, count: usize, total: Option<u64> },
    /// At a URL in the page, which only a page before the last has.
    Url(Option<String>),
    /// At the URL in the header `Link` (RFC 8288), which only a page before the last has.
    Link,
}

impl NextPage {
    /// The next page starts after the item with the id `last`. The page must say whether there are
    /// [`more`](Self::more).
    pub fn after(parameter: &'static str, last: &impl Serialize) -> Self {
        Self::new(NextPlace::After { parameter, last: text(last) })
    }

    /// The next page starts after the item with this id, if the page itself names none.
    #[must_use]
    pub fn or_last(mut self, id: &impl Serialize) -> Self {
        if let NextPlace::After { last: last @ None, .. } = &mut self.place {
            *last = text(id);
        }
        self
    }

    /// The next page starts at `cursor`. A page without one is the last.
    pub fn cursor(parameter: &'static str, cursor: &impl Serialize) -> Self {
        Self::new(NextPlace::Cursor { parameter, cursor: text(cursor) })
    }

    /// The next page starts `count` items further: the number of items of this page. An empty page is the last.
    pub fn offset(parameter: &'static str, count: usize) -> Self {
        Self::new(NextPlace::Offset { parameter, count, total: None })
    }

    /// The next page has the next number. The list starts at page `first`, and an empty page is the last.
    pub fn number(parameter: &'static str, first: u64, count: usize) -> Self {
        Self::new(NextPlace::Number { parameter, first, count, total: None })
    }

    /// The next page is at a URL. A page without one is the last.
    pub fn url(url: &impl Serialize) -> Self {
        Self::new(NextPlace::Url(text(url)))
    }

    /// The next page is at the URL that the header `Link` has for `rel="next"`. A reply without one is the last page.
    pub fn link() -> Self {
        Self::new(NextPlace::Link)
    }

    /// Sets the number of all items, or of all pages.
    #[must_use]
    pub fn of(mut self, all: &impl Serialize) -> Self {
        if let NextPlace::Offset { total, .. } | NextPlace::Number { total, .. } = &mut self.place {
            *total = text(all).and_then(|total| total.parse().ok());
        }
        self
    }

    /// Sets whether there are more pages.
    #[must_use]
    pub fn more(mut self, more: &impl Serialize) -> Self {
        self.has_more = text(more).and_then(|more| more.parse().ok());
        self
    }

    fn new(place: NextPlace) -> Self {
        Self { place, has_more: None }
    }

    /// Points a request at the page after the one that it was answered with. Returns false after the last page.
    fn apply(
        self,
        request: &mut Request,
        headers: &HeaderMap,
        seen: &mut HashSet<String>,
    ) -> Result<bool, String> {
        if self.has_more == Some(false) {
            return Ok(false);
        }
        let (parameter, value) = match self.place {
            NextPlace::After { .. } if self.has_more.is_none() => return Ok(false),
            NextPlace::After { parameter, last: value } | NextPlace::Cursor { parameter, cursor: value } => {
                let Some(value) = value else {
                    return if self.has_more.is_none() { Ok(false) } else { Err(no_cursor()) };
                };
                (parameter, value)
            }
            NextPlace::Offset { count: 0, .. } | NextPlace::Number { count: 0, .. } => return Ok(false),
            NextPlace::Offset { parameter, count, total } => {
                let offset = sent(request, parameter)?.unwrap_or(0).saturating_add(count as u64);
                if total.is_some_and(|total| offset >= total) {
                    return Ok(false);
                }
                (parameter, offset.to_string())
            }
            NextPlace::Number { parameter, first, total, .. } => {
                let number = sent(request, parameter)?.unwrap_or(first);
                if total.is_some_and(|total| number.saturating_sub(first).saturating_add(1) >= total) {
                    return Ok(false);
                }
                (parameter, number.saturating_add(1).to_string())
            }
            NextPlace::Url(url) => return to_url(request, url.as_deref(), seen),
            NextPlace::Link => {
                // A title may have any bytes.
                let links =
                    headers.get_all(LINK).iter().map(|links| String::from_utf8_lossy(links.as_bytes()));
                let url = links.into_iter().find_map(|links| next_link(&links).map(str::to_owned));
                return to_url(request, url.as_deref(), seen);
            }
        };
        if seen.is_empty() {
            seen.extend(request.query_value(parameter).map(str::to_owned));
        }
        request.set_query_value(parameter, &value);
        note(request.query_value(parameter).unwrap_or_default(), seen)?;
        Ok(true)
    }
}

impl<T, E: ErrorBody> Call<T, E> {
    /// Returns the same call, with a list in [`pages`](Call::pages).
    pub fn in_pages<P: Pages<Page = T>>(self) -> Call<T, E, P> {
        self.or_events()
    }
}

/// The streams of an operation whose list comes in pages.
///
/// Each page is a request of its own, with the timeout, the headers and the other settings of this call. It is sent when
/// the stream is polled for it. The stream ends after the first error. A server that names the same next page twice
/// is such an error, since the list would have no end; so is a next page on another scheme, host or port.
impl<T, E, P> Call<T, E, P>
where
    T: Send + 'static,
    E: ErrorBody + Send + 'static,
    P: Pages<Page = T> + 'static,
    P::Item: Send + 'static,
{
    /// Returns the pages, from the one that this call requests to the last.
    pub fn pages(self) -> BoxStream<'static, Result<T, Error<E>>> {
        let start = (Step::Send(self), HashSet::new());
        Box::pin(stream::try_unfold(start, |(step, mut seen)| async move {
            let call = match step {
                Step::Send(call) => call,
                Step::Fail(error) => return Err(error),
                Step::End => return Ok(None),
            };
            let next = call.try_clone();
            let page = call.response().await?;
            let step = Step::after(&page, next, &mut seen);
            Ok(Some((page.body, (step, seen))))
        }))
    }

    /// Returns the items of all [`pages`](Self::pages), each page requested when the items before it were taken.
    pub fn items(self) -> BoxStream<'static, Result<P::Item, Error<E>>> {
        let items = |page| stream::iter(P::items(page)).map(Ok);
        Box::pin(self.pages().map_ok(items).try_flatten())
    }
}

/// What a stream of pages does next.
enum Step<T, E, P> {
    Send(Call<T, E, P>),
    Fail(Error<E>),
    End,
}

impl<T, E: ErrorBody, P: Pages<Page = T>> Step<T, E, P> {
    fn after(page: &Response<T>, next: Option<Call<T, E, P>>, seen: &mut HashSet<String>) -> Self {
        let Some(mut call) = next else {
            let message =
                "the pages after this one cannot be requested, since the body of the request is a stream";
            return Self::Fail(InputError::new(message).into());
        };
        match P::next(&page.body).apply(&mut call.request, &page.headers, seen) {
            Ok(true) => Self::Send(call),
            Ok(false) => Self::End,
            Err(message) => Self::Fail(
                DecodeError {
                    operation: call.request.operation.id,
                    path: ".".to_owned(),
                    message,
                    snippet: String::new(),
                    status: page.status,
                    request_id: request_id(&page.headers).map(str::to_owned),
                }
                .into(),
            ),
        }
    }
}

/// A value as text. `None` if it is missing, `null` or an empty string.
fn text(value: &impl Serialize) -> Option<String> {
    match serde_json::to_value(value).ok()? {
        Value::Null => None,
        value => Some(plain(&value)).filter(|text| !text.is_empty()),
    }
}

fn no_cursor() -> String {
    "it says that there are more pages, and not where the next one starts".to_owned()
}

/// The number that a request has as a parameter.
fn sent(request: &Request, parameter: &str) -> Result<Option<u64>, String> {
    let Some(value) = request.query_value(parameter) else { return Ok(None) };
    let number = value.parse().map_err(|_| format!("the page after `{parameter}={value}` is unknown"));
    number.map(Some)
}

/// Remembers where a page starts, so that no page is requested twice.
fn note(place: &str, seen: &mut HashSet<String>) -> Result<(), String> {
    if seen.insert(place.to_owned()) {
        return Ok(());
    }
    Err(format!("the next page is `{place}` a second time, so the list would have no end"))
}

fn to_url(request: &mut Request, next: Option<&str>, seen: &mut HashSet<String>) -> Result<bool, String> {
    let Some(next) = next.filter(|next| !next.is_empty()) else { return Ok(false) };
    let url = request.url().map_err(|error| error.to_string())?;
    let next = url.join(next).map_err(|error| format!("the URL of the next page is not valid: {error}"))?;
    let has_user = !next.username().is_empty() || next.password().is_some();
    if next.origin() != url.origin() || has_user {
        let [there, here] = [&next, &url].map(|url| url.origin().ascii_serialization());
        let user = if has_user { " with a user name" } else { "" };
        return Err(format!(
            "the next page is at `{there}`{user}, and not at the scheme, host and port of this one, `{here}`"
        ));
    }
    if seen.is_empty() {
        seen.insert(url.to_string());
    }
    note(next.as_str(), seen)?;
    request.set_url(next);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;

    use super::*;
    use crate::runtime::{Configuration, Operation};

    static LIST: Operation = Operation::new("list", Method::GET, "/items", &[]);

    fn request() -> Request {
        Request::new(&Configuration::at("https://host/v1"), &LIST)
    }

    /// Applies one page after another, and returns the URL of the next page after each.
    fn urls(mut request: Request, link: &'static str, pages: Vec<NextPage>) -> Vec<Result<String, String>> {
        let mut seen = HashSet::new();
        let headers = HeaderMap::from_iter([(LINK, link.parse().unwrap())]);
        let mut next = |page: NextPage| match page.apply(&mut request, &headers, &mut seen) {
            Ok(true) => Ok(request.url().unwrap().as_str()["https://host/v1/items".len()..].to_owned()),
            Ok(false) => Ok("end".to_owned()),
            Err(message) => Err(message),
        };
        pages.into_iter().map(&mut next).collect()
    }

    fn ok(urls: &[&str]) -> Vec<Result<String, String>> {
        urls.iter().map(|url| Ok((*url).to_owned())).collect()
    }

    #[test]
    fn a_cursor_replaces_the_one_before_and_nothing_else() {
        let request = request().query("limit", 2).query("after", "a&b").query("purpose", "x");
        let page = |last: &str| NextPage::after("after", &last).more(&true);
        let last = NextPage::after("after", &json!(null)).or_last(&"d").more(&Some(true));
        let pages = vec![page("b=c"), last, NextPage::after("after", &"e").more(&json!(null))];
        assert_eq!(
            urls(request, "", pages),
            ok(&["?limit=2&purpose=x&after=b%3Dc", "?limit=2&purpose=x&after=d", "end"])
        );
    }

    #[test]
    fn a_repeated_cursor_and_a_missing_one_before_the_last_page_are_errors() {
        let cursor = |cursor: &str| NextPage::cursor("cursor", &cursor);
        let start = request().query("cursor", "1");
        let pages = urls(start, "", vec![cursor("2"), cursor("3"), cursor("1")]);
        assert!(pages[..2].iter().all(Result::is_ok), "{pages:?}");
        assert!(pages[2].as_ref().unwrap_err().contains("`1` a second time"), "{pages:?}");
        let pages = urls(request(), "", vec![cursor("").more(&true)]);
        assert!(pages[0].as_ref().unwrap_err().contains("more pages"), "{pages:?}");
        assert_eq!(urls(request(), "", vec![cursor("")]), ok(&["end"]));
        assert_eq!(urls(request(), "", vec![cursor("x").more(&false)]), ok(&["end"]));
        assert_eq!(urls(request(), "", vec![NextPage::cursor("cursor", &7)]), ok(&["?cursor=7"]));
    }

    #[test]
    fn offsets_and_numbers_count_from_what_the_request_has() {
        let offset = |count| NextPage::offset("offset", count);
        let pages = vec![offset(3), offset(2).of(&9), offset(1).of(&6), offset(0)];
        assert_eq!(urls(request(), "", pages), ok(&["?offset=3", "?offset=5", "end", "end"]));
        assert_eq!(urls(request().query("offset", 10), "", vec![offset(3)]), ok(&["?offset=13"]));
        let number = |count| NextPage::number("page", 1, count);
        let pages = vec![number(5), number(5).of(&4), number(5).of(&3), number(0)];
        assert_eq!(urls(request(), "", pages), ok(&["?page=2", "?page=3", "end", "end"]));
        let from_zero = vec![NextPage::number("page", 0, 1).of(&2), NextPage::number("page", 0, 1).of(&2)];
        assert_eq!(urls(request(), "", from_zero), ok(&["?page=1", "end"]));
        let unknown = urls(request().query("page", "last"), "", vec![number(1)]);
        assert!(unknown[0].as_ref().unwrap_err().contains("page=last"), "{unknown:?}");
    }

    #[test]
    fn a_url_stays_at_the_origin_and_keeps_the_query_of_every_request() {
        let mut keyed = request();
        keyed.configuration.query.push(("key".to_owned(), "k 1".to_owned()));
        let pages = ["?page=2", "/v1/items?key=other", "https://host:443/v1/items", ""]
            .map(|url| NextPage::url(&url));
        assert_eq!(
            urls(keyed, "", pages.into()),
            ok(&["?page=2&key=k%201", "?key=other", "?key=k%201", "end"])
        );
        for other in [
            "https://other/v1/items",
            "http://host/v1/items",
            "https://host:8443/",
            "https://a@host/",
            "//x/",
        ] {
            let next = urls(request(), "", vec![NextPage::url(&other)]);
            assert!(next[0].as_ref().unwrap_err().contains("scheme, host and port"), "{other}: {next:?}");
        }
        let again = urls(request(), "", vec![NextPage::url(&"?page=2"), NextPage::url(&"?page=2")]);
        assert!(again[1].as_ref().unwrap_err().contains("a second time"), "{again:?}");
    }

    #[test]
    fn the_header_link_is_read_as_rfc_8288_writes_it() {
        for (links, next) in [
            ("<https://host/v1/items?page=2>; rel=\"next\", <https://host/9>; rel=\"last\"", "?page=2"),
            ("</v1/items?a=1,2>; title=\"a, rel=x\"; REL=next", "?a=1,2"),
            ("<https://host/1>; rel=prev , <?page=3>;rel=\"last next\"", "?page=3"),
            ("<https://host/1>; rel=\"nextish\"", "end"),
            ("</a>; title=\"x; rel=next, y\"", "end"),
            ("</a>; title=\"x\\\", </b>; rel=next\", <?page=4>; title=\"\\\\\"; rel=next", "?page=4"),
            ("</a>; title=\"Größe\"; rel=last, <?page=5>; rel=next", "?page=5"),
            ("<unfinished", "end"),
            ("", "end"),
        ] {
            assert_eq!(urls(request(), links, vec![NextPage::link()]), ok(&[next]), "{links}");
        }
    }
}
