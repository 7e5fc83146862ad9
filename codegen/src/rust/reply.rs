//! How an operation's replies are read: successful ones, and the bodies of errors.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{ErrorReply, EventForm, Operation, ReplyContent, Type};
use crate::naming::{RustType, Scope, camel, distinct_replies, error_type, function_name, plain, reply_type};

use super::doc::{doc, own_doc};
use super::imports::Imports;
use super::tokens::{ident, path};

/// How an operation's reply is read.
pub(super) struct Reply {
    /// The call that ends a request.
    pub(super) end: TokenStream,
    /// The enums of replies and errors by status.
    pub(super) types: Vec<TokenStream>,
}

impl Reply {
    pub(super) fn of(scope: &Scope<'_>, operation: &Operation, imports: &mut Imports) -> Self {
        let mut types = error_enum(scope, operation, imports);
        let replies = distinct_replies(operation);
        let end = match replies.as_slice() {
            [] | [None] => quote!(.empty()),
            [Some(content)] => single(operation, content, imports),
            _ => several(scope, operation, imports, &mut types),
        };
        let prefers_events = matches!(replies.as_slice(), [Some(ReplyContent::Events(..))]);
        let mut contents = operation.successes.iter().flat_map(|success| &success.contents);
        let event = contents.find_map(|content| match content {
            ReplyContent::Events(_, form) => Some(*form),
            _ => None,
        });
        let Some(form) = event.filter(|_| !prefers_events) else {
            let pages = operation.paging.as_ref().map(|_| quote!(.in_pages()));
            return Self { end: quote!(#end #pages), types };
        };
        // Replies that are read by status may be events of any kind.
        let or_events = (replies.len() <= 1).then(|| quote!(.or_events()));
        let form = event_form(form, imports).map(|form| quote!(.event_form(#form)));
        Self { end: quote!(#end #or_events #form), types }
    }
}

/// The part of an event that its type is read from, if that is not JSON.
fn event_form(form: EventForm, imports: &mut Imports) -> Option<TokenStream> {
    let form = match form {
        EventForm::Json => return None,
        EventForm::Text => quote!(EventForm::Text),
        EventForm::Fields => quote!(EventForm::Fields),
    };
    imports.add_runtime("EventForm");
    Some(form)
}

/// The media types for the `Accept` header.
fn accept(operation: &Operation) -> String {
    let mut accept: Vec<&str> = Vec::new();
    for content in operation.successes.iter().filter_map(|success| success.contents.first()) {
        if !accept.contains(&content.content_type()) {
            accept.push(content.content_type());
        }
    }
    if accept.is_empty() { "*/*".to_owned() } else { accept.join(", ") }
}

fn single(operation: &Operation, content: &ReplyContent, imports: &mut Imports) -> TokenStream {
    match content {
        ReplyContent::Json(..) => match accept(operation).as_str() {
            "application/json" | "*/*" => quote!(.json()),
            accept => quote!(.json_as(#accept)),
        },
        ReplyContent::Lines(_, content_type) => quote!(.lines(#content_type)),
        ReplyContent::Text(content_type) if content_type.contains('*') => quote!(.text()),
        ReplyContent::Text(content_type) => quote!(.text_as(#content_type)),
        ReplyContent::Binary(content_type) => quote!(.binary(#content_type)),
        ReplyContent::Base64(content_type) => {
            imports.add_runtime("Decode");
            imports.add_runtime("Reply");
            quote!(.call(#content_type, Decode::Whole(Reply::text_as)))
        }
        ReplyContent::Events(_, form) => match event_form(*form, imports) {
            None => quote!(.events()),
            Some(form) => quote!(.events_as(#form)),
        },
    }
}

/// An enum of the replies by status.
fn several(
    scope: &Scope<'_>,
    operation: &Operation,
    imports: &mut Imports,
    types: &mut Vec<TokenStream>,
) -> TokenStream {
    imports.add_runtime("Decode");
    imports.add_runtime("Reply");
    let name = ident(&reply_type(operation));
    let (mut variants, mut arms) = (Vec::new(), Vec::new());
    let mut has_default = false;
    for success in by_precision(&operation.successes, |success| &success.status) {
        let variant = ident(&camel(&format!("status {}", success.status)));
        let (docs, pattern) = (doc(&success.description), status_pattern(&success.status));
        has_default |= success.status == "default";
        let (ty, read) = match success.contents.first() {
            None => {
                variants.push(quote!(#docs #variant));
                arms.push(quote!(#pattern => Ok(Self::#variant)));
                continue;
            }
            Some(ReplyContent::Json(ty, _)) => (scope.ty(ty), quote!(reply.json())),
            Some(ReplyContent::Base64(_)) => (scope.ty(&Type::Base64), quote!(reply.text_as())),
            Some(ReplyContent::Text(_)) => (RustType::Plain("String"), quote!(reply.text())),
            Some(ReplyContent::Binary(_) | ReplyContent::Lines(..) | ReplyContent::Events(..)) => {
                (RustType::Plain("bytes::Bytes"), quote!(Ok(reply.body.clone())))
            }
        };
        imports.add(&ty);
        variants.push(quote!(#docs #variant(#ty)));
        arms.push(quote!(#pattern => #read.map(Self::#variant)));
    }
    if !has_default {
        arms.push(quote!(_ => Err(reply.undeclared())));
    }
    let accept = accept(operation);
    let about = own_doc(&format!("The response of [`{}`].", plain(&function_name(operation))));
    types.push(quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        pub enum #name { #(#variants),* }
    });
    let root = path(scope.names.root());
    types.push(quote! {
        impl #name {
            fn read(reply: &Reply) -> Result<Self, #root::runtime::DecodeError> {
                match reply.status.as_u16() { #(#arms,)* }
            }
        }
    });
    quote!(.call(#accept, Decode::Whole(#name::read)))
}

/// An enum of the errors by status, if the document declares several types of them.
fn error_enum(scope: &Scope<'_>, operation: &Operation, imports: &mut Imports) -> Vec<TokenStream> {
    let several = operation.errors.windows(2).any(|errors| errors[0].ty != errors[1].ty);
    if !several {
        return Vec::new();
    }
    imports.add_runtime("ErrorBody");
    let name = ident(&error_type(operation));
    let (mut variants, mut arms) = (Vec::new(), Vec::new());
    let mut has_default = false;
    for error in by_precision(&operation.errors, |error: &ErrorReply| &error.status) {
        let variant = ident(&camel(&format!("status {}", error.status)));
        let (docs, ty) = (doc(&error.description), scope.ty(&error.ty));
        imports.add(&ty);
        let pattern = status_pattern(&error.status);
        has_default |= error.status == "default";
        variants.push(quote!(#docs #variant(#ty)));
        arms.push(quote!(#pattern => ErrorBody::read(status, body).map(Self::#variant)));
    }
    if !has_default {
        arms.push(quote!(_ => None));
    }
    let about = own_doc(&format!("The errors of [`{}`].", plain(&function_name(operation))));
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
