//! The bodies of requests.

use crate::document::{Node, members};

use super::super::Type;
use super::super::operation::{Body, BodyContent};
use super::content::ContentKind;
use super::form::{MULTIPART, URL_ENCODED};
use super::media_type::essence;
use super::{Lowering, Place, description, flag};

impl<'d> Lowering<'d> {
    /// The forms that a request's body can have, JSON first and a media type that says nothing last.
    pub(super) fn bodies(&mut self, place: &Place, operation: &'d Node) -> Vec<Body> {
        let Some(body) = operation.get("requestBody") else { return Vec::new() };
        let Some((place, body)) = self.follow(&place.child("requestBody"), body) else { return Vec::new() };
        let Some((content_place, content)) = self.object_at(&place, body, "content") else {
            self.error(&place, "missing-content", "a request body has `content`", None);
            return Vec::new();
        };
        self.check_members(&place, body, members::BODY, "a request body");
        let mut bodies: Vec<Body> = Vec::new();
        for (content_type, media) in content {
            let place = content_place.child(content_type);
            self.check_members(&place, media, members::MEDIA_TYPE, "a media type");
            if let Some(encoding) = media.get("encoding").and_then(Node::as_object) {
                self.check_encoding(&place.child("encoding"), encoding, content_type);
            }
            let content = self.body_content(&place, content_type, media);
            bodies.push(Body {
                required: flag(body, "required"),
                description: description(body),
                content_type: content_type.clone(),
                content,
            });
        }
        bodies.sort_by_key(|body| match body.content {
            BodyContent::Json(_) => 0,
            BodyContent::Multipart(_) => 1,
            BodyContent::UrlEncoded(_) => 2,
            BodyContent::Binary => 3,
            BodyContent::Base64 => 4,
            BodyContent::Text => 5,
        });
        bodies
    }

    fn body_content(&mut self, place: &Place, content_type: &str, media: &'d Node) -> BodyContent {
        let schema = media.get("schema");
        let schema_place = place.child("schema");
        let form = |lowering: &mut Self| match schema {
            Some(schema) => lowering.form(&schema_place, schema),
            None => lowering.form(&schema_place, const { &Node::Null }),
        };
        match essence(content_type) {
            kind if kind == URL_ENCODED => BodyContent::UrlEncoded(form(self)),
            kind if kind.starts_with("multipart/") => {
                if kind != MULTIPART {
                    let message = format!("a body of `{kind}` is sent as `{MULTIPART}`");
                    self.warning(place, "unexpressed-content-type", message, None);
                }
                BodyContent::Multipart(form(self))
            }
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
                    let message = format!("what is `{kind}` is {what} here; its schema is not expressed");
                    self.warning(place, "unexpressed-content-type", message, None);
                }
                content
            }
        }
    }
}
