//! The call that adds a body to a request.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Body, BodyContent, FormKind, Kind, Type};
use crate::naming::{Scope, only_part};

/// The call that adds `value`, the function's argument, as the body of a request.
pub(super) fn setter(scope: &Scope<'_>, body: &Body, value: &TokenStream) -> TokenStream {
    let content_type = sent_type(scope, body);
    match &body.content {
        BodyContent::Json(_) if content_type == "application/json" => quote!(.json_body(&#value)),
        BodyContent::Json(_) => quote!(.json_body_as(#content_type, &#value)),
        BodyContent::Multipart(ty) => {
            let form = form_value(scope, ty, value);
            match form_kind(scope, ty) {
                Some(FormKind::Positions { .. }) => quote!(.parts_body(#content_type, #form)),
                _ if content_type == MULTIPART => quote!(.multipart_body(#form)),
                _ => quote!(.multipart_body_as(#content_type, #form)),
            }
        }
        BodyContent::UrlEncoded(ty) => {
            let form = form_value(scope, ty, value);
            quote!(.form_body(#form))
        }
        BodyContent::Lines(_) => quote!(.lines_body(#content_type, &#value)),
        BodyContent::Text => quote!(.text_body(#content_type, #value)),
        BodyContent::Base64 => quote!(.text_body(#content_type, #value.to_string())),
        BodyContent::Binary => quote!(.binary_body(#content_type, #value)),
    }
}

/// The media type of forms with names.
const MULTIPART: &str = "multipart/form-data";

/// The `Content-Type` of a body. A range becomes a media type that is always true.
fn sent_type<'a>(scope: &Scope<'_>, body: &'a Body) -> &'a str {
    match &body.content {
        _ if !body.content_type.contains('*') => &body.content_type,
        BodyContent::Json(_) => "application/json",
        BodyContent::Text | BodyContent::Base64 => "text/plain",
        BodyContent::Multipart(ty) => match form_kind(scope, ty) {
            Some(FormKind::Positions { .. }) => "multipart/mixed",
            _ => MULTIPART,
        },
        _ => "application/octet-stream",
    }
}

fn form_kind(scope: &Scope<'_>, ty: &Type) -> Option<FormKind> {
    match &scope.api.named(ty.id()?).kind {
        Kind::Struct(structure) => structure.form,
        _ => None,
    }
}

fn form_value(scope: &Scope<'_>, ty: &Type, value: &TokenStream) -> TokenStream {
    match only_part(scope, ty) {
        Some(_) => {
            let ty = scope.ty(ty);
            quote!(#ty::new(#value))
        }
        None => value.clone(),
    }
}
