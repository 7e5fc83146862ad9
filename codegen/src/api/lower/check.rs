//! Checks the document's objects and schemas against the tables of `document`.

use crate::document::keyword::{Effect, Keyword};
use crate::document::{Member, Node, Object, Schema, Shape, View};

use super::Lowering;
use super::constraint::{excluded, of_names};
use super::place::Place;

use Shape::{Any, Array, Flag, Members, Names, Number, NumberOrFlag, Text};

impl<'d> Lowering<'d> {
    /// Reports the members of an object that are unknown or have the wrong type.
    pub(super) fn check_members<V: View<'d>>(&mut self, place: &Place, view: V) {
        let Node::Object(members) = view.node() else {
            let message = format!("{} must be an object, this is {}", V::NAME, view.node().kind());
            self.error(place, "wrong-type", message, None);
            return;
        };
        for (key, value) in members {
            match V::MEMBERS.iter().find(|(name, _)| name == key) {
                Some((_, shape)) => self.check_shape(place, key, value, *shape),
                None if key.starts_with("x-") || key == "$ref" || key == "summary" => {}
                None => {
                    let message = format!("`{key}` is not a member of {}; it is ignored", V::NAME);
                    self.warning(&place.child(key), "unknown-member", message, None);
                }
            }
        }
    }

    /// Reports keywords of a schema whose values have the wrong type.
    fn check_shapes(&mut self, place: &Place, schema: &Object) {
        for (key, value) in schema {
            if let Some(keyword) = Keyword::named(key) {
                self.check_shape(place, key, value, keyword.value);
            }
        }
    }

    fn check_shape(&mut self, place: &Place, key: &str, value: &Node, shape: Shape) {
        // A `$ref` is followed even where OpenAPI allows none.
        let is_reference = Schema::of(value).reference().is_some();
        let (fits, wanted) = match shape {
            Any => return,
            Array | Names if is_reference => return,
            Text => (value.as_str().is_some(), "a string"),
            Flag => (value.as_bool().is_some(), "true or false"),
            Number => (value.as_number().is_some(), "a number"),
            NumberOrFlag => (value.as_number().is_some() || value.as_bool().is_some(), "a number"),
            Members => (value.as_object().is_some(), "an object"),
            Array => (value.as_array().is_some(), "an array"),
            Names => {
                if let Some(names) = value.as_array() {
                    for (index, name) in names.iter().enumerate().filter(|(_, name)| name.as_str().is_none())
                    {
                        let message =
                            format!("the elements of `{key}` must be strings, this is {}", name.kind());
                        self.error(&place.child(key).index(index), "wrong-type", message, None);
                    }
                }
                (value.as_array().is_some(), "an array")
            }
        };
        if !fits {
            let message = format!("`{key}` must be {wanted}, this is {}", value.kind());
            self.error(&place.child(key), "wrong-type", message, None);
        }
    }
}

impl<'d> Lowering<'d> {
    /// Reports the keywords of a schema that are unknown or not expressed, once.
    pub(super) fn check_keywords(&mut self, place: &Place, schema: Schema<'d>) {
        let Some(object) = schema.as_object() else { return };
        if !self.report.starts_check(place) {
            return;
        }
        self.check_shapes(place, object);
        for (key, value) in object {
            let place = place.child(key);
            match significance(schema, key, value) {
                Significance::Used => {}
                Significance::Unexpressed => {
                    let keyword = if key == "if" { "`then` and `else`" } else { &format!("`{key}`") };
                    let message = match lost_properties(schema, key).as_slice() {
                        [] => format!("`{key}` restricts the values, and the type does not"),
                        lost => format!(
                            "the properties `{}` are named by {keyword} alone, and the type does not have them",
                            lost.join("`, `")
                        ),
                    };
                    self.warning(&place, "unexpressed-keyword", message, None);
                }
                Significance::Unknown => {
                    let message = format!("`{key}` is not a keyword of schemas; it is ignored");
                    self.warning(&place, "unknown-keyword", message, None);
                }
            }
        }
    }
}

/// The properties that only the schemas within a keyword name, so that the type does not have them.
fn lost_properties<'d>(schema: Schema<'d>, key: &str) -> Vec<&'d str> {
    let branches = match key {
        "if" => [schema.consequence(), schema.alternative()],
        _ => [None, None],
    };
    let dependent = match key {
        "dependentSchemas" => schema.dependent_schemas(),
        "dependencies" => schema.dependencies(),
        _ => None,
    };
    let branches = branches.into_iter().flatten().map(Member::schema);
    let dependent = dependent.into_iter().flat_map(Member::entries).map(|(_, schema)| Schema::of(schema));
    let mut lost: Vec<&str> = Vec::new();
    for (name, _) in branches.chain(dependent).flat_map(Schema::property_schemas) {
        if schema.property(name).is_none() && !lost.contains(&name) {
            lost.push(name);
        }
    }
    lost
}

/// What the generator does with a keyword of a schema.
enum Significance {
    /// It is expressed, described or reported, or it constrains nothing.
    Used,
    /// It constrains values, and the types do not.
    Unexpressed,
    /// It is not a keyword.
    Unknown,
}

fn significance(schema: Schema<'_>, name: &str, value: &Node) -> Significance {
    let Some(keyword) = Keyword::named(name) else {
        return if name.starts_with("x-") { Significance::Used } else { Significance::Unknown };
    };
    let is_expressed = match (name, keyword.effect) {
        ("not", _) => excluded(Schema::of(value)).is_some(),
        ("propertyNames", _) => *value == Node::Bool(true) || of_names(Schema::of(value)).is_some(),
        // Alone it constrains nothing.
        ("if", _) => schema.consequence().is_none() && schema.alternative().is_none(),
        ("unevaluatedItems", _) if schema.prefix_items().is_some() => value.as_bool().is_some(),
        (_, Effect::Partial) => *value == Node::Bool(true),
        (_, effect) => effect != Effect::Warning,
    };
    if is_expressed { Significance::Used } else { Significance::Unexpressed }
}
