//! The schemas under `components`, and the named types that schemas become.

use crate::document::openapi::{Components, Root};
use crate::document::{Member, Schema, View as _};

use super::super::model::{Kind, Named, Type, TypeId};
use super::Lowering;
use super::constraint::append_constraints;
use super::describe::{description, examples};
use super::given_name::given_type_name;
use super::place::Place;

impl<'d> Lowering<'d> {
    /// Lowers the schemas under `components`.
    pub(super) fn component_schemas(&mut self, root: Root<'d>) {
        let Some(components) = root.components() else { return };
        let place = self.root().child(components.key);
        let components = Components::of(components.value);
        if components.node().as_object().is_some() {
            self.check_members(&place, components);
        }
        let Some((place, schemas)) = self.object_at(&place, components.schemas()) else { return };
        for (name, schema) in schemas {
            let (place, schema) = (place.child(name), Schema::of(schema));
            if self.is_form(&place) {
                self.form(&place, schema);
            } else {
                self.component(&place, schema);
            }
        }
    }

    /// Adds a named type for a schema, so that what it contains can refer to it. `types.complete` sets its kind later.
    pub(super) fn declare(&mut self, place: &Place, schema: Schema<'_>) -> TypeId {
        let name = self.name_of(place);
        // The type of a property is deprecated with the property.
        let is_component = name.path.is_empty() && !name.operation;
        let parts = schema.inline_parts();
        let mut text = description(schema.node());
        // A schema that is all there is in this one describes it. One of several members describes a part.
        let members = schema.all_of().map_or(0, |members| Member::elements(members).len());
        if text.is_empty() && members < 2 {
            let mut texts = parts.iter().rev().map(|part| description(part.node()));
            text = texts.find(|text| !text.is_empty()).unwrap_or_default();
        }
        // The constraints of a property's type are in the description of the property.
        if is_component {
            append_constraints(&mut text, &parts, &[]);
        }
        let named = Named {
            name,
            given: given_type_name(place, schema),
            description: text,
            deprecated: is_component && schema.deprecated() == Some(true),
            kind: Kind::Alias(Type::Any),
            recursive: false,
            sent: false,
            received: false,
            unused: false,
            examples: examples(schema),
        };
        self.types.declare(place, named)
    }
}
