//! Which types are sent and which are received.

use foldhash::HashSet;

use super::Api;
use super::model::{Field, FieldDefault, Kind, Type, TypeId};
use super::operation::Operation;

/// Marks every type that a request or a reply contains, and those of `replaced` that nothing uses any more. Makes
/// properties optional that are not present in both directions.
pub(super) fn mark(api: &mut Api, replaced: &HashSet<TypeId>) {
    let operations = || api.tags.iter().flat_map(|tag| &tag.operations);
    let sent: Vec<TypeId> = named(operations().flat_map(Operation::sent_types));
    let received: Vec<TypeId> = named(operations().flat_map(Operation::received_types));
    let mut mentioned: Vec<TypeId> = sent.iter().chain(&received).copied().collect();
    for (_, named) in api.types.iter().enumerate().filter(|(index, _)| !replaced.contains(&TypeId(*index))) {
        named.kind.walk(&mut |ty| mentioned.extend(ty.id()));
    }
    let unused: Vec<TypeId> = replaced.iter().copied().filter(|id| !mentioned.contains(id)).collect();
    let (sent, received) = (reached(api, sent), reached(api, received));
    for id in unused {
        api.types[id.0].unused = true;
    }
    for (index, named) in api.types.iter_mut().enumerate() {
        (named.sent, named.received) = (sent[index], received[index]);
        if let Kind::Struct(structure) = &mut named.kind {
            let can_send_null = sent[index] && structure.form.is_none();
            for field in &mut structure.fields {
                field.keeps_null = can_send_null && !field.required && field.nullable;
                field.required &= !may_be_missing(field, sent[index], received[index]);
            }
        }
    }
}

/// Whether a required property may be missing nevertheless. A read-only property is missing from requests, a
/// write-only one from replies, and a deprecated or undescribed one from types that are never sent.
fn may_be_missing(field: &Field, sent: bool, received: bool) -> bool {
    let undescribed = field.default == FieldDefault::Undescribed;
    field.read_only && sent
        || field.write_only && received
        || field.deprecated && received && !sent
        || undescribed && !sent
}

fn reached(api: &Api, from: Vec<TypeId>) -> Vec<bool> {
    let mut reached = vec![false; api.types.len()];
    let mut left = from;
    while let Some(id) = left.pop() {
        if !std::mem::replace(&mut reached[id.0], true) {
            api.named(id).kind.walk(&mut |ty| left.extend(ty.id()));
        }
    }
    reached
}

/// The named types within `types`.
fn named<'a>(types: impl Iterator<Item = &'a Type>) -> Vec<TypeId> {
    let mut found = Vec::new();
    types.for_each(|ty| ty.walk(&mut |ty| found.extend(ty.id())));
    found
}
