//! Styles of parameters and form fields, by their names in the runtime.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{ArrayFormat, Style, StyleKind};
use crate::naming::Scope;

use super::tokens::{ident, path};

/// A style by its name in the runtime.
pub(super) fn style(scope: &Scope<'_>, style: Style) -> TokenStream {
    let root = path(scope.names.root());
    let (name, explodes) = match style.kind {
        StyleKind::Simple => ("SIMPLE", false),
        StyleKind::Label => ("LABEL", false),
        StyleKind::Matrix => ("MATRIX", false),
        StyleKind::Form => ("FORM", true),
        StyleKind::SpaceDelimited => ("SPACE_DELIMITED", false),
        StyleKind::PipeDelimited => ("PIPE_DELIMITED", false),
        StyleKind::DeepObject => ("DEEP_OBJECT", true),
        StyleKind::Json => ("JSON", false),
    };
    let name = ident(name);
    let explode = (style.explode != explodes).then(|| {
        let explode = style.explode;
        quote!(.explode(#explode))
    });
    let reserved = style.allow_reserved.then(|| quote!(.allow_reserved()));
    let arrays = match style.arrays {
        ArrayFormat::Indices => None,
        ArrayFormat::Brackets => Some(quote!(Brackets)),
        ArrayFormat::Repeat => Some(quote!(Repeat)),
        ArrayFormat::Comma => Some(quote!(Comma)),
    };
    let arrays = arrays.map(|format| quote!(.arrays(#root::runtime::ArrayFormat::#format)));
    quote!(#root::runtime::Style::#name #explode #reserved #arrays)
}
