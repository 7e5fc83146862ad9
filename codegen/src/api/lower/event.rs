//! Server-sent events: which part of an event its schema describes.

use super::super::model::{Kind, Struct, Type};
use super::super::operation::EventForm;
use super::Lowering;

/// The fields that an event can have (WHATWG HTML §9.2.6).
const FIELDS: [&str; 4] = ["event", "data", "id", "retry"];

/// How deep unions within unions are searched.
const MAX_DEPTH: usize = 8;

impl Lowering<'_> {
    /// The part of an event that a value of the type is read from.
    pub(super) fn event_form(&self, ty: &Type) -> EventForm {
        if self.is_text(ty) {
            return EventForm::Text;
        }
        let mut structs = Vec::new();
        let are_structs = self.structs(ty, MAX_DEPTH, &mut structs);
        let has = |structure: &Struct, name: &str| structure.fields.iter().any(|field| field.name == name);
        let are_events = are_structs
            && structs
                .iter()
                .all(|structure| structure.fields.iter().all(|field| FIELDS.contains(&field.name.as_str())))
            && structs.iter().any(|structure| has(structure, "event") && has(structure, "data"));
        if are_events { EventForm::Fields } else { EventForm::Json }
    }

    /// Whether JSON has a string for every value of the type.
    fn is_text(&self, ty: &Type) -> bool {
        match ty {
            Type::String
            | Type::DateTime
            | Type::Date
            | Type::Uuid
            | Type::Time
            | Type::Duration
            | Type::Decimal => true,
            Type::Base64 | Type::Secret => true,
            Type::Nullable(inner) => self.is_text(inner),
            Type::Named(id) => match &self.types[*id].kind {
                Kind::Enumeration(_) => true,
                Kind::Alias(target) => !self.types.is_pending(*id) && self.is_text(target),
                Kind::Struct(_) | Kind::Union(_) => false,
            },
            _ => false,
        }
    }

    /// Collects the structs that a value of the type is one of. Returns whether it is nothing else.
    fn structs<'a>(&'a self, ty: &Type, depth: usize, found: &mut Vec<&'a Struct>) -> bool {
        let Type::Named(id) = ty else { return false };
        match &self.types[*id].kind {
            Kind::Struct(structure) => {
                found.push(structure);
                true
            }
            Kind::Union(union) if depth > 0 => {
                union.variants.iter().all(|variant| self.structs(&variant.ty, depth - 1, found))
            }
            Kind::Alias(target) if depth > 0 => self.structs(target, depth - 1, found),
            Kind::Alias(_) | Kind::Union(_) | Kind::Enumeration(_) => false,
        }
    }
}
