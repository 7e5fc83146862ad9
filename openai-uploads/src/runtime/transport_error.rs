//! Requests without a complete answer.

use std::error::Error as StdError;
use std::fmt;

use reqwest::Url;

use super::platform::{interruption, is_connect};

/// An error of a request that got no complete answer.
///
/// Neither `Debug` nor `Display` shows the URL, since its query may hold a key. The source is the innermost cause,
/// such as the `io::Error` of a refused connection.
#[non_exhaustive]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// The host, with its port if the URL has one.
    pub host: String,
    /// The proxy in between, without credentials: that of the environment, or of
    /// [`Configuration::proxy_name`](super::Configuration::proxy_name).
    pub proxy: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of a failure without a complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name has no address.
    HostNotFound,
    /// The connection was refused, or the network does not reach the host.
    Connect,
    /// The connection was not established in time.
    ConnectTimeout,
    /// No secure connection could be established: a wrong certificate, or a server without TLS.
    Tls,
    /// The proxy refused to connect to the host.
    ProxyRefused,
    /// The proxy requires credentials, or other ones (status 407).
    ProxyAuthentication,
    /// The answer was not complete in time.
    Timeout,
    /// The connection ended before the answer was complete.
    Interrupted,
    /// The server redirected more often than requests follow.
    TooManyRedirects,
}

impl TransportError {
    pub(super) fn new(kind: TransportErrorKind, url: &Url, proxy: Option<String>) -> Self {
        Self { kind, host: host(url), proxy, cause: None }
    }

    pub(super) fn from_reqwest(error: reqwest::Error, url: &Url, proxy: Option<String>) -> Self {
        let error = error.without_url();
        let kind = kind(&error, url);
        Self { cause: Some(error.into()), ..Self::new(kind, url, proxy) }
    }

    /// Reads the error of a transport, which may have that of a client in it.
    pub(super) fn from_transport(
        error: Box<dyn StdError + Send + Sync>,
        url: &Url,
        proxy: Option<String>,
    ) -> Self {
        let error = match error.downcast::<reqwest::Error>() {
            Ok(error) => return Self::from_reqwest(*error, url, proxy),
            Err(error) => error,
        };
        match error.downcast::<Self>() {
            Ok(own) => Self { host: host(url), proxy, ..*own },
            Err(error) => {
                let client_error = causes(&*error).find_map(|cause| cause.downcast_ref::<reqwest::Error>());
                let kind = client_error.map_or(TransportErrorKind::Interrupted, |error| kind(error, url));
                Self { cause: Some(error), ..Self::new(kind, url, proxy) }
            }
        }
    }

    /// Whether the request failed before any of it was sent.
    pub fn is_connect(&self) -> bool {
        use TransportErrorKind::{
            Connect, ConnectTimeout, HostNotFound, ProxyAuthentication, ProxyRefused, Tls,
        };
        matches!(
            self.kind,
            HostNotFound | Connect | ConnectTimeout | Tls | ProxyRefused | ProxyAuthentication
        )
    }

    /// Whether a time limit was exceeded.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, TransportErrorKind::ConnectTimeout | TransportErrorKind::Timeout)
    }

    /// Whether the same request may succeed when it is sent again.
    pub fn is_retryable(&self) -> bool {
        !matches!(self.kind, TransportErrorKind::ProxyAuthentication | TransportErrorKind::TooManyRedirects)
    }
}

/// An error of a [`Transport`](super::Transport). The host is added to it.
impl From<TransportErrorKind> for TransportError {
    fn from(kind: TransportErrorKind) -> Self {
        Self { kind, host: String::new(), proxy: None, cause: None }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("host", &self.host)
            .field("proxy", &self.proxy)
            .field("source", &self.source().map(ToString::to_string))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, proxy) = (&self.host, self.proxy.as_deref());
        match (self.kind, proxy) {
            (TransportErrorKind::HostNotFound, None) => write!(f, "the host {host} was not found"),
            (TransportErrorKind::HostNotFound, Some(proxy)) => {
                write!(f, "no connection to {host}: the host of the proxy {proxy} was not found")
            }
            (TransportErrorKind::ProxyRefused, _) => {
                write!(f, "the proxy {} refused to connect to {host}", proxy.unwrap_or("of the client"))
            }
            (TransportErrorKind::ProxyAuthentication, _) => write!(
                f,
                "the proxy {} requires a user name and a password, or other ones (407)",
                proxy.unwrap_or("of the client")
            ),
            (kind, proxy) => {
                match kind {
                    TransportErrorKind::Connect => write!(f, "no connection to {host}")?,
                    TransportErrorKind::ConnectTimeout => write!(f, "no connection to {host} in time")?,
                    TransportErrorKind::Tls => write!(f, "no secure connection to {host}")?,
                    TransportErrorKind::Timeout => write!(f, "no complete answer from {host} in time")?,
                    TransportErrorKind::TooManyRedirects => write!(f, "{host} redirects without end")?,
                    _ => f.write_str(&interruption(host))?,
                }
                proxy.map_or(Ok(()), |proxy| write!(f, " (through the proxy {proxy})"))
            }
        }?;
        if self.is_plain_server() {
            f.write_str("; the server does not use TLS, so the URL may have to begin with http://")?;
        }
        Ok(())
    }
}

impl TransportError {
    /// Whether the other side answered a TLS handshake with something else, most likely plain HTTP.
    fn is_plain_server(&self) -> bool {
        let signs = ["InvalidContentType", "wrong version number", "packet length too long", "http request"];
        self.kind == TransportErrorKind::Tls
            && self.source().is_some_and(|cause| {
                let text = cause.to_string();
                signs.iter().any(|sign| text.contains(sign))
            })
    }
}

impl StdError for TransportError {
    /// The errors in between only repeat that a request failed.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let cause: &(dyn StdError + 'static) = self.cause.as_deref()?;
        causes(cause).last()
    }
}

pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The errors of a connection are private types of `reqwest` and `hyper-util`, so their texts have to be compared.
fn kind(error: &reqwest::Error, url: &Url) -> TransportErrorKind {
    match (is_connect(error), error.is_timeout()) {
        (false, false) => return TransportErrorKind::Interrupted,
        (false, true) => return TransportErrorKind::Timeout,
        (true, true) => return TransportErrorKind::ConnectTimeout,
        (true, false) => {}
    }
    let texts: Vec<String> = causes(error).map(|cause| cause.to_string().to_lowercase()).collect();
    let says = |words: &str| texts.iter().any(|text| text.contains(words));
    if says("dns error") {
        TransportErrorKind::HostNotFound
    } else if says("tcp connect error") || says("tcp open error") || says("socks error: failed to create") {
        TransportErrorKind::Connect
    } else if says("proxy authorization required") {
        TransportErrorKind::ProxyAuthentication
    } else if says("tunnel error") || says("socks error") {
        TransportErrorKind::ProxyRefused
    } else if url.scheme() == "https" {
        TransportErrorKind::Tls
    } else {
        TransportErrorKind::Connect
    }
}
