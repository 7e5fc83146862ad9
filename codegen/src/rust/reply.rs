//! What an operation gives: the reply that means success, and the body of its errors.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::api::{ErrorReply, EventForm, Operation, ReplyContent, Type};

use super::doc::{doc, own_doc};
use super::identifier::{camel, ident};
use super::operation::{Needs, function_name};
use super::ty::Scope;

/// What an operation's reply is in Rust.
pub(crate) struct Reply {
    /// The type that the function gives.
    pub(super) ty: TokenStream,
    /// The call that makes it of a request.
    pub(super) end: TokenStream,
    /// Items that only this operation has: its types.
    pub(super) types: Vec<TokenStream>,
    /// The type of the value that awaiting it gives.
    pub(crate) value: TokenStream,
}

impl Reply {
    pub(super) fn of(scope: &Scope<'_>, operation: &Operation, needs: &mut Needs) -> Self {
        let (error, mut types) = error_type(scope, operation, needs);
        let mut kinds: Vec<Option<&ReplyContent>> = Vec::new();
        for success in &operation.successes {
            let preferred = success.contents.first();
            if !kinds.iter().any(|kind| are_alike(*kind, preferred)) {
                kinds.push(preferred);
            }
        }
        let error = error.map(|error| quote!(, #error));
        let events =
            operation.successes.iter().flat_map(|success| &success.contents).find_map(
                |content| match content {
                    ReplyContent::Events(ty, form) => Some((ty, *form)),
                    _ => None,
                },
            );
        let (value, end) = match kinds.as_slice() {
            [] | [None] => (quote!(()), quote!(.empty())),
            [Some(content)] => single(scope, operation, content, needs),
            _ => several(scope, operation, needs, &mut types),
        };
        // A call that is read by its status is one of any kind of events.
        let by_status = kinds.len() > 1;
        let preferred_events = matches!(kinds.as_slice(), [Some(ReplyContent::Events(..))]);
        let (ty, end) = match events.filter(|_| !preferred_events) {
            Some((event, form)) => {
                let event = scope.ty(event);
                let error = error.unwrap_or_else(|| quote!(, serde_json::Value));
                let or_events = (!by_status).then(|| quote!(.or_events()));
                let form = event_form(form, needs).map(|form| quote!(.event_form(#form)));
                let end = quote!(#end #or_events #form);
                (quote!(Call<#value #error, #event>), end)
            }
            None => (quote!(Call<#value #error>), end),
        };
        Self { ty, end, types, value }
    }
}

/// What of an event its type is read from, where that is not JSON.
fn event_form(form: EventForm, needs: &mut Needs) -> Option<TokenStream> {
    let form = match form {
        EventForm::Json => return None,
        EventForm::Text => quote!(EventForm::Text),
        EventForm::Fields => quote!(EventForm::Fields),
    };
    needs.runtime.insert("EventForm");
    Some(form)
}

/// What awaiting an operation gives, for the reference pages.
pub(crate) fn reply_value(scope: &Scope<'_>, operation: &Operation) -> TokenStream {
    Reply::of(scope, operation, &mut Needs::default()).value
}

/// Whether two replies are read alike, whatever JSON is called.
fn are_alike(one: Option<&ReplyContent>, other: Option<&ReplyContent>) -> bool {
    match (one, other) {
        (Some(ReplyContent::Json(one, _)), Some(ReplyContent::Json(other, _))) => one == other,
        (one, other) => one == other,
    }
}

/// The media types to ask for.
fn accept(operation: &Operation) -> String {
    let mut accept: Vec<&str> = Vec::new();
    for content in operation.successes.iter().filter_map(|success| success.contents.first()) {
        if !accept.contains(&content.content_type()) {
            accept.push(content.content_type());
        }
    }
    if accept.is_empty() { "*/*".to_owned() } else { accept.join(", ") }
}

fn single(
    scope: &Scope<'_>,
    operation: &Operation,
    content: &ReplyContent,
    needs: &mut Needs,
) -> (TokenStream, TokenStream) {
    match content {
        ReplyContent::Json(ty, _) => match accept(operation).as_str() {
            "application/json" | "*/*" => (scope.ty(ty), quote!(.json())),
            accept => (scope.ty(ty), quote!(.json_as(#accept))),
        },
        ReplyContent::Text(_) => (quote!(String), quote!(.text())),
        ReplyContent::Binary(content_type) => {
            needs.runtime.insert("ByteStream");
            (quote!(ByteStream), quote!(.binary(#content_type)))
        }
        ReplyContent::Base64(content_type) => {
            needs.runtime.extend(["Decode", "Reply"]);
            let decode = quote!(Decode::Whole(Reply::text_as));
            (scope.ty(&Type::Base64), quote!(.call(#content_type, #decode)))
        }
        ReplyContent::Events(ty, form) => {
            needs.runtime.insert("EventStream");
            let ty = scope.ty(ty);
            let end = match event_form(*form, needs) {
                None => quote!(.events()),
                Some(form) => quote!(.events_as(#form)),
            };
            (quote!(EventStream<#ty>), end)
        }
    }
}

/// An enumeration of what the reply is by its status.
fn several(
    scope: &Scope<'_>,
    operation: &Operation,
    needs: &mut Needs,
    types: &mut Vec<TokenStream>,
) -> (TokenStream, TokenStream) {
    needs.runtime.insert("Decode");
    needs.runtime.insert("Reply");
    let name = format_ident!("{}Reply", camel(&operation.name));
    let (mut variants, mut arms) = (Vec::new(), Vec::new());
    let mut has_default = false;
    for success in by_precision(&operation.successes, |success| &success.status) {
        let variant = ident(&camel(&format!("status {}", success.status)));
        let docs = doc(&success.description);
        let pattern = status_pattern(&success.status);
        has_default |= success.status == "default";
        match success.contents.first() {
            Some(ReplyContent::Json(ty, _)) => {
                let ty = scope.ty(ty);
                variants.push(quote!(#docs #variant(#ty)));
                arms.push(quote!(#pattern => reply.json().map(Self::#variant)));
            }
            Some(ReplyContent::Base64(_)) => {
                let ty = scope.ty(&Type::Base64);
                variants.push(quote!(#docs #variant(#ty)));
                arms.push(quote!(#pattern => reply.text_as().map(Self::#variant)));
            }
            Some(ReplyContent::Text(_)) => {
                variants.push(quote!(#docs #variant(String)));
                arms.push(quote!(#pattern => reply.text().map(Self::#variant)));
            }
            Some(_) => {
                variants.push(quote!(#docs #variant(bytes::Bytes)));
                arms.push(quote!(#pattern => Ok(Self::#variant(reply.body.clone()))));
            }
            None => {
                variants.push(quote!(#docs #variant));
                arms.push(quote!(#pattern => Ok(Self::#variant)));
            }
        }
    }
    if !has_default {
        arms.push(quote!(_ => Err(reply.undeclared())));
    }
    let accept = accept(operation);
    let about = own_doc(&format!("What [`{}`] gives.", function_name(operation).trim_start_matches("r#")));
    types.push(quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        pub enum #name { #(#variants),* }
    });
    types.push(quote! {
        impl #name {
            fn read(reply: &Reply) -> Result<Self, crate::runtime::DecodeError> {
                match reply.status.as_u16() { #(#arms,)* }
            }
        }
    });
    (quote!(#name), quote!(.call(#accept, Decode::Whole(#name::read))))
}

/// The type of an operation's errors, and the types it needs for that; `None` where the document says nothing.
fn error_type(
    scope: &Scope<'_>,
    operation: &Operation,
    needs: &mut Needs,
) -> (Option<TokenStream>, Vec<TokenStream>) {
    let mut types: Vec<&Type> = Vec::new();
    for error in &operation.errors {
        if !types.contains(&&error.ty) {
            types.push(&error.ty);
        }
    }
    match types.as_slice() {
        [] => (None, Vec::new()),
        [one] => (Some(scope.ty(one)), Vec::new()),
        _ => {
            needs.runtime.insert("ErrorBody");
            let name = format_ident!("{}Error", camel(&operation.name));
            (Some(quote!(#name)), error_enum(scope, operation, &name))
        }
    }
}

fn error_enum(scope: &Scope<'_>, operation: &Operation, name: &proc_macro2::Ident) -> Vec<TokenStream> {
    let (mut variants, mut arms) = (Vec::new(), Vec::new());
    let mut has_default = false;
    for error in by_precision(&operation.errors, |error: &ErrorReply| &error.status) {
        let variant = ident(&camel(&format!("status {}", error.status)));
        let (docs, ty) = (doc(&error.description), scope.ty(&error.ty));
        let pattern = status_pattern(&error.status);
        has_default |= error.status == "default";
        variants.push(quote!(#docs #variant(#ty)));
        arms.push(quote!(#pattern => ErrorBody::read(status, body).map(Self::#variant)));
    }
    if !has_default {
        arms.push(quote!(_ => None));
    }
    let about = own_doc(&format!("The errors of [`{}`].", function_name(operation).trim_start_matches("r#")));
    vec![
        quote! {
            #about
            #[derive(Clone, Debug, PartialEq)]
            pub enum #name { #(#variants),* }
        },
        quote! {
            impl ErrorBody for #name {
                fn read(status: u16, body: &[u8]) -> Option<Self> {
                    match status { #(#arms,)* }
                }
            }
        },
    ]
}

/// Exact statuses before ranges, ranges before `default` (OpenAPI 3.1 §4.8.16.2).
fn by_precision<T>(replies: &[T], status: impl Fn(&T) -> &str) -> Vec<&T> {
    let mut replies: Vec<&T> = replies.iter().collect();
    replies.sort_by_key(|reply| match status(reply) {
        "default" => 2,
        range if range.ends_with("XX") => 1,
        _ => 0,
    });
    replies
}

fn status_pattern(status: &str) -> TokenStream {
    match (status.strip_suffix("XX").and_then(|first| first.parse::<u16>().ok()), status.parse::<u16>()) {
        (Some(hundreds), _) => {
            let (first, last) = (
                proc_macro2::Literal::u16_unsuffixed(hundreds * 100),
                proc_macro2::Literal::u16_unsuffixed(hundreds * 100 + 99),
            );
            quote!(#first..=#last)
        }
        (None, Ok(status)) => {
            let status = proc_macro2::Literal::u16_unsuffixed(status);
            quote!(#status)
        }
        (None, Err(_)) => quote!(_),
    }
}
