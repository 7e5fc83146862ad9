//! Access to the page: it must be opened by an IP address or as `localhost`, and only the page itself can change
//! something.
//!
//! A website that a user visits can make the browser send requests to this server. The browser does not show it the
//! responses, unless the website's own name resolves to this machine (DNS rebinding). Such a request has that name in
//! its `Host` header.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::super::http::ErrorResponse;

/// Refuses a request whose `Host` is a name that someone else can choose.
pub(super) async fn require_safe_host(request: Request, next: Next) -> Result<Response, ErrorResponse> {
    match one(request.headers(), header::HOST) {
        Some(host) if is_safe(host) => Ok(next.run(request).await),
        _ => {
            let message = "Open this page by an IP address, such as http://127.0.0.1:8080/, or as localhost.";
            Err(ErrorResponse::new(StatusCode::MISDIRECTED_REQUEST, message).code("unknown_host"))
        }
    }
}

/// Refuses a request that does not come from the page.
pub(super) async fn require_same_origin(request: Request, next: Next) -> Result<Response, ErrorResponse> {
    if is_same_origin(request.headers()) {
        Ok(next.run(request).await)
    } else {
        let message = "Only the page of this server can switch faults.";
        Err(ErrorResponse::new(StatusCode::FORBIDDEN, message).code("other_origin"))
    }
}

/// Whether a host is an IP address or `localhost`, with a port or without.
fn is_safe(host: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    (name.eq_ignore_ascii_case("localhost") || name.parse::<Ipv4Addr>().is_ok()) && port.is_none_or(is_port)
}

/// Whether the `Origin` is the host that the request goes to. Browsers send it with every POST, and scripts cannot set
/// it.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let (Some(origin), Some(host)) = (one(headers, header::ORIGIN), one(headers, header::HOST)) else {
        return false;
    };
    origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host))
}

/// The value of a header that is there once.
fn one(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn addresses_and_localhost_are_safe_and_names_are_not() {
        for host in
            ["127.0.0.1", "127.0.0.1:8080", "localhost:80", "LOCALHOST", "[::1]:8080", "[::1]", "10.1.2.3:1"]
        {
            assert!(is_safe(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.1:evil",
            "evil.example:80@127.0.0.1",
            "[::1].evil.example",
            "[evil.example]",
            "2130706433",
            "::1",
        ] {
            assert!(!is_safe(host), "{host}");
        }
    }

    #[test]
    fn only_the_same_scheme_host_and_port_are_the_same_origin() {
        let headers = |pairs: &[(HeaderName, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
                .collect::<HeaderMap>()
        };
        let with =
            |origin| is_same_origin(&headers(&[(header::HOST, "127.0.0.1:8080"), (header::ORIGIN, origin)]));
        assert!(with("http://127.0.0.1:8080"));
        for origin in [
            "null",
            "",
            "http://127.0.0.1",
            "http://127.0.0.1:8081",
            "https://127.0.0.1:8080",
            "http://evil.example",
        ] {
            assert!(!with(origin), "{origin}");
        }
        assert!(!is_same_origin(&headers(&[(header::HOST, "127.0.0.1:8080")])));
        let two = [(header::ORIGIN, "http://a"), (header::ORIGIN, "http://b"), (header::HOST, "a")];
        assert!(!is_same_origin(&headers(&two)));
    }
}
