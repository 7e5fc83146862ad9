//! An operation as the document declares it, for sending, answering and checking requests.

use reqwest::Method;

use super::security::SecurityScheme;

/// An operation as the document declares it.
#[derive(Debug)]
pub struct Operation {
    /// Its `operationId`.
    pub id: &'static str,
    /// Its HTTP method.
    pub method: Method,
    /// Its path below the base path, with `{name}` where a parameter goes.
    pub path: &'static str,
    /// The alternatives for authentication, each as the schemes that it needs together. Empty: the operation needs none.
    pub security: &'static [&'static [SecurityScheme]],
}

impl Operation {
    /// Describes an operation as the document declares it.
    pub const fn new(
        id: &'static str,
        method: Method,
        path: &'static str,
        security: &'static [&'static [SecurityScheme]],
    ) -> Self {
        Self { id, method, path, security }
    }

    /// Describes an operation whose method is not one of HTTP's own.
    ///
    /// # Panics
    ///
    /// When `method` is not a token (RFC 9110 §5.6.2).
    pub fn of_method(
        id: &'static str,
        method: &str,
        path: &'static str,
        security: &'static [&'static [SecurityScheme]],
    ) -> Self {
        let method = Method::from_bytes(method.as_bytes()).expect("the generator checks methods");
        Self { id, method, path, security }
    }
}
