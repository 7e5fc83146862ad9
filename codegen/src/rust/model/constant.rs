//! Fields that can have one value only.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::api::{Field, FieldDefault, Kind, Type};
use crate::naming::{Scope, value_names};

use super::super::tokens::{ident, number};

/// The only value that a field can have, if there is one.
pub(in crate::rust) fn only_value(scope: &Scope<'_>, field: &Field) -> Option<TokenStream> {
    if field.default != FieldDefault::OnlyValue {
        return None;
    }
    let value = match field.values.as_slice() {
        [] => None,
        [value] => Some(value.as_str()),
        _ => return None,
    };
    match (scope.api.resolved(&field.ty), value) {
        (Type::Named(id), value) => {
            let Kind::Enumeration(enumeration) = &scope.api.named(*id).kind else { return None };
            let value = value.or(enumeration.values.first().map(|value| value.value.as_str()))?;
            let index = enumeration.values.iter().position(|known| known.value == value)?;
            let variant = ident(&value_names(enumeration)[index]);
            let ty = scope.ty(&field.ty);
            Some(quote!(#ty::#variant))
        }
        (Type::String, Some(value)) => Some(quote!(#value.to_owned())),
        (Type::Boolean, Some(value)) => value.parse::<bool>().ok().map(|value| quote!(#value)),
        (Type::Integer(_), Some(value)) => value.parse().ok().map(number),
        (Type::Double, Some(value)) => {
            let value: f64 = value.parse().ok()?;
            let (sign, literal) = ((value < 0.0).then(|| quote!(-)), Literal::f64_unsuffixed(value.abs()));
            Some(quote!(#sign #literal))
        }
        _ => None,
    }
}
