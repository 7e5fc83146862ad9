//! The bodies of forms: objects whose files stream.

use std::collections::HashSet;

use crate::document::{Node, Object};

use super::super::model::{Field, Kind, Type};
use super::object::Gathered;
use super::{Lowering, Place, Purpose, shape};

/// The media types of forms.
pub(super) const MULTIPART: &str = "multipart/form-data";
pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";

impl<'d> Lowering<'d> {
    /// Finds the schemas that are bodies of forms, which are lowered as such and not as JSON.
    pub(super) fn find_forms(&mut self) -> HashSet<Place> {
        let root = Place { file: self.main.clone(), pointer: "".into() };
        let mut found = HashSet::new();
        let Some(Node::Object(paths)) = self.document.root().get("paths") else { return found };
        for (path, item) in paths {
            let place = root.child("paths").child(path);
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Some(body) = operation.get("requestBody") else { continue };
                let place = place.child(method).child("requestBody");
                let before = self.diagnostics.len();
                if let Some((place, body)) = self.follow(&place, body) {
                    for form in [MULTIPART, URL_ENCODED] {
                        let schema = body.get("content").and_then(|content| content.get(form)?.get("schema"));
                        let place = place.child("content").child(form).child("schema");
                        if let Some((place, _)) = schema.and_then(|schema| self.follow(&place, schema)) {
                            found.insert(place);
                        }
                    }
                }
                // Whatever is wrong there is told when the operation is looked at.
                self.diagnostics.truncate(before);
            }
        }
        found
    }

    /// The type of a form's body.
    pub(super) fn form(&mut self, place: &Place, node: &'d Node, encoding: Option<&'d Object>) -> Type {
        let Some((place, node)) = self.follow(place, node) else { return Type::Any };
        let key = (place.clone(), Purpose::Form);
        if let Some(ty) = self.lowered.get(&key) {
            return ty.clone();
        }
        let id = self.declare(&place, node);
        self.lowered.insert(key, Type::Named(id));
        let mut gathered = Gathered::default();
        self.gather(&place, node, &mut gathered);
        if gathered.has_alternatives() {
            let message = "the alternatives of a form are not expressed, only the properties that all have";
            self.warning(&place, "form-alternatives", message, None);
        }
        let mut structure = self.structure(&gathered.parts);
        structure.form = true;
        for field in &mut structure.fields {
            if let Some(schema) = gathered.property(&field.name) {
                self.make_file(field, schema);
            }
            let own = encoding.and_then(|encoding| encoding.get(&field.name));
            field.content_type = own.and_then(|own| part_type(own.get("contentType")?.as_str()?));
        }
        self.complete(id, Kind::Struct(structure));
        Type::Named(id)
    }

    /// Tells what of a form's `encoding` its parts do not follow.
    pub(super) fn check_encoding(&mut self, place: &Place, encoding: &'d Object) {
        for (name, own) in encoding {
            let place = place.child(name);
            self.check_members(&place, own, shape::ENCODING, "an encoding");
            if own.get("headers").and_then(Node::as_object).is_some_and(|headers| !headers.is_empty()) {
                let message = "headers of a form's part are not expressed";
                self.warning(&place.child("headers"), "unexpressed-encoding", message, None);
            }
            let style = own.get("style").and_then(Node::as_str);
            let explode = own.get("explode").and_then(Node::as_bool);
            let usual = matches!(
                (style, explode),
                (None | Some("form"), None | Some(true)) | (Some("deepObject"), _)
            );
            if !usual || super::flag(own, "allowReserved") {
                let message = "a field of a form is written as `form` with `explode`, or as a deep object";
                self.warning(&place, "unexpressed-encoding", message, None);
            }
        }
    }

    /// The type of a form's schema where JSON has it too.
    pub(super) fn form_as_json(&mut self, place: &Place, node: &'d Node) -> Option<Type> {
        if !self.forms.contains(place) {
            return None;
        }
        let ty = self.form(place, node, None);
        let Type::Named(id) = ty else { return None };
        let Kind::Struct(structure) = &self.types[id.0].kind else { return None };
        if !structure.has_files() && !self.pending.contains(&id) {
            self.lowered.insert((place.clone(), Purpose::Json), ty.clone());
            return Some(ty);
        }
        // JSON has strings where the form has files, so it needs a type of its own.
        let json = place.child("\u{0}").child("json");
        let mut name = self.name_of(place);
        name.path.push("json".to_owned());
        self.names.insert(json.clone(), name);
        let id = self.declare(&json, node);
        self.lowered.insert((place.clone(), Purpose::Json), Type::Named(id));
        let kind = self.object(place, node);
        self.complete(id, kind);
        Some(Type::Named(id))
    }

    /// Makes a file of a property that is `format: binary`, an array of such, or either.
    fn make_file(&mut self, field: &mut Field, schema: (Place, &'d Node)) {
        let Some((place, node)) = self.follow(&schema.0, schema.1) else { return };
        if is_file(node) {
            field.ty = Type::Binary;
            return;
        }
        let items = node.get("items").map(|items| (place.child("items"), items));
        if let Some((place, items)) = items
            && self.follow(&place, items).is_some_and(|(_, items)| is_file(items))
        {
            field.ty = Type::Array(Box::new(Type::Binary));
            return;
        }
        let alternatives = self.alternatives(&place, node);
        let mut inner = field.clone();
        let kinds: Vec<Type> = alternatives
            .into_iter()
            .map(|schema| {
                inner.ty = Type::Any;
                self.make_file(&mut inner, schema);
                inner.ty.clone()
            })
            .collect();
        let files = Type::Array(Box::new(Type::Binary));
        if kinds.contains(&Type::Binary) || kinds.contains(&files) {
            if kinds.iter().any(|kind| *kind != Type::Binary && *kind != files) {
                let message =
                    format!("`{}` is a file or something else; only files are expressed", field.name);
                self.warning(&place, "file-or-else", message, None);
            }
            field.ty = if kinds.contains(&files) { files } else { Type::Binary };
        }
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
