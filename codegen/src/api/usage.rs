//! Which types are sent and which are received.

use std::collections::HashSet;

use super::Api;
use super::model::{Field, FieldDefault, Kind, Type, TypeId};
use super::operation::{BodyContent, ReplyContent};

/// Marks every type that a request or a reply reaches, and those of `replaced` that nothing has any more, and makes
/// optional what is not there both ways.
pub(super) fn mark(api: &mut Api, replaced: &HashSet<TypeId>) {
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for operation in api.tags.iter().flat_map(|tag| &tag.operations) {
        sent.extend(operation.parameters.iter().map(|parameter| &parameter.ty));
        for body in &operation.bodies {
            match &body.content {
                BodyContent::Json(ty) | BodyContent::UrlEncoded(ty) | BodyContent::Multipart(ty) => {
                    sent.push(ty);
                }
                BodyContent::Text | BodyContent::Binary => {}
            }
        }
        for content in operation.successes.iter().flat_map(|success| &success.contents) {
            match content {
                ReplyContent::Json(ty, _) | ReplyContent::Events(ty) => received.push(ty),
                ReplyContent::Text(_) | ReplyContent::Binary(_) => {}
            }
        }
        received.extend(operation.errors.iter().map(|error| &error.ty));
    }
    let mut mentioned = Vec::new();
    sent.iter().chain(&received).for_each(|ty| names(ty, &mut mentioned));
    for (_, named) in api.types.iter().enumerate().filter(|(index, _)| !replaced.contains(&TypeId(*index))) {
        each_type(&named.kind, &mut |ty| names(ty, &mut mentioned));
    }
    let unused: Vec<TypeId> = replaced.iter().copied().filter(|id| !mentioned.contains(id)).collect();
    let (sent, received) = (reached(api, sent), reached(api, received));
    for id in unused {
        api.types[id.0].unused = true;
    }
    for (index, named) in api.types.iter_mut().enumerate() {
        (named.sent, named.received) = (sent[index], received[index]);
        if let Kind::Struct(structure) = &mut named.kind {
            let can_send_null = sent[index] && !structure.form;
            for field in &mut structure.fields {
                field.keeps_null = can_send_null && !field.required && field.nullable;
                field.required &= !may_be_missing(field, sent[index], received[index]);
            }
        }
    }
}

/// Whether a property that the schema requires may be missing all the same: one that only replies have, from a
/// request; one that only requests have, from a reply; one that is on its way out or not described, from what is
/// never sent.
fn may_be_missing(field: &Field, sent: bool, received: bool) -> bool {
    let undescribed = field.default == FieldDefault::Undescribed;
    field.read_only && sent
        || field.write_only && received
        || field.deprecated && received && !sent
        || undescribed && !sent
}

fn reached(api: &Api, from: Vec<&Type>) -> Vec<bool> {
    let mut reached = vec![false; api.types.len()];
    let mut left: Vec<TypeId> = Vec::new();
    from.into_iter().for_each(|ty| names(ty, &mut left));
    while let Some(id) = left.pop() {
        if !std::mem::replace(&mut reached[id.0], true) {
            each_type(&api.named(id).kind, &mut |ty| names(ty, &mut left));
        }
    }
    reached
}

/// Every type that a kind is made of.
fn each_type<'a>(kind: &'a Kind, visit: &mut impl FnMut(&'a Type)) {
    match kind {
        Kind::Alias(ty) => visit(ty),
        Kind::Struct(structure) => {
            structure.fields.iter().for_each(|field| visit(&field.ty));
            structure.additional.iter().for_each(visit);
        }
        Kind::Enumeration(_) => {}
        Kind::Union(union) => union.variants.iter().for_each(|variant| visit(&variant.ty)),
    }
}

fn names(ty: &Type, into: &mut Vec<TypeId>) {
    match ty {
        Type::Named(id) => into.push(*id),
        Type::Nullable(inner) | Type::FileOr(inner) | Type::Array(inner) | Type::Map(inner) => {
            names(inner, into)
        }
        Type::Tuple(elements) => elements.iter().for_each(|element| names(element, into)),
        _ => {}
    }
}
