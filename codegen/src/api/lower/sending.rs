//! How a value is sent: as a part or a pair, in which encoding.

use crate::document::openapi::Encoding;

use super::media_type::bare;
use super::place::Place;

/// How a value is sent.
pub(super) struct Sending<'d> {
    /// The encoding, and where it is.
    pub(super) encoding: Option<(Place, Encoding<'d>)>,
    /// Whether it is a part, and not a URL-encoded pair.
    pub(super) has_parts: bool,
    /// Whether an array is one part, and not a part for each element.
    pub(super) is_whole: bool,
}

impl Sending<'_> {
    /// Whether the value is sent as parts within a part.
    pub(super) fn is_multipart(&self) -> bool {
        self.encoding.as_ref().is_some_and(|(_, encoding)| multipart_type(*encoding).is_some())
    }
}

/// The multipart type of an encoding.
pub(super) fn multipart_type(encoding: Encoding<'_>) -> Option<String> {
    let has_positions = encoding.prefix_encoding().is_some() || encoding.item_encoding().is_some();
    match encoding.content_type().and_then(part_type) {
        Some(content_type) => bare(&content_type).starts_with("multipart/").then_some(content_type),
        None => has_positions.then(|| "multipart/mixed".to_owned()),
    }
}

/// The first media type of a list that is not a range.
pub(super) fn part_type(list: &str) -> Option<String> {
    let mut types = list.split(',').map(str::trim);
    let is_type = |text: &&str| {
        let mut halves = text.split('/');
        let plain = |half: Option<&str>| half.is_some_and(|half| !half.is_empty() && !half.contains('*'));
        plain(halves.next()) && plain(halves.next()) && halves.next().is_none()
    };
    types.find(is_type).map(str::to_owned)
}
