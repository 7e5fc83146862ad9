//! A struct for an object with known properties.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{Field, FieldDefault, Named, Struct, Type};
use crate::naming::{Scope, field_names, field_type, is_optional, keeps_null, setter_names};

use super::super::derives::Derives;
use super::super::doc::{deprecated, doc, own_doc};
use super::super::tokens::ident;
use super::constant::only_value;
use super::{about, form, limits};
use crate::api::TypeId;

/// The struct, its table, its constructor and its setters.
pub(super) fn items(
    scope: &Scope<'_>,
    derives: &Derives,
    id: TypeId,
    structure: &Struct,
    name: &Ident,
) -> Vec<TokenStream> {
    let named = scope.api.named(id);
    let names: Vec<String> = field_names(structure);
    let all_optional = structure.fields.iter().all(|field| is_optional(scope.api, field));
    let mut items = vec![definition(scope, derives, id, structure, name, all_optional)];
    // A file streams, and cannot be written as JSON.
    if !structure.has_files() {
        items.push(table(scope, named, structure, &names, name));
    }
    let constants = limits::constants(structure);
    let new = match all_optional {
        false => Some(constructor(scope, structure, &names)),
        true => named.sent.then(|| {
            quote! {
                pub fn new() -> Self {
                    Self::default()
                }
            }
        }),
    };
    let setters = if named.sent { setters(scope, structure, &names) } else { Vec::new() };
    if !constants.is_empty() || new.is_some() {
        items.push(quote!(impl #name { #constants #new #(#setters)* }));
    }
    let is_constant = !all_optional && structure.fields.iter().all(|field| !is_argument(scope, field));
    if is_constant {
        items.push(quote! {
            impl Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        });
    }
    items.extend(form::conversion(scope, structure, &names, name));
    items
}

fn definition(
    scope: &Scope<'_>,
    derives: &Derives,
    id: TypeId,
    structure: &Struct,
    name: &Ident,
    all_optional: bool,
) -> TokenStream {
    let named = scope.api.named(id);
    let fields = structure.fields.iter().zip(field_names(structure)).map(|(field, name)| {
        let (docs, deprecated) = (doc(&field.description), deprecated(field.deprecated));
        let (name, ty) = (ident(&name), field_type(scope, field));
        quote!(#docs #deprecated pub #name: #ty,)
    });
    let additional = structure.additional.as_ref().map(|ty| {
        let ty = scope.ty(&Type::Map(Box::new(ty.clone())));
        quote! {
            /// The properties that have no field of their own.
            pub additional_properties: #ty,
        }
    });
    let values = (!structure.has_files()).then(|| quote!(Clone,));
    let equality = (!structure.has_files()).then(|| quote!(, PartialEq));
    let hash = derives.has_hash(id).then(|| quote!(, Eq, Hash));
    let default = all_optional.then(|| quote!(, Default));
    // A server may come to fill more fields.
    let non_exhaustive = named.received.then(|| quote!(#[non_exhaustive]));
    let (docs, deprecated) = (about(named), deprecated(named.deprecated));
    quote! {
        #docs
        #deprecated
        #[derive(#values Debug #equality #hash #default)]
        #non_exhaustive
        pub struct #name { #(#fields)* #additional }
    }
}

/// How the struct is read and written, an entry for each field.
fn table(
    scope: &Scope<'_>,
    named: &Named,
    structure: &Struct,
    names: &[String],
    name: &Ident,
) -> TokenStream {
    // Only servers read what is sent and never received, and they may not overlook what a schema forbids.
    let closed = structure.closed && named.sent && !named.received;
    let closed = closed.then(|| quote!(#[deny_unknown_fields]));
    let mut entries: Vec<TokenStream> = Vec::new();
    for (field, name) in structure.fields.iter().zip(names) {
        let mode = mode(scope, named, field).map(|mode| quote!((#mode)));
        let property = &field.name;
        let wire_name = (property != name).then(|| quote!(= #property));
        let name = ident(name);
        entries.push(quote!(#name #mode #wire_name));
    }
    if structure.additional.is_some() {
        entries.push(quote!(..additional_properties));
    }
    quote!(json_object!(#closed #name { #(#entries),* });)
}

/// What the table says of a property that may be missing.
fn mode(scope: &Scope<'_>, named: &Named, field: &Field) -> Option<TokenStream> {
    let (sent, received) = (named.sent && !named.received, named.received && !named.sent);
    if !field.required {
        return Some(match (field.read_only && sent, keeps_null(scope.api, field)) {
            (true, _) => quote!(read_only),
            (false, true) => quote!(optional, nullable),
            (false, false) => quote!(optional),
        });
    }
    match field.default {
        FieldDefault::OnlyValue if !field.nullable && received => {
            only_value(scope, field).map(|value| quote!(default = #value))
        }
        // Required by mistake, more often than not: `null` leaves it out.
        FieldDefault::Undescribed if *scope.api.resolved(&field.ty) == Type::Any => Some(quote!(optional)),
        _ => None,
    }
}

/// Whether a value needs the field, so that `new` sets it.
pub(in crate::rust) fn is_required(scope: &Scope<'_>, field: &Field) -> bool {
    !is_optional(scope.api, field) || field.required && field.nullable
}

/// Whether `new` takes the field as an argument.
pub(in crate::rust) fn is_argument(scope: &Scope<'_>, field: &Field) -> bool {
    is_required(scope, field) && required_value(scope, field).is_none()
}

/// The only value that a required field can have.
fn required_value(scope: &Scope<'_>, field: &Field) -> Option<TokenStream> {
    (!is_optional(scope.api, field)).then(|| only_value(scope, field)).flatten()
}

fn constructor(scope: &Scope<'_>, structure: &Struct, names: &[String]) -> TokenStream {
    let mut arguments = Vec::new();
    let mut fields = Vec::new();
    for (field, name) in structure.fields.iter().zip(names) {
        let name = ident(name);
        if !is_required(scope, field) {
            fields.push(quote!(#name: None));
        } else if let Some(value) = required_value(scope, field) {
            fields.push(quote!(#name: #value));
        } else if field.ty.is_file() && !field.nullable {
            let ty = scope.ty(&field.ty);
            arguments.push(quote!(#name: impl Into<#ty>));
            fields.push(quote!(#name: #name.into()));
        } else {
            let ty = field_type(scope, field);
            arguments.push(quote!(#name: #ty));
            fields.push(quote!(#name));
        }
    }
    if structure.additional.is_some() {
        fields.push(quote!(additional_properties: BTreeMap::new()));
    }
    let many = (arguments.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        #many
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#fields),* }
        }
    }
}

/// A method for each field that `new` does not set and that a request may have, and for the additional properties.
fn setters(scope: &Scope<'_>, structure: &Struct, names: &[String]) -> Vec<TokenStream> {
    let fields = structure.fields.iter().zip(names).zip(setter_names(names));
    let settable = fields.filter(|((field, _), _)| !is_required(scope, field) && !field.read_only);
    let setters = settable.map(|((field, name), setter)| {
        let docs = own_doc(&format!("Sets `{}`.", crate::naming::plain(name)));
        let (name, setter, deprecated) = (ident(name), ident(&setter), deprecated(field.deprecated));
        let ty = scope.boxed(&field.ty, field.boxed);
        let (argument, value) = if keeps_null(scope.api, field) {
            let ty = ty.optional();
            (quote!(, #name: #ty), quote!(#name))
        } else if let Some(only) = only_value(scope, field) {
            (quote!(), only)
        } else if field.ty.is_file() {
            (quote!(, #name: impl Into<#ty>), quote!(#name.into()))
        } else {
            (quote!(, #name: #ty), quote!(#name))
        };
        quote! {
            #docs
            #deprecated
            #[must_use]
            pub fn #setter(mut self #argument) -> Self {
                self.#name = Some(#value);
                self
            }
        }
    });
    let additional = structure.additional.as_ref().map(|ty| {
        let (docs, ty) =
            (own_doc("Sets `additional_properties`."), scope.ty(&Type::Map(Box::new(ty.clone()))));
        quote! {
            #docs
            #[must_use]
            pub fn additional_properties(mut self, additional_properties: #ty) -> Self {
                self.additional_properties = additional_properties;
                self
            }
        }
    });
    setters.chain(additional).collect()
}
