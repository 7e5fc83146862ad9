//! What the document says of one operation, for whoever sends, answers or checks its requests.

use reqwest::Method;

use super::security::SecurityScheme;

/// What the document says of one operation.
#[derive(Debug)]
pub struct Operation {
    /// Its `operationId`.
    pub id: &'static str,
    /// Its HTTP method.
    pub method: Method,
    /// Its path below the base path, with `{name}` where a parameter goes.
    pub path: &'static str,
    /// The alternatives that a request can show whose it is by, each a set of schemes; empty where the
    /// operation asks for none.
    pub security: &'static [&'static [SecurityScheme]],
}

impl Operation {
    /// An operation by what the document says of it.
    pub const fn new(
        id: &'static str,
        method: Method,
        path: &'static str,
        security: &'static [&'static [SecurityScheme]],
    ) -> Self {
        Self { id, method, path, security }
    }
}
