//! JSON into [`Node`]s.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, Path};
use super::limits::{MAX_DEPTH, MAX_VALUES};
use super::{Node, Number, Object};
use crate::diagnostic::Mark;

/// Reads a text that contains one JSON value.
pub(super) fn read(text: &str) -> Result<Node, Vec<Fault>> {
    let state = RefCell::new(State { values: 0, fatal: None, faults: Vec::new() });
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Seed { path: Path::Root, state: &state }
        .deserialize(&mut deserializer)
        .and_then(|node| deserializer.end().map(|()| node));
    let State { mut faults, fatal, .. } = state.into_inner();
    match read {
        Ok(node) if faults.is_empty() => return Ok(node),
        Ok(_) => {}
        Err(error) => {
            let mark = place_of(&error, text);
            faults.push(fatal.unwrap_or_else(|| syntax_fault(&error)).at(mark));
        }
    }
    Err(faults)
}

struct State {
    values: usize,
    /// What ended the reading, if not the syntax.
    fatal: Option<Fault>,
    /// Faults that do not prevent reading the rest.
    faults: Vec<Fault>,
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    path: Path<'a>,
    state: &'a RefCell<State>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        {
            let mut state = self.state.borrow_mut();
            state.values += 1;
            if state.values > MAX_VALUES {
                state.fatal = Some(Fault::too_large(self.path, MAX_VALUES));
                return Err(D::Error::custom("too large"));
            }
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(Number::Integer(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(Number::Integer(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(Number::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access
            .next_element_seed(Seed { path: Path::Element(&self.path, elements.len()), state: self.state })?
        {
            elements.push(element);
        }
        Ok(Node::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut members = Object::default();
        while let Some(key) = access.next_key::<String>()? {
            let path = Path::Member(&self.path, &key);
            let value = access.next_value_seed(Seed { path, state: self.state })?;
            if members.contains_key(&key) {
                self.state.borrow_mut().faults.push(Fault::duplicate_key(&key, path));
            } else {
                members.insert(key, value);
            }
        }
        Ok(Node::Object(members))
    }
}

fn syntax_fault(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(&*text, |(message, _)| message);
    if message == "recursion limit exceeded" {
        return Fault::too_deep(Path::Root, MAX_DEPTH);
    }
    Fault::new("syntax", format!("this is not JSON: {message}"), Path::Root)
}

/// The position where reading stopped. `serde_json` counts columns in bytes and uses column 0 for the end of a line.
fn place_of(error: &serde_json::Error, text: &str) -> Mark {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let bytes = error.column().saturating_sub(1).min(line.len());
    let column = line.char_indices().take_while(|(at, _)| *at < bytes).count() + 1;
    Mark::new(error.line().max(1), column, 1)
}
