//! The bodies of forms: objects whose files stream.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::document::openapi::{MediaType, Operation, PathItem, RequestBody, Root};
use crate::document::{Member, Node, Schema, View as _};

use super::super::model::{Field, Kind, Struct, Type, TypeId};
use super::super::style::StyleKind;
use super::Lowering;
use super::all_of::Gathered;
use super::binary::{accepts_anything, is_of_bytes, leaves_open, may_be_bytes, says_binary};
use super::form_encoding::{FormEncoding, are_two_ways};
use super::media_type::{URL_ENCODED, bare, is_json};
use super::place::Place;
use super::schema::Purpose;

/// The schemas that are bodies of forms.
pub(super) type Forms<'d> = HashMap<Place, FormUse<'d>>;

/// How a schema is used as the body of a form.
#[derive(Clone, Default)]
pub(super) struct FormUse<'d> {
    /// How its fields are encoded, where the document says so.
    encoding: Option<FormEncoding<'d>>,
    /// Whether it is sent as parts, which can be files.
    has_parts: bool,
}

impl<'d> Lowering<'d> {
    /// Finds the schemas that are bodies of forms, each with its first `encoding`. They are lowered as forms and not
    /// as JSON.
    pub(super) fn find_forms(&mut self) {
        let Some(paths) = Root::of(self.document.root()).paths() else { return };
        let place = self.root().child(paths.key);
        for (path, item) in paths.entries() {
            let Some((place, item)) = self.follow_silently(&place.child(path), item) else { continue };
            let Node::Object(operations) = item else { continue };
            let operations = operations.iter().map(|(method, operation)| (place.child(method), operation));
            let more = PathItem::of(item).additional_operations().into_iter();
            let more = more.flat_map(|more| {
                let place = place.child(more.key);
                more.entries().map(move |(method, operation)| (place.child(method), operation))
            });
            for (place, operation) in operations.chain(more) {
                let Some((place, operation)) = self.follow_silently(&place, operation) else { continue };
                let Some(body) = Operation::of(operation).request_body() else { continue };
                for (schema, media_place, own) in self.forms_of(&place.child(body.key), body.value) {
                    let known = match self.forms.entry(schema) {
                        Entry::Vacant(entry) => {
                            entry.insert(own);
                            continue;
                        }
                        Entry::Occupied(entry) => entry.into_mut(),
                    };
                    known.has_parts |= own.has_parts;
                    if are_two_ways(known.encoding.as_ref(), own.encoding.as_ref()) {
                        let message = "the parts of this form have two encodings; the first is used";
                        let help = "give each use of the form a schema of its own";
                        self.warning(&media_place, "several-encodings", message, Some(help));
                    }
                }
            }
        }
    }

    /// Whether the schema at a place is the body of a form.
    pub(super) fn is_form(&self, place: &Place) -> bool {
        self.forms.contains_key(place)
    }

    /// Follows a `$ref` without reporting one that leads nowhere. That happens when the value is lowered.
    pub(super) fn follow_silently(&mut self, place: &Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        let before = self.report.diagnostics.len();
        let target = self.follow(place, node);
        self.report.diagnostics.truncate(before);
        target
    }

    /// The forms of a body: the place of each schema, that of its media type, and how it is used.
    fn forms_of(&mut self, place: &Place, body: &'d Node) -> Vec<(Place, Place, FormUse<'d>)> {
        let Some((place, body)) = self.follow_silently(place, body) else { return Vec::new() };
        let mut found = Vec::new();
        for (media_type, media) in RequestBody::of(body).content().into_iter().flat_map(Member::entries) {
            let bare = bare(media_type);
            let has_parts = bare.starts_with("multipart/");
            if bare != URL_ENCODED && !has_parts {
                continue;
            }
            let media_place = place.child("content").child(media_type);
            let Some((media_place, media)) = self.follow_silently(&media_place, media) else { continue };
            let media = MediaType::of(media);
            if let Some(schema) = media.schema()
                && let Some((place, _)) = self.follow_silently(&media_place.child(schema.key), schema.value)
            {
                let fields = media.encoding().and_then(Member::as_object);
                let encoding = fields.map(|fields| FormEncoding {
                    place: media_place.child("encoding"),
                    fields,
                    styled: self.has_styles(&bare),
                });
                found.push((place, media_place, FormUse { encoding, has_parts }));
            }
        }
        found
    }

    /// The type of a form's body.
    pub(super) fn form(&mut self, place: &Place, schema: Schema<'d>) -> Type {
        let Some((place, schema)) = self.follow_schema(place, schema) else { return Type::Any };
        if let Some(ty) = self.schemas.get(&place, Purpose::Form) {
            return ty;
        }
        let id = self.declare(&place, schema);
        self.schemas.set(&place, Purpose::Form, Type::Named(id));
        let gathered = self.gather(&place, schema);
        let own = self.forms.get(&place).cloned().unwrap_or_default();
        let mut structure = self.form_of(&place, &gathered, &own);
        structure.form = true;
        if !gathered.names_properties() && gathered.unions.is_empty() {
            self.formless(&place, schema, &mut structure);
        }
        for alternatives in &gathered.unions {
            self.add_alternatives(&place, id, alternatives, &own, &mut structure);
        }
        for field in &mut structure.fields {
            let encoding = own.encoding.as_ref();
            let encoded =
                encoding.and_then(|encoding| encoding.content_type(&field.name)).and_then(part_type);
            field.content_type = encoded.or(field.content_type.take());
            field.style = encoding.and_then(|encoding| encoding.style(&field.name));
            if let Some(style) = &mut field.style
                && style.kind == StyleKind::DeepObject
                && let Some(encoding) = encoding
                && let Some(written) = encoding.field(&field.name)
            {
                let place = encoding.place.child(&field.name);
                style.arrays = self.array_format(&place, written.array_format());
                self.report.deep_objects.push((place, field.ty.clone()));
            }
        }
        self.types.complete(id, Kind::Struct(structure));
        Type::Named(id)
    }

    /// A form without named properties. If it is an object, it has any properties.
    fn formless(&mut self, place: &Place, schema: Schema<'d>, structure: &mut Struct) {
        match schema.single_type() {
            None | Some("object") => structure.additional = Some(Type::Any),
            Some(kind) => {
                let message =
                    format!("a form has the properties of an object, and this schema is of type `{kind}`");
                self.warning(place, "unexpressed-form", message, None);
            }
        }
    }

    /// The properties of a form. Files stream.
    fn form_of(&mut self, place: &Place, gathered: &Gathered<'d>, own: &FormUse<'d>) -> Struct {
        let mut structure = self.structure(place, &gathered.parts);
        for field in &mut structure.fields {
            if let Some(schema) = gathered.property(&field.name) {
                let before = field.ty.clone();
                let encoded = own.encoding.as_ref().and_then(|encoding| encoding.content_type(&field.name));
                let part = Part { has_parts: own.has_parts, encoded, is_element: false };
                self.make_file(field, schema, part);
                let inner = match &before {
                    Type::Array(element) => element,
                    ty => ty,
                };
                if let Type::Named(id) = *inner
                    && field.ty != before
                    && !self.types[id].name.path.is_empty()
                {
                    self.types.replaced.insert(id);
                }
            }
        }
        structure
    }

    /// Adds the properties of its alternatives to a form. A property is required if all alternatives require it. The
    /// description lists which properties go together.
    fn add_alternatives(
        &mut self,
        place: &Place,
        id: TypeId,
        alternatives: &[(Place, Schema<'d>)],
        own: &FormUse<'d>,
        structure: &mut Struct,
    ) {
        let mut forms: Vec<Struct> = Vec::new();
        for (place, schema) in alternatives {
            let gathered = self.gather(place, *schema);
            if !gathered.unions.is_empty() {
                let message = "alternatives within the alternatives of a form are not expressed";
                self.warning(place, "form-alternatives", message, None);
            }
            forms.push(self.form_of(place, &gathered, own));
        }
        let shared: Vec<String> = structure.fields.iter().map(|field| field.name.clone()).collect();
        let mut sets = Vec::new();
        for form in &forms {
            let added = form.fields.iter().filter(|field| !shared.contains(&field.name));
            for field in added.clone() {
                match structure.fields.iter_mut().find(|other| other.name == field.name) {
                    // One of several strings here may be one of other strings there.
                    Some(known) if self.types.is_string(&known.ty) && self.types.is_string(&field.ty) => {
                        known.ty = Type::String;
                    }
                    Some(known) if known.ty != field.ty => {
                        let message = format!(
                            "`{}` is of another type in another alternative of this form; the first is expressed",
                            field.name
                        );
                        self.warning(place, "form-alternatives", message, None);
                    }
                    Some(_) => {}
                    None => {
                        let requires = |form: &Struct| {
                            form.fields.iter().any(|other| other.name == field.name && other.required)
                        };
                        let required = forms.iter().all(requires);
                        structure.fields.push(Field { required, ..field.clone() });
                    }
                }
            }
            let names: Vec<String> = added.map(|field| format!("`{}`", field.name)).collect();
            if !names.is_empty() {
                sets.push(names.join(", "));
            }
        }
        if sets.len() > 1 {
            let description = &mut self.types[id].description;
            let gap = if description.is_empty() { "" } else { "\n\n" };
            description.push_str(&format!("{gap}Either {}.", sets.join("; or ")));
        }
    }

    /// The type of a form's schema where it is used as JSON too.
    pub(super) fn form_as_json(&mut self, place: &Place, schema: Schema<'d>) -> Option<Type> {
        if !self.is_form(place) {
            return None;
        }
        let ty = self.form(place, schema);
        let Type::Named(id) = ty else { return None };
        // A form that contains itself is not complete yet.
        let may_have_files = match &self.types[id].kind {
            Kind::Struct(structure) => structure.has_files(),
            _ => self.types.is_pending(id),
        };
        let subtypes = self.subtypes_of(place, schema);
        if !may_have_files && subtypes.is_empty() {
            self.schemas.set(place, Purpose::Json, ty.clone());
            return Some(ty);
        }
        // JSON has strings where the form has files, and it may be a subtype, so it needs a type of its own.
        let json = self.made_place(place, "json");
        let id = self.declare(&json, schema);
        self.schemas.set(place, Purpose::Json, Type::Named(id));
        let kind = match subtypes.is_empty() {
            true => self.own_object(place, schema),
            false => self.supertype(place, schema, &subtypes),
        };
        self.types.complete(id, kind);
        Some(Type::Named(id))
    }

    /// Makes a property a file if it is bytes, an array of bytes, or either of these and something else. An array of
    /// arrays has no files.
    fn make_file(&mut self, field: &mut Field, (place, schema): (Place, Schema<'d>), part: Part<'d>) {
        let Some((place, schema)) = self.innermost_of(place, schema) else { return };
        if part.is_file(schema) {
            field.ty = Type::Binary;
            field.content_type = schema.content_media_type().and_then(part_type);
            return;
        }
        if part.is_anything(schema) {
            field.ty = Type::FileOr(Box::new(Type::Any));
            field.content_type = schema.content_media_type().and_then(part_type);
            return;
        }
        if let Some(media_type) = part.text_type(schema) {
            field.content_type = part_type(media_type);
            if !is_json(&bare(media_type)) {
                field.ty = Type::FileOr(Box::new(Type::String));
            }
            return;
        }
        if let Some(items) = schema.items() {
            if part.is_element {
                return;
            }
            let items = (place.child(items.key), items.schema());
            let mut element = Field { ty: Type::Any, ..field.clone() };
            self.make_file(&mut element, items, Part { is_element: true, ..part });
            if element.ty.is_file() {
                field.ty = Type::Array(Box::new(element.ty));
                field.content_type = element.content_type;
            }
            return;
        }
        let mut inner = field.clone();
        let (mut one, mut several, mut others) = (None, None, Vec::new());
        for (place, alternative) in self.alternatives(&place, schema) {
            inner.ty = Type::Any;
            self.make_file(&mut inner, (place.clone(), alternative), Part { encoded: None, ..part });
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
            self.warning(&place, "file-or-else", message, None);
        }
        field.ty = files;
    }
}

/// A form's field, apart from its schema.
#[derive(Clone, Copy)]
struct Part<'d> {
    /// Whether it is a part, and not a URL-encoded pair.
    has_parts: bool,
    /// Its media types, where the document's `encoding` has some.
    encoded: Option<&'d str>,
    /// Whether it is an element of an array.
    is_element: bool,
}

impl Part<'_> {
    fn is_file(self, schema: Schema<'_>) -> bool {
        let by_encoding = || self.encoded.is_some_and(is_of_bytes) && leaves_open(schema);
        says_binary(schema) || self.has_parts && by_encoding()
    }

    /// Whether any type fits. The default is `application/octet-stream` (OpenAPI 3.1.1 §4.8.15.1), but in real forms
    /// such a field is often text or JSON.
    fn is_anything(self, schema: Schema<'_>) -> bool {
        self.has_parts && self.encoded.is_none_or(may_be_bytes) && accepts_anything(schema)
    }

    /// The media type of a string, where its schema states one other than plain text.
    fn text_type<'a>(self, schema: Schema<'a>) -> Option<&'a str> {
        let media_type = schema.content_media_type()?;
        let is_text = leaves_open(schema) && bare(media_type) != "text/plain";
        (self.has_parts && is_text).then_some(media_type)
    }
}

/// The first media type of a list that is not a range.
fn part_type(list: &str) -> Option<String> {
    let mut types = list.split(',').map(str::trim);
    let is_type = |text: &&str| {
        let mut halves = text.split('/');
        let plain = |half: Option<&str>| half.is_some_and(|half| !half.is_empty() && !half.contains('*'));
        plain(halves.next()) && plain(halves.next()) && halves.next().is_none()
    };
    types.find(is_type).map(str::to_owned)
}
