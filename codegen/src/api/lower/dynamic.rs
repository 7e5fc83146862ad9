//! `$dynamicRef`: a reference whose target depends on the schemas that lead to it (JSON Schema 2020-12 §8.2.3.2).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::document::{Node, Pointer, Schema};

use super::Lowering;
use super::place::{Place, Scope};

/// The names that `$dynamicRef`s use, in each schema and in those that it refers to.
pub(super) type Names = HashMap<Place, Rc<BTreeSet<String>>>;

impl<'d> Lowering<'d> {
    /// The target of a `$dynamicRef`. It is that of a `$ref`, unless the target has a `$dynamicAnchor` of this name
    /// and an outer schema has one too.
    pub(super) fn dynamic_target(&mut self, place: &Place, reference: &str) -> Option<(Place, Schema<'d>)> {
        let (target, schema) = self.target_schema(place, reference)?;
        let name = reference.rsplit_once('#').map_or("", |(_, name)| name);
        if schema.dynamic_anchor().and_then(|anchor| anchor.value.as_str()) != Some(name) {
            return Some((target, schema));
        }
        let inherited = place.scope.as_ref().and_then(|scope| scope.get(name).cloned());
        match inherited.or_else(|| self.own_scope(place).remove(name)) {
            Some(bound) => {
                let schema = Schema::of(self.node_at(&bound)?);
                Some((self.within_scope(place, bound), schema))
            }
            None => Some((target, schema)),
        }
    }

    /// The target of a reference, with the scope that the schema at `from` gives it. A target whose meaning does not
    /// change has no scope.
    pub(super) fn within_scope(&mut self, from: &Place, mut target: Place) -> Place {
        if !self.document.has_dynamic_anchors() {
            return target;
        }
        let names = self.dynamic_names(&target);
        let mut own = self.own_scope(&target);
        own.retain(|name, _| names.contains(name));
        let mut scope = own.clone();
        scope.extend(self.own_scope(from));
        scope.extend(
            from.scope
                .iter()
                .flat_map(|scope| scope.iter().map(|(name, place)| (name.clone(), place.clone()))),
        );
        scope.retain(|name, _| names.contains(name));
        target.scope = (scope != own).then(|| Rc::new(scope));
        target
    }

    /// The `$dynamicAnchor`s of the component or of the schema with an `$id` that a place is in.
    fn own_scope(&self, place: &Place) -> Scope {
        let file = || place.file.clone();
        let Some(pointer) = self.resource_of(place) else { return Scope::new() };
        let anchors = self.document.dynamic_anchors(&place.file, &pointer).into_iter();
        let anchors = anchors.map(|(name, pointer)| {
            (name.to_owned(), Place { file: file(), pointer: pointer.to_string().into(), scope: None })
        });
        // The first anchor of a name wins.
        anchors.rev().collect()
    }

    /// The component or the schema with an `$id` that a place is in, whichever is further in.
    fn resource_of(&self, place: &Place) -> Option<Pointer> {
        let pointer = Pointer::parse(&place.pointer).unwrap_or_default();
        let resource = self.document.resource_at(&place.file, &pointer);
        let component = match pointer.tokens() {
            [components, schemas, name, ..] if components == "components" && schemas == "schemas" => {
                Some(Pointer::root().child(components).child(schemas).child(name))
            }
            _ => None,
        };
        match component {
            Some(component) if component.tokens().len() >= resource.tokens().len() => Some(component),
            _ if resource == Pointer::root() && place.file == self.main => None,
            _ => Some(resource),
        }
    }

    /// The names that `$dynamicRef`s use in a schema and in those that it refers to.
    fn dynamic_names(&mut self, place: &Place) -> Rc<BTreeSet<String>> {
        let start = Place { scope: None, ..place.clone() };
        if let Some(known) = self.dynamic_names.get(&start) {
            return known.clone();
        }
        let mut names = BTreeSet::new();
        let mut seen = HashSet::from([start.clone()]);
        let mut left: Vec<(Place, &'d Node)> =
            self.node_at(&start).map(|node| (start.clone(), node)).into_iter().collect();
        while let Some((place, node)) = left.pop() {
            match node {
                Node::Object(members) => {
                    let schema = Schema::of(node);
                    let dynamic = schema.dynamic_reference();
                    names.extend(dynamic.and_then(|to| Some(to.rsplit_once('#')?.1.to_owned())));
                    for to in [schema.reference(), dynamic].into_iter().flatten() {
                        let target = self.quietly(|lowering| lowering.static_target(&place, to));
                        left.extend(target.filter(|(place, _)| seen.insert(place.clone())));
                    }
                    left.extend(members.iter().map(|(key, child)| (place.child(key), child)));
                }
                Node::Array(elements) => {
                    left.extend(
                        elements.iter().enumerate().map(|(index, child)| (place.index(index), child)),
                    );
                }
                _ => {}
            }
        }
        let names = Rc::new(names);
        self.dynamic_names.insert(start, names.clone());
        names
    }

    fn node_at(&self, place: &Place) -> Option<&'d Node> {
        let document = self.document;
        document.resolve(&place.file, &format!("#{}", place.pointer)).ok().map(|target| target.node)
    }
}
