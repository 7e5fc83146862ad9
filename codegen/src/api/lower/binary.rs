//! Which schemas mean bytes: OpenAPI 3.0 has `format: binary`, JSON Schema `contentMediaType` and `contentEncoding`,
//! and both let a media type say it alone.

use crate::document::{Node, keyword};

use super::class::{counts, is_null};
use super::media_type::{essence, is_json, is_text};
use super::{Lowering, MAXIMUM_REFERENCES, Place};

impl<'d> Lowering<'d> {
    /// Whether a schema, or all of it that is not `null`, says that it is bytes as they are.
    pub(super) fn is_binary(&mut self, place: &Place, schema: &'d Node) -> bool {
        self.innermost_of(place.clone(), schema).is_some_and(|(_, schema)| says_binary(schema))
    }

    /// Whether a schema says that it is text which encodes bytes in Base64.
    pub(super) fn is_base64(&mut self, place: &Place, schema: &'d Node) -> bool {
        self.innermost_of(place.clone(), schema).is_some_and(|(_, schema)| {
            let text = |key: &str| schema.get(key).and_then(Node::as_str);
            is_string(schema)
                && (text("contentEncoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"))
                    || matches!(text("format"), Some("byte" | "base64")))
        })
    }

    /// What a schema refers to: by `$ref`, by an `allOf` of nothing else, or as the only alternative to `null`.
    pub(super) fn innermost_of(&mut self, place: Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        let mut at = self.follow(&place, node)?;
        for _ in 0..MAXIMUM_REFERENCES {
            let only = ["allOf", "oneOf", "anyOf"].into_iter().find_map(|key| {
                let mut members = self.members(&at.0, at.1, key)?;
                members.retain(|(_, member)| counts(member) && !is_null(member));
                (members.len() == 1).then(|| members.remove(0))
            });
            let Some((place, member)) = only else { break };
            at = self.follow(&place, member)?;
        }
        Some(at)
    }
}

/// Whether a schema says that it is bytes as they are, be it in a form or alone.
pub(super) fn says_binary(schema: &Node) -> bool {
    let text = |key: &str| schema.get(key).and_then(Node::as_str);
    if text("type") == Some("file") {
        return true;
    }
    if !is_string(schema) {
        return false;
    }
    match (text("format"), text("contentEncoding"), text("contentMediaType")) {
        (Some("binary"), _, _) => true,
        (_, Some(encoding), _) => encoding.eq_ignore_ascii_case("binary"),
        (None, None, Some(media_type)) => is_of_bytes(media_type),
        _ => false,
    }
}

/// Whether a media type says what a schema leaves open: the schema has nothing, or says only that it is a string.
pub(super) fn leaves_open(schema: &Node) -> bool {
    match schema {
        Node::Bool(accepts_all) => *accepts_all,
        Node::Object(members) => {
            let says =
                |key: &String| key != "type" && keyword::is_structural(key) || key == "contentEncoding";
            is_string(schema) && !members.keys().any(says)
        }
        _ => false,
    }
}

/// Whether any value fits a schema.
pub(super) fn accepts_anything(schema: &Node) -> bool {
    leaves_open(schema) && schema.get("type").is_none() && schema.get("contentMediaType").is_none()
}

/// Whether each of a list of media types is one of bytes: neither JSON nor text nor any at all.
pub(super) fn is_of_bytes(media_types: &str) -> bool {
    let mut essences = media_types.split(',').map(essence).filter(|essence| !essence.is_empty()).peekable();
    let is_of_bytes = |essence: String| {
        !is_json(&essence) && !is_text(&essence) && !matches!(&*essence, "*/*" | "application/*")
    };
    essences.peek().is_some() && essences.all(is_of_bytes)
}

/// Whether a schema is one of strings, or does not say of what type.
fn is_string(schema: &Node) -> bool {
    match schema.get("type") {
        None => true,
        Some(Node::String(kind)) => kind == "string",
        Some(Node::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Node::as_str).filter(|kind| *kind != "null").peekable();
            kinds.peek().is_some() && kinds.all(|kind| kind == "string")
        }
        Some(_) => false,
    }
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
    fn bytes_are_recognised_in_every_spelling() {
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
            assert!(says_binary(&schema(binary)), "{binary}");
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
            assert!(!says_binary(&schema(other)), "{other}");
        }
    }

    #[test]
    fn a_list_of_media_types_means_bytes_where_each_does() {
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
