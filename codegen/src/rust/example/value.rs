//! Expressions for values of the document's types.

use std::cell::Cell;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::api::{Enumeration, Field, Integer, Kind, Struct, Type, TypeId, Union};
use crate::naming::{
    RustType, Scope, field_names, is_optional, keeps_null, setter_names, value_names, variant_names,
};

use super::super::model::{is_argument, is_required, only_value};
use super::super::tokens::ident;

/// How deeply types may be nested in an example, and how many values one may have.
const MAX_DEPTH: usize = 8;
const MAX_VALUES: usize = 300;

/// How many elements of an array or map are shown.
const MAX_ELEMENTS: usize = 2;

/// Writes the expressions of one argument.
pub(super) struct Values<'a> {
    scope: &'a Scope<'a>,
    left: Cell<usize>,
    depth: Cell<usize>,
}

impl<'a> Values<'a> {
    pub(super) fn new(scope: &'a Scope<'a>) -> Self {
        Self { scope, left: Cell::new(MAX_VALUES), depth: Cell::new(0) }
    }

    /// A file of a form.
    pub(super) fn file() -> TokenStream {
        quote!(std::path::PathBuf::from("file"))
    }

    /// A value that is sent as JSON: one of its type, else one that is read from the example.
    pub(super) fn of_json(&self, ty: &Type, example: Option<&Value>, name: &str) -> Option<TokenStream> {
        let Some(example) = example else { return self.of(ty, None, name) };
        self.of(ty, Some(example), name).or_else(|| {
            let json = json(example);
            Some(quote!(serde_json::from_value(serde_json::json!(#json))?))
        })
    }

    /// A value of a type: the example, or without one any value. `None` if the example does not fit.
    pub(super) fn of(&self, ty: &Type, example: Option<&Value>, name: &str) -> Option<TokenStream> {
        self.left.set(self.left.get().checked_sub(1)?);
        self.depth.set(self.depth.get() + 1);
        let value = if self.depth.get() > MAX_DEPTH { None } else { self.expression(ty, example, name) };
        self.depth.set(self.depth.get() - 1);
        value
    }

    fn expression(&self, ty: &Type, example: Option<&Value>, name: &str) -> Option<TokenStream> {
        let ty = self.scope.api.resolved(ty);
        Some(match (ty, example) {
            (Type::Any, None) => quote!(serde_json::json!({})),
            (Type::Any, Some(example)) => {
                let json = json(example);
                quote!(serde_json::json!(#json))
            }
            (Type::Nullable(_), Some(Value::Null)) => quote!(None),
            (Type::Nullable(inner), example) => {
                let inner = self.of(inner, example, name)?;
                quote!(Some(#inner))
            }
            (Type::Boolean, None) => quote!(true),
            (Type::Boolean, Some(example)) => {
                let value = example.as_bool()?;
                quote!(#value)
            }
            (Type::Integer(_), None) => quote!(1),
            (Type::Integer(integer), Some(example)) => integer_literal(*integer, example)?,
            (Type::Double, None) => quote!(1.0),
            (Type::Double, Some(example)) => {
                let value = example.as_f64()?;
                let (sign, number) = ((value < 0.0).then(|| quote!(-)), Literal::f64_unsuffixed(value.abs()));
                quote!(#sign #number)
            }
            (Type::String, None) => quote!(#name.to_owned()),
            (Type::String, Some(example)) => {
                let text = example.as_str()?;
                quote!(#text.to_owned())
            }
            (Type::DateTime, example) => self.parsed(ty, example, "2026-01-02T03:04:05Z")?,
            (Type::Date, example) => self.parsed(ty, example, "2026-01-02")?,
            (Type::Time, example) => self.parsed(ty, example, "03:04:05")?,
            (Type::Duration, example) => self.parsed(ty, example, "PT1H")?,
            (Type::Uuid, example) => self.parsed(ty, example, "6ba7b810-9dad-11d1-80b4-00c04fd430c8")?,
            (Type::Decimal, example) => self.parsed(ty, example, "9.99")?,
            (Type::Base64, _) => quote!(b"hello".to_vec().into()),
            (Type::Secret, example) => {
                let text = example.map_or(Some(name), Value::as_str)?;
                quote!(#text.into())
            }
            (Type::Binary | Type::FileOr(_), _) => {
                let file = Self::file();
                quote!(#file.into())
            }
            (Type::Array(element), None) => match self.of(element, None, name) {
                Some(element) => quote!(vec![#element]),
                None => quote!(Vec::new()),
            },
            (Type::Array(element), Some(example)) => {
                let elements = example.as_array()?.iter().take(MAX_ELEMENTS);
                let elements = elements.map(|example| self.of(element, Some(example), name));
                let elements: Vec<TokenStream> = elements.collect::<Option<_>>()?;
                if elements.is_empty() { quote!(Vec::new()) } else { quote!(vec![#(#elements),*]) }
            }
            (Type::Tuple(types), example) => {
                let elements = types.iter().enumerate().map(|(index, ty)| match example {
                    None => self.of(ty, None, name),
                    Some(example) => self.of(ty, Some(example.get(index)?), name),
                });
                let elements: Vec<TokenStream> = elements.collect::<Option<_>>()?;
                quote!((#(#elements,)*))
            }
            (Type::Map(_), None) => quote!(std::collections::BTreeMap::new()),
            (Type::Map(ty), Some(example)) => {
                let entries = example.as_object()?.iter().take(MAX_ELEMENTS).map(|(key, value)| {
                    let value = self.of(ty, Some(value), key)?;
                    Some(quote!((#key.to_owned(), #value)))
                });
                let entries: Vec<TokenStream> = entries.collect::<Option<_>>()?;
                quote!(std::collections::BTreeMap::from([#(#entries),*]))
            }
            (Type::Named(id), example) => self.named(*id, ty, example)?,
        })
    }

    /// A value that is read from a text.
    fn parsed(&self, ty: &Type, example: Option<&Value>, otherwise: &str) -> Option<TokenStream> {
        let text = example.map_or(Some(otherwise), Value::as_str)?;
        Some(match self.scope.ty(ty) {
            RustType::Runtime(..) => quote!(serde_json::from_value(#text.into())?),
            _ => quote!(#text.parse()?),
        })
    }

    fn named(&self, id: TypeId, ty: &Type, example: Option<&Value>) -> Option<TokenStream> {
        let path = self.scope.ty(ty);
        let named = self.scope.api.named(id);
        let own: Option<Value> = named
            .examples
            .first()
            .filter(|_| example.is_none())
            .and_then(|own| serde_json::from_str(own).ok());
        match &named.kind {
            Kind::Alias(_) => None,
            Kind::Enumeration(enumeration) => {
                variant_of(enumeration, example.or(own.as_ref())).map(|variant| quote!(#path::#variant))
            }
            Kind::Struct(structure) => {
                let of = |example| self.structure(&path, structure, example);
                own.as_ref().and_then(|own| of(Some(own))).or_else(|| of(example))
            }
            Kind::Union(union) => {
                let name = &self.scope.names.of(id).name;
                own.as_ref()
                    .and_then(|own| self.union(&path, union, name, Some(own)))
                    .or_else(|| self.union(&path, union, name, example))
            }
        }
    }

    fn structure(&self, path: &RustType, structure: &Struct, example: Option<&Value>) -> Option<TokenStream> {
        if example.is_some_and(|example| !example.is_object()) {
            return None;
        }
        let names = field_names(structure);
        // `new` of such a struct takes nothing.
        let all_optional = structure.fields.iter().all(|field| is_optional(self.scope.api, field));
        let mut arguments = Vec::new();
        for (field, name) in structure.fields.iter().zip(&names) {
            if !all_optional && is_argument(self.scope, field) {
                let value = example.and_then(|example| example.get(&field.name));
                if example.is_some() && value.is_none() && !is_optional(self.scope.api, field) {
                    return None;
                }
                arguments.push(self.argument(field, name, value)?);
            }
        }
        let mut value = quote!(#path::new(#(#arguments),*));
        for ((field, name), setter) in structure.fields.iter().zip(&names).zip(setter_names(&names)) {
            let settable = !is_required(self.scope, field) && !field.read_only && !field.deprecated;
            let Some(shown) = example.and_then(|example| example.get(&field.name)).filter(|_| settable)
            else {
                continue;
            };
            let setter = ident(&setter);
            if only_value(self.scope, field).is_some() {
                value.extend(quote!(.#setter()));
            } else if let Some(shown) = self.set(field, name, shown) {
                value.extend(quote!(.#setter(#shown)));
            }
        }
        Some(value)
    }

    /// The argument of `new` for a field.
    fn argument(&self, field: &Field, name: &str, example: Option<&Value>) -> Option<TokenStream> {
        if field.ty.is_file() && !field.nullable {
            return Some(Self::file());
        }
        let own: Option<Value> = field.example.as_deref().and_then(|own| serde_json::from_str(own).ok());
        let example = example.or(own.as_ref());
        let api = self.scope.api;
        let value = match example {
            Some(Value::Null) if is_optional(api, field) => None,
            Some(example) => match self.boxed(field, name, Some(example)) {
                None if own.is_some() => self.boxed(field, name, None),
                value => value,
            },
            None => self.boxed(field, name, None),
        };
        match (value, keeps_null(api, field), is_optional(api, field)) {
            (Some(value), true, _) => Some(quote!(Some(Some(#value)))),
            (None, true, _) => Some(quote!(Some(None))),
            (Some(value), false, true) => Some(quote!(Some(#value))),
            (None, false, true) => Some(quote!(None)),
            (value, false, false) => value,
        }
    }

    /// The argument of a field's setter.
    fn set(&self, field: &Field, name: &str, example: &Value) -> Option<TokenStream> {
        let keeps_null = keeps_null(self.scope.api, field);
        if field.ty.is_file() {
            return Some(Self::file());
        }
        match example {
            Value::Null if keeps_null => Some(quote!(None)),
            Value::Null => None,
            example => {
                let value = self.boxed(field, name, Some(example))?;
                Some(if keeps_null { quote!(Some(#value)) } else { value })
            }
        }
    }

    fn boxed(&self, field: &Field, name: &str, example: Option<&Value>) -> Option<TokenStream> {
        let value = self.of(&field.ty, example, crate::naming::plain(name))?;
        Some(if field.boxed { quote!(Box::new(#value)) } else { value })
    }

    fn union(
        &self,
        path: &RustType,
        union: &Union,
        name: &str,
        example: Option<&Value>,
    ) -> Option<TokenStream> {
        let names = variant_names(self.scope.api, union, name);
        let tag = union.tag.as_ref().zip(example).and_then(|(tag, example)| example.get(tag)?.as_str());
        union.variants.iter().zip(&names).find_map(|(variant, name)| {
            if tag.is_some_and(|tag| !variant.tags.iter().any(|known| known == tag))
                || variant.boxed && matches!(variant.ty, Type::Nullable(_))
            {
                return None;
            }
            let value = self.of(&variant.ty, example, "text")?;
            let value = if variant.boxed { quote!(Box::new(#value)) } else { value };
            let name = ident(name);
            Some(quote!(#path::#name(#value)))
        })
    }
}

/// The variant of a value, by default the first.
fn variant_of(enumeration: &Enumeration, example: Option<&Value>) -> Option<proc_macro2::Ident> {
    let index = match example {
        None => 0,
        Some(example) => {
            let example = example.as_str()?;
            enumeration.values.iter().position(|known| known.value == example)?
        }
    };
    value_names(enumeration).get(index).map(|name| ident(name))
}

fn integer_literal(integer: Integer, example: &Value) -> Option<TokenStream> {
    let value = example.as_i64().map(i128::from).or_else(|| example.as_u64().map(i128::from))?;
    let (least, most) = match integer {
        Integer::I8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Integer::I16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Integer::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Integer::I64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Integer::U8 => (0, i128::from(u8::MAX)),
        Integer::U16 => (0, i128::from(u16::MAX)),
        Integer::U32 => (0, i128::from(u32::MAX)),
        Integer::U64 => (0, i128::from(u64::MAX)),
    };
    (least..=most).contains(&value).then(|| super::super::tokens::number(value))
}

/// A value in the macro `json`.
fn json(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(null),
        Value::Bool(value) => quote!(#value),
        Value::Number(number) => number.to_string().parse().unwrap_or_else(|_| quote!(0)),
        Value::String(text) => quote!(#text),
        Value::Array(elements) => {
            let elements = elements.iter().map(json);
            quote!([#(#elements),*])
        }
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = json(value);
                quote!(#key: #value)
            });
            quote!({#(#members),*})
        }
    }
}
