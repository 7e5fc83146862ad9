//! Where a value of the document is.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::pointer::{escaped, unescaped};

/// The schemas that the outermost `$dynamicAnchor`s on the way to a schema name.
pub(super) type Scope = BTreeMap<String, Place>;

/// Where a value is: a file and a JSON pointer as RFC 6901 writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) file: Rc<str>,
    pub(super) pointer: Rc<str>,
    /// What `$dynamicRef`s refer to there, where that depends on the schemas that lead there.
    pub(super) scope: Option<Rc<Scope>>,
}

impl Place {
    /// The place of a member.
    pub(super) fn child(&self, key: impl AsRef<str>) -> Self {
        Self { pointer: [&*self.pointer, "/", &escaped(key.as_ref())].concat().into(), ..self.clone() }
    }

    /// The place of an element.
    pub(super) fn index(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer).into(), ..self.clone() }
    }

    /// A place that no `$ref` can name, for a type that no single schema of the document stands for.
    pub(super) fn synthetic(&self, name: &str) -> Self {
        self.child("\u{0}").child(name)
    }

    /// The steps of the pointer.
    pub(super) fn tokens(&self) -> Vec<String> {
        self.pointer.split('/').skip(1).map(unescaped).collect()
    }
}
