//! An enum with a type in each variant.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{Type, TypeId, Union, Variant};
use crate::naming::{Scope, variant_names};

use super::super::derives::Derives;
use super::super::doc::{deprecated, doc};
use super::super::tokens::ident;
use super::{about, conversion};

/// The enum and its table.
pub(super) fn items(
    scope: &Scope<'_>,
    derives: &Derives,
    id: TypeId,
    union: &Union,
    name: &Ident,
) -> Vec<TokenStream> {
    let named = scope.api.named(id);
    let hash = derives.has_hash(id).then(|| quote!(, Eq, Hash));
    let names = variant_names(scope.api, union, &name.to_string());
    let variants = union.variants.iter().zip(&names).map(|(variant, name)| {
        let docs = doc(if matches!(variant.ty, Type::Named(_)) { "" } else { &variant.description });
        let (name, ty) = (ident(name), scope.boxed(&variant.ty, variant.boxed));
        quote!(#docs #name(#ty),)
    });
    let other = union.tag.is_some().then(|| {
        quote! {
            /// A value with a tag that the document does not name.
            Other(serde_json::Value),
        }
    });
    let (docs, deprecated) = (about(named), deprecated(named.deprecated));
    let tag = union.tag.as_ref().map(|tag| quote!(#[tag = #tag]));
    let entries = union.variants.iter().zip(&names).map(|(variant, name)| entry(variant, &ident(name)));
    let table = quote!(json_union!(#tag #name { #(#entries),* }););
    let definition = quote! {
        #docs
        #deprecated
        #[derive(Clone, Debug, PartialEq #hash)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* #other }
    };
    let conversions = conversion::conversions(scope, id, union, &names, name);
    [definition, table].into_iter().chain(conversions).collect()
}

/// A variant's entry in the table: how its values are recognised.
fn entry(variant: &Variant, name: &Ident) -> TokenStream {
    if variant.tags.is_empty() {
        return quote!(#name);
    }
    let write_tag = variant.writes_tag.then(|| quote!((write_tag)));
    let tags = variant.tags.iter().map(|tag| value(tag)).chain(variant.is_default.then(|| quote!(unknown)));
    let also = variant.also.as_ref().map(|(property, values)| {
        let values = values.iter().map(|of_it| value(of_it));
        quote!(if #property == #(#values)|*)
    });
    quote!(#name #write_tag = #(#tags)|* #also)
}

/// The value of a property; the empty one stands for an object without the property.
fn value(value: &str) -> TokenStream {
    if value.is_empty() { quote!(missing) } else { quote!(#value) }
}
