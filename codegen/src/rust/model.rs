//! One module of `models`: a component's type and those that stand in it.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::api::{Api, Enumeration, Field, FieldDefault, Kind, Named, Struct, Type, TypeId, Union};
use crate::naming::{
    Names, RustType, Scope, field_names, field_type, integer_name, is_optional, keeps_null, shouty, unique,
    value_names, variant_names,
};
use crate::sentence;

use super::doc::{deprecated, doc};
use super::format::Source;
use super::imports::Imports;
use super::style::style;
use super::tokens::ident;

/// The text of a module.
pub(super) fn module(api: &Api, names: &Names, module: &str, types: &[TypeId], header: &str) -> String {
    let scope = Scope::new(api, names, Some(module));
    let mut body = Source::new(header, "");
    let pieces: Vec<Piece> = types.iter().flat_map(|id| pieces(&scope, *id)).collect();
    let imports = Imports::of_models(&scope, types).into_token_stream();
    if !imports.is_empty() {
        body.items(imports);
    }
    for piece in pieces {
        body.gap();
        match piece {
            Piece::Items(items) => body.items(items),
            Piece::Wrapped(name, item) => body.wrapped(name, item),
        }
    }
    body.finish()
}

/// Items of a module, plain or wrapped in a macro of the runtime.
enum Piece {
    Items(TokenStream),
    Wrapped(&'static str, TokenStream),
}

fn pieces(scope: &Scope<'_>, id: TypeId) -> Vec<Piece> {
    let named = scope.api.named(id);
    let name = ident(&scope.names.of(id).name);
    let docs = about(named);
    let deprecated = deprecated(named.deprecated);
    match &named.kind {
        Kind::Alias(ty) if named.recursive => {
            // Arrays and maps have their elements elsewhere already; what a tuple holds is within it.
            let boxed = !matches!(ty, Type::Array(_) | Type::Map(_));
            let ty = scope.boxed(ty, boxed);
            vec![Piece::Items(quote! {
                #docs
                #deprecated
                #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
                #[serde(transparent)]
                pub struct #name(pub #ty);
            })]
        }
        Kind::Alias(ty) => {
            let ty = scope.ty(ty);
            vec![Piece::Items(quote!(#docs #deprecated pub type #name = #ty;))]
        }
        Kind::Enumeration(enumeration) => open_enum(named, enumeration, &name),
        Kind::Union(union) => vec![union_piece(scope, named, union, &name)],
        Kind::Struct(structure) => structure_pieces(scope, named, structure, &name),
    }
}

/// What a type is for. Of one that stands in another the property says it already, at length.
fn about(named: &Named) -> TokenStream {
    match named.name.path.is_empty() {
        true => doc(&named.description),
        false => doc(&sentence::first(&named.description)),
    }
}

fn open_enum(named: &Named, enumeration: &Enumeration, name: &proc_macro2::Ident) -> Vec<Piece> {
    let variant_names = value_names(enumeration);
    let variants = enumeration.values.iter().zip(&variant_names).map(|(value, variant)| {
        let (docs, variant, value) = (doc(&value.description), ident(variant), &value.value);
        quote!(#docs #variant = #value)
    });
    let inner_single = enumeration.values.len() == 1 && !named.name.path.is_empty();
    let docs = (!inner_single).then(|| about(named));
    let deprecated = deprecated(named.deprecated);
    let default = enumeration.default.filter(|_| enumeration.values.len() > 1).map(|default| {
        let default = ident(&variant_names[default]);
        quote!(#[default(#default)])
    });
    vec![Piece::Wrapped("open_enum", quote!(#default #docs #deprecated pub enum #name { #(#variants,)* }))]
}

fn union_piece(scope: &Scope<'_>, named: &Named, union: &Union, name: &proc_macro2::Ident) -> Piece {
    let variants =
        union.variants.iter().zip(variant_names(union, &name.to_string())).map(|(variant, name)| {
            let docs = doc(if matches!(variant.ty, Type::Named(_)) { "" } else { &variant.description });
            let name = ident(&name);
            let ty = scope.boxed(&variant.ty, variant.boxed);
            let tags = &variant.tags;
            let also = variant.also.as_ref().map(|(property, values)| quote!(&& #property == #(#values)|*));
            let written = variant.writes_tag.then(|| quote!(+ written));
            let tags = (!tags.is_empty()).then(|| quote!(= #(#tags)|* #also #written));
            quote!(#docs #name(#ty) #tags)
        });
    let tag = union.tag.as_ref().map(|tag| quote!(#[tag = #tag]));
    let (docs, deprecated) = (about(named), deprecated(named.deprecated));
    Piece::Wrapped("union", quote!(#tag #docs #deprecated pub enum #name { #(#variants,)* }))
}

/// The only value that a field can have, if there is one.
fn only_value(scope: &Scope<'_>, field: &Field) -> Option<TokenStream> {
    if field.default != FieldDefault::OnlyValue || is_optional(scope.api, field) {
        return None;
    }
    let value = match field.values.as_slice() {
        [] => None,
        [value] => Some(value.as_str()),
        _ => return None,
    };
    match (scope.api.resolved(&field.ty), value) {
        (Type::Named(id), value) => {
            let Kind::Enumeration(enumeration) = &scope.api.named(*id).kind else { return None };
            let value = value.or(enumeration.values.first().map(|value| value.value.as_str()))?;
            let index = enumeration.values.iter().position(|known| known.value == value)?;
            let variant = ident(&value_names(enumeration)[index]);
            let ty = scope.ty(&field.ty);
            Some(quote!(#ty::#variant))
        }
        (Type::String, Some(value)) => Some(quote!(#value.to_owned())),
        (Type::Boolean, Some(value)) => value.parse::<bool>().ok().map(|value| quote!(#value)),
        (Type::Integer(_), Some(value)) => value.parse().ok().map(number),
        (Type::Double | Type::Float, Some(value)) => {
            let value: f64 = value.parse().ok()?;
            let (sign, literal) = ((value < 0.0).then(|| quote!(-)), Literal::f64_unsuffixed(value.abs()));
            Some(quote!(#sign #literal))
        }
        _ => None,
    }
}

fn structure_pieces(
    scope: &Scope<'_>,
    named: &Named,
    structure: &Struct,
    name: &proc_macro2::Ident,
) -> Vec<Piece> {
    let names: Vec<_> = field_names(structure);
    let streams = structure.has_files();
    let fields = structure
        .fields
        .iter()
        .zip(&names)
        .map(|(field, name)| field_item(scope, named, field, name, streams));
    let fields: Vec<_> = fields.collect();
    let additional = structure.additional.as_ref().map(|ty| {
        let ty = scope.ty(&Type::Map(Box::new(ty.clone())));
        // The macro says what it is.
        match streams {
            true => quote! {
                /// The properties that have no field of their own.
                pub additional_properties: #ty,
            },
            false => quote!(pub additional_properties: #ty = ..,),
        }
    });
    let all_optional = structure.fields.iter().all(|field| is_optional(scope.api, field));
    let derive = match (streams, all_optional) {
        (true, true) => quote!(#[derive(Debug, Default)]),
        (true, false) => quote!(#[derive(Debug)]),
        (false, true) => quote!(#[derive(Default)]),
        (false, false) => TokenStream::new(),
    };
    // Only servers read what is sent and never received, and they may not overlook what a schema forbids.
    let closed = structure.closed && named.sent && !named.received && !streams;
    let closed = closed.then(|| quote!(#[closed]));
    let (docs, deprecated) = (about(named), deprecated(named.deprecated));
    let items = quote! {
        #closed
        #docs
        #deprecated
        #derive
        pub struct #name { #(#fields)* #additional }
    };
    let mut pieces = vec![if streams { Piece::Items(items) } else { Piece::Wrapped("object", items) }];
    let constants = constants(structure);
    let new = (!all_optional).then(|| constructor(scope, structure, &names, additional.is_some()));
    let is_constant = new.is_some()
        && structure.fields.iter().all(|field| only_value(scope, field).is_some() || !is_asked(scope, field));
    if !constants.is_empty() || new.is_some() {
        pieces.push(Piece::Items(quote!(impl #name { #constants #new })));
    }
    if is_constant {
        pieces.push(Piece::Items(quote! {
            impl Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        }));
    }
    if structure.form {
        pieces.push(Piece::Items(form_impl(scope, structure, &names, name)));
    }
    pieces
}

fn field_item(scope: &Scope<'_>, named: &Named, field: &Field, name: &str, streams: bool) -> TokenStream {
    let docs = doc(&field.description);
    let deprecated = deprecated(field.deprecated);
    let ty = field_type(scope, field);
    let property = &field.name;
    let absent = absent(scope, named, field).map(|absent| quote!(| #absent));
    let property = (!streams).then(|| quote!(= #property #absent));
    let name = ident(name);
    quote!(#docs #deprecated pub #name: #ty #property,)
}

/// How the macro `object` treats a property that may be missing.
fn absent(scope: &Scope<'_>, named: &Named, field: &Field) -> Option<TokenStream> {
    let (sent, received) = (named.sent && !named.received, named.received && !named.sent);
    if !field.required {
        return Some(match (field.read_only && sent, keeps_null(scope.api, field)) {
            (true, _) => quote!(Unsent),
            (false, true) => quote!(Absent),
            (false, false) => quote!(None),
        });
    }
    match field.default {
        FieldDefault::OnlyValue if !field.nullable && received => match field.values.is_empty() {
            true => Some(quote!(Default)),
            false => only_value(scope, field).map(|value| quote!((#value))),
        },
        // Required by mistake, more often than not: `null` leaves it out.
        FieldDefault::Undescribed if *scope.api.resolved(&field.ty) == Type::Any => Some(quote!(Null)),
        _ => None,
    }
}

fn constants(structure: &Struct) -> TokenStream {
    let mut taken = HashSet::new();
    let mut items = TokenStream::new();
    for constant in &structure.constants {
        let name = ident(&unique(shouty(&constant.name), &mut taken));
        let (docs, value) = (doc(&constant.description), number(constant.value.into()));
        items.extend(quote!(#docs pub const #name: u64 = #value;));
    }
    for field in &structure.fields {
        for bound in &field.bounds {
            let name = ident(&unique(shouty(&format!("{} {}", field.name, bound.keyword)), &mut taken));
            let ty = match (&field.ty, bound.of_value) {
                (Type::Integer(integer), true) => RustType::Plain(integer_name(*integer)),
                _ => RustType::Plain("u64"),
            };
            let text = meaning(bound.keyword, &field.name, &field.ty);
            let (docs, value) = (doc(&text), number(bound.value));
            items.extend(quote!(#docs pub const #name: #ty = #value;));
        }
    }
    items
}

fn meaning(keyword: &str, name: &str, ty: &Type) -> String {
    let counted = match ty {
        Type::Binary | Type::FileOr(_) => "bytes",
        Type::Array(_) | Type::Tuple(_) => "elements",
        _ => "characters",
    };
    match keyword {
        "minimum" => format!("The minimum of `{name}`."),
        "maximum" => format!("The maximum of `{name}`."),
        "minLength" | "minItems" => format!("The minimum number of {counted} of `{name}`."),
        _ => format!("The maximum number of {counted} of `{name}`."),
    }
}

/// A number with its thousands apart.
fn number(value: i128) -> TokenStream {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    let literal: Literal = grouped.parse().expect("digits and underscores are a number");
    if value < 0 { quote!(-#literal) } else { quote!(#literal) }
}

/// Whether a value needs the field, so that `new` sets it.
fn is_asked(scope: &Scope<'_>, field: &Field) -> bool {
    !is_optional(scope.api, field) || field.required && field.nullable
}

fn constructor(scope: &Scope<'_>, structure: &Struct, names: &[String], additional: bool) -> TokenStream {
    let mut arguments = Vec::new();
    let mut fields = Vec::new();
    for (field, name) in structure.fields.iter().zip(names) {
        let name = ident(name);
        if !is_asked(scope, field) {
            fields.push(quote!(#name: None));
        } else if let Some(value) = only_value(scope, field) {
            fields.push(quote!(#name: #value));
        } else if field.ty == Type::Binary && !field.nullable {
            arguments.push(quote!(#name: impl Into<Binary>));
            fields.push(quote!(#name: #name.into()));
        } else {
            let ty = field_type(scope, field);
            arguments.push(quote!(#name: #ty));
            fields.push(quote!(#name));
        }
    }
    let additional = additional.then(|| quote!(additional_properties: BTreeMap::new()));
    fields.extend(additional);
    let many = (arguments.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        #many
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#fields),* }
        }
    }
}

fn form_impl(
    scope: &Scope<'_>,
    structure: &Struct,
    names: &[String],
    name: &proc_macro2::Ident,
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
            (Type::Array(element), content_type, _) if **element == Type::Binary => {
                let files =
                    if optional { quote!(form.#name.unwrap_or_default()) } else { quote!(form.#name) };
                match content_type {
                    Some(content_type) => quote!(.files_of(#key, #content_type, #files)),
                    None => quote!(.files(#key, #files)),
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
