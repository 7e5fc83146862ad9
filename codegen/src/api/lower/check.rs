//! Checks the document's objects and schemas against the tables of `document`.

use crate::document::keyword::{Effect, Keyword, Shape};
use crate::document::{Node, Object};

use super::constraint::{excluded, is_told};
use super::{Lowering, Place};

use Shape::{Any, Array, Flag, Members, Names, Number, NumberOrFlag, Text};

impl Lowering<'_> {
    /// Reports members of `node`, which is `what`, that are unknown or look wrong.
    pub(super) fn check_members(&mut self, place: &Place, node: &Node, known: &[(&str, Shape)], what: &str) {
        let Node::Object(members) = node else {
            self.error(
                place,
                "wrong-type",
                format!("{what} is an object, and this is {}", node.kind()),
                None,
            );
            return;
        };
        for (key, value) in members {
            match known.iter().find(|(name, _)| name == key) {
                Some((_, shape)) => self.check_shape(place, key, value, *shape),
                None if key.starts_with("x-") || key == "$ref" || key == "summary" => {}
                None => {
                    let message = format!("`{key}` is not a member of {what}; it is not looked at");
                    self.warning(&place.child(key), "unknown-member", message, None);
                }
            }
        }
    }

    /// Reports keywords of a schema whose values look wrong.
    pub(super) fn check_shapes(&mut self, place: &Place, schema: &Object) {
        for (key, value) in schema {
            if let Some(keyword) = Keyword::named(key) {
                self.check_shape(place, key, value, keyword.value);
            }
        }
    }

    fn check_shape(&mut self, place: &Place, key: &str, value: &Node, shape: Shape) {
        // A `$ref` is followed where OpenAPI allows none, too.
        let is_reference = value.get("$ref").is_some_and(|reference| reference.as_str().is_some());
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
                        let message = format!("`{key}` has strings, and this is {}", name.kind());
                        self.error(&place.child(key).index(index), "wrong-type", message, None);
                    }
                }
                (value.as_array().is_some(), "an array")
            }
        };
        if !fits {
            let message = format!("`{key}` is {}, not {wanted}", value.kind());
            self.error(&place.child(key), "wrong-type", message, None);
        }
    }
}

impl Lowering<'_> {
    /// Reports the keywords of a schema that are unknown or not expressed, once.
    pub(super) fn check_keywords(&mut self, place: &Place, object: &Object) {
        if self.quiet > 0 || !self.checked.insert(place.clone()) {
            return;
        }
        self.check_shapes(place, object);
        for (key, value) in object {
            let place = place.child(key);
            match significance(object, key, value) {
                Significance::Heeded => {}
                Significance::Unexpressed => {
                    let keyword = if key == "if" { "`then` and `else`" } else { &format!("`{key}`") };
                    let message = match lost_properties(object, key, value).as_slice() {
                        [] => format!("`{key}` restricts the values, and the type does not"),
                        lost => format!(
                            "the properties `{}` are named by {keyword} alone, and the type does not have them",
                            lost.join("`, `")
                        ),
                    };
                    self.warning(&place, "unexpressed-keyword", message, None);
                }
                Significance::Unknown => {
                    let message = format!("`{key}` is not a keyword of schemas; it is not looked at");
                    self.warning(&place, "unknown-keyword", message, None);
                }
            }
        }
    }
}

/// The properties that only the schemas of a keyword name, so that the type does not have them.
fn lost_properties<'a>(schema: &'a Object, key: &str, value: &'a Node) -> Vec<&'a str> {
    let schemas: Vec<&Node> = match key {
        "if" => ["then", "else"].into_iter().filter_map(|key| schema.get(key)).collect(),
        "dependentSchemas" | "dependencies" => {
            value.as_object().into_iter().flat_map(Object::values).collect()
        }
        _ => Vec::new(),
    };
    let known = schema.get("properties").and_then(Node::as_object);
    let names = schemas.into_iter().filter_map(|schema| schema.get("properties")?.as_object()).flatten();
    let mut lost: Vec<&str> = Vec::new();
    for (name, _) in names {
        if !known.is_some_and(|known| known.contains_key(name)) && !lost.contains(&name.as_str()) {
            lost.push(name);
        }
    }
    lost
}

/// What becomes of a keyword.
enum Significance {
    /// It is expressed or told, or it asks nothing of a value.
    Heeded,
    /// It restricts values in a way that is lost.
    Unexpressed,
    /// It is no keyword.
    Unknown,
}

fn significance(schema: &Object, name: &str, value: &Node) -> Significance {
    let Some(keyword) = Keyword::named(name) else {
        return if name.starts_with("x-") { Significance::Heeded } else { Significance::Unknown };
    };
    let is_expressed = match (name, keyword.effect) {
        ("not", _) => excluded(value).is_some(),
        ("propertyNames", _) => *value == Node::Bool(true) || is_told_of_names(value),
        // Alone it asks nothing.
        ("if", _) => !schema.contains_key("then") && !schema.contains_key("else"),
        ("unevaluatedItems", _) if schema.contains_key("prefixItems") => value.as_bool().is_some(),
        (_, Effect::Partial) => *value == Node::Bool(true),
        (_, effect) => effect != Effect::Warning,
    };
    if is_expressed { Significance::Heeded } else { Significance::Unexpressed }
}

fn is_told_of_names(value: &Node) -> bool {
    is_told(&Node::Object([("propertyNames".to_owned(), value.clone())].into_iter().collect()))
}
