//! Receivers of the scanner's events.

use super::token::Token;

/// The maximum length of a member's name that a visitor is given, in bytes.
pub(in crate::uploader::preflight) const MAX_NAME: usize = 32;

/// A receiver of the scanner's events. `depth` is the number of objects and arrays around the value or the name.
pub(in crate::uploader::preflight) trait Visit {
    /// A member's name with escapes resolved, or nothing if it is longer than [`MAX_NAME`].
    fn name(&mut self, depth: u32, name: &[u8]);
    /// A value begins. Returns whether the visitor wants its text, if it is a string or a number.
    fn value_begins(&mut self, depth: u32, token: Token) -> bool;
    /// A piece of a wanted text, with escapes resolved.
    fn text(&mut self, piece: &[u8]);
    /// An object or an array ends.
    fn container_ends(&mut self, depth: u32);
}

/// Ignores every event: the text only has to be JSON.
pub(in crate::uploader::preflight) struct Ignore;

impl Visit for Ignore {
    fn name(&mut self, _: u32, _: &[u8]) {}
    fn value_begins(&mut self, _: u32, _: Token) -> bool {
        false
    }
    fn text(&mut self, _: &[u8]) {}
    fn container_ends(&mut self, _: u32) {}
}
