//! `JSONPath` queries (RFC 9535) on a document.

use serde_json::{Map, Value};
use serde_json_path::{JsonPath, PathElement};

use super::Pointer;
use crate::document::{Node, Number};

/// The maximum length of a query in bytes. A longer one would need more stack than there is.
const MAX_LENGTH: usize = 4096;

/// The maximum number of `..` in a query. Each multiplies the values that it selects.
const MAX_DESCENDANTS: usize = 3;

/// A query, and how it is written.
pub(super) struct Query {
    path: JsonPath,
    text: String,
}

impl Query {
    /// Parses a query. `Err`: what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("it has more than {MAX_LENGTH} bytes"));
        }
        if text.matches("..").count() > MAX_DESCENDANTS {
            return Err(format!("it has more than {MAX_DESCENDANTS} `..`"));
        }
        if !text.starts_with('$') {
            return Err("it does not begin with `$`".to_owned());
        }
        match JsonPath::parse(text) {
            Ok(path) => Ok(Self { path, text: text.to_owned() }),
            Err(error) => {
                let at = (0..=error.position().min(text.len())).rev().find(|at| text.is_char_boundary(*at));
                let (before, after) = text.split_at(at.unwrap_or(0));
                Err(match (after, name_at(before, after)) {
                    ("", _) => format!("it cannot end after `{before}`"),
                    (_, Some(name)) => format!("`.{name}` has to be written as `['{name}']`"),
                    (after, None) => format!("it cannot be read from `{after}` on"),
                })
            }
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The values that it selects, each once.
    pub(super) fn select(&self, document: &Value) -> Vec<Pointer> {
        let mut found: Vec<Pointer> = self
            .path
            .query_located(document)
            .iter()
            .map(|node| {
                node.location().iter().fold(Pointer::root(), |pointer, element| match element {
                    PathElement::Name(name) => pointer.child(name),
                    PathElement::Index(index) => pointer.child(index),
                })
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// The longest beginning of the query that selects something.
    pub(super) fn longest_match(&self, document: &Value) -> Option<&str> {
        let ends = self.text.char_indices().filter(|(at, letter)| *at > 0 && ['.', '['].contains(letter));
        let begins = ends.map(|(at, _)| &self.text[..at]).collect::<Vec<_>>().into_iter().rev();
        let mut begins = begins.take(100).filter_map(|begin| Some((begin, JsonPath::parse(begin).ok()?)));
        begins.find(|(_, path)| !path.query(document).is_empty()).map(|(begin, _)| begin)
    }
}

/// The name that is cut in two where a query cannot be read on, such as `x-internal`: without brackets, a name has
/// letters, digits and `_` only (RFC 9535 §2.5.1.1).
fn name_at<'a>(before: &'a str, after: &'a str) -> Option<String> {
    let (_, start) = before.rsplit_once('.')?;
    let end =
        after.split(|letter: char| letter.is_whitespace() || ".[]()'\"=!<>&|,*?".contains(letter)).next()?;
    let is_name = start.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    (is_name && !end.is_empty()).then(|| format!("{start}{end}"))
}

/// A value of the document as `JSONPath` reads it.
pub(super) fn value_of(node: &Node) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(Number::Integer(value)) => match (u64::try_from(*value), i64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            // As JSON is read by most: a double.
            _ => value.to_string().parse::<f64>().unwrap_or_default().into(),
        },
        Node::Number(Number::Float(value)) => (*value).into(),
        Node::String(value) => Value::String(value.clone()),
        Node::Array(elements) => elements.iter().map(value_of).collect(),
        Node::Object(members) => {
            let members = members.iter().map(|(key, member)| (key.clone(), value_of(member)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}
