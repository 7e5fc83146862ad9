//! One module of `apis`: the operations with a tag.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Operation, Tag};
use crate::description::for_rustdoc;
use crate::naming::{ArgumentKind, Function, Names, Scope, constant_name, functions, scheme_names};

use super::derives::Derives;
use super::doc::{deprecated, doc};
use super::example::Examples;
use super::format::Source;
use super::imports::Imports;
use super::reply::Reply;
use super::tokens::ident;
use super::{about, body, pages, signature};

/// The methods that `reqwest` has constants for.
const STANDARD_METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// The text of a module.
pub(super) fn module(
    api: &Api,
    names: &Names,
    derives: &Derives,
    (tag, module): (&Tag, &str),
    examples: &Examples,
    header: &str,
) -> String {
    let scope = Scope::new(api, names, None);
    let mut imports = Imports::of_operations(&scope);
    let example =
        |operation: &Operation, written: &Function<'_>| examples.of(&scope, operation, written, module);
    let pieces = tag.operations.iter().flat_map(|operation| {
        items(&scope, derives, operation, &mut imports, &|written| example(operation, written))
    });
    let pieces: Vec<TokenStream> = pieces.collect();
    let mut source = Source::new(header, &for_rustdoc(&tag.description));
    source.gap();
    source.items(quote!(#imports));
    for items in pieces {
        source.gap();
        source.items(items);
    }
    source.finish()
}

/// The items of an operation: its constant, its types and its functions.
fn items(
    scope: &Scope<'_>,
    derives: &Derives,
    operation: &Operation,
    imports: &mut Imports,
    example: &dyn Fn(&Function<'_>) -> TokenStream,
) -> Vec<TokenStream> {
    let reply = Reply::of(scope, operation, imports);
    let mut items = vec![constant(scope.api, operation, imports)];
    items.extend(signature::parameters_struct(scope, derives, operation, imports));
    items.extend(reply.types.clone());
    items.extend(pages::items(scope, operation, imports));
    for written in functions(scope, operation) {
        imports.add(&written.returns.call());
        written.arguments.iter().for_each(|argument| imports.add(&argument.ty));
        let example = example(&written);
        items.push(function(scope, operation, &written, (&reply, &example), imports));
    }
    items
}

fn constant(api: &Api, operation: &Operation, imports: &mut Imports) -> TokenStream {
    let (id, path) = (&operation.id, &operation.path);
    let schemes = scheme_names(api);
    let mut alternatives = Vec::new();
    for alternative in &operation.security {
        let names: Vec<&String> = alternative.iter().map(|index| &schemes[*index]).collect();
        names.iter().for_each(|name| imports.add_configuration(name));
        let names = names.into_iter().map(|name| ident(name));
        alternatives.push(quote!(&[#(#names),*]));
    }
    let constant = ident(&constant_name(api, operation));
    if !STANDARD_METHODS.contains(&&*operation.method) {
        let method = &operation.method;
        return quote! {
            pub static #constant: std::sync::LazyLock<Operation> =
                std::sync::LazyLock::new(|| Operation::of_method(#id, #method, #path, &[#(#alternatives),*]));
        };
    }
    imports.add_method();
    let method = ident(&operation.method);
    quote! {
        pub static #constant: Operation = Operation::new(#id, Method::#method, #path, &[#(#alternatives),*]);
    }
}

fn function(
    scope: &Scope<'_>,
    operation: &Operation,
    written: &Function<'_>,
    (reply, example): (&Reply, &TokenStream),
    imports: &mut Imports,
) -> TokenStream {
    let constant = ident(&constant_name(scope.api, operation));
    let (docs, deprecated) = (doc(&about::text(scope, operation)), deprecated(operation.deprecated));
    let gap = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    let arguments = written.arguments.iter().map(|argument| {
        let (name, ty) = (ident(&argument.name), &argument.ty);
        quote!(#name: #ty)
    });
    let server = operation.server.as_ref().map(|server| {
        imports.add_configuration("BASE_PATH");
        let url = &server.url;
        quote!(.server(BASE_PATH, #url))
    });
    let (setters, end) = (signature::setters(scope, operation), &reply.end);
    let body = written.arguments.iter().find_map(|argument| match argument.kind {
        ArgumentKind::Body(body) => Some((&argument.name, body)),
        ArgumentKind::Parameter(_) | ArgumentKind::Optional => None,
    });
    let block = match body {
        None => quote!(Request::new(configuration, &#constant) #server #(#setters)* #end),
        Some((name, body)) if body.required => {
            let name = ident(name);
            let setter = body::setter(scope, body, &quote!(#name));
            quote!(Request::new(configuration, &#constant) #server #(#setters)* #setter #end)
        }
        Some((name, body)) => {
            let setter = body::setter(scope, body, &quote!(body));
            // The body may have this name too.
            let request = ident(if name == "request" { "without_body" } else { "request" });
            let name = ident(name);
            // The name is a reference already.
            quote! {
                let #request = Request::new(configuration, &#constant) #server #(#setters)*;
                match #name {
                    Some(body) => #request #setter,
                    None => #request,
                } #end
            }
        }
    };
    let many = (written.arguments.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let (name, returns) = (ident(&written.name), written.returns.call());
    // `inline` leaves the function, and with it the reading of its reply, to the crate that calls it. A crate of a
    // large API is built in a fifth of the time, since few programs call more than some of its operations.
    quote! {
        #docs
        #gap
        #example
        #deprecated
        #many
        #[inline]
        pub fn #name(configuration: &Configuration, #(#arguments),*) -> #returns {
            #block
        }
    }
}
