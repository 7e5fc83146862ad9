//! The bodies of requests.

use crate::document::openapi::{MediaType, Operation, RequestBody};
use crate::document::{Member, Node, Schema, View as _};

use super::super::model::{Field, Kind, Type};
use super::super::operation::{Body, BodyContent};
use super::Lowering;
use super::content::ContentKind;
use super::describe::{description, examples};
use super::media_type::{URL_ENCODED, bare, is_json_sequence};
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The bodies that a request can have, one for each media type. JSON comes first and plain text last.
    pub(super) fn bodies(&mut self, place: &Place, operation: Operation<'d>) -> Vec<Body> {
        let Some(Member { key, value }) = operation.request_body() else { return Vec::new() };
        let Some((place, body)) = self.follow(&place.child(key), value) else { return Vec::new() };
        let body = RequestBody::of(body);
        let Some((content_place, content)) = self.object_at(&place, body.content()) else {
            self.error(
                &place,
                "missing-content",
                "this request body has no `content`",
                Some("add `content` with a media type"),
            );
            return Vec::new();
        };
        self.check_members(&place, body);
        let mut bodies: Vec<Body> = Vec::new();
        for (content_type, media) in content {
            let Some((place, media)) = self.follow(&content_place.child(content_type), media) else {
                continue;
            };
            let media = MediaType::of(media);
            self.check_members(&place, media);
            let has_positions = self.has_positions(&place, &bare(content_type), media);
            if !has_positions {
                self.check_positions(&place, content_type, media);
            }
            if let Some(encoding) = media.encoding().filter(|_| !has_positions) {
                self.check_encoding(&place.child(encoding.key), encoding, content_type);
            }
            let content = self.body_content(&place, content_type, media);
            let example = self.example(&place, media.example(), media.examples());
            let of_schema = || examples(media.schema()?.schema()).into_iter().next();
            bodies.push(Body {
                required: body.required() == Some(true),
                description: description(body.node()),
                content_type: content_type.clone(),
                content,
                example: example.or_else(of_schema),
            });
        }
        bodies.sort_by_key(|body| match body.content {
            BodyContent::Json(_) | BodyContent::Lines(_) => 0,
            BodyContent::Multipart(_) => 1,
            BodyContent::UrlEncoded(_) => 2,
            BodyContent::Binary => 3,
            BodyContent::Base64 => 4,
            BodyContent::Text => 5,
        });
        bodies
    }

    fn body_content(&mut self, place: &Place, content_type: &str, media: MediaType<'d>) -> BodyContent {
        if let Some(item) = media.item_schema()
            && self.has_items(place, content_type, media)
            && is_json_sequence(&bare(content_type))
        {
            return BodyContent::Lines(self.schema(&place.child(item.key), item.schema()));
        }
        let schema = media.schema().map(Member::schema);
        let schema_place = place.child("schema");
        let form = |lowering: &mut Self| match schema {
            Some(schema) => lowering.form(&schema_place, schema),
            None => lowering.form(&schema_place, Schema::of(const { &Node::Null })),
        };
        match bare(content_type) {
            kind if kind == URL_ENCODED => {
                let ty = form(self);
                self.check_files(place, &ty);
                BodyContent::UrlEncoded(ty)
            }
            kind if self.has_positions(place, &kind, media) => {
                BodyContent::Multipart(self.parts(place, &kind, media))
            }
            kind if kind.starts_with("multipart/") => BodyContent::Multipart(form(self)),
            kind => {
                let content = match self.content_kind(&schema_place, &kind, schema) {
                    ContentKind::Json => {
                        return BodyContent::Json(
                            schema.map_or(Type::Any, |schema| self.schema(&schema_place, schema)),
                        );
                    }
                    ContentKind::Text => BodyContent::Text,
                    ContentKind::Base64 => BodyContent::Base64,
                    ContentKind::Binary => BodyContent::Binary,
                };
                if let Some(schema) = schema
                    && self.is_structured(&schema_place, schema)
                {
                    let what = if content == BodyContent::Text { "text" } else { "bytes" };
                    let message = format!("`{kind}` is sent as {what}; its schema is not expressed");
                    self.warning(place, "unexpressed-content-type", message, None);
                }
                content
            }
        }
    }

    /// Reports the files of a URL-encoded form, which has them because it is the schema of a multipart one too.
    fn check_files(&mut self, place: &Place, ty: &Type) {
        let Type::Named(id) = ty else { return };
        let Kind::Struct(structure) = &self.types[*id].kind else { return };
        let is_file = |field: &&Field| field.ty.is_file() || field.ty.is_files() || field.is_part;
        let names: Vec<String> =
            structure.fields.iter().filter(is_file).map(|field| format!("`{}`", field.name)).collect();
        if !names.is_empty() {
            let message = format!(
                "a URL-encoded form has no files; a call that gives {} is an error",
                names.join(", ")
            );
            self.warning(place, "misplaced-file", message, None);
        }
    }
}
