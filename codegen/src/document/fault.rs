//! Why a text cannot be read.

use super::Pointer;
use crate::diagnostic::{Diagnostic, Mark, Severity};

/// A reason why a text cannot be read, as the parser found it.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    pub pointer: Pointer,
    /// Its position. `None`: the position of the value at `pointer`.
    pub mark: Option<Mark>,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>, path: Path<'_>) -> Self {
        Self { code, message: message.into(), help: None, pointer: path.pointer(), mark: None }
    }

    pub(super) fn at(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn duplicate_key(key: &str, path: Path<'_>) -> Self {
        Self::new("duplicate-key", format!("the key `{key}` is given twice in this object"), path)
            .help("keep one of the two; a reader would see only one of them")
    }

    pub(super) fn too_deep(path: Path<'_>, limit: usize) -> Self {
        Self::new("too-deep", format!("more than {limit} objects and arrays are nested in each other"), path)
            .help("name the inner schemas under `components/schemas` and refer to them with `$ref`")
    }

    pub(super) fn too_large(path: Path<'_>, limit: usize) -> Self {
        Self::new("too-large", format!("the document has more than {limit} values"), path)
            .help("split it into files that refer to each other with `$ref`")
    }

    pub(super) fn into_diagnostic(self, file: &str) -> (Diagnostic, Option<Mark>) {
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            code: self.code,
            message: self.message,
            file: file.to_owned(),
            pointer: self.pointer,
            position: None,
            help: self.help,
        };
        (diagnostic, self.mark)
    }
}

/// The path to the value that is being read. It is kept on the stack, since only a fault needs it.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Member(parent, key) => parent.pointer().child(key),
            Self::Element(parent, index) => parent.pointer().child(index),
        }
    }
}
