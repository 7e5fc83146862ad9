//! Compares the operations of two documents by structure. Words, order, names of schemas, and whether a schema is
//! inline or a `$ref` make no difference.

mod departures;
mod operation;
mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

pub use departures::{Departure, Departures};

use crate::diagnostic::Position;
use crate::document::{Document, Node, Pointer};
use value::Value;

/// A difference between two documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The pointer to the value in our document, or to where it would be. A member of a set (`required`, `enum`) is
    /// named by its value.
    pub at: String,
    /// The value in our document. `None`: there is none.
    pub ours: Option<Node>,
    /// The value in the published document. `None`: there is none.
    pub published: Option<Node>,
    /// The position in our document: of the value, or of what would contain it.
    pub our_place: Place,
    /// The same for the published document.
    pub published_place: Place,
    /// How users of our document would break if it changed to the published one.
    pub breaks: Option<Breaks>,
}

/// A position.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The value in that file.
    pub pointer: Pointer,
    /// Its line and column.
    pub position: Option<Position>,
}

/// How a change breaks users of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// What they send may be refused or ignored.
    Requests,
    /// What they receive may lack something or be unexpected.
    Replies,
    /// Both.
    Both,
}

/// What two documents are compared in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The servers and all operations.
    Everything,
    /// The operations, if ours is a part of the published document. One that only the published document has counts if
    /// one of our operations has its tag.
    OurTags,
}

/// Compares all operations of our document with the published ones. Operations match by `operationId`, else by method
/// and path.
///
/// Returns the differences in the order of our document's operations, each once.
pub fn compare(ours: &Document, published: &Document, scope: Scope) -> Vec<Difference> {
    let mut comparison =
        Comparison { ours, published, seen: HashSet::new(), found: Vec::new(), known: HashMap::new() };
    operation::compare(&mut comparison, scope);
    let mut found = comparison.found;
    locate(&mut found, ours, |difference| &mut difference.our_place);
    locate(&mut found, published, |difference| &mut difference.published_place);
    found
}

fn locate(found: &mut [Difference], document: &Document, place: impl Fn(&mut Difference) -> &mut Place) {
    let places: Vec<Place> = found.iter_mut().map(|difference| place(difference).clone()).collect();
    let places: Vec<(&str, &Pointer)> = places.iter().map(|place| (&*place.file, &place.pointer)).collect();
    let origins: Vec<(&str, Cow<'_, Pointer>)> =
        places.iter().map(|(file, pointer)| document.origin(file, pointer)).collect();
    let origins: Vec<(&str, &Pointer)> = origins.iter().map(|(file, pointer)| (*file, &**pointer)).collect();
    for ((difference, position), (file, _)) in
        found.iter_mut().zip(document.positions(&origins)).zip(&origins)
    {
        let place = place(difference);
        place.position = position;
        (*file).clone_into(&mut place.file);
    }
}

struct Comparison<'a> {
    ours: &'a Document,
    published: &'a Document,
    /// Pairs of schemas that were compared, or are being compared.
    seen: HashSet<(String, String, Direction)>,
    found: Vec<Difference>,
    /// The indices of the differences found at a place.
    known: HashMap<String, Vec<usize>>,
}

/// The direction of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Direction {
    Request,
    Reply,
}

/// The effect of a change on the allowed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Fewer values are allowed.
    Tighter,
    /// More values are allowed.
    Looser,
    /// Other values are allowed.
    Other,
    /// The same values are allowed, or the difference does not matter.
    None,
}

impl Effect {
    fn breaks(self, direction: Direction) -> Option<Breaks> {
        match (direction, self) {
            (Direction::Request, Self::Tighter | Self::Other) => Some(Breaks::Requests),
            (Direction::Reply, Self::Looser | Self::Other) => Some(Breaks::Replies),
            _ => None,
        }
    }
}

impl Breaks {
    fn and(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if one != other => Some(Self::Both),
            (one, other) => one.or(other),
        }
    }
}

/// The values that the two documents have, or lack, at one place.
struct Sides<'a> {
    ours: Side<'a>,
    published: Side<'a>,
}

/// One document's side of a difference.
struct Side<'a> {
    /// The value that contains it, or itself.
    place: &'a Value<'a>,
    /// The value. `None`: there is none.
    node: Option<Node>,
}

impl Comparison<'_> {
    /// Notes a difference about `name` within our side.
    fn note(&mut self, parent: &Value<'_>, name: &[&str], sides: Sides<'_>, breaks: Option<Breaks>) {
        let pointer = name.iter().fold(parent.pointer.clone(), |pointer, token| pointer.child(token));
        let file = if parent.file == self.ours.file() { "" } else { parent.file };
        let at = format!("{file}#{pointer}");
        let place = |side: &Side<'_>| Place {
            file: side.place.file.to_owned(),
            pointer: side.place.pointer.clone(),
            position: None,
        };
        let difference = Difference {
            at,
            our_place: place(&sides.ours),
            published_place: place(&sides.published),
            ours: sides.ours.node,
            published: sides.published.node,
            breaks,
        };
        let known = self.known.entry(difference.at.clone()).or_default();
        let is_same = |number: &&usize| {
            let found = &self.found[**number];
            (&found.ours, &found.published) == (&difference.ours, &difference.published)
        };
        if let Some(same) = known.iter().find(is_same).copied() {
            let found = &mut self.found[same];
            found.breaks = Breaks::and(found.breaks, difference.breaks);
        } else {
            known.push(self.found.len());
            self.found.push(difference);
        }
    }

    /// Notes that only one document has a part: a property, a response, an operation.
    fn note_part(
        &mut self,
        parents: (&Value<'_>, &Value<'_>),
        name: &[&str],
        parts: (Option<&Value<'_>>, Option<&Value<'_>>),
        breaks: Option<Breaks>,
    ) {
        let there = |part: Option<&Value<'_>>| part.map(|_| Node::String("present".to_owned()));
        let ours = Side { place: parts.0.unwrap_or(parents.0), node: there(parts.0) };
        let published = Side { place: parts.1.unwrap_or(parents.1), node: there(parts.1) };
        self.note(parents.0, name, Sides { ours, published }, breaks);
    }
}

/// Writes `added`, `removed` or `changed`, then the place and the two values.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_part = |node: &Node| node.as_str() == Some("present");
        let shown = |node: &Node| serde_json::to_string(node).unwrap_or_default();
        match (&self.ours, &self.published) {
            (None, Some(node)) if is_part(node) => write!(f, "added    {}", self.at)?,
            (None, Some(node)) => write!(f, "added    {}: {}", self.at, shown(node))?,
            (Some(node), None) if is_part(node) => write!(f, "removed  {}", self.at)?,
            (Some(node), None) => write!(f, "removed  {}: {}", self.at, shown(node))?,
            (Some(ours), Some(published)) => {
                write!(f, "changed  {}: {} is {} there", self.at, shown(ours), shown(published))?;
            }
            (None, None) => write!(f, "changed  {}", self.at)?,
        }
        match self.breaks {
            Some(breaks) => write!(f, " ({breaks})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Breaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "breaks users: what they send may be refused",
            Self::Replies => "breaks users: what they receive may not be what they expect",
            Self::Both => {
                "breaks users: what they send may be refused, and what they receive may not be what they expect"
            }
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{}:{position}", self.file),
            None => write!(f, "{}#{}", self.file, self.pointer),
        }
    }
}
