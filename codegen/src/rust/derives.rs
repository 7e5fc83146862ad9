//! Which structs and unions derive `Eq` and `Hash`: those that parameters have, where their fields do.

use std::collections::HashSet;

use crate::api::{Api, Kind, Named, Type, TypeId};

/// The types that have `Eq` and `Hash`.
pub(super) struct Derives {
    hashed: HashSet<TypeId>,
}

impl Derives {
    pub(super) fn new(api: &Api) -> Self {
        let mut hashed = of_parameters(api);
        // A type that contains a type without `Hash` has no `Hash` either, so this repeats until nothing changes.
        loop {
            let derives = Self { hashed };
            let left = derives.hashed.iter().copied().filter(|id| derives.may_hash(api.named(*id)));
            let left: HashSet<TypeId> = left.collect();
            if left.len() == derives.hashed.len() {
                return derives;
            }
            hashed = left;
        }
    }

    /// Whether a named type derives `Eq` and `Hash`.
    pub(super) fn has_hash(&self, id: TypeId) -> bool {
        self.hashed.contains(&id)
    }

    /// Whether a type has `Eq` and `Hash`.
    pub(super) fn is_hashed(&self, ty: &Type) -> bool {
        let mut hashed = true;
        ty.walk(&mut |ty| {
            hashed &= match ty {
                Type::Any | Type::Double | Type::Secret | Type::Binary | Type::FileOr(_) => false,
                Type::Named(id) => self.has_hash(*id),
                Type::Nullable(_)
                | Type::Boolean
                | Type::Integer(_)
                | Type::String
                | Type::DateTime
                | Type::Date
                | Type::Uuid
                | Type::Time
                | Type::Duration
                | Type::Decimal
                | Type::Base64
                | Type::Array(_)
                | Type::Tuple(_)
                | Type::Map(_) => true,
            };
        });
        hashed
    }

    fn may_hash(&self, named: &Named) -> bool {
        match &named.kind {
            Kind::Alias(ty) => !named.recursive && self.is_hashed(ty),
            Kind::Enumeration(_) => true,
            // The variant `Other` of a union with a tag is any JSON.
            Kind::Union(union) => {
                union.tag.is_none() && union.variants.iter().all(|variant| self.is_hashed(&variant.ty))
            }
            Kind::Struct(structure) => {
                let additional = structure.additional.iter();
                structure.fields.iter().map(|field| &field.ty).chain(additional).all(|ty| self.is_hashed(ty))
            }
        }
    }
}

/// The types that parameters have.
fn of_parameters(api: &Api) -> HashSet<TypeId> {
    let operations = api.tags.iter().flat_map(|tag| &tag.operations);
    let parameters = operations.flat_map(|operation| &operation.parameters);
    let mut found = HashSet::new();
    let mut left = Vec::new();
    parameters.for_each(|parameter| parameter.ty.walk(&mut |ty| left.extend(ty.id())));
    while let Some(id) = left.pop() {
        if found.insert(id) {
            api.named(id).kind.walk(&mut |ty| left.extend(ty.id()));
        }
    }
    found
}
