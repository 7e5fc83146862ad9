//! What the lines of each purpose must hold.
//!
//! `batch` and `fine-tune` have a file each; here is what they share. A member that stands twice in an object
//! counts as its last occurrence does, as it does for every JSON reader that servers are known to use.

mod batch;
mod fine_tune;

use super::json::{Kind, Visit};
use super::report::FaultKind;

pub(super) use batch::Batch;
pub(super) use fine_tune::FineTune;

/// Sees a line go by and tells what is wrong with it.
pub(super) trait Rules: Visit {
    /// The most bytes that a file may have.
    const BYTES_MAXIMUM: Option<u64>;
    /// The most lines that a file may have.
    const LINES_MAXIMUM: Option<u64>;

    /// A line begins; what the one before it held is forgotten.
    fn line_begins(&mut self);

    /// The line with this number was JSON to its end.
    fn line_ends(&mut self, line: u64, report: &mut dyn FnMut(FaultKind));
}

/// The beginning of a text, and whether there was more of it.
#[derive(Debug, Default)]
struct Start {
    bytes: Vec<u8>,
    cut: bool,
}

impl Start {
    /// No name that is looked for is as long, and a message shows no more.
    const LONGEST: usize = 80;

    fn clear(&mut self) {
        self.bytes.clear();
        self.cut = false;
    }

    /// Gives back what there was no room for.
    fn push<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let room = Self::LONGEST - self.bytes.len();
        let (kept, rest) = piece.split_at(piece.len().min(room));
        self.bytes.extend_from_slice(kept);
        self.cut |= !rest.is_empty();
        rest
    }

    /// The text if it is whole, its beginning if not.
    fn known(&self) -> &[u8] {
        if self.cut { &[] } else { &self.bytes }
    }

    /// For a message: what does not show on a terminal is escaped.
    fn shown(&self) -> String {
        let whole = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            // The text was UTF-8 before it was cut, so only its last character can be half.
            Err(error) => std::str::from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or_default(),
        };
        format!("{}{}", whole.escape_debug(), if self.cut { "…" } else { "" })
    }
}

/// The names looked for among an object's members.
#[derive(Debug, Default)]
struct Name {
    text: Start,
    open: bool,
}

impl Name {
    fn begins(&mut self) -> bool {
        self.text.clear();
        self.open = true;
        true
    }

    fn ends<T: Copy>(&mut self, names: &[(&str, T)]) -> Option<T> {
        self.open = false;
        let found = names.iter().find(|(name, _)| name.as_bytes() == self.text.known());
        found.map(|(_, member)| *member)
    }
}

/// A fault unless the member is there and of the kind.
fn expect(member: &'static str, found: Option<Kind>, expected: Kind) -> Result<(), FaultKind> {
    match found {
        None => Err(FaultKind::Missing { member }),
        Some(found) if found != expected => Err(FaultKind::WrongKind { member, expected, found }),
        Some(_) => Ok(()),
    }
}
