//! The bodies of forms: objects whose files stream.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::document::openapi::{Encoding, MediaType, Operation, PathItem, RequestBody, Root};
use crate::document::{Member, Node, Schema, View as _};

use super::super::model::{Field, FieldDefault, FormKind, Kind, Struct, Type, TypeId};
use super::super::style::StyleKind;
use super::Lowering;
use super::all_of::{Gathered, Part};
use super::form_encoding::{FormEncoding, are_two_ways};
use super::media_type::{URL_ENCODED, bare};
use super::place::Place;
use super::schema::Purpose;
use super::sending::{Sending, part_type};

/// The schemas that are bodies of forms.
pub(super) type Forms<'d> = HashMap<Place, FormUse<'d>>;

/// How a schema is used as the body of a form.
#[derive(Clone, Default)]
pub(super) struct FormUse<'d> {
    /// How its fields are encoded, where the document says so.
    pub(super) encoding: Option<FormEncoding<'d>>,
    /// Whether it is sent as parts, which can be files.
    pub(super) has_parts: bool,
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
        for (media_place, media_type, media) in self.members_at(&place, RequestBody::of(body).content()) {
            let bare = bare(media_type);
            let has_parts = bare.starts_with("multipart/");
            if bare != URL_ENCODED && !has_parts {
                continue;
            }
            let Some((media_place, media)) = self.follow_silently(&media_place, media) else { continue };
            let media = MediaType::of(media);
            if let Some(schema) = media.schema()
                && !self.has_positions(&media_place, &bare, media)
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
        let own = self.forms.get(&place).cloned().unwrap_or_default();
        self.complete_form(id, &place, schema, &own);
        Type::Named(id)
    }

    /// The type of a form that is a part of a multipart body, and is declared at a place of its own.
    pub(super) fn form_within(&mut self, made: &Place, (place, schema): Part<'d>, own: &FormUse<'d>) -> Type {
        let id = self.declare(made, schema);
        self.complete_form(id, &place, schema, own);
        Type::Named(id)
    }

    fn complete_form(&mut self, id: TypeId, place: &Place, schema: Schema<'d>, own: &FormUse<'d>) {
        let gathered = self.gather(place, schema);
        let mut structure = self.form_of(place, &gathered, own);
        structure.form = Some(FormKind::Fields);
        if !gathered.names_properties() && gathered.unions.is_empty() {
            self.formless(place, schema, &mut structure);
        }
        for alternatives in &gathered.unions {
            self.add_alternatives(place, id, alternatives, own, &mut structure);
        }
        self.types.complete(id, Kind::Struct(structure));
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
            let encoding = own.encoding.as_ref();
            let sending = Sending {
                encoding: encoding.and_then(|encoding| encoding.field(&field.name)),
                has_parts: own.has_parts,
                is_whole: false,
            };
            let encoded = sending.encoding.as_ref().and_then(|(_, encoding)| encoding.content_type());
            field.content_type = encoded.and_then(part_type);
            if let Some(schema) = gathered.property(&field.name) {
                self.make_part(place, field, schema, &sending);
            }
            field.style = encoding.and_then(|encoding| encoding.style(&field.name));
            if let Some(encoding) = sending.encoding {
                self.check_style(field, &encoding);
            }
        }
        self.make_other_files(&gathered.parts, own, &mut structure);
        structure
    }

    /// Reports the style of a file, and how a style writes what it does not define.
    fn check_style(&mut self, field: &mut Field, (place, encoding): &(Place, Encoding<'d>)) {
        let Some(style) = &mut field.style else { return };
        if field.ty.is_file() || field.ty.is_files() || field.is_part {
            let message = format!("`{}` is a file or has parts, which no style describes", field.name);
            self.warning(place, "unexpressed-encoding", message, None);
            field.style = None;
        } else if style.kind == StyleKind::DeepObject {
            style.arrays = self.array_format(place, encoding.array_format());
            self.report.deep_objects.push((place.clone(), field.ty.clone()));
        }
    }

    /// Makes the properties without names of their own files, where all of them are.
    fn make_other_files(&mut self, parts: &[Part<'d>], own: &FormUse<'d>, structure: &mut Struct) {
        let Some(ty) = structure.additional.clone() else { return };
        let (schemas, _) = self.quietly(|lowering| lowering.other_properties(parts));
        let [(place, schema)] = schemas.as_slice() else { return };
        if schema.only_annotates() {
            return;
        }
        let mut field = Field::new("additionalProperties", ty);
        let sending = Sending { encoding: None, has_parts: own.has_parts, is_whole: false };
        self.make_part(place, &mut field, (place.clone(), *schema), &sending);
        structure.additional = Some(field.ty);
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
                    Some(known) => self.add_alternative(place, known, field),
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

    /// Gives a field of a form what it is in another alternative, too.
    fn add_alternative(&mut self, place: &Place, known: &mut Field, other: &Field) {
        let has_file = |field: &Field| field.ty.is_file() || field.ty.is_files() || field.is_part;
        let are_strings = self.types.is_string(&known.ty) && self.types.is_string(&other.ty);
        let is_other_type = known.ty != other.ty;
        if is_other_type && are_strings {
            // One of several strings here may be one of other strings there.
            known.ty = Type::String;
        } else if is_other_type {
            let is_first = has_file(known) || has_file(other);
            let meaning = if is_first { "the first is expressed" } else { "any value is accepted" };
            let message =
                format!("`{}` is of another type in another alternative of this form; {meaning}", known.name);
            self.warning(place, "form-alternatives", message, None);
            if is_first {
                return;
            }
            known.ty = Type::Any;
        }
        if is_other_type || known.values != other.values {
            known.default = FieldDefault::None;
            known.bounds.clear();
            match other.values.is_empty() || is_other_type {
                true => known.values.clear(),
                false if known.values.is_empty() => {}
                false => {
                    let more = other.values.iter().filter(|value| !known.values.contains(value));
                    known.values.extend(more.cloned().collect::<Vec<_>>());
                }
            }
        }
        known.nullable |= other.nullable;
        if !other.description.is_empty() && !known.description.contains(&other.description) {
            let gap = if known.description.is_empty() { "" } else { "\n\n" };
            known.description.push_str(&format!("{gap}In another alternative: {}", other.description));
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
}
