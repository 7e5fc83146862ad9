//! The imports of a module.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::api::{FormKind, Kind, Type, TypeId};
use crate::naming::{RustType, Scope, field_type};

use super::tokens::{ident, path};

/// What a module imports.
pub(super) struct Imports {
    root: &'static str,
    configuration: BTreeSet<String>,
    runtime: BTreeSet<&'static str>,
    models: bool,
    method: bool,
    map: bool,
}

impl Imports {
    /// The imports of a module of models, for the types within it.
    pub(super) fn of_models(scope: &Scope<'_>, types: &[TypeId]) -> Self {
        let mut imports = Self::new(scope);
        for id in types {
            match &scope.api.named(*id).kind {
                Kind::Alias(ty) => imports.add(&scope.ty(ty)),
                Kind::Enumeration(_) => {}
                Kind::Union(union) => {
                    union.variants.iter().for_each(|variant| imports.add(&scope.ty(&variant.ty)))
                }
                Kind::Struct(structure) => {
                    structure.fields.iter().for_each(|field| imports.add(&field_type(scope, field)));
                    let additional = structure.additional.iter().map(|ty| Type::Map(Box::new(ty.clone())));
                    additional.for_each(|ty| imports.add(&scope.ty(&ty)));
                    if structure.form == Some(FormKind::Fields) {
                        imports.add_runtime("Form");
                    }
                }
            }
        }
        imports
    }

    /// The imports that every module of operations has.
    pub(super) fn of_operations(scope: &Scope<'_>) -> Self {
        Self {
            configuration: BTreeSet::from(["Configuration".to_owned()]),
            runtime: BTreeSet::from(["Operation", "Request"]),
            ..Self::new(scope)
        }
    }

    /// No imports.
    pub(super) fn new(scope: &Scope<'_>) -> Self {
        Self {
            root: scope.names.root(),
            configuration: BTreeSet::new(),
            runtime: BTreeSet::new(),
            models: false,
            method: false,
            map: false,
        }
    }

    /// Adds the imports that a type needs.
    pub(super) fn add(&mut self, ty: &RustType) {
        ty.walk(&mut |ty| match ty {
            RustType::Model(_) => self.models = true,
            RustType::Runtime(name, _) => self.add_runtime(name),
            RustType::Map(_) => self.map = true,
            _ => {}
        });
    }

    /// Adds a name of the runtime.
    pub(super) fn add_runtime(&mut self, name: &'static str) {
        self.runtime.insert(name);
    }

    /// Adds HTTP's methods.
    pub(super) fn add_method(&mut self) {
        self.method = true;
    }

    /// Adds a name of the configuration's module.
    pub(super) fn add_configuration(&mut self, name: &str) {
        self.configuration.insert(name.to_owned());
    }
}

impl ToTokens for Imports {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let root = path(self.root);
        let configuration = group(self.configuration.iter().map(String::as_str));
        let configuration = configuration.map(|names| quote!(use super::configuration::#names;));
        let models = self.models.then(|| {
            quote!(
                use #root::models;
            )
        });
        let runtime = group(self.runtime.iter().copied()).map(|names| quote!(use #root::runtime::#names;));
        let method = self.method.then(|| {
            quote!(
                use reqwest::Method;
            )
        });
        let map = self.map.then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        });
        tokens.extend(quote!(#configuration #models #runtime #method #map));
    }
}

/// Joins several names in braces.
fn group<'a>(names: impl Iterator<Item = &'a str>) -> Option<TokenStream> {
    let names: Vec<_> = names.map(ident).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(quote!(#one)),
        several => Some(quote!({#(#several),*})),
    }
}
