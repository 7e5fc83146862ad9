//! The conversions of the types of variants into their union.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{Api, Type, TypeId, Union};
use crate::naming::Scope;

use super::super::tokens::ident;

/// A `From` for each variant whose type no other variant has.
pub(super) fn conversions(
    scope: &Scope<'_>,
    id: TypeId,
    union: &Union,
    names: &[String],
    name: &Ident,
) -> Vec<TokenStream> {
    let types: Vec<Type> =
        union.variants.iter().map(|variant| without_aliases(scope.api, &variant.ty)).collect();
    let is_unique =
        |ty: &Type| *ty != Type::Named(id) && types.iter().filter(|other| *other == ty).count() == 1;
    let mut conversions = Vec::new();
    for ((variant, variant_name), ty) in union.variants.iter().zip(names).zip(&types) {
        if !is_unique(ty) {
            continue;
        }
        let variant_name = ident(variant_name);
        // The `Box` of a type that may be null is within its `Option`.
        let (rust, value) = match (variant.boxed, &variant.ty) {
            (true, ty @ Type::Nullable(_)) => (scope.boxed(ty, true), quote!(value)),
            (true, ty) => (scope.ty(ty), quote!(Box::new(value))),
            (false, ty) => (scope.ty(ty), quote!(value)),
        };
        conversions.push(conversion(name, &quote!(#rust), &quote!(Self::#variant_name(#value))));
        if *ty == Type::String {
            conversions.push(conversion(name, &quote!(&str), &quote!(Self::#variant_name(value.to_owned()))));
        }
    }
    conversions
}

fn conversion(name: &Ident, from: &TokenStream, value: &TokenStream) -> TokenStream {
    quote! {
        impl From<#from> for #name {
            #[inline]
            fn from(value: #from) -> Self {
                #value
            }
        }
    }
}

/// A type with the aliases in it followed to what they stand for.
fn without_aliases(api: &Api, ty: &Type) -> Type {
    let inner = |ty: &Type| Box::new(without_aliases(api, ty));
    match api.resolved(ty) {
        Type::Nullable(ty) => Type::Nullable(inner(ty)),
        Type::FileOr(ty) => Type::FileOr(inner(ty)),
        Type::Array(ty) => Type::Array(inner(ty)),
        Type::Map(ty) => Type::Map(inner(ty)),
        Type::Tuple(types) => Type::Tuple(types.iter().map(|ty| without_aliases(api, ty)).collect()),
        other => other.clone(),
    }
}
