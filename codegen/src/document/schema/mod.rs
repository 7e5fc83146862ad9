//! Schemas, and what their keywords say together.
//!
//! The [table of keywords](super::keyword) declares the method for each keyword. What is here follows from several of
//! them.

mod limit;
mod types;
mod value;

use super::keyword::{self, Schema};
use super::openapi::Discriminator;
use super::view::View as _;
use super::{Member, Node};
use crate::pointer::unescaped;

pub use limit::{CountLimit, Limit, lower_limit, strictest_count, upper_limit, whole};
pub use types::{common_types, is_of_type, types_of_values};
pub use value::{are_equal, common_values};

impl<'d> Member<'d> {
    /// The value as a schema.
    pub fn schema(self) -> Schema<'d> {
        Schema::of(self.value)
    }

    /// The elements of an array of schemas.
    pub fn schemas(self) -> impl Iterator<Item = Schema<'d>> + Clone {
        self.elements().iter().map(Schema::of)
    }
}

impl<'d> Schema<'d> {
    /// The keywords `oneOf` and `anyOf`, where they are there.
    pub fn unions(self) -> impl Iterator<Item = Member<'d>> {
        self.one_of().into_iter().chain(self.any_of())
    }

    /// Whether `oneOf` or `anyOf` lists alternatives.
    pub fn is_union(self) -> bool {
        self.unions().next().is_some()
    }

    /// The `oneOf` of the schema, else its `anyOf`.
    pub fn alternatives(self) -> Option<&'d [Node]> {
        self.unions().find_map(|union| union.value.as_array())
    }

    /// The discriminator.
    pub fn discriminated(self) -> Option<Discriminator<'d>> {
        self.discriminator().map(|member| Discriminator::of(member.value))
    }

    /// Whether a `$ref` or a `$dynamicRef` refers to another schema.
    pub fn refers(self) -> bool {
        self.reference().is_some() || self.dynamic_reference().is_some()
    }

    /// The last step of the `$ref`, which is the name of a component.
    pub fn referenced_name(self) -> Option<String> {
        self.reference()?.rsplit('/').next().map(unescaped)
    }

    /// The schema of a property.
    pub fn property(self, name: &str) -> Option<Schema<'d>> {
        self.properties()?.value.get(name).map(Schema::of)
    }

    /// The properties, each with its schema.
    pub fn property_schemas(self) -> impl Iterator<Item = (&'d str, Schema<'d>)> {
        let entries = self.properties().into_iter().flat_map(Member::entries);
        entries.map(|(name, schema)| (name, Schema::of(schema)))
    }

    /// The names that `required` lists.
    pub fn required_names(self) -> impl Iterator<Item = &'d str> + Clone {
        self.required().map(Member::elements).unwrap_or_default().iter().filter_map(Node::as_str)
    }

    /// Whether `additionalProperties` is `false`.
    pub fn forbids_additional(self) -> bool {
        self.additional_properties().is_some_and(|member| member.is(false))
    }

    /// Whether the schema names properties, or allows no properties at all.
    pub fn has_properties(self) -> bool {
        let named = self.properties().and_then(Member::as_object).is_some_and(|named| !named.is_empty());
        let is_open = self.pattern_properties().is_some()
            || self.is_union()
            || self.all_of().is_some()
            || self.reference().is_some();
        named || self.forbids_additional() && !is_open
    }

    /// Whether the schema only describes a value and accepts any.
    pub fn only_annotates(self) -> bool {
        match self.node() {
            Node::Object(schema) => schema.keys().all(|key| keyword::is_annotation(key)),
            node => *node == Node::Bool(true),
        }
    }

    /// Whether a member of an `allOf`, `anyOf` or `oneOf` says anything about the type of a value.
    pub fn is_structural(self) -> bool {
        match self.node() {
            Node::Object(object) => object.is_empty() || object.keys().any(|key| keyword::is_structural(key)),
            _ => true,
        }
    }

    /// Whether the schema only says which properties an object must have.
    pub fn only_requires(self) -> bool {
        let allowed = ["title", "description", "required", "type"];
        self.required_names().next().is_some()
            && self.keys().all(|key| allowed.contains(&key))
            && self.kind().is_none_or(|kind| kind.value.as_str() == Some("object"))
    }

    /// The schema and those within it that restrict the same value without a name of their own: the members of its
    /// `allOf` and its only alternative. The schema itself comes last.
    pub fn inline_parts(self) -> Vec<Schema<'d>> {
        let mut parts = Vec::new();
        self.add_inline_parts(&mut parts);
        parts
    }

    fn add_inline_parts(self, parts: &mut Vec<Schema<'d>>) {
        let is_inline = |schema: &Schema<'d>| schema.reference().is_none();
        let members = self.all_of().into_iter().flat_map(Member::schemas);
        members.filter(is_inline).for_each(|member| member.add_inline_parts(parts));
        for union in self.unions() {
            let mut members = union.schemas().filter(|member| member.is_structural() && !member.is_null());
            if let (Some(only), None) = (members.next().filter(is_inline), members.next()) {
                only.add_inline_parts(parts);
            }
        }
        parts.push(self);
    }

    /// Whether objects fit the schema by its `type`.
    pub fn allows_objects(self) -> bool {
        match self.kind().map(|kind| kind.value) {
            Some(Node::Array(kinds)) => kinds.iter().any(|kind| kind.as_str() == Some("object")),
            kind => kind.is_none_or(|kind| kind.as_str() == Some("object")),
        }
    }

    /// Whether strings, and `null` perhaps, are all that fits the schema by its `type`.
    pub fn allows_only_strings(self) -> bool {
        match self.kind().map(|kind| kind.value) {
            None => true,
            Some(Node::String(kind)) => kind == "string",
            Some(Node::Array(kinds)) => {
                let mut kinds =
                    kinds.iter().filter_map(Node::as_str).filter(|kind| *kind != "null").peekable();
                kinds.peek().is_some() && kinds.all(|kind| kind == "string")
            }
            Some(_) => false,
        }
    }
}
