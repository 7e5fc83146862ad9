//! The types of strings.

use crate::document::{Node, Schema};

use super::super::model::Type;
use crate::formats::{Format, FormatType, Formats};

/// The type of a string, by its format. The last schema with a format wins.
pub(super) fn string(schemas: &[Schema<'_>], formats: &Formats) -> Type {
    let chosen = |name: &str| Format::named(name).filter(|format| formats.of(*format) != FormatType::String);
    let own = |schema: &Schema<'_>| match (schema.format(), schema.content_encoding()) {
        (Some(name), _) if chosen(name).is_some() => chosen(name).map(type_of),
        (Some("password"), _) => Some(Type::Secret),
        (Some("byte"), _) | (None, Some("base64")) => Some(Type::Base64),
        _ => None,
    };
    schemas.iter().rev().find_map(own).unwrap_or(Type::String)
}

fn type_of(format: Format) -> Type {
    match format {
        Format::DateTime => Type::DateTime,
        Format::Date => Type::Date,
        Format::Time => Type::Time,
        Format::Duration => Type::Duration,
        Format::Uuid => Type::Uuid,
        Format::Decimal => Type::Decimal,
    }
}

/// Whether a `format` or `contentEncoding` changes the type of a value.
pub(super) fn decides_type(key: &str, value: &Node) -> bool {
    let known = [
        "date-time",
        "date",
        "uuid",
        "byte",
        "password",
        "binary",
        "float",
        "int8",
        "int16",
        "int32",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "int-or-string",
    ];
    value
        .as_str()
        .is_some_and(|value| if key == "format" { known.contains(&value) } else { value == "base64" })
}

/// Whether alternatives are all anonymous strings and some list values. They become one enumeration, since an
/// enumeration accepts other strings too.
pub(super) fn are_strings(alternatives: &[Schema<'_>]) -> bool {
    let has_values = |schema: &Schema<'_>| schema.enum_values().next().is_some();
    let is_string = |schema: &Schema<'_>| {
        let others = schema.reference().is_some() || schema.is_union() || schema.all_of().is_some();
        let typed = schema.single_type().is_none_or(|kind| kind == "string");
        typed
            && schema.enum_values().all(|value| value.as_str().is_some())
            && !others
            && !schema.is_nullable()
            && string(&[*schema], &Formats::default()) == Type::String
            && (has_values(schema) || schema.kind().is_some())
    };
    alternatives.iter().all(is_string) && alternatives.iter().any(has_values)
}
