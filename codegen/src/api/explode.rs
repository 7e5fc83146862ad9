//! `explode` says how the parts of a value are written. Where a value has none, it says nothing.

use super::model::{Kind, Named, Type};
use super::{Api, Style};

/// Gives parameters without parts the default `explode`: it says how parts are written.
pub(super) fn settle(api: &mut Api) {
    let mut tags = std::mem::take(&mut api.tags);
    let operations = tags.iter_mut().flat_map(|tag| &mut tag.operations);
    for parameter in operations.flat_map(|operation| &mut operation.parameters) {
        let default = Style::default_of(parameter.location);
        if parameter.style.kind == default.kind && is_whole(api, &parameter.ty) {
            parameter.style.explode = default.explode;
        }
    }
    api.tags = tags;
}

/// Whether a value of the type has no parts.
fn is_whole(api: &Api, ty: &Type) -> bool {
    match api.resolved(ty) {
        Type::Nullable(inner) => is_whole(api, inner),
        Type::Named(id) => matches!(api.named(*id), Named { kind: Kind::Enumeration(_), .. }),
        Type::Any | Type::Array(_) | Type::Tuple(_) | Type::Map(_) | Type::Binary | Type::FileOr(_) => false,
        _ => true,
    }
}
