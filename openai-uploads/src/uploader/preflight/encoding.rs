//! What the first bytes of a file say about it.

use super::report::FaultKind;

pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The number of bytes that [`recognise`] looks at.
pub(super) const LONGEST: usize = 8;

/// Formats that begin with bytes that no JSON text has, and what to do with them.
const MAGIC: [(&[u8], &str, &str); 8] = [
    (&[0x1f, 0x8b], "gzip", "decompress it first"),
    (b"PK\x03\x04", "a zip archive", "extract it first"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", "decompress it first"),
    (b"BZh", "bzip2", "decompress it first"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz", "decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "extract it first"),
    (b"PAR1", "Parquet", "convert it to JSON Lines"),
    (b"%PDF", "PDF", "write its text as JSON Lines"),
];

/// The encodings that are not UTF-8, by byte order mark. UTF-32 is first: its mark begins with that of UTF-16.
const MARKS: [(&[u8], &str); 4] = [
    (&[0xff, 0xfe, 0, 0], "UTF-32"),
    (&[0, 0, 0xfe, 0xff], "UTF-32"),
    (&[0xff, 0xfe], "UTF-16"),
    (&[0xfe, 0xff], "UTF-16"),
];

/// Why a file that begins with these bytes is not JSON Lines in UTF-8.
pub(super) fn recognise(start: &[u8]) -> Option<FaultKind> {
    if let Some((_, format, help)) = MAGIC.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return Some(FaultKind::NotText { format, help });
    }
    let marked = MARKS.iter().find(|(mark, _)| start.starts_with(mark));
    let encoding = marked.map(|(_, encoding)| *encoding).or_else(|| without_mark(start))?;
    Some(FaultKind::NotUtf8File { encoding })
}

/// JSON begins with ASCII characters, which UTF-16 and UTF-32 fill up with zeros.
fn without_mark(start: &[u8]) -> Option<&'static str> {
    let zeros: Vec<bool> = start.iter().take(4).map(|byte| *byte == 0).collect();
    match zeros[..] {
        [false, true, true, true] | [true, true, true, false] => Some("UTF-32"),
        [false, true, false, true] | [true, false, true, false] => Some("UTF-16"),
        _ => None,
    }
}
