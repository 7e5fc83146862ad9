//! The keywords of schemas: which there are, what their values look like, and what the generator does with each.
//!
//! This is the only list of them. Validation, the report, the comparison of documents and the types all read it.

use super::{Node, Object};

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Anything, or something that is checked where it is used.
    Any,
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A number; in OpenAPI 3.0 a flag, which makes the number of another keyword exclusive.
    NumberOrFlag,
    /// An object.
    Members,
    /// An array.
    Array,
    /// An array of strings.
    Names,
}

/// What the generator does with a keyword.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Takes another schema in its place.
    Reference,
    /// Combines schemas.
    Composition,
    /// Chooses the type of a value by it.
    Type,
    /// Makes a constant of it, or a sentence in the description.
    Limit,
    /// Makes a sentence in the description of it.
    Description,
    /// Nothing that restricts a value: it names, describes or documents.
    Annotation,
    /// Expresses some of its values, and warns of the others.
    Partial,
    /// Warns of it.
    Warning,
}

/// How two documents are compared by a keyword.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison {
    /// By its value, which allows fewer values where it is there.
    Limit,
    /// By its value, which allows no fewer values.
    Note,
    /// By the schema that it holds.
    Schema,
    /// In a way of its own, or not at all.
    Other,
}

/// A keyword of schemas.
#[derive(Debug)]
pub struct Keyword {
    /// Its name.
    pub name: &'static str,
    /// What its value looks like.
    pub value: Shape,
    /// What the generator does with it.
    pub effect: Effect,
    /// Whether it may change the type beside a `$ref` or in a member of `allOf`.
    pub narrows: bool,
    /// The type that a schema with it has where none is stated.
    pub implies: Option<&'static str>,
    /// How documents are compared by it.
    pub comparison: Comparison,
}

use Effect::{Annotation, Composition, Description, Limit, Partial, Reference, Type, Warning};
use Shape::{Any, Array, Flag, Members, Names, Number, NumberOrFlag, Text};

/// Every keyword, in the order in which documents are compared by them.
pub const KEYWORDS: &[Keyword] = &[
    row("$ref", Text, Reference),
    row("$dynamicRef", Text, Reference),
    row("$recursiveRef", Any, Reference),
    row("allOf", Array, Composition),
    row("anyOf", Array, Composition).narrowing(),
    row("oneOf", Array, Composition).narrowing(),
    row("not", Any, Composition).compared(Comparison::Schema),
    row("type", Any, Type),
    row("enum", Array, Type),
    row("const", Any, Type),
    row("format", Text, Type).compared(Comparison::Limit),
    row("properties", Members, Type).implying("object"),
    row("additionalProperties", Any, Type).implying("object"),
    row("patternProperties", Members, Type).implying("object"),
    row("items", Any, Type).implying("array").compared(Comparison::Schema),
    row("prefixItems", Array, Type).implying("array"),
    row("required", Names, Description).narrowing(),
    row("minimum", Number, Limit).compared(Comparison::Limit),
    row("maximum", Number, Limit).compared(Comparison::Limit),
    row("exclusiveMinimum", NumberOrFlag, Limit).compared(Comparison::Limit),
    row("exclusiveMaximum", NumberOrFlag, Limit).compared(Comparison::Limit),
    row("multipleOf", Number, Description).compared(Comparison::Limit),
    row("minLength", Number, Limit).implying("string").compared(Comparison::Limit),
    row("maxLength", Number, Limit).implying("string").compared(Comparison::Limit),
    row("pattern", Text, Description).implying("string").compared(Comparison::Limit),
    row("minItems", Number, Limit).narrowing().compared(Comparison::Limit),
    row("maxItems", Number, Limit).narrowing().compared(Comparison::Limit),
    row("minProperties", Number, Limit).compared(Comparison::Limit),
    row("maxProperties", Number, Limit).compared(Comparison::Limit),
    row("uniqueItems", Flag, Description),
    row("dependentRequired", Any, Description),
    row("unevaluatedProperties", Any, Description).narrowing(),
    row("propertyNames", Any, Partial).compared(Comparison::Schema),
    row("if", Any, Partial),
    row("unevaluatedItems", Any, Partial),
    row("additionalItems", Any, Partial),
    row("contains", Any, Warning).compared(Comparison::Schema),
    row("dependentSchemas", Any, Warning),
    row("dependencies", Any, Warning),
    row("contentSchema", Any, Warning),
    // These ask nothing without `if` or `contains`, which are reported.
    row("then", Any, Annotation),
    row("else", Any, Annotation),
    row("minContains", Any, Annotation),
    row("maxContains", Any, Annotation),
    row("title", Text, Annotation),
    row("description", Text, Annotation),
    // Beside a `$ref` it takes the place of the target's (OpenAPI 3.1 §4.8.23).
    row("summary", Any, Annotation),
    row("default", Any, Annotation).compared(Comparison::Note),
    row("example", Any, Annotation),
    row("examples", Any, Annotation),
    row("nullable", Flag, Annotation),
    row("deprecated", Flag, Annotation).compared(Comparison::Note),
    row("readOnly", Flag, Annotation).compared(Comparison::Note),
    row("writeOnly", Flag, Annotation).compared(Comparison::Note),
    row("discriminator", Members, Annotation),
    row("externalDocs", Any, Annotation),
    // How a value is written in XML, which is text to the client.
    row("xml", Any, Annotation),
    row("contentEncoding", Text, Annotation).narrowing(),
    row("contentMediaType", Text, Annotation),
    row("$comment", Any, Annotation),
    row("$id", Any, Annotation),
    row("$schema", Any, Annotation),
    row("$anchor", Any, Annotation),
    row("$dynamicAnchor", Any, Annotation),
    row("$recursiveAnchor", Any, Annotation),
    row("$vocabulary", Any, Annotation),
    row("$defs", Members, Annotation),
    row("definitions", Members, Annotation),
    // Extensions.
    row("x-constants", Any, Annotation).narrowing(),
];

const fn row(name: &'static str, value: Shape, effect: Effect) -> Keyword {
    let narrows = matches!(effect, Type);
    Keyword { name, value, effect, narrows, implies: None, comparison: Comparison::Other }
}

impl Keyword {
    const fn narrowing(self) -> Self {
        Self { narrows: true, ..self }
    }

    const fn implying(self, implies: &'static str) -> Self {
        Self { implies: Some(implies), ..self }
    }

    const fn compared(self, comparison: Comparison) -> Self {
        Self { comparison, ..self }
    }

    /// The keyword with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYWORDS.iter().find(|keyword| keyword.name == name)
    }

    /// Whether it says something of the type of a value.
    pub fn is_structural(&self) -> bool {
        matches!(self.effect, Reference | Composition | Type)
    }
}

/// The names of the keywords by which documents are compared in one way.
pub fn compared_by(comparison: Comparison) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |keyword| keyword.comparison == comparison).map(|keyword| keyword.name)
}

/// Whether a keyword says something of a value's type.
pub fn is_structural(name: &str) -> bool {
    Keyword::named(name).is_some_and(Keyword::is_structural)
}

/// Whether a keyword may change the type beside a `$ref` or in a member of `allOf`, or may contradict one there.
pub fn may_change_type(name: &str) -> bool {
    Keyword::named(name).is_some_and(|keyword| keyword.narrows || keyword.effect == Limit)
}

/// Whether a keyword restricts no value. Extensions do not.
pub fn is_annotation(name: &str) -> bool {
    name.starts_with("x-") || Keyword::named(name).is_some_and(|keyword| keyword.effect == Annotation)
}

/// The type that the keywords of a schema without `type` imply.
pub fn implied_type(schema: &Object) -> Option<&'static str> {
    let implies = |kind: &str| {
        let mut keywords = KEYWORDS.iter().filter(|keyword| keyword.implies == Some(kind));
        keywords.any(|keyword| schema.contains_key(keyword.name))
    };
    let is_string = || implies("string") || schema.get("format").is_some_and(is_string_format);
    ["object", "array"].into_iter().find(|kind| implies(kind)).or_else(|| is_string().then_some("string"))
}

fn is_string_format(format: &Node) -> bool {
    let known = ["binary", "byte", "date", "date-time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"];
    format.as_str().is_some_and(|format| known.contains(&format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_keyword_is_in_the_table_once() {
        for (index, keyword) in KEYWORDS.iter().enumerate() {
            assert!(KEYWORDS[..index].iter().all(|other| other.name != keyword.name), "{}", keyword.name);
        }
    }

    #[test]
    fn a_schema_without_a_type_has_the_type_that_its_keywords_imply() {
        let schema =
            |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), Node::Null)).collect::<Object>();
        for (keys, implied) in [
            (&["properties", "items"][..], Some("object")),
            (&["prefixItems"], Some("array")),
            (&["title", "pattern"], Some("string")),
            (&["minimum", "required"], None),
        ] {
            assert_eq!(implied_type(&schema(keys)), implied, "{keys:?}");
        }
    }
}
