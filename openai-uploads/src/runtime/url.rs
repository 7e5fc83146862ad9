//! The URL of a request.
//!
//! Only the base URL decides the scheme, the host and the port. Everything else is put into the path or the query of
//! a URL that is already parsed, where no character can end the host or begin another one.

use reqwest::Url;

use super::error::InputError;

/// Joins a base URL, the path of an operation and the pairs of a query.
///
/// `path` has its parameters filled in and escaped; so has each pair of `query`.
pub(super) fn request_url(base: &str, path: &str, query: &[String]) -> Result<Url, InputError> {
    let mut url = base_url(base)?;
    let (path, path_query) = split_template(path);
    check_segments(path)?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    url.set_path(&format!("{}{slash}{path}", url.path().trim_end_matches('/')));
    let pairs: Vec<&str> =
        url.query().into_iter().chain(path_query).chain(query.iter().map(String::as_str)).collect();
    if !pairs.is_empty() {
        let pairs = pairs.join("&");
        url.set_query(Some(&pairs));
    }
    Ok(url)
}

/// Checks that a text can be the base URL of a [`Configuration`](super::Configuration).
///
/// # Errors
///
/// When it is not an `http` or `https` URL with a host, or when it has a user name, a password, a fragment, a backslash,
/// a space or a control character.
pub fn check_base_url(text: &str) -> Result<(), InputError> {
    base_url(text).map(drop)
}

/// Parses a base URL.
///
/// The parser of URLs repairs what it can, so that a typo sends a request, and the key in it, to a host that nobody
/// meant. What it would repair is an error here.
fn base_url(text: &str) -> Result<Url, InputError> {
    let invalid = |problem: &str| {
        InputError::new(format!(
            "the base URL {problem}; write it as https://host/path, for example https://host/v1"
        ))
    };
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").ok_or_else(|| invalid("is not a URL"))?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(invalid("does not begin with https:// or http://"));
    }
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err(invalid("has a space or a control character in it"));
    }
    if text.contains('\\') {
        return Err(invalid("has a backslash in it"));
    }
    if rest.is_empty() || rest.starts_with(['/', '?', '#']) {
        return Err(invalid("has no host"));
    }
    let url = Url::parse(text).map_err(|error| invalid(&format!("is not valid ({error})")))?;
    if !url.username().is_empty() || url.password().is_some() || authority(rest).contains('@') {
        return Err(invalid("has a user name or a password in it, which logs and proxies would see"));
    }
    if url.fragment().is_some() {
        return Err(invalid("has a fragment (`#`), which is never sent"));
    }
    Ok(url)
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Splits the path of an operation into its path and its query. A fragment is never sent.
fn split_template(path: &str) -> (&str, Option<&str>) {
    let path = path.split('#').next().unwrap_or(path);
    match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    }
}

/// A parser of URLs removes the segments `.` and `..`, so that a request would go to another operation.
fn check_segments(path: &str) -> Result<(), InputError> {
    for segment in path.split(['/', '\\']) {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        if matches!(plain.as_str(), "." | "..") {
            return Err(InputError::new(format!(
                "the path of a request cannot have the segment `{segment}`"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(base: &str, path: &str) -> String {
        request_url(base, path, &[]).unwrap().to_string()
    }

    #[test]
    fn a_path_is_appended_to_the_path_of_the_base_url() {
        assert_eq!(url("https://host/v1", "/uploads"), "https://host/v1/uploads");
        assert_eq!(url("https://host/v1/", "/uploads"), "https://host/v1/uploads");
        assert_eq!(url("https://host", "/uploads"), "https://host/uploads");
        assert_eq!(url("  https://host:8443/a%2Fb \n", "uploads"), "https://host:8443/a%2Fb/uploads");
        assert_eq!(url("HTTPS://Host/a/../v1", "/uploads"), "https://host/v1/uploads");
        assert_eq!(url("https://bücher.example/ü", "/x"), "https://xn--bcher-kva.example/%C3%BC/x");
    }

    #[test]
    fn a_query_of_the_base_url_and_of_the_path_comes_before_that_of_the_request() {
        let url = request_url("https://host/v1?a=1", "/x?b=2#part", &["c=%2F".to_owned()]).unwrap();
        assert_eq!(url.as_str(), "https://host/v1/x?a=1&b=2&c=%2F");
    }

    #[test]
    fn a_host_within_a_path_stays_in_the_path() {
        assert_eq!(url("https://host//other/v1", "/x"), "https://host//other/v1/x");
        assert_eq!(url("https://host//v1", "/x"), "https://host//v1/x");
        assert_eq!(url("https://host", "//other/x"), "https://host//other/x");
        assert_eq!(url("https://host", "https://other/x"), "https://host/https://other/x");
        assert_eq!(url("https://host", "@other/x"), "https://host/@other/x");
        assert_eq!(url("https://host/v1", "/\\other/x"), "https://host/v1//other/x");
    }

    #[test]
    fn a_base_url_that_a_parser_would_repair_is_an_error() {
        for (base, words) in [
            ("", "is not a URL"),
            ("host/v1", "is not a URL"),
            ("https:host", "is not a URL"),
            ("https:/host", "is not a URL"),
            ("/v1", "is not a URL"),
            ("ftp://host", "https://"),
            ("https://", "no host"),
            ("https:///host", "no host"),
            ("https://host\\@other", "backslash"),
            ("https:\\\\host", "is not a URL"),
            ("https://ho\tst", "control character"),
            ("https://ho st", "space"),
            ("https://user@host", "user name"),
            ("https://:pass@host", "password"),
            ("https://@host", "user name"),
            ("https://host/v1#x", "fragment"),
            ("https://host:port", "not valid"),
            ("https://host:99999", "not valid"),
            ("https://[::1", "not valid"),
        ] {
            let error = request_url(base, "/x", &[]).expect_err(base).to_string();
            assert!(error.contains(words) && error.contains("https://host/v1"), "{base}: {error}");
            assert!(!error.contains("pass@"), "{error}");
        }
    }

    #[test]
    fn a_segment_that_leads_to_another_path_is_an_error() {
        for path in ["/a/../b", "/./a", "/a/%2e%2E", "/a\\..\\b"] {
            request_url("https://host/v1", path, &[]).expect_err(path);
        }
    }
}
