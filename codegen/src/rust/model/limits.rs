//! Constants of a struct: the limits of its properties, and the numbers that the document gives with it.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Struct, Type};
use crate::naming::{RustType, integer_name, shouty, unique};

use super::super::doc::doc;
use super::super::tokens::{ident, number};

/// The constants of a struct.
pub(super) fn constants(structure: &Struct) -> TokenStream {
    let mut taken = HashSet::new();
    let mut items = TokenStream::new();
    for constant in &structure.constants {
        let name = ident(&unique(shouty(&constant.name), &mut taken));
        let (docs, value) = (doc(&constant.description), number(constant.value.into()));
        items.extend(quote!(#docs pub const #name: u64 = #value;));
    }
    for field in &structure.fields {
        for bound in &field.bounds {
            let name = ident(&unique(shouty(&format!("{} {}", field.name, bound.keyword)), &mut taken));
            let ty = match (&field.ty, bound.of_value) {
                (Type::Integer(integer), true) => RustType::Plain(integer_name(*integer)),
                _ => RustType::Plain("u64"),
            };
            let text = meaning(bound.keyword, &field.name, &field.ty);
            let (docs, value) = (doc(&text), number(bound.value));
            items.extend(quote!(#docs pub const #name: #ty = #value;));
        }
    }
    items
}

fn meaning(keyword: &str, name: &str, ty: &Type) -> String {
    let counted = match ty {
        Type::Binary | Type::FileOr(_) => "bytes",
        Type::Array(_) | Type::Tuple(_) => "elements",
        _ => "characters",
    };
    match keyword {
        "minimum" => format!("The minimum of `{name}`."),
        "maximum" => format!("The maximum of `{name}`."),
        "minLength" | "minItems" => format!("The minimum number of {counted} of `{name}`."),
        _ => format!("The maximum number of {counted} of `{name}`."),
    }
}
