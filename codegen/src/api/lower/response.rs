//! The replies of operations.

use crate::document::{Node, Object};

use super::super::Type;
use super::super::operation::{ErrorReply, Header, ReplyContent, Success, UntypedError};
use super::body::{essence, is_json, is_text};
use super::{Lowering, Place, description, shape};

/// What an operation may answer.
#[derive(Default)]
pub(super) struct Replies {
    pub(super) successes: Vec<Success>,
    pub(super) errors: Vec<ErrorReply>,
    pub(super) untyped_errors: Vec<UntypedError>,
    pub(super) error_headers: Vec<Header>,
}

/// One of the forms that a reply may have.
struct Form<'d> {
    place: Place,
    media_type: &'d str,
    schema: Option<&'d Node>,
    content: ReplyContent,
}

impl<'d> Lowering<'d> {
    pub(super) fn responses(&mut self, place: &Place, operation: &'d Node) -> Replies {
        let mut replies = Replies::default();
        let Some((place, responses)) = self.object_at(place, operation, "responses") else {
            return replies;
        };
        let succeeds = |status: &str| status.starts_with('2');
        let some_succeed = responses.keys().any(|status| succeeds(status));
        for (status, written) in responses {
            if status.starts_with("x-") {
                continue;
            }
            let place = place.child(status);
            if !self.is_status(&place, status) {
                continue;
            }
            let Some((place, response)) = self.follow(&place, written) else { continue };
            self.check_members(&place, response, shape::RESPONSE, "a response");
            if response.get("links").and_then(Node::as_object).is_some_and(|links| !links.is_empty()) {
                let message = "links between operations are not expressed";
                self.warning(&place.child("links"), "unexpressed-links", message, None);
            }
            // What stands beside the `$ref` comes first (OpenAPI 3.1 §4.8.23).
            let description = Some(super::description(written)).filter(|own| !own.is_empty());
            let description = description.unwrap_or_else(|| super::description(response));
            let headers = self.headers(&place, response);
            if succeeds(status) || status == "default" && !some_succeed {
                let contents = self.contents(&place, response);
                replies.successes.push(Success { status: status.clone(), description, headers, contents });
            } else {
                self.failure(&place, status, response, description, &mut replies);
                replies.error_headers.extend(headers);
            }
        }
        replies
    }

    fn is_status(&mut self, place: &Place, status: &str) -> bool {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let range = status.len() == 3 && status.ends_with("XX") && digits(&status[..1]);
        let is_status = status == "default" || range || status.len() == 3 && digits(status);
        if !is_status {
            let message = format!("`{status}` is neither a status nor a range of them nor `default`");
            let help = "a status is written as '200', '4XX' or default";
            self.error(place, "unknown-status", message, Some(help));
        }
        is_status
    }

    /// What a reply may hold: first what is asked for, then what may be had instead.
    fn contents(&mut self, place: &Place, response: &'d Node) -> Vec<ReplyContent> {
        let mut forms = Vec::new();
        for (media_type, media) in media_types(response) {
            let place = place.child("content").child(media_type);
            self.check_members(&place, media, shape::MEDIA_TYPE, "a media type");
            let schema = media.get("schema");
            let content = self.content(&place.child("schema"), media_type, schema);
            forms.push(Form { place, media_type, schema, content });
        }
        // Beside a file, JSON that is but a string is no more than another word for it.
        let streams = forms.iter().any(|form| matches!(form.content, ReplyContent::Binary(_)));
        let is_string =
            |content: &ReplyContent| matches!(content, ReplyContent::Json(Type::String | Type::Any, _));
        if streams {
            forms.retain(|form| !is_string(&form.content));
        }
        forms.sort_by_key(|form| match form.content {
            ReplyContent::Json(..) => 0,
            ReplyContent::Binary(_) => 1,
            ReplyContent::Text(_) => 2,
            ReplyContent::Events(_) => 3,
        });
        let mut contents: Vec<ReplyContent> = Vec::new();
        let mut asked: Option<Option<&Node>> = None;
        for form in forms {
            match (contents.last_mut(), form.content) {
                (None, content) => {
                    self.check_untyped(&form.place, form.media_type, form.schema, &content);
                    asked = Some(form.schema);
                    contents.push(content);
                }
                (Some(ReplyContent::Binary(types)), ReplyContent::Binary(another)) => {
                    types.push_str(", ");
                    types.push_str(&another);
                }
                (Some(_), ReplyContent::Json(..)) if asked == Some(form.schema) => {
                    // The same by another name.
                }
                (Some(_), content) => {
                    if asked != Some(form.schema) {
                        self.check_untyped(&form.place, form.media_type, form.schema, &content);
                    }
                    contents.push(content);
                }
            }
        }
        contents
    }

    fn content(&mut self, place: &Place, media_type: &str, schema: Option<&'d Node>) -> ReplyContent {
        let typed = |lowering: &mut Self| schema.map_or(Type::Any, |schema| lowering.schema(place, schema));
        match essence(media_type) {
            kind if kind == "text/event-stream" => ReplyContent::Events(typed(self)),
            kind if is_json(&kind) && !schema.is_some_and(is_binary) => {
                ReplyContent::Json(typed(self), media_type.to_owned())
            }
            kind if is_text(&kind) => ReplyContent::Text(media_type.to_owned()),
            _ => ReplyContent::Binary(media_type.to_owned()),
        }
    }

    /// Tells of a schema that neither text nor bytes have.
    pub(super) fn check_untyped(
        &mut self,
        place: &Place,
        media_type: &str,
        schema: Option<&'d Node>,
        content: &ReplyContent,
    ) {
        let kind = match content {
            ReplyContent::Text(_) => "text",
            ReplyContent::Binary(_) => "bytes",
            ReplyContent::Json(..) | ReplyContent::Events(_) => return,
        };
        if schema.is_some_and(|schema| self.is_structured(&place.child("schema"), schema)) {
            let message = format!("what is `{media_type}` is {kind} here; its schema is not expressed");
            self.warning(place, "unexpressed-content-type", message, None);
        }
    }

    /// Whether a schema is one of objects or arrays.
    pub(super) fn is_structured(&mut self, place: &Place, schema: &'d Node) -> bool {
        self.follow(place, schema).is_some_and(|(_, schema)| {
            let kind = schema.get("type").and_then(Node::as_str);
            matches!(kind, Some("object" | "array"))
                || ["properties", "allOf", "items"].iter().any(|key| schema.get(key).is_some())
        })
    }

    fn failure(
        &mut self,
        place: &Place,
        status: &str,
        response: &'d Node,
        description: String,
        replies: &mut Replies,
    ) {
        let mut ty: Option<(Type, &'d str, Option<&'d Node>)> = None;
        for (media_type, media) in media_types(response) {
            let place = place.child("content").child(media_type);
            self.check_members(&place, media, shape::MEDIA_TYPE, "a media type");
            let schema = media.get("schema");
            match (self.content(&place.child("schema"), media_type, schema), &ty) {
                (ReplyContent::Json(json, _), None) => ty = Some((json, media_type, schema)),
                (_, Some((_, first, asked))) if asked.is_none() || *asked != schema => {
                    let message = format!("an error is read as `{first}`, not as `{media_type}`");
                    self.warning(&place, "several-contents", message, None);
                }
                (_, Some(_)) => {}
                (content, None) => self.check_untyped(&place, media_type, schema, &content),
            }
        }
        let status = status.to_owned();
        match ty {
            Some((ty, ..)) if ty != Type::Any => replies.errors.push(ErrorReply { status, description, ty }),
            _ => {
                let content_types =
                    media_types(response).map(|(media_type, _)| media_type.to_owned()).collect();
                replies.untyped_errors.push(UntypedError { status, description, content_types });
            }
        }
    }

    fn headers(&mut self, place: &Place, response: &'d Node) -> Vec<Header> {
        let mut headers = Vec::new();
        for (name, header) in response.get("headers").and_then(Node::as_object).into_iter().flatten() {
            // The media type says it (OpenAPI 3.1 §4.8.17.1).
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let Some((place, header)) = self.follow(&place.child("headers").child(name), header) else {
                continue;
            };
            self.check_members(&place, header, shape::HEADER, "a header");
            let schema = header.get("schema").and_then(|schema| self.follow(&place.child("schema"), schema));
            headers.push(Header {
                name: name.clone(),
                kind: schema.map(|(_, schema)| kind_of(schema)).unwrap_or_default(),
                description: description(header),
            });
        }
        headers
    }
}

fn media_types(response: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let content: Option<&Object> = response.get("content").and_then(Node::as_object);
    content.into_iter().flatten().map(|(media_type, media)| (media_type.as_str(), media))
}

/// What a header's value is, in a word.
fn kind_of(schema: &Node) -> String {
    let text = |key: &str| schema.get(key).and_then(Node::as_str);
    match (text("type"), text("format")) {
        (_, Some(format)) => format.to_owned(),
        (None | Some("string"), None) => String::new(),
        (Some(kind), None) => kind.to_owned(),
    }
}

fn is_binary(schema: &Node) -> bool {
    schema.get("format").and_then(Node::as_str) == Some("binary")
}
