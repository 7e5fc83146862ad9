//! JSON pointers (RFC 6901): the place of a value in a document.

use std::borrow::Cow;
use std::fmt;

/// The path from a document's root to one value.
///
/// Displayed as RFC 6901 defines: `/paths/~1uploads/post`. The root is the empty string.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// The pointer to the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The pointer to a member or element of the value that this one points to.
    #[must_use]
    pub fn child(&self, token: impl fmt::Display) -> Self {
        let mut tokens = self.0.clone();
        tokens.push(token.to_string());
        Self(tokens)
    }

    /// Parses a pointer (RFC 6901). `None`: the text is neither empty nor starts with `/`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::root());
        }
        let tokens = text.strip_prefix('/')?.split('/');
        Some(Self(tokens.map(unescaped).collect()))
    }

    /// Makes this the pointer to a member or element of the value that it points to.
    pub(crate) fn push(&mut self, token: &str) {
        self.0.push(token.to_owned());
    }

    /// The steps from the root, unescaped.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// Calls `visit` with the pointer to a member or element of the value that this one points to.
    pub(crate) fn within(&mut self, token: &str, visit: impl FnOnce(&mut Self)) {
        self.push(token);
        visit(self);
        self.0.pop();
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            f.write_str("/")?;
            f.write_str(&escaped(token))?;
        }
        Ok(())
    }
}

/// A step of a pointer as it is written.
pub(crate) fn escaped(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) { token.replace('~', "~0").replace('/', "~1").into() } else { token.into() }
}

/// The step that is written as `token`.
pub(crate) fn unescaped(token: &str) -> String {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~") } else { token.to_owned() }
}
