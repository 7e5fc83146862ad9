//! The argument that a request's body is, and the call that puts it into the request.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Body, BodyContent, Operation, Type};

use super::identifier::{ident, snake, unique};
use super::signature::argument_names;
use super::ty::Scope;

/// An argument for a body, and the call that puts it into the request.
pub(crate) struct BodyArgument {
    pub(crate) name: String,
    pub(crate) ty: TokenStream,
    pub(super) setter: TokenStream,
}

/// The argument of the body at `index`; `None` where the operation has no body.
pub(crate) fn body_argument(scope: &Scope<'_>, operation: &Operation, index: usize) -> Option<BodyArgument> {
    let mut taken: HashSet<String> = argument_names(operation)
        .into_iter()
        // The optional ones are fields of a struct.
        .filter(|(parameter, _)| parameter.required)
        .map(|(_, name)| name)
        .chain(["configuration".to_owned(), "params".to_owned()])
        .collect();
    let body = operation.bodies.get(index)?;
    let content_type = sent_type(body);
    let (name, ty, by_reference) = match &body.content {
        BodyContent::Json(ty) => (body_name(scope, ty), scope.ty(ty), true),
        BodyContent::Multipart(ty) | BodyContent::UrlEncoded(ty) => match only_file(scope, ty) {
            Some(name) => (name, quote!(impl Into<crate::runtime::Binary>), false),
            None => (body_name(scope, ty), scope.ty(ty), false),
        },
        BodyContent::Text => ("body".to_owned(), quote!(String), false),
        BodyContent::Base64 => ("body".to_owned(), scope.ty(&Type::Base64), false),
        BodyContent::Binary => ("body".to_owned(), quote!(impl Into<crate::runtime::Binary>), false),
    };
    let name = unique(snake(&name), &mut taken);
    let argument = ident(&name);
    let value = if body.required { quote!(#argument) } else { quote!(body) };
    let reference = by_reference.then(|| quote!(&));
    let setter = match &body.content {
        BodyContent::Json(_) if content_type == "application/json" => {
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
        BodyContent::Base64 => quote!(.text_body(#content_type, #value.to_string())),
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

/// The media type that a body is said to be of: of a range, which nothing is of, one that is always true.
fn sent_type(body: &Body) -> &str {
    match &body.content {
        _ if !body.content_type.contains('*') => &body.content_type,
        BodyContent::Json(_) => "application/json",
        BodyContent::Text | BodyContent::Base64 => "text/plain",
        _ => "application/octet-stream",
    }
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
        _ if structure.additional.is_some() => None,
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

/// What tells the function for another form of the body apart.
pub(crate) fn body_suffix(operation: &Operation, index: usize) -> String {
    let word = |index: usize| match &operation.bodies[index].content {
        BodyContent::Json(_) => "json",
        BodyContent::Multipart(_) => "multipart",
        BodyContent::UrlEncoded(_) => "form",
        BodyContent::Text => "text",
        BodyContent::Base64 => "base64",
        BodyContent::Binary => "binary",
    };
    let same = (0..index).filter(|other| word(*other) == word(index)).count();
    match same {
        0 => format!("as {}", word(index)),
        // A plus at the end is all that tells some types apart; elsewhere it parts words.
        _ => match operation.bodies[index].content_type.strip_suffix('+') {
            Some(base) => format!("as {base} plus"),
            None => format!("as {}", operation.bodies[index].content_type),
        },
    }
}
