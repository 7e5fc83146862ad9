//! How a struct becomes the body of a form or of another multipart type.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{Field, FormKind, Kind, Struct, Type};
use crate::naming::{Scope, is_optional};

use super::super::style::style;
use super::super::tokens::{ident, path};

/// The conversion of a struct into a form, parts, or one part.
pub(super) fn conversion(
    scope: &Scope<'_>,
    structure: &Struct,
    names: &[String],
    name: &Ident,
) -> Option<TokenStream> {
    let fields = structure.fields.iter().zip(names.iter().map(|name| ident(name)));
    let root = path(scope.names.root());
    let (target, argument, value) = match structure.form? {
        FormKind::Fields => {
            let fields = fields.map(|(field, name)| named(scope, field, &name));
            let others = structure.additional.as_ref().map(others);
            (quote!(Form), quote!(form), quote!(Self::new() #(#fields)* #others))
        }
        FormKind::Positions { has_rest } => {
            let last = structure.fields.len().saturating_sub(1);
            let fields = fields.enumerate().map(|(index, (field, name))| match has_rest && index == last {
                true => rest(scope, field, &name),
                false => positioned(scope, field, &name),
            });
            (quote!(#root::runtime::Parts), quote!(parts), quote!(Self::new() #(#fields)*))
        }
        FormKind::Part => {
            let mut fields = fields;
            let (content, name) = fields.next()?;
            let content = part(scope, content, &content.ty, &quote!(part.#name));
            let headers = fields.map(|(field, name)| header(scope, field, &name));
            (quote!(#root::runtime::Part), quote!(part), quote!(#content #(#headers)*))
        }
    };
    let is_empty = structure.fields.is_empty() && structure.additional.is_none();
    let argument = if is_empty { quote!(_) } else { argument };
    Some(quote! {
        impl From<#name> for #target {
            #[inline]
            fn from(#argument: #name) -> Self {
                #value
            }
        }
    })
}

/// Adds a field to a form.
fn named(scope: &Scope<'_>, field: &Field, name: &Ident) -> TokenStream {
    let key = &field.name;
    let optional = is_optional(scope.api, field);
    match (&field.ty, &field.content_type, field.style) {
        (Type::Array(element), ..) if field.is_part => {
            let part = to_part(scope, field, element);
            let parts = if optional { quote!(form.#name.unwrap_or_default()) } else { quote!(form.#name) };
            quote!(.parts(#key, #parts.into_iter().map(#part)))
        }
        (ty, ..) if field.is_part && optional => {
            let part = to_part(scope, field, ty);
            quote!(.parts(#key, form.#name.map(#part)))
        }
        (ty, ..) if field.is_part => {
            let part = part(scope, field, ty, &quote!(form.#name));
            quote!(.parts(#key, [#part]))
        }
        (Type::Binary, Some(content_type), _) => quote!(.file_of(#key, #content_type, form.#name)),
        (Type::Binary, None, _) => quote!(.file(#key, form.#name)),
        (Type::FileOr(_), Some(content_type), _) => {
            quote!(.file_or_of(#key, #content_type, form.#name))
        }
        (Type::FileOr(_), None, _) => quote!(.file_or(#key, form.#name)),
        (Type::Array(element), content_type, _) if element.is_file() => {
            let files = if optional { quote!(form.#name.unwrap_or_default()) } else { quote!(form.#name) };
            match (&**element, content_type) {
                (Type::Binary, Some(content_type)) => quote!(.files_of(#key, #content_type, #files)),
                (Type::Binary, None) => quote!(.files(#key, #files)),
                (_, Some(content_type)) => quote!(.files_or_of(#key, #content_type, #files)),
                (_, None) => quote!(.files_or(#key, #files)),
            }
        }
        (_, _, Some(own)) => {
            let own = style(scope, own);
            quote!(.styled_field(#key, #own, &form.#name))
        }
        (_, Some(content_type), None) => quote!(.encoded_field(#key, #content_type, &form.#name)),
        _ => quote!(.field(#key, &form.#name)),
    }
}

/// Adds the properties that have no field of their own to a form.
fn others(ty: &Type) -> TokenStream {
    let all = quote!(form.additional_properties);
    match ty {
        Type::Binary => quote!(.other_files(#all)),
        Type::FileOr(_) => quote!(.other_files_or(#all)),
        Type::Array(element) if element.is_file() => {
            let method = ident(if **element == Type::Binary { "other_files" } else { "other_files_or" });
            quote!(.#method(#all.into_iter().flat_map(|(name, files)| {
                files.into_iter().map(move |file| (name.clone(), file))
            })))
        }
        _ => quote!(.others(&#all)),
    }
}

/// Adds the part of a position.
fn positioned(scope: &Scope<'_>, field: &Field, name: &Ident) -> TokenStream {
    let is_value = !field.is_part && !field.ty.is_file();
    match is_optional(scope.api, field) {
        // A value that is `null` is a part all the same.
        true if field.required && is_value => {
            let part = part(scope, field, &field.ty, &quote!(parts.#name));
            quote!(.part(#part))
        }
        true => {
            let part = to_part(scope, field, &field.ty);
            quote!(.optional(parts.#name.map(#part)))
        }
        false => {
            let part = part(scope, field, &field.ty, &quote!(parts.#name));
            quote!(.part(#part))
        }
    }
}

/// Adds the parts after those that have positions of their own.
fn rest(scope: &Scope<'_>, field: &Field, name: &Ident) -> TokenStream {
    let element = match &field.ty {
        Type::Array(element) => element,
        ty => ty,
    };
    let part = to_part(scope, field, element);
    let parts = match is_optional(scope.api, field) {
        true => quote!(parts.#name.unwrap_or_default()),
        false => quote!(parts.#name),
    };
    quote!(.all(#parts.into_iter().map(#part)))
}

/// The part that a value of a field becomes. Documents have models of this name, so it is not imported.
fn part(scope: &Scope<'_>, field: &Field, ty: &Type, value: &TokenStream) -> TokenStream {
    let root = path(scope.names.root());
    let part = quote!(#root::runtime::Part);
    let content_type = field.content_type.as_ref();
    let of_type = content_type.map(|content_type| quote!(.content_type(#content_type)));
    match (ty, of_kind(scope, field, ty)) {
        (_, Some(FormKind::Part)) => quote!(#part::from(#value)),
        (_, Some(FormKind::Positions { .. })) => quote!(#part::parts(#value) #of_type),
        (_, Some(FormKind::Fields)) => quote!(#part::parts(#root::runtime::Form::from(#value)) #of_type),
        (Type::Binary, None) => quote!(#part::file(#value) #of_type),
        (Type::FileOr(_), None) => {
            let of_type = content_type.map(|content_type| quote!(.file_type(#content_type)));
            quote!(#part::file_or(#value) #of_type)
        }
        (_, None) => quote!(#part::value(&#value) #of_type),
    }
}

/// The function that makes parts from values of a field.
fn to_part(scope: &Scope<'_>, field: &Field, ty: &Type) -> TokenStream {
    let root = path(scope.names.root());
    match (ty, of_kind(scope, field, ty), &field.content_type) {
        (_, Some(FormKind::Part), _) => quote!(#root::runtime::Part::from),
        (_, Some(FormKind::Positions { .. }), None) => quote!(#root::runtime::Part::parts),
        (Type::Binary, None, None) => quote!(#root::runtime::Part::file),
        (Type::FileOr(_), None, None) => quote!(#root::runtime::Part::file_or),
        _ => {
            let part = part(scope, field, ty, &quote!(part));
            quote!(|part| #part)
        }
    }
}

/// The kind of a struct of a part.
fn of_kind(scope: &Scope<'_>, field: &Field, ty: &Type) -> Option<FormKind> {
    match &scope.api.named(ty.id().filter(|_| field.is_part)?).kind {
        Kind::Struct(structure) => structure.form,
        _ => None,
    }
}

/// Adds a header to a part.
fn header(scope: &Scope<'_>, field: &Field, name: &Ident) -> TokenStream {
    let key = &field.name;
    match field.style {
        None => quote!(.header(#key, &part.#name)),
        Some(own) => {
            let own = style(scope, own);
            quote!(.header_with(#key, &part.#name, #own))
        }
    }
}
