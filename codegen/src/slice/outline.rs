//! The ranges of a document's outer values in its text.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, Span, StrInput};

use crate::document::{Source, json_entries};

/// The depth of an outline: document, `paths`, path, operation.
const DEPTH: usize = 3;

/// A value and its members, as deep as the outline. Positions are in bytes.
#[derive(Debug)]
pub(super) struct Outline {
    pub range: Range<usize>,
    pub style: Style,
    pub entries: Vec<Entry>,
}

/// How the members or elements of a value are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// By lines: each entry begins a new line.
    Block,
    /// By commas.
    Flow,
}

/// A member or an element.
#[derive(Debug)]
pub(super) struct Entry {
    /// The key of a member, or the index of an element.
    pub token: String,
    /// The start: the key, the dash, or the value of an element in brackets.
    pub start: usize,
    pub value: Outline,
}

/// The aliases of a YAML text, whose values must not get lost.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// Each alias and its anchor, in the order of the text.
    pub uses: Vec<(Range<usize>, usize)>,
    /// Where the value of an anchor begins.
    pub anchors: HashMap<usize, usize>,
}

pub(super) fn outline(source: &Source) -> (Outline, Aliases) {
    if source.is_json() {
        let text = source.text();
        let range = text.len() - text.trim_start().len()..text.trim_end().len();
        return (json(text, range, DEPTH), Aliases::default());
    }
    yaml(source.text())
}

fn json(text: &str, range: Range<usize>, depth: usize) -> Outline {
    let mut entries = Vec::new();
    if depth > 0 {
        for (index, entry) in json_entries(text, range.clone()).into_iter().enumerate() {
            let start = entry.key_range.map_or(entry.value_range.start, |key| key.start);
            let token = entry.key.map_or_else(|| index.to_string(), std::borrow::Cow::into_owned);
            entries.push(Entry { token, start, value: json(text, entry.value_range, depth - 1) });
        }
    }
    Outline { range, style: Style::Flow, entries }
}

fn yaml(text: &str) -> (Outline, Aliases) {
    let mut reader = Reader {
        text,
        events: Parser::new_from_str(text),
        offsets: Offsets { text, characters: 0, bytes: 0 },
        aliases: Aliases::default(),
    };
    let mut root = None;
    while let Some((event, span)) = reader.next() {
        if !matches!(event, Event::StreamStart | Event::DocumentStart(_)) {
            root = Some(reader.value(&event, span, DEPTH));
            break;
        }
    }
    let root = root.unwrap_or(Outline { range: 0..text.len(), style: Style::Block, entries: Vec::new() });
    (root, reader.aliases)
}

struct Reader<'text> {
    text: &'text str,
    events: Parser<'text, StrInput<'text>>,
    offsets: Offsets<'text>,
    aliases: Aliases,
}

impl<'text> Reader<'text> {
    /// The next event. `None` at the end, since a text that was read before has no faults.
    fn next(&mut self) -> Option<(Event<'text>, Range<usize>)> {
        let (event, span) = self.events.next_event()?.ok()?;
        Some((event, self.range(span)))
    }

    fn range(&mut self, span: Span) -> Range<usize> {
        let start = self.offsets.byte(span.start.index());
        start..self.offsets.byte(span.end.index()).max(start)
    }

    fn value(&mut self, event: &Event<'text>, range: Range<usize>, depth: usize) -> Outline {
        let is_flow = self.text[range.start..].starts_with(['{', '[']);
        let mut outline = Outline {
            range: range.clone(),
            style: if is_flow { Style::Flow } else { Style::Block },
            entries: Vec::new(),
        };
        match event {
            Event::Alias(anchor) => self.aliases.uses.push((range, *anchor)),
            Event::Scalar(_, _, anchor, _) => self.anchor(*anchor, &range),
            Event::SequenceStart(anchor, _) => {
                self.anchor(*anchor, &range);
                let mut end = range.start;
                while let Some((event, range)) = self.next() {
                    if event == Event::SequenceEnd {
                        outline.range.end = range.end;
                        break;
                    }
                    let start = if is_flow { range.start } else { dash(self.text, end) };
                    let value = self.value(&event, range, depth.saturating_sub(1));
                    end = value.range.end;
                    if depth > 0 {
                        outline.entries.push(Entry {
                            token: outline.entries.len().to_string(),
                            start,
                            value,
                        });
                    }
                }
            }
            Event::MappingStart(anchor, _) => {
                self.anchor(*anchor, &range);
                while let Some((key, key_range)) = self.next() {
                    if key == Event::MappingEnd {
                        outline.range.end = key_range.end;
                        break;
                    }
                    let start = key_range.start;
                    self.value(&key, key_range, 0);
                    let Some((event, range)) = self.next() else { break };
                    let value = self.value(&event, range, depth.saturating_sub(1));
                    if let (Event::Scalar(key, ..), 1..) = (key, depth) {
                        outline.entries.push(Entry { token: key.into_owned(), start, value });
                    }
                }
            }
            _ => {}
        }
        outline
    }

    fn anchor(&mut self, anchor: usize, range: &Range<usize>) {
        if anchor != 0 {
            self.aliases.anchors.insert(anchor, range.start);
        }
    }
}

/// The position of the next element's dash, after the rest of the previous element and comments.
fn dash(text: &str, end: usize) -> usize {
    let mut rest = text[end..].trim_start();
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, below)| below).trim_start();
    }
    text.len() - rest.len()
}

/// Converts the parser's character positions to bytes. They mostly come in the order of the text.
struct Offsets<'text> {
    text: &'text str,
    characters: usize,
    bytes: usize,
}

impl Offsets<'_> {
    fn byte(&mut self, character: usize) -> usize {
        let (before, rest) = self.text.split_at(self.bytes);
        self.bytes = match character.checked_sub(self.characters) {
            Some(ahead) => rest.char_indices().nth(ahead).map_or(self.text.len(), |(at, _)| self.bytes + at),
            None => {
                let back = self.characters - character;
                before.char_indices().rev().nth(back - 1).map_or(0, |(at, _)| at)
            }
        };
        self.characters = character;
        self.bytes
    }
}
