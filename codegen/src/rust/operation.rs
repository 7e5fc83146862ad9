//! One module of `apis`: the operations with a tag.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Operation, Tag};

use super::about;
use super::body::{body_argument, body_suffix};
use super::configuration::constant_names;
use super::doc::doc;
use super::format::Source;
use super::identifier::{ident, shouty, snake};
use super::model::deprecated;
use super::names::Names;
use super::reply::Reply;
use super::signature::Signature;
use super::ty::Scope;

/// The text of a module.
pub(super) fn module(api: &Api, names: &Names, tag: &Tag, header: &str) -> String {
    let scope = Scope::new(api, names, None);
    let mut needs = Needs::default();
    let pieces: Vec<TokenStream> =
        tag.operations.iter().flat_map(|operation| items(&scope, operation, &mut needs)).collect();
    let mut source = Source::new(header, &super::doc::for_rustdoc(&tag.description));
    source.gap();
    source.items(needs.uses(&scope));
    for items in pieces {
        source.gap();
        source.items(items);
    }
    source.finish()
}

/// What a module imports of the runtime and the configuration.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) runtime: HashSet<&'static str>,
    schemes: HashSet<String>,
    base_path: bool,
}

impl Needs {
    fn uses(&self, scope: &Scope<'_>) -> TokenStream {
        let mut runtime: Vec<_> =
            self.runtime.iter().copied().chain(["Call", "Operation", "Request"]).collect();
        runtime.sort_unstable();
        let runtime = runtime.into_iter().map(ident);
        let mut configuration: Vec<_> =
            self.schemes.iter().map(String::as_str).chain(["Configuration"]).collect();
        if self.base_path {
            configuration.push("BASE_PATH");
        }
        configuration.sort_unstable();
        let configuration = match configuration.as_slice() {
            [one] => {
                let one = ident(one);
                quote!(#one)
            }
            several => {
                let several = several.iter().map(|name| ident(name));
                quote!({#(#several),*})
            }
        };
        let others = scope.uses();
        quote! {
            use super::configuration::#configuration;
            #others
            use crate::runtime::{#(#runtime),*};
            use reqwest::Method;
        }
    }
}

/// The name of an operation's constant, which makes way for what the module imports.
fn constant_name(api: &Api, operation: &Operation) -> String {
    let name = shouty(&operation.name);
    // Not all scripts have capitals.
    if name == "BASE_PATH" || name == function_name(operation) || constant_names(api).contains(&name) {
        format!("{name}_OPERATION")
    } else {
        name
    }
}

/// The function's name, as the reference pages have it too.
pub(crate) fn function_name(operation: &Operation) -> String {
    snake(&operation.name)
}

fn items(scope: &Scope<'_>, operation: &Operation, needs: &mut Needs) -> Vec<TokenStream> {
    let (id, method, path) = (&operation.id, ident(&operation.method), &operation.path);
    let schemes = constant_names(scope.api);
    let security = operation.security.iter().map(|alternative| {
        let schemes = alternative.iter().map(|index| {
            needs.schemes.insert(schemes[*index].clone());
            ident(&schemes[*index])
        });
        quote!(&[#(#schemes),*])
    });
    let security: Vec<_> = security.collect();
    let constant = ident(&constant_name(scope.api, operation));
    let mut items = vec![quote! {
        pub static #constant: Operation = Operation::new(#id, Method::#method, #path, &[#(#security),*]);
    }];
    let signature = Signature::of(scope, operation);
    let reply = Reply::of(scope, operation, needs);
    items.extend(signature.parameters_struct.clone());
    items.extend(reply.types.clone());
    if operation.bodies.is_empty() {
        items.push(function(scope, operation, None, &signature, &reply, needs));
    }
    for index in 0..operation.bodies.len() {
        items.push(function(scope, operation, Some(index), &signature, &reply, needs));
    }
    items.retain(|items| !items.is_empty());
    items
}

fn function(
    scope: &Scope<'_>,
    operation: &Operation,
    body: Option<usize>,
    signature: &Signature,
    reply: &Reply,
    needs: &mut Needs,
) -> TokenStream {
    let constant = ident(&constant_name(scope.api, operation));
    let suffix = body.filter(|index| *index > 0).map(|index| body_suffix(operation, index));
    let name = ident(&snake(&format!("{} {}", operation.name, suffix.unwrap_or_default())));
    let (docs, deprecated) = (doc(&about::text(scope, operation)), deprecated(operation.deprecated));
    let arguments = &signature.arguments;
    let body = body
        .and_then(|index| Some((body_argument(scope, operation, index)?, operation.bodies[index].required)));
    let body_argument = body.as_ref().map(|(body, _)| {
        let (name, ty) = (ident(&body.name), &body.ty);
        if ty.to_string().contains("runtime :: Binary") {
            needs.runtime.insert("Binary");
        }
        let ty = short_binary(ty);
        quote!(#name: #ty)
    });
    let params = &signature.params;
    let all: Vec<_> = arguments.iter().cloned().chain(body_argument).chain(params.clone()).collect();
    let setters = &signature.setters;
    let server = operation.server.as_ref().map(|server| {
        needs.base_path = true;
        let url = &server.url;
        quote!(.server(BASE_PATH, #url))
    });
    let (ty, end) = (&reply.ty, &reply.end);
    let block = match &body {
        None => quote!(Request::new(configuration, &#constant) #server #(#setters)* #end),
        Some((body, true)) => {
            let setter = &body.setter;
            quote!(Request::new(configuration, &#constant) #server #(#setters)* #setter #end)
        }
        Some((body, false)) => {
            let (setter, name) = (&body.setter, ident(&body.name));
            // The body may be called so too.
            let request = ident(if body.name == "request" { "without_body" } else { "request" });
            quote! {
                let #request = Request::new(configuration, &#constant) #server #(#setters)*;
                match #name {
                    Some(body) => #request #setter,
                    None => #request,
                } #end
            }
        }
    };
    let many = (all.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        #docs
        #deprecated
        #many
        pub fn #name(configuration: &Configuration, #(#all),*) -> #ty {
            #block
        }
    }
}

/// `Binary` by its short name, which the module imports.
fn short_binary(ty: &TokenStream) -> TokenStream {
    match ty.to_string().as_str() {
        "impl Into < crate :: runtime :: Binary >" => quote!(impl Into<Binary>),
        "Option < crate :: runtime :: Binary >" => quote!(Option<Binary>),
        _ => ty.clone(),
    }
}
