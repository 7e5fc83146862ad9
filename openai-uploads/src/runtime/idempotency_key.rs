//! The header with which a server acts at most once on a request.

use super::platform::random;

/// The header that makes any request idempotent.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A random UUID (RFC 9562 §5.4). It has to be unique, and may be known to others.
pub(super) fn random_key() -> String {
    let bits = u128::from(random()) << 64 | u128::from(random());
    let bits = bits & !(0xf << 76) | 4 << 76;
    let bits = bits & !(0b11 << 62) | 0b10 << 62;
    let digits = format!("{bits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::random_key;

    #[test]
    fn a_random_key_is_a_uuid_of_version_4_and_never_the_same() {
        let keys: std::collections::HashSet<String> = (0..1000).map(|_| random_key()).collect();
        assert_eq!(keys.len(), 1000);
        for key in keys {
            let lengths: Vec<usize> = key.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{key}");
            assert!(key[14..].starts_with('4') && key[19..].starts_with(['8', '9', 'a', 'b']), "{key}");
        }
    }
}
