//! `$ref`: what it refers to.

use std::collections::HashSet;

use crate::document::openapi::Reference;
use crate::document::{Document, Member, Node, Object, Pointer, Schema, Target, View as _};

use super::Lowering;
use super::place::Place;

/// How many `$ref`s may lead from one to the next before they count as a cycle.
pub(super) const MAX_REFERENCES: usize = 200;

impl<'d> Lowering<'d> {
    /// Follows a `$ref`, and those that it leads to, to a value that is not a `$ref`.
    pub(super) fn follow(&mut self, place: &Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        let mut at = (place.clone(), node);
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = Reference::of(at.1).reference() else { return Some(at) };
            at = self.target(&at.0, reference)?;
        }
        self.error(place, "ref-cycle", "this `$ref` leads back to itself", None);
        None
    }

    /// Follows the `$ref` of a schema.
    pub(super) fn follow_schema(&mut self, place: &Place, schema: Schema<'d>) -> Option<(Place, Schema<'d>)> {
        self.follow(place, schema.node()).map(|(place, node)| (place, Schema::of(node)))
    }

    /// The value that a `$ref` at `place` refers to.
    pub(super) fn target(&mut self, place: &Place, reference: &str) -> Option<(Place, &'d Node)> {
        let (target, node) = self.static_target(place, reference)?;
        Some((self.within_scope(place, target), node))
    }

    /// The schema that a `$ref` at `place` refers to.
    pub(super) fn target_schema(&mut self, place: &Place, reference: &str) -> Option<(Place, Schema<'d>)> {
        self.target(place, reference).map(|(place, node)| (place, Schema::of(node)))
    }

    /// The value that a `$ref` refers to, whatever schemas lead to it.
    pub(super) fn static_target(&mut self, place: &Place, reference: &str) -> Option<(Place, &'d Node)> {
        let document: &'d Document = self.document;
        // Where in its file a `$ref` is matters only to an `$id`.
        let resolved = if document.has_resources() || document.has_dynamic_anchors() {
            document.resolve_at(&place.file, &Pointer::parse(&place.pointer).unwrap_or_default(), reference)
        } else {
            document.resolve(&place.file, reference)
        };
        let resolved = match resolved {
            Err(error) if error.code == "dangling-ref" => self.nearby(place, reference).ok_or(error),
            resolved => resolved,
        };
        match resolved {
            Ok(target) => {
                let file = if *target.file == *self.main { self.main.clone() } else { target.file.into() };
                Some((Place { file, pointer: target.pointer.to_string().into(), scope: None }, target.node))
            }
            Err(error) => {
                let place = place.child("$ref");
                self.error(&place, error.code, error.message, error.help.as_deref());
                None
            }
        }
    }

    /// The schema that a `$ref` to a definition means that the document has not at its root, but in a schema around the
    /// `$ref`. Tools write it where they put a JSON Schema with definitions into a document.
    fn nearby(&mut self, place: &Place, reference: &str) -> Option<Target<'d>> {
        let document: &'d Document = self.document;
        let definition = reference.strip_prefix('#')?;
        if !["/$defs/", "/definitions/"].iter().any(|start| definition.starts_with(start)) {
            return None;
        }
        let mut around = &*place.pointer;
        while let Some((outer, _)) = around.rsplit_once('/') {
            around = outer;
            if let Ok(target) = document.resolve(&place.file, &format!("#{}{definition}", escaped(around))) {
                self.report.nearby_references.push(place.clone());
                return Some(target);
            }
        }
        None
    }

    /// Warns once of all `$ref`s to definitions of the schemas around them.
    pub(super) fn report_nearby_references(&mut self) {
        let mut places = std::mem::take(&mut self.report.nearby_references);
        let mut seen = HashSet::new();
        places.retain(|place| seen.insert(place.clone()));
        let Some(first) = places.first() else { return };
        let others = match places.len() {
            1 => String::new(),
            2 => ", as does another one".to_owned(),
            count => format!(", as do {} others", count - 1),
        };
        let message = format!(
            "this `$ref` leads nowhere from the root of the document{others}; it is followed from the schema around it"
        );
        self.warning(&first.clone().child("$ref"), "nearby-ref", message, None);
    }

    /// The schema that the `$ref` or `$dynamicRef` of a schema refers to.
    pub(super) fn referred(&mut self, place: &Place, schema: Schema<'d>) -> Option<(Place, Schema<'d>)> {
        match (schema.reference(), schema.dynamic_reference()) {
            (Some(reference), _) => self.target_schema(place, reference),
            (None, Some(reference)) => self.dynamic_target(place, reference),
            (None, None) => None,
        }
    }

    /// Follows a `$ref` where OpenAPI does not allow one, such as instead of an operation.
    pub(super) fn follow_misplaced(&mut self, place: &Place, node: &'d Node) -> Option<(Place, &'d Node)> {
        if Reference::of(node).reference().is_some() {
            self.report.misplaced_references.push(place.clone());
        }
        self.follow(place, node)
    }

    /// Warns once of all `$ref`s that are where OpenAPI does not allow one.
    pub(super) fn report_misplaced_references(&mut self) {
        let texts = self.document.text_references().iter().map(|(file, pointer)| Place {
            file: if *file == *self.main { self.main.clone() } else { file.as_str().into() },
            pointer: pointer.to_string().into(),
            scope: None,
        });
        let mut places: Vec<Place> = self.report.misplaced_references.drain(..).chain(texts).collect();
        let mut seen = HashSet::new();
        places.retain(|place| seen.insert(place.clone()));
        let Some(first) = places.first().cloned() else { return };
        let message = match places.len() {
            1 => "OpenAPI allows no `$ref` here; it is followed anyway".to_owned(),
            count => format!(
                "OpenAPI allows no `$ref` here, nor in {} other places; they are followed anyway",
                count - 1
            ),
        };
        self.warning(&first, "misplaced-ref", message, None);
    }

    /// The value of a member, which has to be an object.
    pub(super) fn object_at(
        &mut self,
        place: &Place,
        member: Option<Member<'d>>,
    ) -> Option<(Place, &'d Object)> {
        let Member { key, value } = member?;
        let (place, value) = self.follow_misplaced(&place.child(key), value)?;
        if value.as_object().is_none() {
            let message = format!("`{key}` must be an object, this is {}", value.kind());
            self.error(&place, "wrong-type", message, None);
        }
        Some((place, value.as_object()?))
    }

    /// The members of an object that is a member, each with its place.
    pub(super) fn members_at(
        &mut self,
        place: &Place,
        member: Option<Member<'d>>,
    ) -> Vec<(Place, &'d str, &'d Node)> {
        let Some(Member { key, value }) = member else { return Vec::new() };
        let Some((place, value)) = self.follow_misplaced(&place.child(key), value) else { return Vec::new() };
        let members = value.as_object().into_iter().flatten();
        members.map(|(key, node)| (place.child(key), key.as_str(), node)).collect()
    }

    /// The value of a member, which has to be an array.
    pub(super) fn array_at(
        &mut self,
        place: &Place,
        member: Option<Member<'d>>,
    ) -> Option<(Place, &'d [Node])> {
        let Member { key, value } = member?;
        let (place, value) = self.follow_misplaced(&place.child(key), value)?;
        if value.as_array().is_none() {
            let message = format!("`{key}` must be an array, this is {}", value.kind());
            self.error(&place, "wrong-type", message, None);
        }
        Some((place, value.as_array()?))
    }

    /// The schemas that a member lists, such as those of `allOf`.
    pub(super) fn schemas_at(
        &mut self,
        place: &Place,
        member: Option<Member<'d>>,
    ) -> Vec<(Place, Schema<'d>)> {
        let Some((place, elements)) = self.array_at(place, member) else { return Vec::new() };
        elements.iter().enumerate().map(|(index, node)| (place.index(index), Schema::of(node))).collect()
    }
}

/// A pointer as it is written in the fragment of a URI.
fn escaped(pointer: &str) -> String {
    pointer.replace('%', "%25")
}
