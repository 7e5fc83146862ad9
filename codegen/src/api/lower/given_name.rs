//! Rust names that the document gives with `x-rust-name` and `x-rust-names`.

use crate::document::{Node, Pointer, Schema};

use super::super::GivenName;
use super::Lowering;
use super::place::Place;

/// The key of a Rust name, which is a string.
const NAME: &str = "x-rust-name";

/// The Rust name of an operation, a parameter, a property or an alternative.
pub(super) fn given_name(place: &Place, node: &Node) -> Option<GivenName> {
    let name = node.get(NAME)?.as_str()?;
    given(&place.child(NAME), name)
}

/// The Rust name of a schema's type. On the schema of a property `x-rust-name` is the name of the field.
pub(super) fn given_type_name(place: &Place, schema: Schema<'_>) -> Option<GivenName> {
    let is_property = place.pointer.rsplit('/').nth(1) == Some("properties");
    if is_property { None } else { given_name(place, schema.node()) }
}

/// The Rust name of a value of `enum`. A schema for the value alone has it as `x-rust-name`.
pub(super) fn given_value_name(place: &Place, schema: Schema<'_>, value: &str) -> Option<GivenName> {
    if schema.constant().is_some() {
        return given_name(place, schema.node());
    }
    let names = schema.rust_names()?;
    given(&place.child(names.key).child(value), names.value.get(value)?.as_str()?)
}

impl Lowering<'_> {
    /// Reports the Rust names of values that an `enum` does not list, and those that are not strings.
    pub(super) fn check_value_names(&mut self, place: &Place, schema: Schema<'_>) {
        let Some(names) = schema.rust_names() else { return };
        for (value, name) in names.entries() {
            let place = place.child(names.key).child(value);
            if name.as_str().is_none() {
                let message = format!("a Rust name must be a string, this is {}", name.kind());
                self.error(&place, "wrong-type", message, None);
            } else if !schema.enum_values().any(|known| known.as_str() == Some(value)) {
                let message =
                    format!("`x-rust-names` has a name for `{value}`, which this `enum` does not list");
                self.warning(&place, "rename-no-match", message, None);
            }
        }
    }
}

fn given(place: &Place, name: &str) -> Option<GivenName> {
    let pointer = Pointer::parse(&place.pointer)?;
    Some(GivenName { name: name.to_owned(), file: place.file.to_string(), pointer })
}
