//! One module of `apis`: the operations with a tag.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::api::{Api, BodyContent, Location, Operation, Parameter, Style, StyleKind, Success, Tag, Type};

use super::configuration::constant_names;
use super::doc::{doc, own_doc};
use super::format::Source;
use super::identifier::{camel, ident, shouty, snake, unique};
use super::model::deprecated;
use super::names::Names;
use super::reply::Reply;
use super::ty::{Import, Scope};

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
    let name = shouty(&operation.id);
    if name == "BASE_PATH" || constant_names(api).contains(&name) {
        format!("{name}_OPERATION")
    } else {
        name
    }
}

/// The function's name, as the reference pages have it too.
pub(crate) fn function_name(operation: &Operation) -> String {
    snake(&operation.id)
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
    items.push(reply.types.clone());
    if operation.bodies.is_empty() {
        items.push(function(scope, operation, None, &signature, &reply, needs));
    }
    for index in 0..operation.bodies.len() {
        items.push(function(scope, operation, Some(index), &signature, &reply, needs));
    }
    items.retain(|items| !items.is_empty());
    items
}

/// What the functions of an operation have in common.
struct Signature {
    arguments: Vec<TokenStream>,
    parameters_struct: Option<TokenStream>,
    setters: Vec<TokenStream>,
    params: Option<TokenStream>,
}

impl Signature {
    fn of(scope: &Scope<'_>, operation: &Operation) -> Self {
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
        let name = format_ident!("{}Params", camel(&operation.id));
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

/// The parameters with the names of their arguments or fields.
pub(crate) fn argument_names(operation: &Operation) -> Vec<(&Parameter, String)> {
    let mut taken = HashSet::from(["configuration".to_owned(), "params".to_owned()]);
    operation
        .parameters
        .iter()
        .map(|parameter| (parameter, unique(snake(&parameter.name), &mut taken)))
        .collect()
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

fn style(style: Style) -> TokenStream {
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
    quote!(crate::runtime::Style::#name #explode #reserved)
}

/// An argument for a body, and the call that puts it into the request.
pub(crate) struct BodyArgument {
    pub(crate) name: String,
    pub(crate) ty: TokenStream,
    setter: TokenStream,
}

/// The argument of the body at `index`; `None` where the operation has no body.
pub(crate) fn body_argument(scope: &Scope<'_>, operation: &Operation, index: usize) -> Option<BodyArgument> {
    let mut taken: HashSet<String> = argument_names(operation)
        .into_iter()
        .map(|(_, name)| name)
        .chain(["configuration".to_owned(), "params".to_owned()])
        .collect();
    let body = operation.bodies.get(index)?;
    let content_type = &body.content_type;
    let (name, ty, by_reference) = match &body.content {
        BodyContent::Json(ty) => (body_name(scope, ty), scope.ty(ty), true),
        BodyContent::Multipart(ty) | BodyContent::UrlEncoded(ty) => match only_file(scope, ty) {
            Some(name) => (name, quote!(impl Into<crate::runtime::Binary>), false),
            None => (body_name(scope, ty), scope.ty(ty), false),
        },
        BodyContent::Text => ("body".to_owned(), quote!(String), false),
        BodyContent::Binary => ("body".to_owned(), quote!(impl Into<crate::runtime::Binary>), false),
    };
    let name = unique(snake(&name), &mut taken);
    let argument = ident(&name);
    let value = if body.required { quote!(#argument) } else { quote!(body) };
    let reference = by_reference.then(|| quote!(&));
    let setter = match &body.content {
        BodyContent::Json(_) if content_type == "application/json" || content_type == "*/*" => {
            quote!(.json_body(#reference #value))
        }
        BodyContent::Json(_) => quote!(.json_body_as(#content_type, #reference #value)),
        BodyContent::Multipart(ty) => {
            let form = form_value(scope, ty, &value);
            quote!(.multipart_body(#form))
        }
        BodyContent::UrlEncoded(ty) => {
            let form = form_value(scope, ty, &value);
            quote!(.form_body(#form))
        }
        BodyContent::Text => quote!(.text_body(#content_type, #value)),
        BodyContent::Binary => quote!(.binary_body(#content_type, #value)),
    };
    let ty = match (&body.content, body.required) {
        (_, true) => ty,
        (BodyContent::Binary, false) => quote!(Option<crate::runtime::Binary>),
        (BodyContent::Multipart(_), false) if only_file_of(scope, &body.content).is_some() => {
            quote!(Option<crate::runtime::Binary>)
        }
        (_, false) => quote!(Option<#ty>),
    };
    Some(BodyArgument { name, ty, setter })
}

fn form_value(scope: &Scope<'_>, ty: &Type, value: &TokenStream) -> TokenStream {
    match only_file(scope, ty) {
        Some(_) => {
            let ty = scope.ty(ty);
            quote!(#ty::new(#value))
        }
        None => value.clone(),
    }
}

fn only_file_of(scope: &Scope<'_>, content: &BodyContent) -> Option<String> {
    match content {
        BodyContent::Multipart(ty) | BodyContent::UrlEncoded(ty) => only_file(scope, ty),
        _ => None,
    }
}

/// The name of a form's file, where the form has nothing else: it is the argument itself then.
fn only_file(scope: &Scope<'_>, ty: &Type) -> Option<String> {
    let Type::Named(id) = ty else { return None };
    let crate::api::Kind::Struct(structure) = &scope.api.named(*id).kind else { return None };
    match structure.fields.as_slice() {
        [only] if only.ty == Type::Binary && only.required && !only.nullable => Some(only.name.clone()),
        _ => None,
    }
}

/// What a body is called: after its type, where that has a name of its own.
fn body_name(scope: &Scope<'_>, ty: &Type) -> String {
    match ty {
        Type::Named(id) if scope.names.of(*id).exported => scope.names.of(*id).name.clone(),
        _ => "body".to_owned(),
    }
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
    let name = ident(&snake(&format!("{} {}", operation.id, suffix.unwrap_or_default())));
    let mut docs = match (operation.summary.as_str(), operation.description.as_str()) {
        ("", description) => description.to_owned(),
        (summary, "") => summary.to_owned(),
        (summary, description) if description.starts_with(summary) => description.to_owned(),
        (summary, description) => format!("{summary}\n\n{description}"),
    };
    if let Some(headers) = headers_text(&operation.successes) {
        docs = format!("{docs}\n\n{headers}");
    }
    let (docs, deprecated) = (doc(&docs), deprecated(operation.deprecated));
    let arguments = &signature.arguments;
    let body = body
        .and_then(|index| Some((body_argument(scope, operation, index)?, operation.bodies[index].required)));
    let body_argument = body.as_ref().map(|(body, _)| {
        let (name, ty) = (ident(&body.name), &body.ty);
        if ty.to_string().contains("runtime :: Binary") {
            needs.runtime.insert("Binary");
            scope.import(Import::Models);
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
            quote! {
                let request = Request::new(configuration, &#constant) #server #(#setters)*;
                match #name {
                    Some(body) => request #setter,
                    None => request,
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

/// What tells the function for another form of the body apart.
pub(crate) fn body_suffix(operation: &Operation, index: usize) -> String {
    let word = |index: usize| match &operation.bodies[index].content {
        BodyContent::Json(_) => "json",
        BodyContent::Multipart(_) => "multipart",
        BodyContent::UrlEncoded(_) => "form",
        BodyContent::Text => "text",
        BodyContent::Binary => "binary",
    };
    let same = (0..index).filter(|other| word(*other) == word(index)).count();
    match same {
        0 => format!("as {}", word(index)),
        _ => format!("as {}", operation.bodies[index].content_type),
    }
}

fn headers_text(successes: &[Success]) -> Option<String> {
    let mut seen = HashSet::new();
    let headers = successes
        .iter()
        .flat_map(|success| &success.headers)
        .filter(|(name, _)| seen.insert(name.to_lowercase()));
    let lines: Vec<_> = headers
        .map(|(name, description)| match description.lines().next() {
            Some(first) => format!("- `{name}`: {first}"),
            None => format!("- `{name}`"),
        })
        .collect();
    (!lines.is_empty()).then(|| format!("Headers of the reply, by [`Call::response`]:\n{}", lines.join("\n")))
}
