//! One module of `models`: a component's type and those that stand in it.

mod constant;
mod conversion;
mod enumeration;
mod form;
mod limits;
mod structure;
mod union;

pub(super) use constant::only_value;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::api::{Api, Kind, Named, Type, TypeId};
use crate::naming::{Names, Scope};
use crate::sentence;

use super::derives::Derives;
use super::doc::{deprecated, doc};
use super::format::Source;
use super::imports::Imports;
use super::tokens::ident;
pub(super) use structure::{is_argument, is_required};

/// The text of a module.
pub(super) fn module(
    api: &Api,
    names: &Names,
    derives: &Derives,
    (module, types): (&str, &[TypeId]),
    header: &str,
) -> String {
    let scope = Scope::new(api, names, Some(module));
    let mut source = Source::new(header, "");
    let imports = Imports::of_models(&scope, types).into_token_stream();
    if !imports.is_empty() {
        source.items(imports);
    }
    for items in types.iter().flat_map(|id| items(&scope, derives, *id)) {
        source.gap();
        source.items(items);
    }
    source.finish()
}

/// A type and what belongs to it.
fn items(scope: &Scope<'_>, derives: &Derives, id: TypeId) -> Vec<TokenStream> {
    let named = scope.api.named(id);
    let name = ident(&scope.names.of(id).name);
    match &named.kind {
        Kind::Alias(ty) => vec![alias(scope, named, ty, &name)],
        Kind::Enumeration(enumeration) => enumeration::items(named, enumeration, &name),
        Kind::Union(union) => union::items(scope, derives, id, union, &name),
        Kind::Struct(structure) => structure::items(scope, derives, id, structure, &name),
    }
}

fn alias(scope: &Scope<'_>, named: &Named, ty: &Type, name: &proc_macro2::Ident) -> TokenStream {
    let (docs, deprecated) = (about(named), deprecated(named.deprecated));
    if !named.recursive {
        let ty = scope.ty(ty);
        return quote!(#docs #deprecated pub type #name = #ty;);
    }
    // Arrays and maps have their elements elsewhere already; what a tuple holds is within it.
    let ty = scope.boxed(ty, !matches!(ty, Type::Array(_) | Type::Map(_)));
    quote! {
        #docs
        #deprecated
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct #name(pub #ty);
    }
}

/// The description of a type. For a type within another one it is the first sentence: the property has the rest.
fn about(named: &Named) -> TokenStream {
    match named.name.path.is_empty() {
        true => doc(&named.description),
        false => doc(&sentence::first(&named.description)),
    }
}
