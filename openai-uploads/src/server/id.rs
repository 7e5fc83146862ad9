//! Ids of objects.

use std::fmt::Write;

/// A new id: `prefix` and 128 random bits in hexadecimal.
pub(super) fn new(prefix: &str) -> String {
    let mut bits = [0_u8; 16];
    getrandom::fill(&mut bits).expect("the operating system has a source of random bytes");
    prefix.to_owned() + &hex(&bits)
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into a string cannot fail");
        text
    })
}

/// Whether `text` is such an id, and so a safe component of a path.
pub(super) fn is(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|bits| {
        bits.len() == 32 && bits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_ids_are_recognised() {
        let id = super::new("upload_");
        assert!(super::is("upload_", &id));
        assert_ne!(id, super::new("upload_"));
        for text in
            ["upload_", "upload_..", "upload_/../../etc/passwd", "part_00000000000000000000000000000000"]
        {
            assert!(!super::is("upload_", text), "{text}");
        }
        assert!(!super::is("upload_", &id.to_uppercase()));
        assert!(!super::is("upload_", &format!("{id}.arriving")));
    }
}
