//! The replies of operations.

use crate::document::Node;

use super::super::Type;
use super::super::operation::{ErrorReply, ReplyContent, Success};
use super::body::{essence, is_json, is_text};
use super::{Lowering, Place, description, shape};

impl<'d> Lowering<'d> {
    pub(super) fn responses(
        &mut self,
        place: &Place,
        operation: &'d Node,
    ) -> (Vec<Success>, Vec<ErrorReply>) {
        let (mut successes, mut errors) = (Vec::new(), Vec::new());
        let Some((place, responses)) = self.object_at(place, operation, "responses") else {
            return (successes, errors);
        };
        let succeeds = |status: &str| status.starts_with('2');
        let some_succeed = responses.keys().any(|status| succeeds(status));
        for (status, response) in responses {
            if status.starts_with("x-") {
                continue;
            }
            let place = place.child(status);
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let range = status.len() == 3 && status.ends_with("XX") && digits(&status[..1]);
            if status != "default" && !range && !(status.len() == 3 && digits(status)) {
                let message = format!("`{status}` is neither a status nor a range of them nor `default`");
                self.error(
                    &place,
                    "unknown-status",
                    message,
                    Some("a status is written as '200', '4XX' or default"),
                );
                continue;
            }
            let Some((place, response)) = self.follow(&place, response) else { continue };
            self.check_members(&place, response, shape::RESPONSE, "a response");
            if response.get("links").and_then(Node::as_object).is_some_and(|links| !links.is_empty()) {
                let message = "links between operations are not expressed";
                self.warning(&place.child("links"), "unexpressed-links", message, None);
            }
            let success = succeeds(status) || status == "default" && !some_succeed;
            if success {
                successes.push(self.success(&place, status, response));
            } else if let Some(ty) = self.error_type(&place, response) {
                errors.push(ErrorReply { status: status.clone(), description: description(response), ty });
            }
        }
        (successes, errors)
    }

    fn success(&mut self, place: &Place, status: &str, response: &'d Node) -> Success {
        let mut contents = Vec::new();
        for (content_type, media) in response.get("content").and_then(Node::as_object).into_iter().flatten() {
            let media_place = place.child("content").child(content_type);
            self.check_members(&media_place, media, shape::MEDIA_TYPE, "a media type");
            let place = media_place.child("schema");
            let schema = media.get("schema");
            let kind = essence(content_type);
            let typed =
                |lowering: &mut Self| schema.map_or(Type::Any, |schema| lowering.schema(&place, schema));
            let content = if kind == "text/event-stream" {
                ReplyContent::Events(typed(self))
            } else if is_json(&kind) && !schema.is_some_and(is_binary) {
                ReplyContent::Json(typed(self))
            } else if is_text(&kind) {
                ReplyContent::Text(content_type.clone())
            } else {
                ReplyContent::Binary(content_type.clone())
            };
            contents.push((media_place, content));
        }
        contents.sort_by_key(|(_, content)| match content {
            ReplyContent::Json(_) => 0,
            ReplyContent::Binary(_) => 1,
            ReplyContent::Text(_) => 2,
            ReplyContent::Events(_) => 3,
        });
        // The first of two of a kind is the one that is asked for.
        contents.dedup_by(|(later_place, later), (_, earlier)| {
            let same = std::mem::discriminant(later) == std::mem::discriminant(earlier);
            if same
                && matches!((&*later, &*earlier), (ReplyContent::Json(a), ReplyContent::Json(b)) if a != b)
            {
                let message = "of several types of JSON that a reply may be, the first is expressed";
                self.warning(later_place, "several-contents", message, None);
            }
            same
        });
        let contents = contents.into_iter().map(|(_, content)| content).collect();
        let headers = response.get("headers").and_then(Node::as_object).into_iter().flatten();
        let headers = headers.filter_map(|(name, header)| {
            let (_, header) = self.follow(&place.child("headers").child(name), header)?;
            Some((name.clone(), description(header)))
        });
        Success {
            status: status.to_owned(),
            description: description(response),
            headers: headers.collect(),
            contents,
        }
    }

    fn error_type(&mut self, place: &Place, response: &'d Node) -> Option<Type> {
        let content = response.get("content")?.as_object()?;
        let (content_type, media) =
            content.iter().find(|(content_type, _)| is_json(&essence(content_type)))?;
        let place = place.child("content").child(content_type).child("schema");
        match self.schema(&place, media.get("schema")?) {
            Type::Any => None,
            ty => Some(ty),
        }
    }
}

fn is_binary(schema: &Node) -> bool {
    schema.get("format").and_then(Node::as_str) == Some("binary")
}
