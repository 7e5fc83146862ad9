//! Why a command failed.

use std::io;
use std::path::Path;

use super::count::counted;
use crate::InputError;
use crate::diagnostic::{Diagnostics, Severity};
use crate::package::PackageError;

/// The message of a command that ends with exit code 2.
#[derive(Debug)]
pub enum Failure {
    /// Something is wrong with a document.
    Document(Diagnostics),
    /// Something else is wrong.
    Other {
        /// The problem.
        message: String,
        /// How to fix it.
        help: Option<String>,
    },
}

impl Failure {
    /// A failure without help.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Other { message: message.into(), help: None }
    }

    /// A failure with help.
    pub fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Other { message: message.into(), help: Some(help.into()) }
    }

    /// A file or folder that could not be read, written or made.
    pub fn io(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {action} `{}`: {error}", path.display()))
    }

    /// The text for a terminal.
    pub fn render(&self, colour: bool) -> String {
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

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Document(diagnostics)
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Document(diagnostics) => Self::Document(diagnostics),
            InputError::File { message, help } => Self::Other { message, help },
        }
    }
}

impl From<PackageError> for Failure {
    fn from(error: PackageError) -> Self {
        Self::new(error.to_string())
    }
}
