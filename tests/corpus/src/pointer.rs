//! JSON pointers (RFC 6901).

/// The pointer of a member.
pub fn child(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// The pointer of an element.
pub fn index(pointer: &str, index: usize) -> String {
    format!("{pointer}/{index}")
}

/// The pointer to the target of a `$ref` within the document.
pub fn of_reference(reference: &str) -> Option<&str> {
    reference.strip_prefix('#')
}

/// A pointer as the fragment of a URI.
pub fn fragment(pointer: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/~-._".contains(&byte);
    pointer
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
