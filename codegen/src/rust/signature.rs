//! The arguments that an operation's parameters are, and the calls that put them into a request.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::api::{ArrayFormat, Location, Operation, Parameter, Style, StyleKind, Type};

use super::doc::{doc, own_doc};
use super::identifier::{camel, ident, snake, unique};
use super::model::deprecated;
use super::operation::function_name;
use super::ty::Scope;

/// What the functions of an operation have in common.
pub(super) struct Signature {
    pub(super) arguments: Vec<TokenStream>,
    pub(super) parameters_struct: Option<TokenStream>,
    pub(super) setters: Vec<TokenStream>,
    pub(super) params: Option<TokenStream>,
}

impl Signature {
    pub(super) fn of(scope: &Scope<'_>, operation: &Operation) -> Self {
        let (mut arguments, mut fields, mut setters) = (Vec::new(), Vec::new(), Vec::new());
        for (parameter, name) in argument_names(operation) {
            let (key, argument) = (&parameter.name, ident(&name));
            let value = if parameter.required {
                let ty = argument_type(scope, &parameter.ty);
                arguments.push(quote!(#argument: #ty));
                quote!(#argument)
            } else {
                let (docs, deprecated) = (doc(&parameter.description), deprecated(parameter.deprecated));
                let ty = scope.ty(&parameter.ty);
                fields.push(quote!(#docs #deprecated pub #argument: Option<#ty>));
                quote!(params.#argument)
            };
            setters.push(setter(parameter, key, &value));
        }
        let name = format_ident!("{}Params", camel(&operation.name));
        let about = own_doc(&format!(
            "What can be given to [`{}`].",
            function_name(operation).trim_start_matches("r#")
        ));
        let parameters_struct = (!fields.is_empty()).then(|| {
            quote! {
                #about
                #[derive(Clone, Debug, Default, PartialEq)]
                pub struct #name { #(#fields),* }
            }
        });
        let params = parameters_struct.is_some().then(|| quote!(params: #name));
        Self { arguments, parameters_struct, setters, params }
    }
}

/// The parameters with the names of their arguments or fields. Where a name is taken, it says where the parameter
/// goes: `id` in the path, `id_header`.
pub(crate) fn argument_names(operation: &Operation) -> Vec<(&Parameter, String)> {
    let mut taken = HashSet::from(["configuration".to_owned(), "params".to_owned()]);
    operation
        .parameters
        .iter()
        .map(|parameter| {
            let name = snake(&parameter.name);
            let name = if taken.contains(&name) { located(parameter) } else { name };
            (parameter, unique(name, &mut taken))
        })
        .collect()
}

/// The name of a parameter with the place that it goes to.
fn located(parameter: &Parameter) -> String {
    let place = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    };
    snake(&format!("{} {place}", parameter.name))
}

/// The type of a required parameter.
pub(crate) fn argument_type(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    match scope.api.resolved(ty) {
        Type::String => quote!(&str),
        _ => scope.ty(ty),
    }
}

fn setter(parameter: &Parameter, key: &str, value: &TokenStream) -> TokenStream {
    let (plain, styled) = match parameter.location {
        Location::Path => ("path", "path_with"),
        Location::Query => ("query", "query_with"),
        Location::Header => ("header", "header_with"),
        Location::Cookie => ("cookie", "cookie_with"),
    };
    if parameter.style == Style::default_of(parameter.location) {
        let plain = ident(plain);
        return quote!(.#plain(#key, #value));
    }
    let styled = ident(styled);
    let style = style(parameter.style);
    quote!(.#styled(#key, #value, #style))
}

/// A style by its name in the runtime.
pub(super) fn style(style: Style) -> TokenStream {
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
    let arrays = arrays.map(|format| quote!(.arrays(crate::runtime::ArrayFormat::#format)));
    quote!(crate::runtime::Style::#name #explode #reserved #arrays)
}
