//! The replies of operations.

use crate::document::{Node, Object, members};

use super::super::Type;
use super::super::operation::{ErrorReply, Header, ReplyContent, Success, UntypedError};
use super::content::ContentKind;
use super::media_type::essence;
use super::{Lowering, Place, description};

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
    pub(super) fn responses(&mut self, place: &Place, operation: &'d Node, method: &str) -> Replies {
        let mut replies = Replies::default();
        let Some((place, responses)) = self.object_at(place, operation, "responses") else {
            return replies;
        };
        let succeeds = |status: &str| status.starts_with('2');
        let some_succeed = responses.keys().any(|status| succeeds(status));
        for (key, written) in responses {
            if key.starts_with("x-") {
                continue;
            }
            let place = place.child(key);
            let Some(status) = self.status(&place, key) else { continue };
            let status = status.as_str();
            let Some((place, response)) = self.follow(&place, written) else { continue };
            self.check_members(&place, response, members::RESPONSE, "a response");
            if response.get("links").and_then(Node::as_object).is_some_and(|links| !links.is_empty()) {
                let message = "links between operations are not expressed";
                self.warning(&place.child("links"), "unexpressed-links", message, None);
            }
            // What stands beside the `$ref` comes first (OpenAPI 3.1 §4.8.23).
            let description = Some(super::description(written)).filter(|own| !own.is_empty());
            let description = description.unwrap_or_else(|| super::description(response));
            let headers = self.headers(&place, response);
            let has_body = may_have_body(method, status);
            if succeeds(status) || status == "default" && !some_succeed {
                let contents = if has_body { self.contents(&place, response) } else { Vec::new() };
                let status = status.to_owned();
                replies.successes.push(Success { status, description, contents, headers });
            } else if has_body {
                self.failure(&place, status, response, description, &mut replies);
                replies.error_headers.extend(headers);
            } else {
                let (status, content_types) = (status.to_owned(), Vec::new());
                replies.untyped_errors.push(UntypedError { status, description, content_types });
                replies.error_headers.extend(headers);
            }
        }
        replies
    }

    /// The status that a key of `responses` means: `200`, `4XX`, `default`.
    fn status(&mut self, place: &Place, key: &str) -> Option<String> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = key.trim().to_ascii_uppercase();
        let status = match plain.as_str() {
            "DEFAULT" => "default".to_owned(),
            range if range.len() == 3 && range.ends_with("XX") && digits(&range[..1]) => plain,
            exact if exact.len() == 3 && digits(exact) => plain,
            _ => {
                let message = format!("`{key}` is neither a status nor a range of them nor `default`");
                let help = "a status is written as '200', '4XX' or default";
                self.error(place, "unknown-status", message, Some(help));
                return None;
            }
        };
        if status != key {
            let message = format!("`{key}` is not how OpenAPI writes a status; it is taken for `{status}`");
            self.warning(
                place,
                "unknown-status",
                message,
                Some("a status is written as '200', '4XX' or default"),
            );
        }
        Some(status)
    }

    /// What a reply may hold: first what is asked for, then what may be had instead.
    fn contents(&mut self, place: &Place, response: &'d Node) -> Vec<ReplyContent> {
        let mut forms = Vec::new();
        for (media_type, media) in media_types(response) {
            let place = place.child("content").child(media_type);
            self.check_members(&place, media, members::MEDIA_TYPE, "a media type");
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
            ReplyContent::Text(_) | ReplyContent::Base64(_) => 2,
            ReplyContent::Events(..) => 3,
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
                    if asked != Some(form.schema) {
                        let content = ReplyContent::Binary(another);
                        self.check_untyped(&form.place, form.media_type, form.schema, &content);
                    }
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
        let essence = essence(media_type);
        let kind = self.content_kind(place, &essence, schema);
        if essence == "text/event-stream" && kind != ContentKind::Binary {
            let ty = schema.map_or(Type::Any, |schema| self.schema(place, schema));
            let form = self.event_form(&ty);
            return ReplyContent::Events(ty, form);
        }
        match kind {
            ContentKind::Json => {
                let ty = schema.map_or(Type::Any, |schema| self.schema(place, schema));
                ReplyContent::Json(ty, media_type.to_owned())
            }
            ContentKind::Text => ReplyContent::Text(media_type.to_owned()),
            ContentKind::Base64 => ReplyContent::Base64(media_type.to_owned()),
            ContentKind::Binary => ReplyContent::Binary(media_type.to_owned()),
        }
    }

    /// Warns of a schema that is lost because the content is text or bytes.
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
            ReplyContent::Json(..) | ReplyContent::Base64(_) | ReplyContent::Events(..) => return,
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
            self.check_members(&place, media, members::MEDIA_TYPE, "a media type");
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
            self.check_members(&place, header, members::HEADER, "a header");
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

/// Whether a reply can have a body at all (RFC 9110 §6.4.1), whatever the document declares.
fn may_have_body(method: &str, status: &str) -> bool {
    method != "head" && !matches!(status, "204" | "205" | "304") && !status.starts_with('1')
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
