//! An enum of strings, with any other string as its last variant.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{EnumValue, Enumeration, Named};
use crate::naming::value_names;

use super::super::doc::{deprecated, doc};
use super::super::tokens::ident;
use super::about;

/// The enum and its table.
pub(super) fn items(named: &Named, enumeration: &Enumeration, name: &Ident) -> Vec<TokenStream> {
    let variants: Vec<Ident> = value_names(enumeration).iter().map(|variant| ident(variant)).collect();
    let values: Vec<&str> = enumeration.values.iter().map(|value| value.value.as_str()).collect();
    let docs = enumeration.values.iter().map(|value| doc(&description(value)));
    let is_constant = values.len() == 1;
    let default = if is_constant { Some(0) } else { enumeration.default };
    let marks = (0..values.len()).map(|index| (default == Some(index)).then(|| quote!(#[default])));
    let derive_default = default.map(|_| quote!(, Default));
    let about = (!is_constant || named.name.path.is_empty()).then(|| about(named));
    let deprecated = deprecated(named.deprecated);
    vec![
        quote! {
            #about
            #deprecated
            #[derive(Clone, Debug #derive_default)]
            #[non_exhaustive]
            pub enum #name {
                #(#docs #marks #variants,)*
                /// A value that the document does not name.
                Other(String),
            }
        },
        quote!(json_enum!(#name { #(#variants = #values),* });),
    ]
}

/// What a value means, and how it is written.
fn description(value: &EnumValue) -> String {
    let written = match value.value.as_str() {
        plain if !plain.is_empty() && !plain.contains(['`', '\n', '\r']) => format!("`{plain}`"),
        _ => String::new(),
    };
    match (value.description.trim(), written.as_str()) {
        ("", written) => written.to_owned(),
        (description, "") => description.to_owned(),
        (description, written) => format!("{description}\n\n{written}"),
    }
}
