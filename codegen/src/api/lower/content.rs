//! What a media type and its schema say together: JSON, text, or bytes.

use crate::document::Node;

use super::binary::accepts_anything;
use super::media_type::{is_json, is_open, is_text};
use super::{Lowering, Place};

/// How content is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentKind {
    Json,
    Text,
    /// Text that encodes bytes.
    Base64,
    Binary,
}

impl<'d> Lowering<'d> {
    /// How the content of a media type without parameters is read and written. `place` is its schema's.
    pub(super) fn content_kind(
        &mut self,
        place: &Place,
        essence: &str,
        schema: Option<&'d Node>,
    ) -> ContentKind {
        if schema.is_some_and(|schema| self.is_binary(place, schema)) {
            return ContentKind::Binary;
        }
        if is_json(essence) {
            return ContentKind::Json;
        }
        if schema.is_some_and(|schema| self.is_base64(place, schema)) {
            return ContentKind::Base64;
        }
        match schema {
            Some(schema) if is_open(essence) && !accepts_anything(schema) => ContentKind::Json,
            _ if is_text(essence) => ContentKind::Text,
            _ => ContentKind::Binary,
        }
    }
}
