//! Removes parts from a text.

use std::collections::HashSet;
use std::ops::Range;

use super::outline::{Aliases, Entry, Outline, Style, outline};
use super::reach::Kept;
use crate::document::{Document, Fate, Node, Pointer, Source};

/// The text of a document without the removed parts.
pub(super) fn cut(document: &Document, kept: &Kept) -> String {
    let Some(source) = document.source(document.file()) else { return String::new() };
    let (outline, aliases) = outline(source);
    let mut cut = Cut { text: source.text(), kept, gone: Vec::new() };
    cut.value(&outline, &Pointer::root(), Some(document.root()), source.text().len());
    let edits = repeat_lost_values(source, &aliases, &cut.gone);
    apply(source.text(), cut.gone, edits)
}

struct Cut<'a> {
    text: &'a str,
    kept: &'a Kept,
    /// The removed ranges, in the order of the text.
    gone: Vec<Range<usize>>,
}

impl Cut<'_> {
    /// Removes members of a value that is kept in part. `end` is where the text after the value begins.
    fn value(&mut self, outline: &Outline, pointer: &Pointer, node: Option<&Node>, end: usize) {
        let fates: Vec<(Pointer, Option<&Node>, Fate)> = outline
            .entries
            .iter()
            .map(|entry| {
                let pointer = pointer.child(&entry.token);
                let node = node.and_then(|node| match node {
                    Node::Array(elements) => elements.get(entry.token.parse::<usize>().ok()?),
                    node => node.get(&entry.token),
                });
                let fate = self.kept.fate(&pointer, node);
                (pointer, node, fate)
            })
            .collect();
        let bounds = match outline.style {
            Style::Block => self.lines(&outline.entries, end),
            Style::Flow => commas(&outline.entries, &fates.iter().map(|fate| fate.2).collect::<Vec<_>>()),
        };
        for ((entry, bounds), (pointer, node, fate)) in outline.entries.iter().zip(bounds).zip(fates) {
            match fate {
                Fate::Whole => {}
                Fate::Partly => self.value(&entry.value, &pointer, node, bounds.end),
                Fate::Gone => self.gone.push(bounds),
            }
        }
    }

    /// The lines of each entry, with the comment above it.
    fn lines(&self, entries: &[Entry], end: usize) -> Vec<Range<usize>> {
        let starts: Vec<usize> = entries.iter().map(|entry| self.first_line(entry)).collect();
        let ends = starts.iter().skip(1).copied().chain([end]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end.max(start)).collect()
    }

    /// Where the first line of an entry begins, the comment above it included.
    fn first_line(&self, entry: &Entry) -> usize {
        let mut start = self.line_start(entry.start);
        let indent = indent(&self.text[start..]);
        while start > 0 {
            let above = self.line_start(start - 1);
            let line = &self.text[above..start];
            if !line.trim_start().starts_with('#') || self::indent(line) != indent {
                break;
            }
            start = above;
        }
        start
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }
}

/// The text of each removed entry, with its comma.
fn commas(entries: &[Entry], fates: &[Fate]) -> Vec<Range<usize>> {
    let last_kept = fates.iter().rposition(|fate| *fate != Fate::Gone);
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let own_end = entry.value.range.end.max(entry.start);
            match (last_kept, entries.get(at + 1)) {
                // After the last kept entry, the comma before it is removed.
                (Some(last), _) if at > last => {
                    let before = &entries[at - 1];
                    before.value.range.end.max(before.start)..own_end
                }
                (_, Some(next)) if Some(at) != last_kept => entry.start..next.start,
                _ => entry.start..own_end,
            }
        })
        .collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Writes out the values of aliases whose anchors are removed: at the first kept alias, with the anchor, so that the
/// other aliases still find it.
fn repeat_lost_values(
    source: &Source,
    aliases: &Aliases,
    gone: &[Range<usize>],
) -> Vec<(Range<usize>, String)> {
    let goes = |at: usize| {
        let after = gone.partition_point(|range| range.start <= at);
        after > 0 && gone[after - 1].contains(&at)
    };
    let mut written = HashSet::new();
    let mut edits = Vec::new();
    for (range, anchor) in &aliases.uses {
        let is_lost = aliases.anchors.get(anchor).is_some_and(|at| goes(*at));
        if goes(range.start) || !is_lost || !written.insert(*anchor) {
            continue;
        }
        let name = source.text()[range.clone()].trim_start_matches('*');
        let value = source.anchored(*anchor).and_then(|node| serde_json::to_string(node).ok());
        if let Some(value) = value {
            edits.push((range.clone(), format!("&{name} {value}")));
        }
    }
    edits
}

fn apply(text: &str, gone: Vec<Range<usize>>, edits: Vec<(Range<usize>, String)>) -> String {
    let mut edits: Vec<(Range<usize>, String)> =
        gone.into_iter().map(|range| (range, String::new())).chain(edits).collect();
    edits.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (range, replacement) in edits {
        if range.start >= at {
            result.push_str(&text[at..range.start]);
            result.push_str(&replacement);
            at = range.end;
        }
    }
    result.push_str(&text[at..]);
    result
}
