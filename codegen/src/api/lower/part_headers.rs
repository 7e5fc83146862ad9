//! The headers of a part, from its `encoding`.

use crate::document::View as _;
use crate::document::openapi::{self, MediaType};

use super::super::model::{Field, Type};
use super::super::style::{Location, Style, StyleKind};
use super::Lowering;
use super::describe::description;
use super::media_type::{bare, is_text};
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The headers of a part, as fields.
    pub(super) fn part_headers(&mut self, place: &Place, encoding: openapi::Encoding<'d>) -> Vec<Field> {
        let mut fields = Vec::new();
        for (place, name, header) in self.members_at(place, encoding.headers()) {
            // `contentType` decides it (OpenAPI 3.1 §4.8.15.1).
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let Some((place, header)) = self.follow(&place, header) else { continue };
            let header = openapi::Header::of(header);
            self.check_members(&place, header);
            fields.extend(self.part_header(&place, name, header));
        }
        fields
    }

    /// A header as a field. `None`: the document forbids it.
    fn part_header(&mut self, place: &Place, name: &str, header: openapi::Header<'d>) -> Option<Field> {
        let default = Style::default_of(Location::Header);
        let mut style = Style { explode: header.explode().unwrap_or(default.explode), ..default };
        let content = self.members_at(place, header.content()).into_iter().next();
        let schema = match (header.schema(), content) {
            (Some(schema), _) if schema.is(false) => return None,
            (Some(schema), _) => Some((place.child(schema.key), schema.schema())),
            (None, Some((place, media_type, media))) => {
                if !is_text(&bare(media_type)) {
                    style.kind = StyleKind::Json;
                }
                let (place, media) = self.follow(&place, media)?;
                let schema = MediaType::of(media).schema();
                schema.map(|schema| (place.child(schema.key), schema.schema()))
            }
            (None, None) => None,
        };
        let required = header.required() == Some(true);
        let mut field = match schema {
            Some(schema) => self.field(place, name, &[schema], required),
            None => Field { required, ..Field::new(name, Type::String) },
        };
        let own = description(header.node());
        if !own.is_empty() {
            field.description = own;
        }
        field.deprecated |= header.deprecated() == Some(true);
        field.style = Some(style).filter(|style| *style != default);
        Some(field)
    }
}
