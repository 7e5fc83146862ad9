//! The beginning of a text.

/// The number of characters that a message shows of a text.
const SHOWN: usize = 80;

/// The beginning of a text, so that a text of any length takes bounded memory.
#[derive(Clone, Debug)]
pub(super) struct Captured {
    bytes: Vec<u8>,
    limit: usize,
    length: u64,
}

impl Captured {
    /// Keeps at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, length: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.length = 0;
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        let room = self.limit - self.bytes.len();
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether the text was longer than the limit.
    pub(super) fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }

    /// The text, if it was not cut.
    pub(super) fn whole(&self) -> Option<&str> {
        if self.is_cut() { None } else { str::from_utf8(&self.bytes).ok() }
    }

    /// The bytes of the text if it was not cut, else none.
    pub(super) fn bytes(&self) -> &[u8] {
        if self.is_cut() { &[] } else { &self.bytes }
    }

    /// The text for a message: short, and with control characters escaped.
    pub(super) fn shown(&self) -> String {
        shown(&self.bytes, self.is_cut())
    }
}

/// A text for a message: short, and with control characters escaped.
pub(super) fn shown(bytes: &[u8], is_cut: bool) -> String {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        // Only the last character can be cut in half.
        Err(error) => str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    let mut characters = text.chars();
    let shown: String = characters.by_ref().take(SHOWN).flat_map(char::escape_debug).collect();
    let is_all = characters.next().is_none() && !is_cut;
    shown + if is_all { "" } else { "…" }
}
