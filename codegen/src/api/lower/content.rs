//! Decides by a media type and its schema whether content is JSON, text or bytes.

use crate::document::Schema;

use super::Lowering;
use super::binary::accepts_anything;
use super::media_type::{is_json, is_open, is_text};
use super::place::Place;

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
    /// How the content of a bare media type is read and written. `place` is that of its schema.
    pub(super) fn content_kind(
        &mut self,
        place: &Place,
        bare: &str,
        schema: Option<Schema<'d>>,
    ) -> ContentKind {
        if schema.is_some_and(|schema| self.is_binary(place, schema)) {
            return ContentKind::Binary;
        }
        if is_json(bare) {
            return ContentKind::Json;
        }
        if schema.is_some_and(|schema| self.is_base64(place, schema)) {
            return ContentKind::Base64;
        }
        match schema {
            Some(schema) if is_open(bare) && !accepts_anything(schema) => ContentKind::Json,
            _ if is_text(bare) => ContentKind::Text,
            _ => ContentKind::Binary,
        }
    }
}
