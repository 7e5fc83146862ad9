//! Tokens for each operation, model and type. Names are made into identifiers here and nowhere else.

mod about;
mod body;
mod clash;
mod configuration;
mod doc;
mod format;
mod identifier;
mod krate;
mod model;
mod names;
mod operation;
mod reply;
mod runtime;
mod signature;
mod ty;

use std::collections::HashSet;

use quote::quote;

use crate::api::{Api, Tag};
use crate::{Options, Output};

use format::Source;
use identifier::{ident, unique};

pub(crate) use about::other_calls;
pub(crate) use body::{body_argument, body_suffix};
pub(crate) use clash::{Clash, number_operations};
pub(crate) use doc::for_rustdoc;
pub(crate) use identifier::camel;
pub(crate) use model::{field_names, field_type, value_names, variant_names};
pub(crate) use names::{Names, is_written};
pub(crate) use operation::function_name;
pub(crate) use reply::reply_value;
pub(crate) use signature::{argument_names, argument_type};
pub(crate) use ty::{Scope, spelled};

/// The generated modules of an API and, for a crate of its own, the rest of the crate: paths and texts.
pub(crate) fn files(api: &Api, names: &Names, options: &Options) -> Vec<(String, String)> {
    let header = header(options);
    let (folder, mut files) = match &options.output {
        Output::Modules => {
            let mut source = Source::new(&header, "The functions and models that the document describes.");
            source.gap();
            source.items(quote! {
                pub mod apis;
                pub mod models;
            });
            (
                "src/generated",
                vec![(
                    "src/generated/mod.rs".to_owned(),
                    allowing(&["clippy::pedantic", "deprecated", "missing_docs"], source),
                )],
            )
        }
        Output::Crate { name } => ("src", krate::files(api, name, &header)),
    };
    files.push((format!("{folder}/apis/mod.rs"), apis_module(api, &header)));
    files.push((format!("{folder}/apis/configuration.rs"), configuration::module(api, &header)));
    for (tag, module) in api.tags.iter().zip(tag_modules(api)) {
        let path = format!("{folder}/apis/{}.rs", file_name(&module));
        files.push((path, operation::module(api, names, tag, &header)));
    }
    files.push((format!("{folder}/models/mod.rs"), models_module(names, &header)));
    files.extend(models(api, names, folder, &header));
    files
}

/// The modules of `models`, half of them on another thread: they are most of the work.
fn models(api: &Api, names: &Names, folder: &str, header: &str) -> Vec<(String, String)> {
    let write = |modules: &[(String, Vec<crate::api::TypeId>)]| -> Vec<(String, String)> {
        let files = modules.iter().map(|(module, types)| {
            let path = format!("{folder}/models/{}.rs", file_name(module));
            (path, model::module(api, names, module, types, header))
        });
        files.collect()
    };
    let (first, second) = names.modules().split_at(names.modules().len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| write(second));
        let mut files = write(first);
        files.extend(second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        files
    })
}

/// What each generated file begins with.
pub(crate) fn header(options: &Options) -> String {
    let file = options.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let file: String = file.chars().filter(|letter| !letter.is_control()).collect();
    format!("{} from {file}; do not edit.", crate::package::MARKER)
}

/// A root module that lints which a document decides on are not for.
fn allowing(lints: &[&str], source: Source) -> String {
    let text = source.finish();
    let lints: String = lints.iter().map(|lint| format!("    {lint},\n")).collect();
    let allow = format!("#![allow(\n{lints}    reason = \"the document decides\"\n)]\n");
    match text.split_once("\n\n") {
        Some((head, rest)) => format!("{head}\n{allow}\n{rest}"),
        None => text,
    }
}

/// The modules of the tags, in their order.
pub(crate) fn tag_modules(api: &Api) -> Vec<String> {
    let mut taken = HashSet::from(["configuration".to_owned(), "r#mod".to_owned()]);
    api.tags.iter().map(|tag| unique(tag_module(tag), &mut taken)).collect()
}

fn tag_module(tag: &Tag) -> String {
    identifier::module(&format!("{} api", tag.name))
}

fn file_name(module: &str) -> &str {
    module.strip_prefix("r#").unwrap_or(module)
}

fn apis_module(api: &Api, header: &str) -> String {
    let mut source = Source::new(header, "The operations, a module for each tag.");
    source.gap();
    let modules = tag_modules(api);
    let modules = modules.iter().map(|module| ident(module));
    source.items(quote! {
        pub mod configuration;
        #(pub mod #modules;)*
        pub use crate::runtime::{Call, Error};
    });
    source.finish()
}

fn models_module(names: &Names, header: &str) -> String {
    let mut source = Source::new(
        header,
        "The schemas of the document. `new` takes what a value must have, in the document's order.",
    );
    source.gap();
    let modules = names.modules().iter().map(|(module, _)| ident(module));
    source.items(quote!(#(pub mod #modules;)*));
    let types = names.modules().iter().flat_map(|(module, types)| types.iter().map(move |id| (module, *id)));
    let exported = types.map(|(module, id)| (module, names.of(id))).filter(|(_, path)| path.exported).map(
        |(module, path)| {
            let (module, name) = (ident(module), ident(&path.name));
            quote!(#module::#name)
        },
    );
    let exported: Vec<_> = exported.collect();
    if !exported.is_empty() {
        source.gap();
        source.items(quote!(pub use self::{#(#exported),*};));
    }
    source.finish()
}
