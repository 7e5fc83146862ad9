//! How a struct becomes the body of a form.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::api::{Struct, Type};
use crate::naming::{Scope, is_optional};

use super::super::style::style;
use super::super::tokens::ident;

/// The conversion of a struct into a form.
pub(super) fn conversion(
    scope: &Scope<'_>,
    structure: &Struct,
    names: &[String],
    name: &Ident,
) -> TokenStream {
    let fields = structure.fields.iter().zip(names).map(|(field, name)| {
        let (name, key) = (ident(name), &field.name);
        let optional = is_optional(scope.api, field);
        match (&field.ty, &field.content_type, field.style) {
            (Type::Binary, Some(content_type), _) => quote!(.file_of(#key, #content_type, form.#name)),
            (Type::Binary, None, _) => quote!(.file(#key, form.#name)),
            (Type::FileOr(_), Some(content_type), _) => {
                quote!(.file_or_of(#key, #content_type, form.#name))
            }
            (Type::FileOr(_), None, _) => quote!(.file_or(#key, form.#name)),
            (Type::Array(element), content_type, _) if element.is_file() => {
                let files =
                    if optional { quote!(form.#name.unwrap_or_default()) } else { quote!(form.#name) };
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
            (_, Some(content_type), None) if content_type != "text/plain" => {
                quote!(.encoded_field(#key, #content_type, &form.#name))
            }
            _ => quote!(.field(#key, &form.#name)),
        }
    });
    let others = structure.additional.is_some().then(|| quote!(.others(&form.additional_properties)));
    let is_empty = structure.fields.is_empty() && others.is_none();
    let form = if is_empty { quote!(_) } else { quote!(form) };
    quote! {
        impl From<#name> for Form {
            fn from(#form: #name) -> Self {
                Self::new() #(#fields)* #others
            }
        }
    }
}
