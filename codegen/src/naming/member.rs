//! Names within a type: of fields, variants and values; and the types of fields.

use std::collections::HashSet;

use crate::api::{Api, Enumeration, Field, GivenName, Struct, Type, Union, Variant};

use super::identifier::{camel, snake, unique};
use super::rust_type::RustType;
use super::scope::Scope;

/// The names of the variants of an enumeration of strings.
pub(crate) fn value_names(enumeration: &Enumeration) -> Vec<String> {
    let given = enumeration.values.iter().filter_map(|value| value.given.as_ref());
    let mut taken = taken_variants(given);
    let names = enumeration.values.iter().map(|value| match &value.given {
        Some(given) => given.name.clone(),
        None => variant_name(&camel(&value.value), &mut taken),
    });
    names.collect()
}

fn taken_variants<'a>(given: impl Iterator<Item = &'a GivenName>) -> HashSet<String> {
    given.map(|given| given.name.clone()).chain(["Other".to_owned()]).collect()
}

/// The Rust name that the document gives to a variant, or to the type in it.
pub(super) fn given_variant_name<'a>(api: &'a Api, variant: &'a Variant) -> Option<&'a GivenName> {
    let of_type = || variant.ty.id().and_then(|id| api.named(id).given.as_ref());
    variant.given.as_ref().or_else(of_type)
}

/// The names of the variants of a union whose own name is `own`.
pub(crate) fn variant_names(api: &Api, union: &Union, own: &str) -> Vec<String> {
    let mut taken =
        taken_variants(union.variants.iter().filter_map(|variant| given_variant_name(api, variant)));
    let mut seen = HashSet::new();
    let names = union.variants.iter().map(|variant| {
        // Several variants may have the same type.
        if let Some(given) = given_variant_name(api, variant)
            && seen.insert(&given.name)
        {
            return given.name.clone();
        }
        let name = camel(&variant.name);
        // `Event::EventCreated` repeats a word, and so does `Filter::CompoundFilter`.
        let rest = name.strip_prefix(own).filter(|rest| rest.starts_with(|first: char| first.is_uppercase()));
        let rest = rest.or_else(|| name.strip_suffix(own)).filter(|rest| !["", "Self"].contains(rest));
        variant_name(rest.unwrap_or(&name), &mut taken)
    });
    names.collect()
}

/// Returns `name`, or another one if it is taken. `Other` is the variant for values that the document does not list.
fn variant_name(name: &str, taken: &mut HashSet<String>) -> String {
    unique(if name == "Other" { "OtherValue" } else { name }.to_owned(), taken)
}

/// The names of a struct's fields.
pub(crate) fn field_names(structure: &Struct) -> Vec<String> {
    // The field for other properties has this name.
    let mut taken: HashSet<String> =
        structure.additional.iter().map(|_| "additional_properties".to_owned()).collect();
    let given = |field: &Field| field.given.as_ref().map(|given| snake(&given.name));
    taken.extend(structure.fields.iter().filter_map(given));
    let names = structure.fields.iter();
    names.map(|field| given(field).unwrap_or_else(|| unique(snake(&field.name), &mut taken))).collect()
}

/// The methods that every value has, and the constructor.
const METHODS: [&str; 9] = ["new", "clone", "default", "eq", "ne", "fmt", "hash", "serialize", "deserialize"];

/// The names of the methods that set fields: the fields' own, where no other method has them.
pub(crate) fn setter_names(fields: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = fields.iter().cloned().chain(METHODS.map(str::to_owned)).collect();
    let name = |field: &String| match METHODS.contains(&field.as_str()) {
        true => unique(format!("with_{field}"), &mut taken),
        false => field.clone(),
    };
    fields.iter().map(name).collect()
}

/// The type of a field: an `Option` if it may be missing or `null`, a nested one if those two differ.
pub(crate) fn field_type(scope: &Scope<'_>, field: &Field) -> RustType {
    let ty = scope.boxed(&field.ty, field.boxed);
    match (keeps_null(scope.api, field), is_optional(scope.api, field)) {
        (true, _) => ty.optional().optional(),
        (false, true) => ty.optional(),
        (false, false) => ty,
    }
}

/// Whether a field that is missing differs from one that is `null`.
pub(crate) fn keeps_null(api: &Api, field: &Field) -> bool {
    field.keeps_null && *api.resolved(&field.ty) != Type::Any
}

/// Whether a field is an `Option`.
pub(crate) fn is_optional(api: &Api, field: &Field) -> bool {
    let any = *api.resolved(&field.ty) == Type::Any;
    !field.required || field.nullable && !any
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::EnumValue;

    fn api() -> Api {
        let text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}";
        let document = crate::document::Document::parse("api.yaml", text).unwrap();
        crate::api::lower(&document, &crate::formats::Formats::default()).0
    }

    fn names_of_values(values: &[&str]) -> Vec<String> {
        let value =
            |value: &&str| EnumValue { value: (*value).to_owned(), given: None, description: String::new() };
        value_names(&Enumeration { values: values.iter().map(value).collect(), default: None })
    }

    #[test]
    fn each_value_of_an_enum_has_a_distinct_name() {
        for (values, names) in [
            (&["a", "b"][..], &["A", "B"][..]),
            (&["asc", "ASC", "Asc"], &["Asc", "Asc2", "Asc3"]),
            (&["created_at", "-created_at"], &["CreatedAt", "CreatedAt2"]),
            (&["Other", "other"], &["OtherValue", "OtherValue2"]),
            (&["", " ", "1"], &["Empty", "Space", "N1"]),
        ] {
            assert_eq!(names_of_values(values), names);
        }
    }

    #[test]
    fn a_variant_does_not_repeat_the_name_of_its_union() {
        let variant = |name: &str| Variant {
            name: name.to_owned(),
            given: None,
            ty: Type::Any,
            boxed: false,
            tags: Vec::new(),
            is_default: false,
            also: None,
            description: String::new(),
            writes_tag: false,
        };
        let names = ["EventCreated", "DeletedEvent", "Event", "Eventual", "Other"];
        let union = Union { variants: names.map(variant).into(), tag: None };
        assert_eq!(
            variant_names(&api(), &union, "Event"),
            ["Created", "Deleted", "Event", "Eventual", "OtherValue"]
        );
    }
}
