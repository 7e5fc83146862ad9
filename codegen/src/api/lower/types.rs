//! The named types that were made so far.

use foldhash::HashSet;
use std::ops::{Index, IndexMut};

use super::super::model::{Kind, Named, Type, TypeId};
use super::place::Place;

/// The named types that were made so far.
#[derive(Default)]
pub(super) struct Types {
    named: Vec<Named>,
    /// Where the schema of each type is.
    places: Vec<Place>,
    /// The types whose kind is not known yet.
    pending: HashSet<TypeId>,
    /// The types that a form replaced with files.
    pub(super) replaced: HashSet<TypeId>,
}

impl Types {
    /// Adds a type whose kind is not known yet, so that its members can refer to it.
    pub(super) fn declare(&mut self, place: &Place, named: Named) -> TypeId {
        let id = TypeId(self.named.len());
        self.named.push(named);
        self.places.push(place.clone());
        self.pending.insert(id);
        id
    }

    /// Sets the kind of a declared type.
    pub(super) fn complete(&mut self, id: TypeId, kind: Kind) {
        self[id].kind = kind;
        self.pending.remove(&id);
    }

    /// Whether the kind of a type is not known yet.
    pub(super) fn is_pending(&self, id: TypeId) -> bool {
        self.pending.contains(&id)
    }

    /// Where the schema of a type is.
    pub(super) fn place(&self, id: TypeId) -> &Place {
        &self.places[id.0]
    }

    /// The type that aliases stand for, as far as it is known yet.
    pub(super) fn settled<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut settled = ty;
        // Aliases may lead back to themselves. That is reported once all types are made.
        for _ in 0..=self.named.len() {
            match settled {
                Type::Named(id) if !self.is_pending(*id) => match &self[*id].kind {
                    Kind::Alias(target) => settled = target,
                    _ => return settled,
                },
                other => return other,
            }
        }
        ty
    }

    /// Whether a type is a string or an enumeration of strings.
    pub(super) fn is_string(&self, ty: &Type) -> bool {
        *self.settled(ty) == Type::String || self.enumeration(ty).is_some()
    }

    /// The enumeration that a type is.
    pub(super) fn enumeration(&self, ty: &Type) -> Option<TypeId> {
        match self.settled(ty) {
            Type::Named(id) if matches!(self[*id].kind, Kind::Enumeration(_)) => Some(*id),
            _ => None,
        }
    }

    /// Takes the types out, in the order in which they were declared.
    pub(super) fn take(&mut self) -> Vec<Named> {
        std::mem::take(&mut self.named)
    }
}

impl Index<TypeId> for Types {
    type Output = Named;

    fn index(&self, id: TypeId) -> &Named {
        &self.named[id.0]
    }
}

impl IndexMut<TypeId> for Types {
    fn index_mut(&mut self, id: TypeId) -> &mut Named {
        &mut self.named[id.0]
    }
}
