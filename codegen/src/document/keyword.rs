//! The keywords of schemas: their names, the shape of their values, and what the generator does with each.
//!
//! This is the only list of keywords. Validation, reports, the comparison of documents and the types all read it.

use super::view::Shape;
use super::{Node, Object};

/// What the generator does with a keyword.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Replaces the schema with another one.
    Reference,
    /// Combines schemas.
    Composition,
    /// Decides the type of a value.
    Type,
    /// Becomes a constant, or a sentence of the description.
    Limit,
    /// Becomes a sentence of the description.
    Description,
    /// Restricts no value: it names, describes or documents.
    Annotation,
    /// Some of its values are expressed, the others reported.
    Partial,
    /// Is reported.
    Warning,
}

/// How two documents are compared by a keyword.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison {
    /// By its value. Without the keyword more values are allowed.
    Limit,
    /// By its value, which restricts nothing.
    Note,
    /// By the schema that is its value.
    Schema,
    /// In its own way, or not at all.
    Other,
}

/// A keyword of schemas.
#[derive(Debug)]
pub struct Keyword {
    /// Its name.
    pub name: &'static str,
    /// The shape of its value.
    pub value: Shape,
    /// What the generator does with it.
    pub effect: Effect,
    /// Whether it may change the type beside a `$ref` or in a member of `allOf`.
    pub narrows: bool,
    /// The type that it implies where none is stated.
    pub implies: Option<&'static str>,
    /// How documents are compared by it.
    pub comparison: Comparison,
}

/// A schema.
///
/// It has a method for each keyword in the table, and [more](super::schema) for what several keywords mean together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schema<'d>(&'d Node);

impl<'d> Schema<'d> {
    /// Reads a value as a schema. A value that is not an object has no keywords.
    pub fn of(node: &'d Node) -> Self {
        Self(node)
    }

    /// The value itself.
    pub fn node(self) -> &'d Node {
        self.0
    }

    /// The keywords and their values, where the schema is an object.
    pub fn as_object(self) -> Option<&'d Object> {
        self.0.as_object()
    }

    /// The names of the keywords.
    pub fn keys(self) -> impl Iterator<Item = &'d str> {
        self.as_object().into_iter().flat_map(Object::keys).map(String::as_str)
    }
}

/// Declares every keyword: the method of [`Schema`] that returns it, and its row in the table.
macro_rules! keywords {
    ($($method:ident = $row:ident($key:literal, $shape:ident, $effect:ident) $(.$more:ident($($value:expr)?))*;)*) => {
        /// Every keyword, in the order in which documents are compared by them.
        pub const KEYWORDS: &[Keyword] =
            &[$($row($key, Shape::$shape, Effect::$effect) $(.$more($($value)?))*),*];

        impl<'d> Schema<'d> {
            $(super::view::accessor!($method, $key, $shape);)*
        }
    };
}

keywords! {
    reference = row("$ref", Text, Reference);
    dynamic_reference = row("$dynamicRef", Text, Reference);
    recursive_reference = row("$recursiveRef", Any, Reference);
    all_of = row("allOf", Array, Composition);
    any_of = row("anyOf", Array, Composition).narrowing();
    one_of = row("oneOf", Array, Composition).narrowing();
    negation = row("not", Any, Composition).compared(Comparison::Schema);
    kind = row("type", Any, Type);
    enumeration = row("enum", Array, Type);
    constant = row("const", Any, Type);
    format = row("format", Text, Type).compared(Comparison::Limit);
    properties = row("properties", Members, Type).implying("object");
    additional_properties = row("additionalProperties", Any, Type).implying("object");
    pattern_properties = row("patternProperties", Members, Type).implying("object");
    items = row("items", Any, Type).implying("array").compared(Comparison::Schema);
    prefix_items = row("prefixItems", Array, Type).implying("array");
    required = row("required", Names, Description).narrowing();
    minimum = row("minimum", Number, Limit).compared(Comparison::Limit);
    maximum = row("maximum", Number, Limit).compared(Comparison::Limit);
    exclusive_minimum = row("exclusiveMinimum", NumberOrFlag, Limit).compared(Comparison::Limit);
    exclusive_maximum = row("exclusiveMaximum", NumberOrFlag, Limit).compared(Comparison::Limit);
    multiple_of = row("multipleOf", Number, Description).compared(Comparison::Limit);
    min_length = row("minLength", Number, Limit).implying("string").compared(Comparison::Limit);
    max_length = row("maxLength", Number, Limit).implying("string").compared(Comparison::Limit);
    pattern = row("pattern", Text, Description).implying("string").compared(Comparison::Limit);
    min_items = row("minItems", Number, Limit).narrowing().compared(Comparison::Limit);
    max_items = row("maxItems", Number, Limit).narrowing().compared(Comparison::Limit);
    min_properties = row("minProperties", Number, Limit).compared(Comparison::Limit);
    max_properties = row("maxProperties", Number, Limit).compared(Comparison::Limit);
    unique_items = row("uniqueItems", Flag, Description);
    dependent_required = row("dependentRequired", Any, Description);
    unevaluated_properties = row("unevaluatedProperties", Any, Description).narrowing();
    property_names = row("propertyNames", Any, Partial).compared(Comparison::Schema);
    condition = row("if", Any, Partial);
    unevaluated_items = row("unevaluatedItems", Any, Partial);
    additional_items = row("additionalItems", Any, Partial);
    contains = row("contains", Any, Warning).compared(Comparison::Schema);
    dependent_schemas = row("dependentSchemas", Any, Warning);
    dependencies = row("dependencies", Any, Warning);
    content_schema = row("contentSchema", Any, Warning);
    // These have no effect without `if` or `contains`, which are reported.
    consequence = row("then", Any, Annotation);
    alternative = row("else", Any, Annotation);
    min_contains = row("minContains", Any, Annotation);
    max_contains = row("maxContains", Any, Annotation);
    title = row("title", Text, Annotation);
    description = row("description", Text, Annotation);
    // Beside a `$ref` it replaces the target's (OpenAPI 3.1 §4.8.23).
    summary = row("summary", Any, Annotation);
    default = row("default", Any, Annotation).compared(Comparison::Note);
    example = row("example", Any, Annotation);
    examples = row("examples", Any, Annotation);
    nullable = row("nullable", Flag, Annotation);
    deprecated = row("deprecated", Flag, Annotation).compared(Comparison::Note);
    read_only = row("readOnly", Flag, Annotation).compared(Comparison::Note);
    write_only = row("writeOnly", Flag, Annotation).compared(Comparison::Note);
    discriminator = row("discriminator", Members, Annotation);
    external_docs = row("externalDocs", Any, Annotation);
    // How a value is written in XML. To the client XML is text.
    xml = row("xml", Any, Annotation);
    content_encoding = row("contentEncoding", Text, Annotation).narrowing();
    content_media_type = row("contentMediaType", Text, Annotation);
    comment = row("$comment", Any, Annotation);
    id = row("$id", Any, Annotation);
    dialect = row("$schema", Any, Annotation);
    anchor = row("$anchor", Any, Annotation);
    dynamic_anchor = row("$dynamicAnchor", Any, Annotation);
    recursive_anchor = row("$recursiveAnchor", Any, Annotation);
    vocabulary = row("$vocabulary", Any, Annotation);
    defs = row("$defs", Members, Annotation);
    definitions = row("definitions", Members, Annotation);
    // Extensions.
    constants = row("x-constants", Any, Annotation).narrowing();
    // The names of the values in `enum`, as several tools spell them.
    enum_varnames = row("x-enum-varnames", Any, Annotation);
    enum_names = row("x-enumNames", Any, Annotation);
    enum_names_kebab = row("x-enum-names", Any, Annotation);
    enum_descriptions = row("x-enum-descriptions", Any, Annotation);
    rust_name = row("x-rust-name", Text, Annotation);
    // Names of values in `enum`, by value.
    rust_names = row("x-rust-names", Members, Annotation);
    preserves_unknown_fields = row("x-kubernetes-preserve-unknown-fields", Any, Annotation);
}

const fn row(name: &'static str, value: Shape, effect: Effect) -> Keyword {
    let narrows = matches!(effect, Effect::Type);
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

    /// Finds a keyword by its name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYWORDS.iter().find(|keyword| keyword.name == name)
    }

    /// Whether it says something about the type of a value.
    pub fn is_structural(&self) -> bool {
        matches!(self.effect, Effect::Reference | Effect::Composition | Effect::Type)
    }
}

/// The names of the keywords that documents are compared by in one way.
pub fn compared_by(comparison: Comparison) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |keyword| keyword.comparison == comparison).map(|keyword| keyword.name)
}

/// Whether a keyword says something about the type of a value.
pub fn is_structural(name: &str) -> bool {
    Keyword::named(name).is_some_and(Keyword::is_structural)
}

/// Whether a keyword may change the type beside a `$ref` or in a member of `allOf`, or may contradict one there.
pub fn may_change_type(name: &str) -> bool {
    Keyword::named(name).is_some_and(|keyword| keyword.narrows || keyword.effect == Effect::Limit)
}

/// Whether a keyword restricts no value. Extensions do not.
pub fn is_annotation(name: &str) -> bool {
    name.starts_with("x-") || Keyword::named(name).is_some_and(|keyword| keyword.effect == Effect::Annotation)
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
