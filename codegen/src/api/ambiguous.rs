//! Ambiguous unions: some values fit two of their types equally well.

use super::Api;
use super::model::{Kind, Struct, Type, TypeId, Union, Variant};

/// How deep types within types are compared.
const DEPTH: usize = 6;

/// How many types of a union are compared with each other.
const MAX_COMPARED: usize = 100;

/// Returns the unions that are read and have two ambiguous types, with the names of the first such pair.
pub(super) fn unions(api: &Api) -> Vec<(TypeId, String, String)> {
    let mut found = Vec::new();
    for (index, named) in api.types.iter().enumerate() {
        if let Kind::Union(union) = &named.kind
            && (named.received || !named.sent)
            && let Some((one, other)) = pair(api, union)
        {
            found.push((TypeId(index), one.name.clone(), other.name.clone()));
        }
    }
    found
}

fn pair<'a>(api: &Api, union: &'a Union) -> Option<(&'a Variant, &'a Variant)> {
    let structs = union.variants.iter();
    let structs = structs.filter_map(|variant| Some((variant, structure(api, &variant.ty)?)));
    let structs: Vec<(&Variant, &Struct)> = structs.take(MAX_COMPARED).collect();
    structs.iter().enumerate().find_map(|(index, (one, own))| {
        let mut later = structs[index + 1..].iter();
        let (other, _) = later.find(|(other, its)| {
            may_share_tag(one, other) && !extends(own, its) && share_values(api, own, its, DEPTH)
        })?;
        Some((*one, *other))
    })
}

/// Whether the tag can be the same for both.
fn may_share_tag(one: &Variant, other: &Variant) -> bool {
    match (one.tags.is_empty(), other.tags.is_empty()) {
        (true, true) => true,
        (false, false) => {
            let shared = one.tags.iter().any(|tag| !tag.is_empty() && other.tags.contains(tag));
            shared && one.also == other.also
        }
        _ => false,
    }
}

/// Whether one has all properties of the other and more. A value with all of them is read as the larger one.
fn extends(one: &Struct, other: &Struct) -> bool {
    let has = |structure: &Struct, name: &str| structure.fields.iter().any(|field| field.name == name);
    let covers = |one: &Struct, other: &Struct| other.fields.iter().all(|field| has(one, &field.name));
    covers(one, other) != covers(other, one)
}

/// Whether a value can fit both structs with nothing left over: each has what the other requires.
fn share_values(api: &Api, one: &Struct, other: &Struct, depth: usize) -> bool {
    let fits = |from: &Struct, to: &Struct| {
        from.fields.iter().filter(|field| field.required).all(|field| {
            let same = to.fields.iter().find(|other| other.name == field.name);
            same.is_some_and(|same| may_be_both(api, &field.ty, &same.ty, depth))
        })
    };
    fits(one, other) && fits(other, one)
}

/// Whether a value can fit both types.
fn may_be_both(api: &Api, one: &Type, other: &Type, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let (one, other) = (api.resolved(one), api.resolved(other));
    if let Some(union) = union(api, one) {
        return union.variants.iter().any(|variant| may_be_both(api, &variant.ty, other, depth));
    }
    if let Some(union) = union(api, other) {
        return union.variants.iter().any(|variant| may_be_both(api, one, &variant.ty, depth));
    }
    if let (Some(one), Some(other)) = (structure(api, one), structure(api, other)) {
        return share_values(api, one, other, depth);
    }
    match (json_type(api, one), json_type(api, other)) {
        (Some("integer"), Some("number")) | (Some("number"), Some("integer")) => true,
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn json_type(api: &Api, ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Boolean => "boolean",
        Type::Integer(_) => "integer",
        Type::Double => "number",
        Type::String
        | Type::DateTime
        | Type::Date
        | Type::Uuid
        | Type::Time
        | Type::Duration
        | Type::Decimal
        | Type::Base64
        | Type::Secret
        | Type::Binary => "string",
        Type::Array(_) | Type::Tuple(_) => "array",
        Type::Map(_) => "object",
        Type::Any | Type::Nullable(_) | Type::FileOr(_) => return None,
        Type::Named(id) => match &api.named(*id).kind {
            Kind::Struct(_) => "object",
            Kind::Enumeration(_) => "string",
            Kind::Union(_) | Kind::Alias(_) => return None,
        },
    })
}

fn structure<'a>(api: &'a Api, ty: &'a Type) -> Option<&'a Struct> {
    let Type::Named(id) = api.resolved(ty) else { return None };
    match &api.named(*id).kind {
        Kind::Struct(structure) => Some(structure),
        _ => None,
    }
}

fn union<'a>(api: &'a Api, ty: &'a Type) -> Option<&'a Union> {
    let Type::Named(id) = ty else { return None };
    match &api.named(*id).kind {
        Kind::Union(union) => Some(union),
        _ => None,
    }
}
