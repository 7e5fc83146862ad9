//! Reads YAML 1.2 into [`Node`]s, with the position of each.
//!
//! One pass over the parser's events makes both, so that a position never disagrees with its value, aliases and merge
//! keys included. Scalars follow YAML 1.2's core schema: `on`, `no` and dates are strings.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::map::Entry;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::fault::{Fault, Path};
use super::limits::{MAX_ALIASED_VALUES, MAX_DEPTH, MAX_VALUES};
use super::place::Place;
use super::{Node, Number, Object};
use crate::diagnostic::Mark;

/// The result of reading a YAML text.
pub(super) struct Yaml {
    pub root: Node,
    /// The position of each value in the order of the tree. An object or array comes before its contents.
    pub places: Vec<Place>,
    /// The values with an anchor, by the number that the parser gives it.
    pub anchors: HashMap<usize, Node>,
}

/// Reads a text that contains one YAML document.
pub(super) fn read(text: &str) -> Result<Yaml, Vec<Fault>> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        places: Vec::with_capacity(text.len() / 24),
        anchors: HashMap::new(),
        values: 0,
        copies: 0,
        faults: Vec::new(),
    };
    match reader.document() {
        Ok(root) if reader.faults.is_empty() => {
            let anchors =
                reader.anchors.into_iter().map(|(anchor, anchored)| (anchor, anchored.node)).collect();
            Ok(Yaml { root, places: reader.places, anchors })
        }
        Ok(_) => Err(reader.faults),
        Err(fault) => {
            reader.faults.push(*fault);
            Err(reader.faults)
        }
    }
}

struct Reader<'text> {
    events: Parser<'text, StrInput<'text>>,
    places: Vec<Place>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    copies: usize,
    /// Faults that do not prevent reading the rest.
    faults: Vec<Fault>,
}

/// A value that aliases repeat.
struct Anchored {
    node: Node,
    places: Vec<Place>,
    /// Its depth in objects and arrays.
    height: usize,
}

type Read<T> = Result<T, Box<Fault>>;

impl<'text> Reader<'text> {
    fn document(&mut self) -> Read<Node> {
        let root = loop {
            match self.next(Path::Root)? {
                (Event::StreamEnd, _) => {
                    return Err(Fault::new("not-openapi", "the document is empty", Path::Root).into());
                }
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (event, span) => break self.value(event, span, None, Path::Root, 0)?,
            }
        };
        loop {
            match self.next(Path::Root)? {
                (Event::StreamEnd, _) => return Ok(root),
                (Event::DocumentStart(_), span) => {
                    let fault =
                        Fault::new("several-documents", "a second YAML document begins here", Path::Root);
                    return Err(fault.at(mark(&span)).help("keep one document in a file").into());
                }
                _ => {}
            }
        }
    }

    fn next(&mut self, path: Path<'_>) -> Read<(Event<'text>, Span)> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax_fault(&error, path).into()),
            None => Err(Fault::new("syntax", "the text ends too early", path).into()),
        }
    }

    /// Reads the value that begins with `event`, and its position.
    fn value(
        &mut self,
        event: Event<'text>,
        span: Span,
        key: Option<Mark>,
        path: Path<'_>,
        depth: usize,
    ) -> Read<Node> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Fault::too_large(path, MAX_VALUES).at(mark(&span)).into());
        }
        let first_place = self.places.len();
        let place = Place { key, value: mark(&span) };
        let (node, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, place, path, depth),
            Event::Scalar(text, style, anchor, tag) => {
                self.places.push(place);
                let node = scalar(text, style, tag.as_deref()).map_err(|error| {
                    Fault::new("number-out-of-range", error, path)
                        .at(place.value)
                        .help("write it as a string")
                })?;
                (node, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.places.push(place);
                let depth = deeper(depth, place, path)?;
                let mut elements = Vec::new();
                loop {
                    let path = Path::Element(&path, elements.len());
                    match self.next(path)? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => elements.push(self.value(event, span, None, path, depth)?),
                    }
                }
                (Node::Array(elements), anchor)
            }
            Event::MappingStart(anchor, _) => {
                self.places.push(place);
                let depth = deeper(depth, place, path)?;
                (Node::Object(self.members(path, depth)?), anchor)
            }
            _ => return Err(Fault::new("syntax", "a value is missing here", path).at(place.value).into()),
        };
        if anchor != 0 {
            let places = self.places[first_place..].to_vec();
            self.count_copies(places.len(), place, path)?;
            let height = height(&node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), places, height });
        }
        Ok(node)
    }

    /// Reads the members of an object up to its end.
    fn members(&mut self, path: Path<'_>, depth: usize) -> Read<Object> {
        let mut members = Object::default();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next(path)?;
            let key_mark = mark(&span);
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<" => {
                    merged.push(self.merge(path, depth)?);
                    continue;
                }
                Event::Scalar(text, _, anchor, _) => {
                    let key = text.into_owned();
                    if anchor != 0 {
                        let anchored = Anchored {
                            node: Node::String(key.clone()),
                            places: vec![Place { key: None, value: key_mark }],
                            height: 0,
                        };
                        self.anchors.insert(anchor, anchored);
                    }
                    key
                }
                Event::Alias(anchor) => match self.anchors.get(&anchor) {
                    Some(Anchored { node: Node::String(text), .. }) => text.clone(),
                    _ => return Err(key_fault(path, key_mark).into()),
                },
                _ => return Err(key_fault(path, key_mark).into()),
            };
            let member = Path::Member(&path, &key);
            let first_place = self.places.len();
            let (event, span) = self.next(member)?;
            let value = self.value(event, span, Some(key_mark), member, depth)?;
            if members.contains_key(&key) {
                self.faults.push(Fault::duplicate_key(&key, member).at(key_mark));
                self.places.truncate(first_place);
            } else {
                members.insert(key, value);
            }
        }
        for (node, places) in merged {
            self.take_merged(&mut members, node, &places);
        }
        // Most objects have one or two members. Reserving more would be most of the document's memory.
        members.shrink_to_fit();
        Ok(members)
    }

    /// Reads the value of a merge key, `<<: *defaults` or `<<: [*these, *those]`, and discards its positions.
    fn merge(&mut self, path: Path<'_>, depth: usize) -> Read<(Node, Vec<Place>)> {
        let member = Path::Member(&path, "<<");
        let (event, span) = self.next(member)?;
        let first_place = self.places.len();
        let node = self.value(event, span, None, member, depth)?;
        let places = self.places.split_off(first_place);
        let mergeable = match &node {
            Node::Object(_) => true,
            Node::Array(elements) => elements.iter().all(|element| element.as_object().is_some()),
            _ => false,
        };
        if mergeable {
            return Ok((node, places));
        }
        let fault =
            Fault::new("merge-key", "the merge key `<<` takes an object or a list of objects", member);
        Err(fault.at(mark(&span)).into())
    }

    /// Adds the members of a merge key to an object, except those that the object has already.
    fn take_merged(&mut self, members: &mut Object, node: Node, places: &[Place]) {
        let mut rest = &places[1..];
        match node {
            Node::Array(elements) => {
                for element in elements {
                    let (own, others) = rest.split_at(size(&element));
                    rest = others;
                    self.take_merged(members, element, own);
                }
            }
            Node::Object(added) => {
                for (key, value) in added {
                    let (own, others) = rest.split_at(size(&value));
                    rest = others;
                    if let Entry::Vacant(entry) = members.entry(key) {
                        entry.insert(value);
                        self.places.extend_from_slice(own);
                    }
                }
            }
            _ => {}
        }
    }

    fn alias(&mut self, anchor: usize, place: Place, path: Path<'_>, depth: usize) -> Read<Node> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            let fault = Fault::new("alias-cycle", "this alias is inside the value that it repeats", path);
            return Err(fault.at(place.value).help("use `$ref` for a schema that contains itself").into());
        };
        if depth + anchored.height > MAX_DEPTH {
            return Err(Fault::too_deep(path, MAX_DEPTH).at(place.value).into());
        }
        let copies = anchored.places.len();
        self.count_copies(copies, place, path)?;
        let anchored = &self.anchors[&anchor];
        let first_place = self.places.len();
        self.places.extend_from_slice(&anchored.places);
        // The copy's key is here. Everything inside keeps the position of the anchor.
        self.places[first_place].key = place.key;
        Ok(anchored.node.clone())
    }

    fn count_copies(&mut self, copies: usize, place: Place, path: Path<'_>) -> Read<()> {
        self.copies += copies;
        if self.copies <= MAX_ALIASED_VALUES {
            return Ok(());
        }
        let message = format!("aliases repeat more than {MAX_ALIASED_VALUES} values");
        let fault = Fault::new("too-many-aliases", message, path).at(place.value);
        Err(fault.help("use `$ref` in place of YAML aliases").into())
    }
}

fn mark(span: &Span) -> Mark {
    let line = span.start.line();
    let length = if span.end.line() == line { span.end.col().saturating_sub(span.start.col()) } else { 1 };
    Mark::new(line, span.start.col() + 1, length)
}

fn deeper(depth: usize, place: Place, path: Path<'_>) -> Read<usize> {
    if depth == MAX_DEPTH {
        return Err(Fault::too_deep(path, MAX_DEPTH).at(place.value).into());
    }
    Ok(depth + 1)
}

fn syntax_fault(error: &ScanError, path: Path<'_>) -> Fault {
    let marker = *error.marker();
    if error.info() == "recursion limit exceeded" {
        return Fault::too_deep(path, MAX_DEPTH).at(mark(&Span::empty(marker)));
    }
    let message = format!("this is not YAML: {}", error.info());
    let fault = Fault::new("syntax", message, path).at(mark(&Span::empty(marker)));
    if error.info().contains("tab") { fault.help("indent with spaces") } else { fault }
}

fn key_fault(path: Path<'_>, mark: Mark) -> Fault {
    Fault::new("key-not-scalar", "a key must be a string, not an object or array", path).at(mark)
}

/// The number of values in a tree, itself included.
pub(super) fn size(node: &Node) -> usize {
    1 + match node {
        Node::Array(elements) => elements.iter().map(size).sum(),
        Node::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// How deeply objects and arrays are nested in a value, itself included.
pub(super) fn height(node: &Node) -> usize {
    match node {
        Node::Array(elements) => 1 + elements.iter().map(height).max().unwrap_or(0),
        Node::Object(members) => 1 + members.values().map(height).max().unwrap_or(0),
        _ => 0,
    }
}

/// Reads a scalar by YAML 1.2's core schema. `Err`: a number that no double can hold.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Result<Node, String> {
    let resolved = match tag {
        Some(tag) if tag.is_yaml_core_schema() => !matches!(&*tag.suffix, "str" | "binary" | "timestamp"),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => false,
        _ => style == ScalarStyle::Plain,
    };
    if !resolved {
        return Ok(Node::String(text.into_owned()));
    }
    Ok(match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Node::Null,
        "true" | "True" | "TRUE" => Node::Bool(true),
        "false" | "False" | "FALSE" => Node::Bool(false),
        other => match number(other)? {
            Some(number) => Node::Number(number),
            None => Node::String(text.into_owned()),
        },
    })
}

/// The number that a plain scalar is, if it is one. Infinity and NaN, which JSON lacks, stay strings.
fn number(text: &str) -> Result<Option<Number>, String> {
    let first = text.as_bytes()[0];
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return Ok(None);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return Ok(radix(digits, 16));
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return Ok(radix(digits, 8));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_decimal(unsigned) {
        return Ok(None);
    }
    if let Ok(integer) = text.parse() {
        return Ok(Some(Number::Integer(integer)));
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => Ok(Some(Number::Float(float))),
        _ => Err("this number is too large".to_owned()),
    }
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    let plain = digits.chars().all(|digit| digit.is_digit(radix));
    plain.then(|| i128::from_str_radix(digits, radix).ok().map(Number::Integer)).flatten()
}

/// Whether this is `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (mantissa, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && digits(exponent)
        && !exponent.is_empty()
        && !(whole.is_empty() && fraction.is_empty())
}
