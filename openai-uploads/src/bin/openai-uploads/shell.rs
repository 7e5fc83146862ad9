//! Command lines that can be typed.

use std::ffi::OsStr;

/// A word as a shell would have to be given it.
pub(crate) fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    // A null byte is all that cannot be quoted, and no argument has one.
    shlex::try_quote(&word).map_or_else(|_| word.to_string(), std::borrow::Cow::into_owned)
}
