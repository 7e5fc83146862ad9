//! What a value becomes when it is a field of a form or a part of another multipart body: a file, a value, parts of
//! its own, or each of these with headers.

use crate::document::Schema;
use crate::document::openapi::Encoding;

use super::super::model::{Field, FieldDefault, FormKind, Kind, Struct, Type};
use super::Lowering;
use super::all_of::Part;
use super::binary::{accepts_anything, is_of_bytes, leaves_open, may_be_bytes, says_binary};
use super::form::FormUse;
use super::form_encoding::FormEncoding;
use super::media_type::{bare, is_json, is_open};
use super::place::Place;
use super::positions::{Positions, is_array};
use super::sending::{Sending, multipart_type, part_type};

impl<'d> Lowering<'d> {
    /// Gives a field the type that its schema has in a part of the multipart body or form at `owner`.
    pub(super) fn make_part(
        &mut self,
        owner: &Place,
        field: &mut Field,
        (place, schema): Part<'d>,
        sending: &Sending<'d>,
    ) {
        let before = field.ty.clone();
        let has_parts_within = sending.has_parts
            && sending.encoding.as_ref().is_some_and(|encoding| {
                self.make_parts_within(owner, field, (place.clone(), schema), encoding, sending.is_whole)
            });
        if !has_parts_within {
            self.make_content(field, (place, schema), sending);
        }
        if let Some((place, encoding)) = sending.encoding.as_ref().filter(|_| sending.has_parts) {
            if !has_parts_within {
                let nested = [encoding.encoding(), encoding.prefix_encoding(), encoding.item_encoding()];
                for nested in nested.into_iter().flatten() {
                    let message = format!(
                        "`{}` has no effect: the part is neither an array nor an object of a multipart type",
                        nested.key
                    );
                    self.warning(&place.child(nested.key), "unexpressed-encoding", message, None);
                }
            }
            self.add_headers(owner, field, (place, *encoding), sending.is_whole);
        }
        if field.ty != before {
            self.replace(&before);
        }
    }

    /// Notes that nothing may use a type any more, because a form has a file or a part in its place.
    fn replace(&mut self, ty: &Type) {
        let inner = match ty {
            Type::Array(element) => element,
            ty => ty,
        };
        if let Type::Named(id) = *inner
            && !self.types[id].name.path.is_empty()
        {
            self.types.replaced.insert(id);
        }
    }

    /// Makes a field a file or a value, and finds its media type.
    fn make_content(&mut self, field: &mut Field, (place, schema): Part<'d>, sending: &Sending<'d>) {
        let encoded = sending.encoding.as_ref().and_then(|(_, encoding)| encoding.content_type());
        if sending.has_parts {
            let part = FilePart { encoded, is_element: sending.is_whole };
            self.make_file(field, (place.clone(), schema), part);
        }
        field.content_type = encoded.and_then(part_type).or(field.content_type.take());
        if let (Some((at, _)), Some(types)) = (&sending.encoding, encoded) {
            self.make_text(field, at, types, sending);
        }
        if field.ty.is_file() || field.ty.is_files() {
            return;
        }
        if let Some(file) = self.file_within(place, schema) {
            let how = match sending.has_parts {
                true => "within JSON",
                false => "in a URL-encoded form",
            };
            let message = format!("`{}` has bytes {how}, where they can only be sent as text", field.name);
            let help = "describe the bytes as a part of `multipart/form-data`, or as text with `contentEncoding: base64`";
            self.warning(&file, "misplaced-file", message, Some(help));
        }
    }

    /// Makes a field parts within its part, if it is an array or object of a multipart type. Returns whether it is.
    fn make_parts_within(
        &mut self,
        owner: &Place,
        field: &mut Field,
        (place, schema): Part<'d>,
        (at, encoding): &(Place, Encoding<'d>),
        is_whole: bool,
    ) -> bool {
        let Some(content_type) = multipart_type(*encoding) else { return false };
        let Some(mut inner) = self.innermost_of(place, schema) else { return false };
        // A part for each element, if the elements have parts.
        let element = inner.1.items().filter(|_| !is_whole);
        let element = element.and_then(|items| self.innermost_of(inner.0.child(items.key), items.schema()));
        let element = element.filter(|(_, element)| is_array(*element) || is_object(*element));
        let is_each = element.is_some();
        inner = element.unwrap_or(inner);
        let made = self.made_place(owner, &field.name);
        let ty = if is_array(inner.1) {
            let described = Positions {
                schema: Some(inner),
                items: None,
                prefix_encoding: encoding.prefix_encoding(),
                item_encoding: encoding.item_encoding(),
            };
            self.positions(&made, at, described)
        } else if is_object(inner.1) {
            let fields = encoding.encoding().and_then(|fields| fields.as_object());
            let fields =
                fields.map(|fields| FormEncoding { place: at.child("encoding"), fields, styled: false });
            self.form_within(&made, inner, &FormUse { encoding: fields, has_parts: true })
        } else {
            return false;
        };
        field.ty = if is_each { Type::Array(Box::new(ty)) } else { ty };
        field.content_type = Some(content_type);
        field.is_part = true;
        true
    }

    /// Puts the content of a field into a struct with the headers of its part, if the document describes some.
    fn add_headers(
        &mut self,
        owner: &Place,
        field: &mut Field,
        (place, encoding): (&Place, Encoding<'d>),
        is_whole: bool,
    ) {
        let headers = self.part_headers(place, encoding);
        if headers.is_empty() {
            return;
        }
        let is_one_part = is_whole || field.content_type.as_deref().is_some_and(|own| is_json(&bare(own)));
        let (ty, is_each) = match field.ty.clone() {
            Type::Array(element) if !is_one_part => (*element, true),
            ty => (ty, false),
        };
        let made = self.made_place(owner, &format!("{} part", field.name));
        let id = self.declare(&made, Schema::of(const { &crate::document::Node::Null }));
        self.types[id].description = format!("The part `{}`: its content and its headers.", field.name);
        let content = Field {
            default: field.default,
            values: std::mem::take(&mut field.values),
            content_type: field.content_type.take(),
            is_part: field.is_part,
            description: "The content.".to_owned(),
            ..Field::new("content", ty)
        };
        let fields = std::iter::once(content).chain(headers).collect();
        let part = Struct { fields, form: Some(FormKind::Part), ..Struct::default() };
        self.types.complete(id, Kind::Struct(part));
        let ty = Type::Named(id);
        field.ty = if is_each { Type::Array(Box::new(ty)) } else { ty };
        field.default = FieldDefault::None;
        field.bounds.clear();
        field.example = None;
        field.is_part = true;
    }

    /// Makes a field text if it has a media type that no value is written as.
    fn make_text(&mut self, field: &mut Field, at: &Place, types: &str, sending: &Sending<'d>) {
        let (ty, is_each) = match &field.ty {
            Type::Array(element) if !sending.is_whole => (&**element, true),
            ty => (ty, false),
        };
        let is_plain = |media_type: &str| bare(media_type) == "text/plain";
        if !self.is_written_as_json(ty) {
            if field.content_type.as_deref().is_some_and(is_plain) && !sending.is_whole {
                field.content_type = None;
            }
            return;
        }
        let each = || types.split(',').map(str::trim);
        if let Some(json) = each().find(|one| is_json(&bare(one))) {
            field.content_type = Some(json.to_owned());
        } else if each().any(|one| is_open(&bare(one)) || is_plain(one)) {
            field.content_type = each().find(|one| is_plain(one)).map(str::to_owned);
        } else if let Some(content_type) = part_type(types) {
            let ty = match sending.has_parts {
                true => Type::FileOr(Box::new(Type::String)),
                false => Type::String,
            };
            let message = format!(
                "`{}` is not written as `{content_type}`; it is text or bytes that already are, and its schema is not expressed",
                field.name
            );
            self.warning(&at.child("contentType"), "unexpressed-content-type", message, None);
            field.ty = if is_each { Type::Array(Box::new(ty)) } else { ty };
            field.content_type = Some(content_type);
        }
    }

    /// Whether the values of a type are written as JSON, and not as text.
    fn is_written_as_json(&self, ty: &Type) -> bool {
        match self.types.settled(ty) {
            Type::Map(_) | Type::Tuple(_) | Type::Array(_) => true,
            Type::Nullable(inner) => self.is_written_as_json(inner),
            Type::Named(id) => match &self.types[*id].kind {
                Kind::Enumeration(_) => false,
                Kind::Union(union) => union.variants.iter().any(|variant| {
                    let is_object = |id| !matches!(self.types[id].kind, Kind::Enumeration(_));
                    match self.types.settled(&variant.ty) {
                        Type::Named(id) => is_object(*id),
                        ty => matches!(ty, Type::Map(_) | Type::Tuple(_) | Type::Array(_)),
                    }
                }),
                Kind::Alias(_) | Kind::Struct(_) => true,
            },
            _ => false,
        }
    }

    /// Makes a property a file if it is bytes, an array of bytes, or either of these and something else. An array of
    /// arrays has no files.
    fn make_file(&mut self, field: &mut Field, (place, schema): Part<'d>, part: FilePart<'d>) {
        let Some((place, schema)) = self.innermost_of(place, schema) else { return };
        if part.is_file(schema) {
            if schema.content_encoding().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
                let message = format!(
                    "`{}` is bytes by its format and text by its encoding; bytes are sent",
                    field.name
                );
                self.warning(&place.child("contentEncoding"), "file-or-else", message, None);
            }
            field.ty = Type::Binary;
            field.content_type = schema.content_media_type().and_then(part_type);
            return;
        }
        if part.is_anything(schema) {
            field.ty = Type::FileOr(Box::new(Type::Any));
            field.content_type = schema.content_media_type().and_then(part_type);
            return;
        }
        if let Some(media_type) = text_type(schema) {
            field.content_type = part_type(media_type);
            if !is_json(&bare(media_type)) {
                field.ty = Type::FileOr(Box::new(Type::String));
            }
            return;
        }
        let elements = self.elements(&place, schema);
        if !elements.is_empty() {
            if !part.is_element {
                self.make_files(field, elements, part);
            }
            return;
        }
        let alternatives = self.alternatives(&place, schema);
        self.make_either(&place, field, alternatives, part);
    }

    /// The schemas that the elements of an array have.
    fn elements(&mut self, place: &Place, schema: Schema<'d>) -> Vec<Part<'d>> {
        let mut elements = self.schemas_at(place, schema.prefix_items());
        let items = schema.items().filter(|items| !items.is(false));
        elements.extend(items.map(|items| (place.child(items.key), items.schema())));
        elements
    }

    /// Makes a field an array of files, if its elements are.
    fn make_files(&mut self, field: &mut Field, elements: Vec<Part<'d>>, part: FilePart<'d>) {
        let mut element = Field { ty: Type::Any, ..field.clone() };
        let part = FilePart { is_element: true, ..part };
        match <[Part<'d>; 1]>::try_from(elements) {
            Ok([only]) => self.make_file(&mut element, only, part),
            Err(elements) => {
                let place = elements.first().map(|(place, _)| place.clone());
                if let Some(place) = place {
                    self.make_either(&place, &mut element, elements, part);
                }
            }
        }
        if element.ty.is_file() {
            field.ty = Type::Array(Box::new(element.ty));
            field.content_type = element.content_type;
        }
    }

    /// Makes a field a file or files, if one of several schemas is.
    fn make_either(
        &mut self,
        place: &Place,
        field: &mut Field,
        alternatives: Vec<Part<'d>>,
        part: FilePart<'d>,
    ) {
        let mut inner = field.clone();
        let (mut one, mut several, mut others) = (None, None, Vec::new());
        for (place, alternative) in alternatives {
            inner.ty = Type::Any;
            self.make_file(&mut inner, (place.clone(), alternative), FilePart { encoded: None, ..part });
            match &inner.ty {
                ty if ty.is_file() => _ = one.get_or_insert(ty.clone()),
                ty if ty.is_files() => _ = several.get_or_insert(ty.clone()),
                _ => others.push((place, alternative)),
            }
        }
        let files = match (one, several) {
            (None, None) => return,
            (Some(Type::Binary), None) if others.len() == 1 => {
                let (place, other) = others.remove(0);
                Type::FileOr(Box::new(self.schema(&place, other)))
            }
            (_, Some(files)) | (Some(files), None) => files,
        };
        if !others.is_empty() && files != Type::FileOr(Box::new(Type::Any)) {
            let message = format!("`{}` is a file or something else; only files are expressed", field.name);
            self.warning(place, "file-or-else", message, None);
        }
        field.ty = files;
    }
}

/// A part that may be a file, apart from its schema.
#[derive(Clone, Copy)]
struct FilePart<'d> {
    /// Its media types, where the document's `encoding` has some.
    encoded: Option<&'d str>,
    /// Whether an array would be an element of an array, or one part.
    is_element: bool,
}

impl FilePart<'_> {
    fn is_file(self, schema: Schema<'_>) -> bool {
        let by_encoding = || self.encoded.is_some_and(is_of_bytes) && leaves_open(schema);
        says_binary(schema) || by_encoding()
    }

    /// Whether any type fits. The default is `application/octet-stream` (OpenAPI 3.1.1 §4.8.15.1), but in real forms
    /// such a field is often text or JSON.
    fn is_anything(self, schema: Schema<'_>) -> bool {
        self.encoded.is_none_or(may_be_bytes) && accepts_anything(schema)
    }
}

/// The media type of a string, where its schema states one other than plain text.
fn text_type(schema: Schema<'_>) -> Option<&str> {
    let media_type = schema.content_media_type()?;
    (leaves_open(schema) && bare(media_type) != "text/plain").then_some(media_type)
}

fn is_object(schema: Schema<'_>) -> bool {
    match schema.single_type() {
        Some(kind) => kind == "object",
        None => schema.properties().is_some() || schema.all_of().is_some(),
    }
}
