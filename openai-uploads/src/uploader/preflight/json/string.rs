//! Finds the ends of strings, and of their parts.

use memchr::memchr2;

/// The position of the first quote, backslash or control character from `at` on, or the end of the piece.
#[inline]
pub(super) fn end_of_run(piece: &[u8], mut at: usize) -> usize {
    /// Most strings end within these; the search for longer ones takes some time to begin, and is faster then.
    const SHORT: usize = 32;
    let is_control = |byte: &u8| *byte < 0x20;
    let short = piece.len().min(at + SHORT);
    while let Some(word) = piece[at..short].first_chunk() {
        match special_byte(u64::from_le_bytes(*word)) {
            Some(found) => return at + found,
            None => at += size_of::<u64>(),
        }
    }
    let rest = &piece[at..];
    if short < piece.len() {
        let run = &rest[..memchr2(b'"', b'\\', rest).unwrap_or(rest.len())];
        // The least of all is found faster than the first control character, and there is almost never one.
        let has_control = run.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < 0x20;
        let control = if has_control { run.iter().position(is_control) } else { None };
        at + control.unwrap_or(run.len())
    } else {
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\') || is_control(byte);
        at + rest.iter().position(ends).unwrap_or(rest.len())
    }
}

/// The index of the first quote, backslash or control character in eight bytes, the first byte the lowest.
///
/// Subtracting `n` from each byte sets the highest bit of those below `n`, and perhaps of bytes above the first of
/// them.
fn special_byte(word: u64) -> Option<usize> {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, n: u64| word.wrapping_sub(EACH * n) & !word;
    let is = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let special = (below(word, 0x20) | is(b'"') | is(b'\\')) & (EACH << 7);
    (special != 0).then(|| special.trailing_zeros() as usize / 8)
}

/// The length of a complete, valid escape: of both halves, if it is a surrogate pair. Skipping it at once is much
/// faster than one state for each byte.
#[inline]
pub(super) fn whole_escape(escape: &[u8]) -> Option<usize> {
    match escape {
        [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [_, b'u', digits @ ..] => {
            let (unit, rest) = digits.split_first_chunk::<4>()?;
            if !unit.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            match (unit, rest) {
                ([b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..], [b'\\', b'u', low @ ..]) => {
                    let low = low.first_chunk::<4>()?;
                    let is_low = matches!(low, [b'd' | b'D', b'c'..=b'f' | b'C'..=b'F', ..]);
                    (is_low && low.iter().all(u8::is_ascii_hexdigit)).then_some(12)
                }
                ([b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..], _) => None,
                _ => Some(6),
            }
        }
        _ => None,
    }
}

/// The index of the quote that ends a string whose text begins at the index. `None`: it does not end, or is not valid.
pub(in super::super) fn end_of_string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = end_of_run(text, at);
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += whole_escape(&text[at..])?,
            _ => return None,
        }
    }
}
