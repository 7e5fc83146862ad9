//! One-line excerpts of bodies, for messages.

use serde_json::Value;

/// The maximum length of an excerpt, in characters.
const MAX_CHARACTERS: usize = 160;

/// The kind of content of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Empty,
    Json,
    Html,
    Text,
    Binary,
}

impl Look {
    pub(super) fn of(body: &[u8]) -> Self {
        let body = without_byte_order_mark(body);
        let Ok(text) = str::from_utf8(body) else { return Self::Binary };
        let text = text.trim();
        let start: String = text.chars().take(512).collect::<String>().to_ascii_lowercase();
        if text.is_empty() {
            Self::Empty
        } else if start.starts_with('<') && (start.contains("<html") || start.contains("<!doctype")) {
            Self::Html
        } else if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
            Self::Json
        } else if text.contains('\0') {
            Self::Binary
        } else {
            Self::Text
        }
    }

    /// The kind of body, with its article.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "no content",
            Self::Json => "JSON",
            Self::Html => "an HTML page",
            Self::Text => "plain text",
            Self::Binary => "binary content",
        }
    }
}

/// Returns the body without the byte order mark that some servers put before JSON.
pub(super) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Returns an excerpt of a body in one line: the title of an HTML page, the message of a JSON error, or the beginning
/// of a text. Returns `None` for an empty body.
pub(super) fn excerpt(body: &[u8]) -> Option<String> {
    let body = without_byte_order_mark(body);
    let text = String::from_utf8_lossy(body);
    let said = match Look::of(body) {
        Look::Empty | Look::Binary => return None,
        Look::Html => html_text(&text),
        Look::Json => {
            serde_json::from_slice(body).ok().and_then(|json| json_message(&json)).unwrap_or(text.into())
        }
        Look::Text => text.into(),
    };
    Some(one_line(&said)).filter(|line| !line.is_empty())
}

/// Returns text as one short line; see [`flat`].
pub(super) fn one_line(text: &str) -> String {
    flat(text, MAX_CHARACTERS)
}

/// Returns text as one line of at most `max` characters: white space and control characters become one space.
pub(super) fn flat(text: &str, max: usize) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let mut line = String::new();
    let mut length = 0;
    for word in words.filter(|word| !word.is_empty()) {
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        for character in word.chars() {
            if length == max {
                line.push('…');
                return line;
            }
            line.push(character);
            length += 1;
        }
    }
    line
}

/// Finds the message of an error in the common formats: RFC 9457 (`detail`, `title`), `FastAPI` (`detail`, a text or
/// a list), OAuth 2 (`error_description`), and a text or an object in `error` or `message`.
pub(super) fn json_message(json: &Value) -> Option<String> {
    match json {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(items) => {
            let messages: Vec<_> = items.iter().filter_map(item_message).collect();
            Some(messages.join("; ")).filter(|text| !text.is_empty())
        }
        Value::Object(members) => {
            ["message", "error_description", "error", "detail", "title", "msg", "errors"]
                .iter()
                .find_map(|name| members.get(*name).and_then(json_message))
        }
        _ => None,
    }
}

/// A message of a list, after the place that it is about: `body.purpose: field required`.
fn item_message(item: &Value) -> Option<String> {
    let message = json_message(item)?;
    let Some(Value::Array(place)) = item.get("loc") else { return Some(message) };
    let place: Vec<String> =
        place.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    Some(format!("{}: {message}", place.join(".")))
}

/// The title of a page, or else its text without tags.
fn html_text(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let element = |name: &str| {
        let start = lower.find(&format!("<{name}"))?;
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find(&format!("</{name}"))?;
        let text = without_tags(&html[start..end]);
        (!text.trim().is_empty()).then_some(text)
    };
    let text = element("title").or_else(|| element("h1")).or_else(|| element("body"));
    text.or_else(|| Some(without_tags(html)).filter(|text| !text.trim().is_empty()))
        .unwrap_or_else(|| html.to_owned())
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(match piece.split_once('>') {
            Some((_, after)) => after,
            None if text.is_empty() => piece,
            None => "",
        });
        text.push(' ');
    }
    for (entity, character) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
    {
        text = text.replace(entity, character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_in_one_line() {
        let long = "x".repeat(1000);
        for (body, look, line) in [
            ("", Look::Empty, None),
            (" \r\n", Look::Empty, None),
            ("Traceback:\n  boom\u{1b}[2J", Look::Text, Some("Traceback: boom [2J")),
            ("\u{feff}{\"detail\": \"Not Found\"}", Look::Json, Some("Not Found")),
            (r#"{"error": "no"}"#, Look::Json, Some("no")),
            (r#"{"error": {"message": "no", "code": 1}}"#, Look::Json, Some("no")),
            (r#"{"error": "invalid_grant", "error_description": "too old"}"#, Look::Json, Some("too old")),
            (
                r#"{"detail": [{"loc": ["body", "parts", 0], "msg": "field required"}, {"msg": "x"}]}"#,
                Look::Json,
                Some("body.parts.0: field required; x"),
            ),
            (r#"{"code": 7}"#, Look::Json, Some(r#"{"code": 7}"#)),
            (
                "<html><head><title>\n502 Bad Gateway</title></head><p>x</html>",
                Look::Html,
                Some("502 Bad Gateway"),
            ),
            (
                "<!DOCTYPE html><TITLE></TITLE><h1 id='a'>Sign in &amp; go</h1>",
                Look::Html,
                Some("Sign in & go"),
            ),
            ("<html>hello <b>world</b>", Look::Html, Some("hello world")),
            ("<Error><Code>Denied</Code></Error>", Look::Text, Some("<Error><Code>Denied</Code></Error>")),
            ("<html><title>é", Look::Html, Some("é")),
        ] {
            assert_eq!(
                (Look::of(body.as_bytes()), excerpt(body.as_bytes()).as_deref()),
                (look, line),
                "{body}"
            );
        }
        assert_eq!(Look::of(b"\xff\xfe"), Look::Binary);
        let line = excerpt(long.as_bytes()).unwrap();
        assert!(line.ends_with("x…") && line.chars().count() == MAX_CHARACTERS + 1, "{line}");
    }
}
