//! The bodies of forms: objects whose files stream.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::document::{Node, Object, Version};

use super::super::model::{Field, Kind, Struct, Type, TypeId};
use super::super::operation::{Style, StyleKind};
use super::all_of::Gathered;
use super::body::essence;
use super::class::counts;
use super::{Lowering, MAXIMUM_REFERENCES, Place, Purpose, shape};

/// The media types of forms.
pub(super) const MULTIPART: &str = "multipart/form-data";
pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// How the fields of a form are written.
#[derive(Clone, Copy)]
pub(super) struct Encoding<'d> {
    fields: &'d Object,
    /// Whether its styles count.
    styled: bool,
}

impl<'d> Lowering<'d> {
    /// Finds the schemas that are bodies of forms, which are lowered as such and not as JSON, each with the
    /// `encoding` that it is given first.
    pub(super) fn find_forms(&mut self) -> HashMap<Place, Option<Encoding<'d>>> {
        let root = self.root();
        let mut found: HashMap<Place, Option<Encoding<'d>>> = HashMap::new();
        let Some(Node::Object(paths)) = self.document.root().get("paths") else { return found };
        for (path, item) in paths {
            let before = self.diagnostics.len();
            let item = self.follow(&root.child("paths").child(path), item);
            // Whatever is wrong there is told when the operation is looked at.
            self.diagnostics.truncate(before);
            let Some((place, Node::Object(operations))) = item else { continue };
            for (method, operation) in operations {
                let Some(body) = operation.get("requestBody") else { continue };
                let before = self.diagnostics.len();
                let forms = self.forms_of(&place.child(method).child("requestBody"), body);
                self.diagnostics.truncate(before);
                for (schema, media_place, encoding) in forms {
                    match found.entry(schema) {
                        Entry::Vacant(entry) => drop(entry.insert(encoding)),
                        Entry::Occupied(entry) if are_two_ways(*entry.get(), encoding) => {
                            let message =
                                "the parts of this form are encoded in two ways; the first is taken";
                            let help = "give each use of the form a schema of its own";
                            self.warning(&media_place, "several-encodings", message, Some(help));
                        }
                        Entry::Occupied(_) => {}
                    }
                }
            }
        }
        found
    }

    /// Where the schemas of a body's forms stand, where its media types do, and their `encoding`s.
    fn forms_of(&mut self, place: &Place, body: &'d Node) -> Vec<(Place, Place, Option<Encoding<'d>>)> {
        let Some((place, body)) = self.follow(place, body) else { return Vec::new() };
        let mut found = Vec::new();
        for (media_type, media) in body.get("content").and_then(Node::as_object).into_iter().flatten() {
            let essence = essence(media_type);
            if essence != URL_ENCODED && !essence.starts_with("multipart/") {
                continue;
            }
            let media_place = place.child("content").child(media_type);
            if let Some(schema) = media.get("schema")
                && let Some((place, _)) = self.follow(&media_place.child("schema"), schema)
            {
                let fields = media.get("encoding").and_then(Node::as_object);
                let encoding = fields.map(|fields| Encoding { fields, styled: self.has_styles(&essence) });
                found.push((place, media_place, encoding));
            }
        }
        found
    }

    /// The type of a form's body.
    pub(super) fn form(&mut self, place: &Place, node: &'d Node) -> Type {
        let Some((place, node)) = self.follow(place, node) else { return Type::Any };
        let key = (place.clone(), Purpose::Form);
        if let Some(ty) = self.lowered.get(&key) {
            return ty.clone();
        }
        let id = self.declare(&place, node);
        self.lowered.insert(key, Type::Named(id));
        let gathered = self.gather(&place, node);
        let encoding = self.forms.get(&place).copied().flatten();
        let mut structure = self.form_of(&place, &gathered);
        structure.form = true;
        if !gathered.names_properties() && gathered.unions.is_empty() {
            self.formless(&place, node, &mut structure);
        }
        for alternatives in &gathered.unions {
            self.add_alternatives(&place, id, alternatives, &mut structure);
        }
        for field in &mut structure.fields {
            let own = encoding.and_then(|encoding| encoding.fields.get(&field.name));
            field.content_type = own.and_then(|own| part_type(own.get("contentType")?.as_str()?));
            field.style = encoding.and_then(|encoding| encoding.style(&field.name));
        }
        self.complete(id, Kind::Struct(structure));
        Type::Named(id)
    }

    /// A form of which the document names no properties: of any, where it is an object at all.
    fn formless(&mut self, place: &Place, node: &'d Node, structure: &mut Struct) {
        match node.get("type").and_then(Node::as_str) {
            None | Some("object") => structure.additional = Some(Type::Any),
            Some(kind) => {
                let message =
                    format!("a form has the properties of an object, and this schema is of type `{kind}`");
                self.warning(place, "unexpressed-form", message, None);
            }
        }
    }

    /// The properties of a form, those that are files streaming.
    fn form_of(&mut self, place: &Place, gathered: &Gathered<'d>) -> Struct {
        let mut structure = self.structure(place, &gathered.parts);
        for field in &mut structure.fields {
            if let Some(schema) = gathered.property(&field.name) {
                let before = field.ty.clone();
                self.make_file(field, schema);
                if let Type::Named(id) = before
                    && field.ty != before
                    && !self.types[id.0].name.path.is_empty()
                {
                    self.replaced.insert(id);
                }
            }
        }
        structure
    }

    /// Adds to a form the properties of its alternatives, which are required where all of them require them, and says
    /// in its description which go together.
    fn add_alternatives(
        &mut self,
        place: &Place,
        id: TypeId,
        alternatives: &[(Place, &'d Node)],
        structure: &mut Struct,
    ) {
        let mut forms: Vec<Struct> = Vec::new();
        for (place, node) in alternatives {
            let gathered = self.gather(place, node);
            if !gathered.unions.is_empty() {
                let message = "alternatives within the alternatives of a form are not expressed";
                self.warning(place, "form-alternatives", message, None);
            }
            forms.push(self.form_of(place, &gathered));
        }
        let own: Vec<String> = structure.fields.iter().map(|field| field.name.clone()).collect();
        let mut sets = Vec::new();
        for form in &forms {
            let added = form.fields.iter().filter(|field| !own.contains(&field.name));
            for field in added.clone() {
                match structure.fields.iter_mut().find(|other| other.name == field.name) {
                    // What one of several strings is here is another of them there.
                    Some(known) if self.is_string(&known.ty) && self.is_string(&field.ty) => {
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
            let description = &mut self.types[id.0].description;
            let gap = if description.is_empty() { "" } else { "\n\n" };
            description.push_str(&format!("{gap}Either {}.", sets.join("; or ")));
        }
    }

    /// Tells what of a form's `encoding` its parts do not follow.
    pub(super) fn check_encoding(&mut self, place: &Place, encoding: &'d Object, content_type: &str) {
        let styled = self.has_styles(&essence(content_type));
        for (name, own) in encoding {
            let place = place.child(name);
            self.check_members(&place, own, shape::ENCODING, "an encoding");
            if own.get("headers").and_then(Node::as_object).is_some_and(|headers| !headers.is_empty()) {
                let message = "headers of a form's part are not expressed";
                self.warning(&place.child("headers"), "unexpressed-encoding", message, None);
            }
            if let Some(style) = own.get("style").and_then(Node::as_str)
                && form_style(style).is_none()
            {
                let message = format!("`{style}` is no style of a form's field; `form` is taken");
                self.warning(&place.child("style"), "misplaced-style", message, None);
            }
            if !styled && field_style(own).is_some() {
                let message = format!(
                    "a style is for fields of `{URL_ENCODED}`, and since OpenAPI 3.1 of `{MULTIPART}`; a part goes by \
                     its content type"
                );
                self.warning(&place, "unexpressed-encoding", message, None);
            }
        }
    }

    /// Whether the styles of an `encoding` count in forms of a media type (OpenAPI 3.0 and 3.1 §4.8.15.1).
    fn has_styles(&self, essence: &str) -> bool {
        essence == URL_ENCODED || essence == MULTIPART && self.document.version() == Version::V3_1
    }

    /// The type of a form's schema where JSON has it too.
    pub(super) fn form_as_json(&mut self, place: &Place, node: &'d Node) -> Option<Type> {
        if !self.forms.contains_key(place) {
            return None;
        }
        let ty = self.form(place, node);
        let Type::Named(id) = ty else { return None };
        // Of a form that holds itself it is not known yet.
        let may_have_files = match &self.types[id.0].kind {
            Kind::Struct(structure) => structure.has_files(),
            _ => self.pending.contains(&id),
        };
        let heirs = self.heirs(place, node);
        if !may_have_files && heirs.is_empty() {
            self.lowered.insert((place.clone(), Purpose::Json), ty.clone());
            return Some(ty);
        }
        // JSON has strings where the form has files, and what is made from a schema, so it needs a type of its own.
        let json = place.child("\u{0}").child("json");
        let mut name = self.name_of(place);
        name.path.push("json".to_owned());
        self.names.insert(json.clone(), name);
        let id = self.declare(&json, node);
        self.lowered.insert((place.clone(), Purpose::Json), Type::Named(id));
        let kind =
            if heirs.is_empty() { self.own_object(place, node) } else { self.ancestor(place, node, &heirs) };
        self.complete(id, kind);
        Some(Type::Named(id))
    }

    /// What a schema refers to, by `$ref` or by an `allOf` of nothing else.
    fn unwrapped(&mut self, place: Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        let mut at = self.follow(&place, node)?;
        for _ in 0..MAXIMUM_REFERENCES {
            let mut members = self.members(&at.0, at.1, "allOf").unwrap_or_default();
            members.retain(|(_, member)| counts(member));
            let [(place, member)] = members.as_slice() else { break };
            at = self.follow(place, member)?;
        }
        Some(at)
    }

    /// Makes a file of a property that is `format: binary`, an array of such, or either.
    fn make_file(&mut self, field: &mut Field, schema: (Place, &'d Node)) {
        let Some((place, node)) = self.unwrapped(schema.0, schema.1) else { return };
        if is_file(node) {
            field.ty = Type::Binary;
            return;
        }
        let items = node.get("items").map(|items| (place.child("items"), items));
        if let Some((place, items)) = items.and_then(|(place, items)| self.unwrapped(place, items)) {
            let alternatives = self.alternatives(&place, items);
            if is_file(items) {
                field.ty = Type::Array(Box::new(Type::Binary));
            } else if alternatives.iter().any(|(_, node)| is_file(node)) {
                let message = format!(
                    "elements of `{}` are files or something else; only the latter is expressed",
                    field.name
                );
                self.warning(&place, "file-or-else", message, None);
            }
            return;
        }
        let files = Type::Array(Box::new(Type::Binary));
        let mut inner = field.clone();
        let (mut one, mut several, mut others) = (false, false, Vec::new());
        for (place, node) in self.alternatives(&place, node) {
            inner.ty = Type::Any;
            self.make_file(&mut inner, (place.clone(), node));
            one |= inner.ty == Type::Binary;
            several |= inner.ty == files;
            if inner.ty != Type::Binary && inner.ty != files {
                others.push((place, node));
            }
        }
        field.ty = match (one, several, others.as_slice()) {
            (false, false, _) => return,
            (true, false, [(place, node)]) => Type::FileOr(Box::new(self.schema(place, node))),
            (_, _, others) => {
                if !others.is_empty() {
                    let message =
                        format!("`{}` is a file or something else; only files are expressed", field.name);
                    self.warning(&place, "file-or-else", message, None);
                }
                if several { files } else { Type::Binary }
            }
        };
    }
}

/// Whether two encodings of a form differ in what is made of them.
fn are_two_ways(one: Option<Encoding<'_>>, other: Option<Encoding<'_>>) -> bool {
    let fields = |encoding: Option<Encoding<'_>>| -> Vec<String> {
        encoding.into_iter().flat_map(|encoding| encoding.fields.keys().cloned()).collect()
    };
    let ways = |encoding: Option<Encoding<'_>>, name: &str| {
        let content_type =
            encoding.and_then(|encoding| encoding.fields.get(name)?.get("contentType")?.as_str());
        (content_type.map(str::to_owned), encoding.and_then(|encoding| encoding.style(name)))
    };
    [one, other].into_iter().flat_map(fields).any(|name| ways(one, &name) != ways(other, &name))
}

impl Encoding<'_> {
    /// The style of a field, where it counts.
    fn style(self, name: &str) -> Option<Style> {
        self.fields.get(name).and_then(field_style).filter(|_| self.styled)
    }
}

/// The style that an `encoding` gives, by any of the members that do.
fn field_style(encoding: &Node) -> Option<Style> {
    if !["style", "explode", "allowReserved"].iter().any(|key| encoding.get(key).is_some()) {
        return None;
    }
    let kind = encoding.get("style").and_then(|style| form_style(style.as_str()?));
    let kind = kind.unwrap_or(StyleKind::Form);
    let explode = encoding.get("explode").and_then(Node::as_bool);
    Some(Style {
        kind,
        explode: explode.unwrap_or(matches!(kind, StyleKind::Form | StyleKind::DeepObject)),
        allow_reserved: super::flag(encoding, "allowReserved"),
    })
}

fn form_style(name: &str) -> Option<StyleKind> {
    match name {
        "form" => Some(StyleKind::Form),
        "spaceDelimited" => Some(StyleKind::SpaceDelimited),
        "pipeDelimited" => Some(StyleKind::PipeDelimited),
        "deepObject" => Some(StyleKind::DeepObject),
        _ => None,
    }
}

/// The first media type of a list that is one, and no range of them.
fn part_type(list: &str) -> Option<String> {
    let mut types = list.split(',').map(str::trim);
    let is_type = |text: &&str| {
        let mut halves = text.split('/');
        let plain = |half: Option<&str>| half.is_some_and(|half| !half.is_empty() && !half.contains('*'));
        plain(halves.next()) && plain(halves.next()) && halves.next().is_none()
    };
    types.find(is_type).map(str::to_owned)
}

fn is_file(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    let kind = text("type");
    let typed = kind.is_none_or(|kind| kind == "string");
    typed && text("format") == Some("binary")
        || kind == Some("file")
        || typed
            && text("contentEncoding").is_none()
            && text("contentMediaType") == Some("application/octet-stream")
}
