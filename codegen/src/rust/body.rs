//! The call that adds a body to a request.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Body, BodyContent, Type};
use crate::naming::{Scope, only_file};

/// The call that adds `value`, the function's argument, as the body of a request.
pub(super) fn setter(scope: &Scope<'_>, body: &Body, value: &TokenStream) -> TokenStream {
    let content_type = sent_type(body);
    match &body.content {
        BodyContent::Json(_) if content_type == "application/json" => quote!(.json_body(&#value)),
        BodyContent::Json(_) => quote!(.json_body_as(#content_type, &#value)),
        BodyContent::Multipart(ty) => {
            let form = form_value(scope, ty, value);
            quote!(.multipart_body(#form))
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

/// The `Content-Type` of a body. A range becomes a media type that is always true.
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
