//! The ids of requests, each of which may be there once.

use std::borrow::Cow;
use std::collections::HashMap;

use md5::{Digest, Md5};

/// Ids up to this length are compared as they are, longer ones by their digest.
const SHORT: usize = 64;

/// Ids, each with the number of its line.
#[derive(Debug)]
pub(super) enum Ids {
    /// Each is compared with those before it.
    Compared(HashMap<Box<[u8]>, u64>),
    /// They are compared when they are added to others.
    Collected(List),
}

#[derive(Debug, Default)]
pub(super) struct List {
    /// All ids without anything between them.
    bytes: Vec<u8>,
    /// Where each id ends, and its line.
    ends: Vec<(usize, u64)>,
}

impl Ids {
    pub(super) fn compared() -> Self {
        Self::Compared(HashMap::new())
    }

    pub(super) fn collected() -> Self {
        Self::Collected(List::default())
    }

    /// Adds an id, unless there are `limit` of them already. If it is there, returns its line.
    pub(super) fn add(&mut self, id: &[u8], line: u64, limit: u64) -> Result<(), u64> {
        let id = match id.len() {
            ..=SHORT => Cow::Borrowed(id),
            // Longer than any short id.
            _ => Cow::Owned([&id[..SHORT], &Md5::digest(id)].concat()),
        };
        match self {
            Self::Compared(lines) => add(lines, &id, line, limit),
            Self::Collected(list) => {
                list.bytes.extend_from_slice(&id);
                list.ends.push((list.bytes.len(), line));
                Ok(())
            }
        }
    }

    /// Adds collected ids, which come after `lines` lines. Returns whether each is there once. If not, nothing is
    /// changed.
    pub(super) fn append(&mut self, list: &List, lines: u64, limit: u64) -> bool {
        let Self::Compared(known) = self else { return false };
        for (count, (id, line)) in list.iter().enumerate() {
            if add(known, id, lines + line, limit).is_err() {
                for (added, _) in list.iter().take(count) {
                    known.remove(added);
                }
                return false;
            }
        }
        true
    }
}

impl List {
    fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        begins.zip(&self.ends).map(|(begin, (end, line))| (&self.bytes[begin..*end], *line))
    }
}

fn add(known: &mut HashMap<Box<[u8]>, u64>, id: &[u8], line: u64, limit: u64) -> Result<(), u64> {
    match known.get(id) {
        Some(first_line) => return Err(*first_line),
        // A file with more lines is too long already, so that the table can be bounded.
        None if (known.len() as u64) < limit => {
            known.insert(id.into(), line);
        }
        None => {}
    }
    Ok(())
}
