//! The header `Link` (RFC 8288).

/// The target of `rel="next"` in a header `Link` (RFC 8288 §3).
pub(super) fn next_link(links: &str) -> Option<&str> {
    let mut rest = links;
    loop {
        let (_, after) = rest.split_once('<')?;
        let (target, after) = after.split_once('>')?;
        // The parameters end at the next comma.
        let parameters = after.split(outside_of_quotes(',')).next().unwrap_or_default();
        let after = &after[parameters.len()..];
        let mut names = parameters.split(outside_of_quotes(';')).filter_map(|pair| pair.split_once('='));
        let rel = names.find(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
        let is_next = rel.is_some_and(|(_, value)| {
            value.trim().trim_matches('"').split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target);
        }
        rest = after;
    }
}

/// A separator, unless it is within quotes. There, a backslash escapes the next character (RFC 9110 §5.6.4).
fn outside_of_quotes(separator: char) -> impl FnMut(char) -> bool {
    let (mut is_quoted, mut is_escaped) = (false, false);
    move |character| {
        is_quoted ^= character == '"' && !is_escaped;
        is_escaped = character == '\\' && is_quoted && !is_escaped;
        character == separator && !is_quoted
    }
}
