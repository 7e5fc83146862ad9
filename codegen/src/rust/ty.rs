//! Types as Rust writes them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Integer, Kind, Type, TypeId};

use super::identifier::ident;
use super::names::{Names, is_written};

/// What types are called in one module, and what the module has to import for that.
pub(crate) struct Scope<'a> {
    pub(crate) api: &'a Api,
    pub(crate) names: &'a Names,
    module: Option<&'a str>,
    imports: RefCell<BTreeSet<Import>>,
}

/// Something that a module imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Import {
    Models,
    Base64,
    Binary,
    FileOr,
    Form,
    BTreeMap,
}

impl<'a> Scope<'a> {
    /// The scope of a module below `models`, or of one elsewhere.
    pub(crate) fn new(api: &'a Api, names: &'a Names, module: Option<&'a str>) -> Self {
        Self { api, names, module, imports: RefCell::default() }
    }

    pub(crate) fn import(&self, import: Import) {
        self.imports.borrow_mut().insert(import);
    }

    /// The `use` items for all that was named so far.
    pub(crate) fn uses(&self) -> TokenStream {
        let imports = self.imports.borrow();
        let has = |import: Import| imports.contains(&import);
        let mut runtime = Vec::new();
        for (import, name) in [
            (Import::Base64, "Base64"),
            (Import::Binary, "Binary"),
            (Import::FileOr, "FileOr"),
            (Import::Form, "Form"),
        ] {
            if has(import) {
                runtime.push(ident(name));
            }
        }
        let models = has(Import::Models).then(|| {
            quote!(
                use crate::models;
            )
        });
        let runtime = match runtime.as_slice() {
            [] => None,
            [one] => Some(quote!(use crate::runtime::#one;)),
            several => Some(quote!(use crate::runtime::{#(#several),*};)),
        };
        let map = has(Import::BTreeMap).then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        });
        quote!(#models #runtime #map)
    }

    pub(crate) fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Any => quote!(serde_json::Value),
            Type::Nullable(inner) => {
                let inner = self.ty(inner);
                quote!(Option<#inner>)
            }
            Type::Boolean => quote!(bool),
            Type::Integer(integer) => self.integer(*integer),
            Type::Double => quote!(f64),
            Type::Float => quote!(f32),
            Type::String => quote!(String),
            Type::DateTime => quote!(chrono::DateTime<chrono::FixedOffset>),
            Type::Date => quote!(chrono::NaiveDate),
            Type::Uuid => quote!(uuid::Uuid),
            Type::Base64 => {
                self.import(Import::Base64);
                quote!(Base64)
            }
            Type::Binary => {
                self.import(Import::Binary);
                quote!(Binary)
            }
            Type::FileOr(other) => {
                self.import(Import::FileOr);
                let other = self.ty(other);
                quote!(FileOr<#other>)
            }
            Type::Array(element) => {
                let element = self.ty(element);
                quote!(Vec<#element>)
            }
            Type::Tuple(elements) => {
                let elements = elements.iter().map(|element| self.ty(element));
                quote!((#(#elements,)*))
            }
            Type::Map(value) => {
                self.import(Import::BTreeMap);
                let value = self.ty(value);
                quote!(BTreeMap<String, #value>)
            }
            Type::Named(id) => self.named(*id),
        }
    }

    fn named(&self, id: TypeId) -> TokenStream {
        if !is_written(self.api, id)
            && let Kind::Alias(target) = &self.api.named(id).kind
        {
            return self.ty(target);
        }
        let path = self.names.of(id);
        let name = ident(&path.name);
        if self.module == Some(&path.module) {
            return quote!(#name);
        }
        self.import(Import::Models);
        if path.exported {
            return quote!(models::#name);
        }
        let module = ident(&path.module);
        quote!(models::#module::#name)
    }

    #[expect(clippy::unused_self, reason = "it stands beside its likes")]
    fn integer(&self, integer: Integer) -> TokenStream {
        match integer {
            Integer::I8 => quote!(i8),
            Integer::I16 => quote!(i16),
            Integer::I32 => quote!(i32),
            Integer::I64 => quote!(i64),
            Integer::U8 => quote!(u8),
            Integer::U16 => quote!(u16),
            Integer::U32 => quote!(u32),
            Integer::U64 => quote!(u64),
        }
    }

    /// The type in a box, inside the `Option` where it is one.
    pub(crate) fn boxed(&self, ty: &Type, boxed: bool) -> TokenStream {
        match ty {
            _ if !boxed => self.ty(ty),
            Type::Nullable(inner) => {
                let inner = self.ty(inner);
                quote!(Option<Box<#inner>>)
            }
            ty => {
                let ty = self.ty(ty);
                quote!(Box<#ty>)
            }
        }
    }
}

/// A type's tokens as Rust is written.
pub(crate) fn spelled(tokens: &TokenStream) -> String {
    let text = tokens.to_string().replace(" :: ", "::").replace(":: ", "::");
    text.replace(" < ", "<")
        .replace(" >", ">")
        .replace("< ", "<")
        .replace(" ,", ",")
        .replace("& ", "&")
        .replace(",)", ")")
}
