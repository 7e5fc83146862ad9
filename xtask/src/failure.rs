//! Why a command could not do what it was asked.

use std::io;
use std::path::Path;

use openapi_crate::diagnostic::{Diagnostics, Severity};
use openapi_crate::package::PackageError;

/// What a command tells before it ends with exit code 2.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong with a document.
    Document(Diagnostics),
    /// Something else is wrong: one message, and what to do about it.
    Other { message: String, help: Option<String> },
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Other { message: message.into(), help: None }
    }

    pub(crate) fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Other { message: message.into(), help: Some(help.into()) }
    }

    /// A file or folder that could not be read, written or made.
    pub(crate) fn io(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {action} `{}`: {error}", path.display()))
    }

    pub(crate) fn render(&self, colour: bool) -> String {
        match self {
            Self::Document(diagnostics) => {
                let errors = counted(diagnostics.count(Severity::Error), "error");
                let warnings = counted(diagnostics.count(Severity::Warning), "warning");
                let counts = [errors, warnings].into_iter().flatten().collect::<Vec<_>>().join(" and ");
                format!("{}error: {counts}; nothing was written\n", diagnostics.render(colour))
            }
            Self::Other { message, help: None } => format!("error: {message}\n"),
            Self::Other { message, help: Some(help) } => format!("error: {message}\n  = help: {help}\n"),
        }
    }
}

/// `3 warnings`; `None` for none.
pub(crate) fn counted(count: usize, thing: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {thing}")),
        _ => Some(format!("{count} {thing}s")),
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Document(diagnostics)
    }
}

impl From<PackageError> for Failure {
    fn from(error: PackageError) -> Self {
        Self::new(error.to_string())
    }
}
