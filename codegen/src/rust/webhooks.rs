//! The module `apis::webhooks`: an enum of the requests that the server sends, by name.

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Callback, EnumValue, Enumeration, Kind, Type};
use crate::naming::{Names, Scope, value_names};

use super::doc::doc;
use super::format::Source;
use super::imports::Imports;
use super::tokens::ident;

/// The name of the feature that the module needs in a crate.
pub(super) const FEATURE: &str = "webhooks";

/// The webhooks whose body is JSON, each name once.
pub(super) fn of(api: &Api) -> Vec<(&Callback, &Type)> {
    let mut found: Vec<(&Callback, &Type)> = Vec::new();
    for webhook in &api.webhooks {
        let is_new = found.iter().all(|(known, _)| known.name != webhook.name);
        found.extend(webhook.json().filter(|_| is_new).map(|ty| (webhook, ty)));
    }
    found
}

/// The text of the module; empty where no webhook has a body of JSON.
pub(super) fn module(api: &Api, names: &Names, header: &str) -> Option<String> {
    let webhooks = of(api);
    if webhooks.is_empty() {
        return None;
    }
    let scope = Scope::new(api, names, None);
    let mut imports = Imports::new(&scope);
    imports.add_runtime("Webhook");
    let values = webhooks.iter().map(|(webhook, _)| EnumValue {
        value: webhook.name.clone(),
        description: String::new(),
        given: None,
    });
    let variants = value_names(&Enumeration { values: values.collect(), default: None });
    let (mut definitions, mut reads, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    let types: Vec<Option<String>> = webhooks.iter().map(|(_, body)| value_of_type(api, body)).collect();
    for (((webhook, body), variant), ty_name) in webhooks.iter().zip(&variants).zip(&types) {
        let (name, variant, ty) = (&webhook.name, ident(variant), scope.ty(body));
        imports.add(&ty);
        // A type that several webhooks have, or that is the name of another one, distinguishes nothing.
        let is_own = |value: &&String| {
            *value != name
                && types.iter().flatten().filter(|other| other == value).count() == 1
                && webhooks.iter().all(|(other, _)| other.name != **value)
        };
        let ty_name = ty_name.as_ref().filter(is_own);
        let wire = ty_name.unwrap_or(name);
        let other = ty_name.map(|_| quote!(| #name));
        let docs = doc(&format!("`{wire}`"));
        definitions.push(quote!(#docs #variant(#ty),));
        reads.push(quote!(#wire #other => Self::#variant(serde_json::from_slice(body)?),));
        labels.push(quote!(Self::#variant(_) => #wire,));
    }
    let mut source = Source::new(header, "The webhooks: requests that the server sends.");
    source.gap();
    source.items(quote!(#imports));
    source.gap();
    source.items(items(&definitions, &reads, &labels));
    Some(source.finish())
}

/// The only value that the property `type` of a body can have. It names the webhook on the wire.
fn value_of_type(api: &Api, ty: &Type) -> Option<String> {
    let Type::Named(id) = api.resolved(ty) else { return None };
    let Kind::Struct(structure) = &api.named(*id).kind else { return None };
    let field = structure.fields.iter().find(|field| field.name == "type")?;
    let enumeration = api.resolved(&field.ty).id().map(|id| &api.named(id).kind);
    match (enumeration, field.values.as_slice()) {
        (_, [only]) => Some(only.clone()),
        (Some(Kind::Enumeration(Enumeration { values, .. })), []) => match values.as_slice() {
            [only] => Some(only.value.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn items(definitions: &[TokenStream], reads: &[TokenStream], labels: &[TokenStream]) -> TokenStream {
    quote! {
        /// A webhook by its name, with its body.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum WebhookEvent {
            #(#definitions)*
            /// A webhook that the document does not name: its name and its body.
            Other(String, serde_json::Value),
        }

        impl Webhook for WebhookEvent {
            #[inline]
            fn read(name: &str, body: &[u8]) -> serde_json::Result<Self> {
                Ok(match name {
                    #(#reads)*
                    other => Self::Other(other.to_owned(), serde_json::from_slice(body)?),
                })
            }

            fn name(&self) -> &str {
                match self {
                    #(#labels)*
                    Self::Other(name, _) => name,
                }
            }
        }
    }
}
