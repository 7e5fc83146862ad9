//! The struct of an operation's optional parameters, and the calls that add parameters to a request.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Location, Operation, Parameter, Style, StyleKind, Type};
use crate::naming::{Scope, argument_names, function_name, parameters_type, plain};

use super::derives::Derives;
use super::doc::{deprecated, doc, own_doc};
use super::imports::Imports;
use super::style::style;
use super::tokens::ident;

/// The struct of an operation's optional parameters. Empty if it has none.
pub(super) fn parameters_struct(
    scope: &Scope<'_>,
    derives: &Derives,
    operation: &Operation,
    imports: &mut Imports,
) -> Option<TokenStream> {
    let optional = argument_names(operation).into_iter().filter(|(parameter, _)| !parameter.required);
    let fields: Vec<TokenStream> = optional
        .map(|(parameter, name)| {
            let (docs, deprecated) = (doc(&parameter.description), deprecated(parameter.deprecated));
            let (name, ty) = (ident(&name), scope.ty(&parameter.ty));
            imports.add(&ty);
            quote!(#docs #deprecated pub #name: Option<#ty>)
        })
        .collect();
    if fields.is_empty() {
        return None;
    }
    let mut optional = operation.parameters.iter().filter(|parameter| !parameter.required);
    let hash = optional.all(|parameter| derives.is_hashed(&parameter.ty)).then(|| quote!(, Eq, Hash));
    let name = ident(&parameters_type(operation));
    let about = own_doc(&format!("Optional parameters of [`{}`].", plain(&function_name(operation))));
    Some(quote! {
        #about
        #[derive(Clone, Debug, Default, PartialEq #hash)]
        pub struct #name { #(#fields),* }
    })
}

/// The calls that put an operation's parameters into a request.
pub(super) fn setters(scope: &Scope<'_>, operation: &Operation) -> Vec<TokenStream> {
    let named = argument_names(operation).into_iter();
    let setters = named.map(|(parameter, name)| {
        let argument = ident(&name);
        match parameter.required {
            true => setter(scope, parameter, &quote!(#argument)),
            false => setter(scope, parameter, &quote!(params.#argument)),
        }
    });
    setters.collect()
}

fn setter(scope: &Scope<'_>, parameter: &Parameter, value: &TokenStream) -> TokenStream {
    let key = &parameter.name;
    let (plain, styled) = match parameter.location {
        Location::QueryString => {
            let setter = ident(match parameter.style.kind {
                StyleKind::Json => "query_json",
                StyleKind::Simple => "query_text",
                _ => "query_form",
            });
            return quote!(.#setter(#value));
        }
        Location::Path => ("path", "path_with"),
        Location::Query => ("query", "query_with"),
        Location::Header => ("header", "header_with"),
        Location::Cookie => ("cookie", "cookie_with"),
    };
    let is_header = parameter.location == Location::Header && !parameter.required;
    if is_header
        && key.eq_ignore_ascii_case("idempotency-key")
        && matches!(parameter.ty, Type::String | Type::Uuid)
    {
        return quote!(.idempotency_key(#key, #value));
    }
    if parameter.style == Style::default_of(parameter.location) {
        let plain = ident(plain);
        return quote!(.#plain(#key, #value));
    }
    let styled = ident(styled);
    let style = style(scope, parameter.style);
    quote!(.#styled(#key, #value, #style))
}
