//! The responses of operations.

use crate::document::openapi::{self, MediaType, Operation, Response};
use crate::document::{Member, Schema, View as _};

use super::super::Type;
use super::super::operation::{ErrorReply, EventForm, Header, ReplyContent, Success, UntypedError};
use super::Lowering;
use super::content::ContentKind;
use super::describe::description;
use super::media_type::{bare, is_json_sequence};
use super::place::Place;

/// The responses of an operation.
#[derive(Default)]
pub(super) struct Replies {
    pub(super) successes: Vec<Success>,
    pub(super) errors: Vec<ErrorReply>,
    pub(super) untyped_errors: Vec<UntypedError>,
    pub(super) error_headers: Vec<Header>,
}

/// A media type of a response, and what it contains.
struct Representation<'d> {
    place: Place,
    media_type: &'d str,
    schema: Option<Schema<'d>>,
    content: ReplyContent,
}

impl<'d> Lowering<'d> {
    /// Lowers the responses of an operation.
    pub(super) fn responses(&mut self, place: &Place, operation: Operation<'d>, method: &str) -> Replies {
        let mut replies = Replies::default();
        let Some((place, responses)) = self.object_at(place, operation.responses()) else {
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
            let response = Response::of(response);
            self.check_members(&place, response);
            if let Some(links) = response.links().filter(|links| links.entries().next().is_some()) {
                let message = "links between operations are not expressed";
                self.warning(&place.child(links.key), "unexpressed-links", message, None);
            }
            // A description beside the `$ref` comes first (OpenAPI 3.1 §4.8.23).
            let own = Some(description(written)).filter(|own| !own.is_empty());
            let description = own.unwrap_or_else(|| description(response.node()));
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

    /// The status for a key of `responses`: `200`, `4XX`, `default`.
    fn status(&mut self, place: &Place, key: &str) -> Option<String> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = key.trim().to_ascii_uppercase();
        let status = match plain.as_str() {
            "DEFAULT" => "default".to_owned(),
            range if range.len() == 3 && range.ends_with("XX") && digits(&range[..1]) => plain,
            exact if exact.len() == 3 && digits(exact) => plain,
            _ => {
                let message = format!("`{key}` is not a status, a range of statuses or `default`");
                let help = "a status is written as '200', '4XX' or default";
                self.error(place, "unknown-status", message, Some(help));
                return None;
            }
        };
        if status != key {
            let message = format!("`{key}` is read as the status `{status}`");
            self.warning(
                place,
                "unknown-status",
                message,
                Some("a status is written as '200', '4XX' or default"),
            );
        }
        Some(status)
    }

    /// The contents of a response, the one that is asked for first.
    fn contents(&mut self, place: &Place, response: Response<'d>) -> Vec<ReplyContent> {
        let mut representations = Vec::new();
        for (place, media_type, media) in self.members_at(place, response.content()) {
            let Some((place, media)) = self.follow(&place, media) else { continue };
            let media = MediaType::of(media);
            self.check_members(&place, media);
            let has_parts = bare(media_type).starts_with("multipart/");
            match has_parts {
                true => self.check_parts(&place, media_type, media),
                false => self.check_positions(&place, media_type, media),
            }
            let item = media.item_schema().filter(|_| is_sequence(media_type));
            let schema = item.or(media.schema().filter(|_| !has_parts)).map(Member::schema);
            let content = self.content(&place, media_type, media);
            representations.push(Representation { place, media_type, schema, content });
        }
        // Beside a file, JSON that is only a string is the same file by another name.
        let streams = representations.iter().any(|one| matches!(one.content, ReplyContent::Binary(_)));
        let is_string =
            |content: &ReplyContent| matches!(content, ReplyContent::Json(Type::String | Type::Any, _));
        if streams {
            representations.retain(|one| !is_string(&one.content));
        }
        representations.sort_by_key(|one| match one.content {
            ReplyContent::Json(..) => 0,
            ReplyContent::Binary(_) => 1,
            ReplyContent::Lines(..) => 2,
            ReplyContent::Text(_) | ReplyContent::Base64(_) => 3,
            ReplyContent::Events(..) => 4,
        });
        let mut contents: Vec<ReplyContent> = Vec::new();
        let mut asked: Option<Option<Schema<'_>>> = None;
        for one in representations {
            match (contents.last_mut(), one.content) {
                (None, content) => {
                    self.check_untyped(&one.place, one.media_type, one.schema, &content);
                    asked = Some(one.schema);
                    contents.push(content);
                }
                (Some(ReplyContent::Binary(types)), ReplyContent::Binary(another)) => {
                    types.push_str(", ");
                    types.push_str(&another);
                    if asked != Some(one.schema) {
                        let content = ReplyContent::Binary(another);
                        self.check_untyped(&one.place, one.media_type, one.schema, &content);
                    }
                }
                // The same content under another media type.
                (Some(_), ReplyContent::Json(..)) if asked == Some(one.schema) => {}
                (Some(_), content) => {
                    if asked != Some(one.schema) {
                        self.check_untyped(&one.place, one.media_type, one.schema, &content);
                    }
                    contents.push(content);
                }
            }
        }
        contents
    }

    fn content(&mut self, place: &Place, media_type: &str, media: MediaType<'d>) -> ReplyContent {
        let bare = bare(media_type);
        if let Some(item) = media.item_schema()
            && self.has_items(place, media_type, media)
        {
            let ty = self.schema(&place.child(item.key), item.schema());
            return match is_json_sequence(&bare) {
                true => ReplyContent::Lines(ty, media_type.to_owned()),
                // It describes the event, and not only its data.
                false => ReplyContent::Events(ty, EventForm::Fields),
            };
        }
        let schema = media.schema().map(Member::schema);
        let place = &place.child("schema");
        let kind = self.content_kind(place, &bare, schema);
        if bare == "text/event-stream" && kind != ContentKind::Binary {
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

    /// Whether content is a sequence whose values `itemSchema` describes. Reports one that has no effect.
    pub(super) fn has_items(&mut self, place: &Place, media_type: &str, media: MediaType<'d>) -> bool {
        let is_sequence = is_sequence(media_type);
        let has_parts = bare(media_type).starts_with("multipart/");
        if !is_sequence && !has_parts && media.item_schema().is_some() {
            let message = format!("`itemSchema` has no effect for `{media_type}`");
            let help = "it describes the values of `application/jsonl` and similar types, and events of `text/event-stream`";
            self.warning(&place.child("itemSchema"), "unexpressed-content-type", message, Some(help));
        }
        is_sequence
    }

    /// Reports the encodings of parts, where the content has none.
    pub(super) fn check_positions(&mut self, place: &Place, media_type: &str, media: MediaType<'d>) {
        for member in [media.prefix_encoding(), media.item_encoding()].into_iter().flatten() {
            let message = match bare(media_type).starts_with("multipart/") {
                true => format!("`{}` is for the schema of an array; this one is an object", member.key),
                false => format!("`{}` has no effect for `{media_type}`, which has no parts", member.key),
            };
            self.warning(&place.child(member.key), "unexpressed-encoding", message, None);
        }
    }

    /// Reports that the parts of a reply are not read, where the document describes them.
    fn check_parts(&mut self, place: &Place, media_type: &str, media: MediaType<'d>) {
        let others = [media.item_schema(), media.prefix_encoding(), media.item_encoding(), media.encoding()];
        let schema = media.schema().map(|schema| (place.child(schema.key), schema.schema()));
        if others.iter().any(Option::is_some)
            || schema.is_some_and(|(place, schema)| self.is_structured(&place, schema))
        {
            let message = format!("`{media_type}` is read as bytes; its parts are not expressed");
            self.warning(place, "unexpressed-content-type", message, None);
        }
    }

    /// Warns if a schema has no effect because the content is text or bytes.
    pub(super) fn check_untyped(
        &mut self,
        place: &Place,
        media_type: &str,
        schema: Option<Schema<'d>>,
        content: &ReplyContent,
    ) {
        let kind = match content {
            ReplyContent::Text(_) => "text",
            ReplyContent::Binary(_) => "bytes",
            ReplyContent::Json(..)
            | ReplyContent::Lines(..)
            | ReplyContent::Base64(_)
            | ReplyContent::Events(..) => return,
        };
        if schema.is_some_and(|schema| self.is_structured(&place.child("schema"), schema)) {
            let message = format!("`{media_type}` is read as {kind}; its schema is not expressed");
            self.warning(place, "unexpressed-content-type", message, None);
        }
    }

    /// Whether a schema is one of objects or arrays.
    pub(super) fn is_structured(&mut self, place: &Place, schema: Schema<'d>) -> bool {
        self.follow_schema(place, schema).is_some_and(|(_, schema)| {
            matches!(schema.single_type(), Some("object" | "array"))
                || schema.properties().is_some()
                || schema.all_of().is_some()
                || schema.items().is_some()
        })
    }

    fn failure(
        &mut self,
        place: &Place,
        status: &str,
        response: Response<'d>,
        description: String,
        replies: &mut Replies,
    ) {
        let mut ty: Option<(Type, &'d str, Option<Schema<'d>>)> = None;
        for (place, media_type, media) in self.members_at(place, response.content()) {
            let Some((place, media)) = self.follow(&place, media) else { continue };
            let media = MediaType::of(media);
            self.check_members(&place, media);
            let schema = media.schema().map(Member::schema);
            match (self.content(&place, media_type, media), &ty) {
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
                let contents = self.members_at(place, response.content());
                let content_types =
                    contents.into_iter().map(|(_, media_type, _)| media_type.to_owned()).collect();
                replies.untyped_errors.push(UntypedError { status, description, content_types });
            }
        }
    }

    fn headers(&mut self, place: &Place, response: Response<'d>) -> Vec<Header> {
        let mut headers = Vec::new();
        for (place, name, header) in self.members_at(place, response.headers()) {
            // The media type decides it (OpenAPI 3.1 §4.8.17.1).
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let Some((place, header)) = self.follow(&place, header) else { continue };
            let about = description(header);
            let header = openapi::Header::of(header);
            self.check_members(&place, header);
            let schema = header.schema();
            let schema =
                schema.and_then(|schema| self.follow_schema(&place.child(schema.key), schema.schema()));
            headers.push(Header {
                name: name.to_owned(),
                kind: schema.map(|(_, schema)| kind_of(schema)).unwrap_or_default(),
                description: about,
            });
        }
        headers
    }
}

fn is_sequence(media_type: &str) -> bool {
    let bare = bare(media_type);
    is_json_sequence(&bare) || bare == "text/event-stream"
}

/// Whether a reply can have a body (RFC 9110 §6.4.1), whatever the document declares.
fn may_have_body(method: &str, status: &str) -> bool {
    method != "head" && !matches!(status, "204" | "205" | "304") && !status.starts_with('1')
}

/// The type of a header's value, in a word.
fn kind_of(schema: Schema<'_>) -> String {
    match (schema.single_type(), schema.format()) {
        (_, Some(format)) => format.to_owned(),
        (None | Some("string"), None) => String::new(),
        (Some(kind), None) => kind.to_owned(),
    }
}
