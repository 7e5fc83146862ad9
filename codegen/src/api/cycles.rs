//! Types that contain themselves, and the indirections that make their size finite. The searches use no recursion,
//! since a document may chain any number of types.

use super::Api;
use super::model::{Kind, Type, TypeId};

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Finds types with no finite definition: aliases of themselves, or unions that are one of their own variants.
/// Returns one of each cycle.
pub(super) fn endless(api: &Api) -> Vec<TypeId> {
    let mut found = Vec::new();
    let meant = |id: TypeId| match &api.named(id).kind {
        Kind::Alias(ty) => names([ty].into_iter()),
        Kind::Union(union) => names(union.variants.iter().map(|variant| &variant.ty)),
        Kind::Struct(_) | Kind::Enumeration(_) => Vec::new(),
    };
    for (_, _, inner) in circles(api.types.len(), meant) {
        if !found.contains(&inner) {
            found.push(inner);
        }
    }
    found
}

/// Marks recursive aliases, then boxes the fields and variants that close a cycle.
pub(super) fn break_up(api: &mut Api) {
    mark_aliases(api);
    let held = |id: TypeId| match &api.named(id).kind {
        Kind::Struct(structure) => slots(api, structure.fields.iter().map(|field| &field.ty)),
        Kind::Union(union) => slots(api, union.variants.iter().map(|variant| &variant.ty)),
        Kind::Alias(ty) => slots(api, [ty].into_iter()),
        Kind::Enumeration(_) => Vec::new(),
    };
    for (id, slot, _) in circles(api.types.len(), held) {
        match &mut api.types[id.0].kind {
            Kind::Struct(structure) => structure.fields[slot].boxed = true,
            Kind::Union(union) => union.variants[slot].boxed = true,
            Kind::Alias(_) | Kind::Enumeration(_) => {}
        }
    }
}

/// An alias that contains itself, even through arrays or maps, becomes a type of its own: Rust expands aliases
/// without end.
fn mark_aliases(api: &mut Api) {
    let aliased = |id: TypeId| {
        let Kind::Alias(ty) = &api.named(id).kind else { return Vec::new() };
        let mut names = Vec::new();
        ty.walk(&mut |ty| names.extend(ty.id()));
        names.retain(|name| matches!(api.named(*name).kind, Kind::Alias(_)));
        names.into_iter().map(|name| (0, name)).collect()
    };
    for (_, _, inner) in circles(api.types.len(), aliased) {
        api.types[inner.0].recursive = true;
    }
}

/// Visits every type once, and reports each slot that contains a type which is being visited.
fn circles(types: usize, held: impl Fn(TypeId) -> Vec<(usize, TypeId)>) -> Vec<(TypeId, usize, TypeId)> {
    let mut marks = vec![Mark::New; types];
    let mut found = Vec::new();
    for start in (0..types).map(TypeId) {
        if marks[start.0] != Mark::New {
            continue;
        }
        marks[start.0] = Mark::Open;
        let mut open = vec![(start, held(start).into_iter())];
        while let Some((id, left)) = open.last_mut() {
            let id = *id;
            let Some((slot, inner)) = left.next() else {
                marks[id.0] = Mark::Done;
                open.pop();
                continue;
            };
            match marks[inner.0] {
                Mark::Open => found.push((id, slot, inner)),
                Mark::New => {
                    marks[inner.0] = Mark::Open;
                    open.push((inner, held(inner).into_iter()));
                }
                Mark::Done => {}
            }
        }
    }
    found
}

/// The named types among some types, including those beside `null`.
fn names<'a>(types: impl Iterator<Item = &'a Type>) -> Vec<(usize, TypeId)> {
    let mut found = Vec::new();
    for (slot, ty) in types.enumerate() {
        if let Type::Named(id) = if let Type::Nullable(inner) = ty { inner } else { ty } {
            found.push((slot, *id));
        }
    }
    found
}

fn slots<'a>(api: &Api, types: impl Iterator<Item = &'a Type>) -> Vec<(usize, TypeId)> {
    let mut found = Vec::new();
    for (slot, ty) in types.enumerate() {
        let mut names = Vec::new();
        held_directly(api, ty, &mut names);
        found.extend(names.into_iter().map(|name| (slot, name)));
    }
    found
}

/// The types that a value of `ty` contains without a pointer, unlike the elements of arrays and maps. An alias counts
/// as its target.
fn held_directly(api: &Api, ty: &Type, into: &mut Vec<TypeId>) {
    match api.resolved(ty) {
        Type::Named(id) => into.push(*id),
        Type::Nullable(inner) => held_directly(api, inner, into),
        Type::Tuple(elements) => elements.iter().for_each(|element| held_directly(api, element, into)),
        _ => {}
    }
}
