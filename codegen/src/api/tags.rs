//! Finds the property that distinguishes the variants of each union, once all types are known.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Api;
use super::model::{Field, FieldDefault, Kind, Struct, Type, TypeId, Union, Variant};

/// How deep unions within unions are searched.
const DEPTH: usize = 8;

/// The values that a property of a type can have.
#[derive(Clone, Debug, PartialEq)]
struct Values {
    values: Vec<String>,
    may_be_missing: bool,
}

/// Finds a property that distinguishes the variants of each union, and sorts the variants into the order in which a
/// value is tried against them.
pub(super) fn assign(api: &mut Api) {
    let mut pinned = Pinned::new();
    for index in 0..api.types.len() {
        let Kind::Union(union) = &api.types[index].kind else { continue };
        let mut union = union.clone();
        let is_declared = union.tag.is_some();
        tag(api, &mut union);
        for variant in union.variants.iter_mut().filter(|variant| variant.is_default) {
            if !variant.tags.iter().any(String::is_empty) {
                variant.tags.push(String::new());
            }
        }
        if let (Some(property), true) = (union.tag.clone(), is_declared) {
            write_tags(api, &mut union, &property);
            note_pinned(api, &union, &property, &mut pinned);
        }
        order(api, &mut union);
        api.types[index].kind = Kind::Union(union);
    }
    pin(api, pinned);
}

/// Makes the union write the tags of types that have no field for them. A type with several tags becomes a variant
/// for each, so that a value keeps the tag that it was read with.
fn write_tags(api: &Api, union: &mut Union, property: &str) {
    let variants = std::mem::take(&mut union.variants);
    for variant in variants {
        let has_tags = !variant.tags.is_empty() && !variant.tags.iter().any(String::is_empty);
        if !has_tags || declares(api, &variant.ty, property, DEPTH) {
            union.variants.push(variant);
            continue;
        }
        let is_only = variant.tags.len() == 1;
        for tag in &variant.tags {
            let name = if is_only { variant.name.clone() } else { tag.clone() };
            let given = variant.given.clone().filter(|_| is_only);
            union.variants.push(Variant {
                name,
                given,
                tags: vec![tag.clone()],
                writes_tag: true,
                ..variant.clone()
            });
        }
    }
}

/// Whether a value of a type always has the property.
fn declares(api: &Api, ty: &Type, property: &str, depth: usize) -> bool {
    match api.resolved(ty) {
        Type::Map(_) => false,
        Type::Named(id) => match &api.named(*id).kind {
            Kind::Struct(structure) => structure.fields.iter().any(|field| field.name == property),
            Kind::Union(union) if depth > 0 => {
                union.tag.as_deref() == Some(property)
                    || union.variants.iter().any(|variant| declares(api, &variant.ty, property, depth - 1))
            }
            _ => true,
        },
        _ => true,
    }
}

/// The tags that unions expect of a struct's property.
type Pinned = BTreeMap<(TypeId, String), Vec<String>>;

fn note_pinned(api: &Api, union: &Union, property: &str, pinned: &mut Pinned) {
    for variant in &union.variants {
        let Type::Named(id) = api.resolved(&variant.ty) else { continue };
        let tags = pinned.entry((*id, property.to_owned())).or_default();
        tags.extend(variant.tags.iter().filter(|tag| !tag.is_empty()).cloned());
        // It can have any tag.
        tags.extend(variant.is_default.then(String::new));
    }
}

/// A property that is a tag with only one value is a constant.
fn pin(api: &mut Api, pinned: Pinned) {
    for ((id, property), mut tags) in pinned {
        tags.dedup();
        let [tag] = tags.as_slice() else { continue };
        let Kind::Struct(structure) = &api.named(id).kind else { continue };
        let Some(index) = structure.fields.iter().position(|field| field.name == property) else { continue };
        let field = &structure.fields[index];
        let can_be = match api.resolved(&field.ty) {
            Type::String => true,
            _ => allowed(api, field).is_some_and(|values| values.contains(tag)),
        };
        if can_be
            && field.required
            && let Kind::Struct(structure) = &mut api.types[id.0].kind
        {
            let field = &mut structure.fields[index];
            field.values = vec![tag.clone()];
            field.default = FieldDefault::OnlyValue;
        }
    }
}

fn tag(api: &Api, union: &mut Union) {
    let declared = union.tag.take();
    let property = match &declared {
        Some(property) => property.clone(),
        None => match best_property(api, &union.variants, None) {
            Some(property) => property,
            None => return,
        },
    };
    let all: Vec<Option<Values>> =
        union.variants.iter().map(|variant| values(api, &variant.ty, &property, DEPTH)).collect();
    // A list that several types share comes from a common schema, and distinguishes none of them.
    let counts = counted(all.iter().flatten().flat_map(|own| &own.values));
    let is_common =
        |own: &Values| own.values.len() > 1 && own.values.iter().all(|value| counts[value.as_str()] > 1);
    let mapped: HashSet<String> = union.variants.iter().flat_map(|variant| variant.tags.clone()).collect();
    for (variant, own) in union.variants.iter_mut().zip(&all) {
        let is_mapped = !variant.tags.is_empty();
        match own.as_ref().filter(|own| declared.is_none() || !is_common(own)) {
            Some(own) => {
                // A value that the document maps to another type belongs to that type.
                let new = own.values.iter().filter(|value| !mapped.contains(*value));
                variant.tags.extend(new.cloned());
                if own.may_be_missing {
                    variant.tags.push(String::new());
                }
            }
            // Without a mapping the value is the name of the component (OpenAPI 3.1 §4.8.25.1).
            None if declared.is_some() && !is_mapped => variant.tags.extend(component_name(api, &variant.ty)),
            None => {}
        }
    }
    if union.variants.iter().any(|variant| !variant.tags.is_empty()) {
        add_second_property(api, &mut union.variants, &property);
        union.tag = Some(property);
    }
}

/// How often each value occurs.
fn counted<'a>(values: impl Iterator<Item = &'a String>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    values.for_each(|value| *counts.entry(value.as_str()).or_default() += 1);
    counts
}

/// Finds a second property that distinguishes variants with the same tag.
fn add_second_property(api: &Api, variants: &mut [Variant], tag: &str) {
    let rivals = |variants: &[Variant], one: usize| -> Vec<usize> {
        let share = |other: &Variant| {
            other.tags.iter().any(|tag| !tag.is_empty() && variants[one].tags.contains(tag))
        };
        (0..variants.len()).filter(|other| share(&variants[*other])).collect()
    };
    let counts = counted(variants.iter().flat_map(|variant| &variant.tags));
    let shared: Vec<usize> = (0..variants.len())
        .filter(|one| variants[*one].tags.iter().any(|tag| !tag.is_empty() && counts[tag.as_str()] > 1))
        .collect();
    for one in shared {
        let rivals = rivals(variants, one);
        if rivals.len() < 2 {
            continue;
        }
        let group: Vec<Variant> = rivals.iter().map(|rival| variants[*rival].clone()).collect();
        let also = best_property(api, &group, Some(tag)).and_then(|property| {
            let Values { mut values, may_be_missing } = values(api, &variants[one].ty, &property, DEPTH)?;
            values.extend(may_be_missing.then(String::new));
            Some((property, values))
        });
        variants[one].also = also;
    }
}

/// The property, other than `other_than`, whose listed values differ between the most variants.
fn best_property(api: &Api, variants: &[Variant], other_than: Option<&str>) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for variant in variants {
        if let Some(structure) = first_struct(api, &variant.ty, DEPTH) {
            for field in &structure.fields {
                if !names.contains(&field.name.as_str())
                    && other_than != Some(&field.name)
                    && allowed(api, field).is_some()
                {
                    names.push(&field.name);
                }
            }
        }
    }
    // A property that may be missing is good enough if all variants have it.
    let in_all = names.iter().copied().find(|name| {
        let all: Option<Vec<Values>> =
            variants.iter().map(|variant| values(api, &variant.ty, name, DEPTH)).collect();
        let all: Vec<String> = all.into_iter().flatten().flat_map(|own| own.values).collect();
        let distinct: HashSet<&String> = all.iter().collect();
        !all.is_empty() && distinct.len() == all.len()
    });
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let mut seen: Vec<String> = Vec::new();
        let mut distinct = 0;
        for variant in variants {
            if let Some(values) = values(api, &variant.ty, name, DEPTH)
                && !values.may_be_missing
                && values.values.iter().all(|value| !seen.contains(value))
            {
                distinct += 1;
                seen.extend(values.values);
            }
        }
        if distinct >= 2 && best.is_none_or(|(most, _)| distinct > most) {
            best = Some((distinct, name));
        }
    }
    best.map(|(_, name)| name).or(in_all).map(str::to_owned)
}

/// The values that a property of a type can have, if the document lists all of them.
fn values(api: &Api, ty: &Type, property: &str, depth: usize) -> Option<Values> {
    let Type::Named(id) = api.resolved(ty) else { return None };
    match &api.named(*id).kind {
        Kind::Struct(structure) => {
            let field = structure.fields.iter().find(|field| field.name == property)?;
            Some(Values { values: allowed(api, field)?, may_be_missing: !field.required || field.nullable })
        }
        // The type's own tags.
        Kind::Union(union)
            if union.tag.as_deref() == Some(property)
                && union.variants.iter().all(|variant| !variant.tags.is_empty()) =>
        {
            let tags = union.variants.iter().flat_map(|variant| &variant.tags);
            let may_be_missing = tags.clone().any(String::is_empty);
            Some(Values { values: tags.filter(|tag| !tag.is_empty()).cloned().collect(), may_be_missing })
        }
        Kind::Union(union) if depth > 0 => {
            let mut all = Values { values: Vec::new(), may_be_missing: false };
            for variant in &union.variants {
                let own = values(api, &variant.ty, property, depth - 1)?;
                all.may_be_missing |= own.may_be_missing;
                all.values.extend(
                    own.values.into_iter().filter(|value| !all.values.contains(value)).collect::<Vec<_>>(),
                );
            }
            Some(all)
        }
        _ => None,
    }
}

/// The values of a property that the document lists.
fn allowed(api: &Api, field: &Field) -> Option<Vec<String>> {
    if !field.values.is_empty() {
        return Some(field.values.clone());
    }
    let Type::Named(id) = api.resolved(&field.ty) else { return None };
    match &api.named(*id).kind {
        Kind::Enumeration(enumeration) => {
            Some(enumeration.values.iter().map(|value| value.value.clone()).collect())
        }
        _ => None,
    }
}

fn first_struct<'a>(api: &'a Api, ty: &'a Type, depth: usize) -> Option<&'a Struct> {
    let Type::Named(id) = api.resolved(ty) else { return None };
    match &api.named(*id).kind {
        Kind::Struct(structure) => Some(structure),
        Kind::Union(union) if depth > 0 => first_struct(api, &union.variants.first()?.ty, depth - 1),
        _ => None,
    }
}

fn component_name(api: &Api, ty: &Type) -> Option<String> {
    let Type::Named(id) = ty else { return None };
    let name = &api.named(*id).name;
    let object =
        matches!(api.resolved(ty), Type::Named(id) if matches!(api.named(*id).kind, Kind::Struct(_)));
    (object && name.path.is_empty()).then(|| name.root.clone())
}

/// Types that few values fit come first and those that fit anything come last, so that a value is read as the most
/// precise type.
fn order(api: &Api, union: &mut Union) {
    union.variants.sort_by_key(|variant| rank(api, variant));
}

fn rank(api: &Api, variant: &Variant) -> (u8, usize) {
    if !variant.tags.is_empty() {
        return (2, usize::from(variant.also.is_none()));
    }
    match api.resolved(&variant.ty) {
        Type::Double | Type::String => (1, 0),
        Type::Map(_) => (4, 0),
        Type::Any => (5, 0),
        Type::Named(id) => match &api.named(*id).kind {
            Kind::Struct(structure) => {
                let required = structure.fields.iter().filter(|field| field.required).count();
                (3, usize::MAX - required)
            }
            Kind::Enumeration(_) => (1, 0),
            Kind::Union(_) => (3, 0),
            Kind::Alias(_) => (0, 0),
        },
        _ => (0, 0),
    }
}
