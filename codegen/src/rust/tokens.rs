//! Names and types as tokens.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::naming::RustType;

/// The identifier of a name that `naming` made.
pub(super) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// The path that `naming` made of identifiers.
pub(super) fn path(path: &str) -> TokenStream {
    let steps = path.split("::").map(ident);
    quote!(#(#steps)::*)
}

impl ToTokens for RustType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Plain(name) => name.parse().expect("a type of the generator's own is Rust"),
            Self::Local(name) | Self::Model(name) => path(name),
            Self::Runtime(name, arguments) if arguments.is_empty() => path(name),
            Self::Runtime(name, arguments) => {
                let name = path(name);
                quote!(#name<#(#arguments),*>)
            }
            Self::Option(inner) => quote!(Option<#inner>),
            Self::Vec(inner) => quote!(Vec<#inner>),
            Self::Box(inner) => quote!(Box<#inner>),
            Self::Map(value) => quote!(BTreeMap<String, #value>),
            Self::Tuple(elements) => quote!((#(#elements,)*)),
            Self::Into(inner) => quote!(impl Into<#inner>),
        });
    }
}

/// A number with its thousands apart.
pub(super) fn number(value: i128) -> TokenStream {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    let literal: Literal = grouped.parse().expect("digits and underscores are a number");
    if value < 0 { quote!(-#literal) } else { quote!(#literal) }
}
