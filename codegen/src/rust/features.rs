//! A cargo feature for each tag, and which modules need which.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Operation, Type, TypeId};
use crate::naming::{Names, feature_names, is_written};

/// The feature of everything that no tag needs.
const FULL: &str = "full";

/// The features of a crate, and the modules that need them. Without features, every module is always compiled.
#[derive(Debug, Default)]
pub(super) struct Features {
    /// The feature of each tag; empty where there are none.
    tags: Vec<String>,
    /// The feature of the types that only webhooks have.
    webhooks: Option<String>,
    /// The features that need a module of `models`.
    modules: HashMap<String, BTreeSet<usize>>,
}

impl Features {
    /// One feature for each tag.
    pub(super) fn by_tag(api: &Api, names: &Names) -> Self {
        let tags = feature_names(api);
        let mut modules: HashMap<String, BTreeSet<usize>> = HashMap::new();
        let mut note = |feature: usize, types: &mut dyn Iterator<Item = &Type>| {
            for module in reached(api, names, types) {
                modules.entry(module.to_owned()).or_default().insert(feature);
            }
        };
        for (feature, tag) in api.tags.iter().enumerate() {
            let types = |operation: &'_ Operation| -> Vec<Type> {
                operation.sent_types().chain(operation.received_types()).cloned().collect()
            };
            let types: Vec<Type> = tag.operations.iter().flat_map(types).collect();
            note(feature, &mut types.iter());
        }
        let webhooks = (!api.webhooks.is_empty()).then(|| "webhooks".to_owned());
        if webhooks.is_some() {
            let bodies = api.webhooks.iter().flat_map(|webhook| &webhook.bodies);
            note(tags.len(), &mut bodies.filter_map(|body| body.content.ty()));
        }
        Self { tags, webhooks, modules }
    }

    /// The features, in the order of the document's tags.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().chain(&self.webhooks).map(String::as_str)
    }

    /// The condition for the module of a tag.
    pub(super) fn of_tag(&self, index: usize) -> Option<TokenStream> {
        let name = self.tags.get(index)?;
        Some(quote!(#[cfg(feature = #name)]))
    }

    /// The features that a module of `models` is for; `None`: it is always there.
    pub(super) fn of_module(&self, module: &str) -> Option<Vec<&str>> {
        let names: Vec<&str> = self.names().collect();
        if names.is_empty() {
            return None;
        }
        match self.modules.get(module) {
            None => Some(vec![FULL]),
            Some(features) if features.len() == names.len() => None,
            Some(features) => Some(features.iter().map(|feature| names[*feature]).collect()),
        }
    }
}

/// The condition that one of some features is on.
pub(super) fn any_of(features: Option<&[&str]>) -> Option<TokenStream> {
    match features? {
        [one] => Some(quote!(#[cfg(feature = #one)])),
        several => Some(quote!(#[cfg(any(#(feature = #several),*))])),
    }
}

/// The modules that types are made of. A module is compiled as a whole, so all that is in one counts.
fn reached<'a>(api: &Api, names: &'a Names, types: &mut dyn Iterator<Item = &Type>) -> BTreeSet<&'a str> {
    let in_module: HashMap<&str, &[TypeId]> =
        names.modules().iter().map(|(module, types)| (module.as_str(), types.as_slice())).collect();
    let mut left: Vec<TypeId> = Vec::new();
    types.for_each(|ty| ty.walk(&mut |ty| left.extend(ty.id())));
    let mut seen: BTreeSet<TypeId> = BTreeSet::new();
    let mut modules = BTreeSet::new();
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        api.named(id).kind.walk(&mut |ty| left.extend(ty.id()));
        let module = names.of(id).module.as_str();
        if is_written(api, id) && modules.insert(module) {
            left.extend_from_slice(in_module.get(module).copied().unwrap_or_default());
        }
    }
    modules
}
