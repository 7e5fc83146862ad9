//! Which schemas mean bytes. OpenAPI 3.0 has `format: binary`, JSON Schema has `contentMediaType` and
//! `contentEncoding`, and in both the media type alone can decide.

use crate::document::{Node, Schema, keyword};

use super::Lowering;
use super::all_of::Part;
use super::media_type::{bare, is_json, is_open, is_text};
use super::place::Place;
use super::reference::MAX_REFERENCES;

impl<'d> Lowering<'d> {
    /// Whether a schema, leaving out `null`, means raw bytes.
    pub(super) fn is_binary(&mut self, place: &Place, schema: Schema<'d>) -> bool {
        self.innermost_of(place.clone(), schema).is_some_and(|(_, schema)| says_binary(schema))
    }

    /// Whether a schema means text that encodes bytes in Base64.
    pub(super) fn is_base64(&mut self, place: &Place, schema: Schema<'d>) -> bool {
        self.innermost_of(place.clone(), schema).is_some_and(|(_, schema)| {
            let encoding = schema.content_encoding();
            schema.allows_only_strings()
                && (encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"))
                    || matches!(schema.format(), Some("byte" | "base64")))
        })
    }

    /// The schema that this one refers to, by `$ref`, by an `allOf` of one member, or as the only alternative to
    /// `null`.
    pub(super) fn innermost_of(&mut self, place: Place, schema: Schema<'d>) -> Option<Part<'d>> {
        let mut at = self.follow_schema(&place, schema)?;
        for _ in 0..MAX_REFERENCES {
            let only = at.1.all_of().into_iter().chain(at.1.unions()).find_map(|member| {
                let mut members = self.schemas_at(&at.0, Some(member));
                members.retain(|(_, member)| member.is_structural() && !member.is_null());
                (members.len() == 1).then(|| members.remove(0))
            });
            let Some((place, member)) = only else { break };
            at = self.follow_schema(&place, member)?;
        }
        Some(at)
    }
}

/// Whether a schema means raw bytes, in a form or alone.
pub(super) fn says_binary(schema: Schema<'_>) -> bool {
    if schema.single_type() == Some("file") {
        return true;
    }
    if !schema.allows_only_strings() {
        return false;
    }
    match (schema.format(), schema.content_encoding(), schema.content_media_type()) {
        (Some("binary"), _, _) => true,
        (_, Some(encoding), _) => encoding.eq_ignore_ascii_case("binary"),
        (None, None, Some(media_type)) => is_of_bytes(media_type),
        _ => false,
    }
}

/// Whether a schema leaves its content to the media type: it is empty, or says only that it is a string.
pub(super) fn leaves_open(schema: Schema<'_>) -> bool {
    match schema.node() {
        Node::Bool(accepts_all) => *accepts_all,
        Node::Object(members) => {
            let says =
                |key: &String| key != "type" && keyword::is_structural(key) || key == "contentEncoding";
            schema.allows_only_strings() && !members.keys().any(says)
        }
        _ => false,
    }
}

/// Whether any value fits a schema.
pub(super) fn accepts_anything(schema: Schema<'_>) -> bool {
    leaves_open(schema) && schema.kind().is_none() && schema.content_media_type().is_none_or(may_be_bytes)
}

/// Whether each media type of a list means bytes, so that none is JSON or text.
pub(super) fn is_of_bytes(media_types: &str) -> bool {
    let mut types = each(media_types).peekable();
    types.peek().is_some() && types.all(|bare| !is_json(&bare) && !is_text(&bare) && !is_open(&bare))
}

/// Whether a media type of a list may mean bytes: one is neither JSON nor text.
pub(super) fn may_be_bytes(media_types: &str) -> bool {
    each(media_types).any(|bare| !is_json(&bare) && !is_text(&bare))
}

fn each(media_types: &str) -> impl Iterator<Item = String> {
    media_types.split(',').map(bare).filter(|bare| !bare.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(yaml: &str) -> Node {
        let text = format!("openapi: 3.1.0\nschema: {yaml}\n");
        let document = crate::document::Document::parse("a.yaml", &text).unwrap();
        document.root().get("schema").unwrap().clone()
    }

    #[test]
    fn binary_schemas_are_recognised_in_every_spelling() {
        for binary in [
            "{type: string, format: binary}",
            "{format: binary}",
            "{type: file}",
            "{type: [string, 'null'], format: binary}",
            "{contentMediaType: image/png}",
            "{type: string, contentMediaType: application/octet-stream}",
            "{type: string, contentEncoding: binary}",
            "{type: string, contentEncoding: BINARY, contentMediaType: text/csv}",
        ] {
            assert!(says_binary(Schema::of(&schema(binary))), "{binary}");
        }
        for other in [
            "{}",
            "{type: string}",
            "{type: object, contentMediaType: image/png}",
            "{type: string, contentEncoding: base64, contentMediaType: image/png}",
            "{type: string, contentMediaType: application/json}",
            "{type: string, contentMediaType: text/markdown}",
            "{type: string, format: byte}",
        ] {
            assert!(!says_binary(Schema::of(&schema(other))), "{other}");
        }
    }

    #[test]
    fn a_list_of_media_types_means_bytes_if_each_one_does() {
        for (list, expected) in [
            ("image/png", true),
            ("image/png, image/*", true),
            ("application/octet-stream; v=1", true),
            ("image/png, text/plain", false),
            ("application/json", false),
            ("*/*", false),
            ("", false),
        ] {
            assert_eq!(is_of_bytes(list), expected, "{list}");
        }
    }
}
