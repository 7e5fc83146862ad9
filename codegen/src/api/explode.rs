//! Resets `explode` where it has no effect: on parameters whose values have no parts.

use super::model::{Kind, Named, Type};
use super::{Api, Style};

/// Resets `explode` to its default on parameters whose values have no parts.
pub(super) fn reset(api: &mut Api) {
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
