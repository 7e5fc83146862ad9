//! Intended departures of our document from the published one.

use super::Difference;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::document::{Document, Node, Pointer};

/// The intended differences, each with its reason.
///
/// A YAML list. Each entry has `at` (one place or a list, as [`Difference::at`] names it), `published` (`absent`,
/// `present` or the value in the published document) and the `reason`. An entry whose difference is gone or has
/// changed is no longer needed.
#[derive(Clone, Debug, Default)]
pub struct Departures {
    list: Vec<Departure>,
}

/// An intended difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// The place.
    pub at: String,
    /// The value in the published document.
    pub published: Node,
    /// The reason for our value.
    pub reason: String,
    /// The line of its entry.
    pub line: usize,
}

impl Departures {
    /// Reads a list of departures.
    ///
    /// # Errors
    ///
    /// A text that is not such a list, with the position of each fault.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let list = Document::fragment(file, text)?;
        let mut departures: Vec<Departure> = Vec::new();
        let mut faults = Vec::new();
        let elements = match list.root() {
            Node::Null => &[],
            Node::Array(elements) => &elements[..],
            other => {
                let message = format!("the departures must be a list, this is {}", other.kind());
                return Err(list.locate(vec![fault(&list, Pointer::root(), message)]));
            }
        };
        for (number, element) in elements.iter().enumerate() {
            let pointer = Pointer::root().child(number);
            let Some(read) = read(element, &pointer) else {
                let message = "this departure does not say what it is about, or why".to_owned();
                faults.push(fault(&list, pointer, message));
                continue;
            };
            for (pointer, departure) in read {
                if departures.iter().any(|other| other.at == departure.at) {
                    let message = format!("the departure at `{}` is given twice", departure.at);
                    faults.push(fault(&list, pointer, message));
                    continue;
                }
                let position = list.positions(&[(list.file(), &pointer)])[0];
                let line = position.map_or(departure.line, |position| position.line);
                departures.push(Departure { line, ..departure });
            }
        }
        if faults.is_empty() { Ok(Self { list: departures }) } else { Err(list.locate(faults)) }
    }

    /// Removes the intended differences from a list.
    ///
    /// Returns the differences that are left, the departures that were needed, and those that were not.
    pub fn apply(&self, found: Vec<Difference>) -> (Vec<Difference>, Vec<&Departure>, Vec<&Departure>) {
        let covers = |departure: &Departure, difference: &Difference| {
            let absent = Node::String("absent".to_owned());
            departure.at == difference.at
                && departure.published == *difference.published.as_ref().unwrap_or(&absent)
        };
        let (needed, needless) = self
            .list
            .iter()
            .partition(|departure| found.iter().any(|difference| covers(departure, difference)));
        let left = found
            .into_iter()
            .filter(|difference| !self.list.iter().any(|departure| covers(departure, difference)))
            .collect();
        (left, needed, needless)
    }
}

/// The departures of one entry, each with its place. `None`: the entry is incomplete.
fn read(entry: &Node, pointer: &Pointer) -> Option<Vec<(Pointer, Departure)>> {
    let text = |node: &Node| Some(node.as_str()?.trim().to_owned()).filter(|text| !text.is_empty());
    let published = entry.get("published")?.clone();
    let reason = text(entry.get("reason")?)?;
    let departure = |at| Departure { at, published: published.clone(), reason: reason.clone(), line: 1 };
    let pointer = pointer.child("at");
    match entry.get("at")? {
        Node::Array(all) => all
            .iter()
            .enumerate()
            .map(|(number, at)| Some((pointer.child(number), departure(text(at)?))))
            .collect(),
        at => Some(vec![(pointer, departure(text(at)?))]),
    }
}

fn fault(list: &Document, pointer: Pointer, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "departure",
        message,
        file: list.file().to_owned(),
        pointer,
        position: None,
        help: Some("each departure says `at`, `published` and `reason`".to_owned()),
    }
}
