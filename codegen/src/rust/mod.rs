//! Tokens for each operation, model and type, formatted as text.

mod about;
mod body;
mod configuration;
mod dependencies;
mod derives;
mod doc;
mod example;
mod features;
mod first_call;
mod format;
mod imports;
mod krate;
mod model;
mod module_tree;
mod operation;
mod pages;
mod reply;
mod runtime;
mod signature;
mod style;
mod tokens;
mod webhooks;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Tag, TypeId};
use crate::in_parallel::in_parallel;
use crate::naming::{Names, plain, tag_modules};
use crate::{Options, Output};

pub(crate) use dependencies::dependencies;
pub use dependencies::{Dependency, dependency_tables};
use derives::Derives;
use example::Examples;
use features::{Features, any_of};
use format::Source;
use tokens::{ident, path};

/// The generated modules of an API and, for what stands alone, the rest of it: paths and texts.
pub(crate) fn files(api: &Api, names: &Names, options: &Options) -> Vec<(String, String)> {
    let header = options.header();
    let derives = Derives::new(api);
    let features = if options.features_by_tag { Features::by_tag(api, names) } else { Features::default() };
    let mut files = match &options.output {
        Output::Modules => {
            let mut source = Source::new(&header, "The functions and models that the document describes.");
            source.items(allowed(&["clippy::pedantic", "deprecated", "missing_docs"]));
            source.gap();
            source.items(quote! {
                pub mod apis;
                pub mod models;
            });
            vec![("src/generated/mod.rs".to_owned(), source.finish())]
        }
        Output::Crate { name } => krate::files(api, names, &features, name, &header),
        Output::ModuleTree => module_tree::files(api, &header),
    };
    let folder = options.output.source_folder();
    files.push((format!("{folder}apis/mod.rs"), apis_module(api, names, &features, options)));
    files.push((format!("{folder}apis/configuration.rs"), configuration::module(api, names, &header)));
    let webhooks = webhooks::module(api, names, &header);
    files.extend(webhooks.map(|text| (format!("{folder}apis/webhooks.rs"), text)));
    let examples = Examples::new(options);
    files.push((format!("{folder}models/mod.rs"), models_module(names, &features, &header)));
    let tags = tag_modules(api);
    let of_tags = api.tags.iter().zip(&tags).map(|(tag, module)| Module::Tag(tag, module));
    let of_models = names.modules().iter().map(|(module, types)| Module::Models(module, types));
    let modules: Vec<_> = of_tags.chain(of_models).collect();
    // They are most of the work.
    files.extend(in_parallel(&modules, |module| match module {
        Module::Tag(tag, module) => {
            let text = operation::module(api, names, &derives, (tag, module), &examples, &header);
            (format!("{folder}apis/{}.rs", plain(module)), text)
        }
        Module::Models(module, types) => {
            let text = model::module(api, names, &derives, (module, types), &header);
            (format!("{folder}models/{}.rs", plain(module)), text)
        }
    }));
    files
}

/// A module that needs no other.
enum Module<'a> {
    /// The operations of a tag.
    Tag(&'a Tag, &'a str),
    Models(&'a str, &'a [TypeId]),
}

/// The attribute of a root module that allows lints: what they find is in the document.
fn allowed(lints: &[&str]) -> TokenStream {
    let lints = lints.iter().map(|lint| path(lint));
    quote!(#![allow(#(#lints,)* reason = "the document decides")])
}

fn apis_module(api: &Api, names: &Names, features: &Features, options: &Options) -> String {
    let mut source = Source::new(&options.header(), "The operations, a module for each tag.");
    source.gap();
    let modules = tag_modules(api);
    let modules = modules.iter().enumerate().map(|(tag, module)| {
        let (condition, module) = (features.of_tag(tag), ident(module));
        quote!(#condition pub mod #module;)
    });
    let webhooks = (!webhooks::of(api).is_empty()).then(|| {
        let feature = webhooks::FEATURE;
        // A module has no features.
        let condition = (options.output != Output::ModuleTree).then(|| quote!(#[cfg(feature = #feature)]));
        quote!(#condition pub mod webhooks;)
    });
    // One module further out than the modules in it.
    let root = path(names.root().strip_prefix("super::").unwrap_or(names.root()));
    source.items(quote! {
        pub mod configuration;
        #(#modules)*
        #webhooks
        pub use #root::runtime::{Call, Error};
    });
    source.finish()
}

fn models_module(names: &Names, features: &Features, header: &str) -> String {
    let mut source = Source::new(
        header,
        "The schemas of the document. `new` takes what a value must have, in the document's order.",
    );
    source.gap();
    let modules = names.modules().iter().map(|(module, _)| {
        let (condition, module) = (any_of(features.of_module(module).as_deref()), ident(module));
        quote!(#condition pub mod #module;)
    });
    source.items(quote!(#(#modules)*));
    // Types that need the same features stand together, and those that need none come first.
    let mut exported: BTreeMap<Option<Vec<&str>>, Vec<TokenStream>> = BTreeMap::new();
    for (module, types) in names.modules() {
        let types = types.iter().map(|id| names.of(*id)).filter(|path| path.exported);
        let types = types.map(|path| {
            let (module, name) = (ident(module), ident(&path.name));
            quote!(#module::#name)
        });
        exported.entry(features.of_module(module)).or_default().extend(types);
    }
    exported.retain(|_, types| !types.is_empty());
    for (needed, types) in exported {
        let condition = any_of(needed.as_deref());
        source.gap();
        source.items(quote!(#condition pub use self::{#(#types),*};));
    }
    source.finish()
}
