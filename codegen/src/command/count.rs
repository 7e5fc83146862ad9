//! Counts as text.

/// Returns a count with what it counts, such as `3 warnings`; `None` for none.
pub fn counted(count: usize, thing: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {thing}")),
        _ => Some(format!("{} {thing}s", thousands(count))),
    }
}

/// Returns a number with commas between its thousands.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_plural_and_commas_between_thousands() {
        assert_eq!(counted(0, "file"), None);
        assert_eq!(counted(1, "file").as_deref(), Some("1 file"));
        assert_eq!(counted(64_012, "line").as_deref(), Some("64,012 lines"));
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}
