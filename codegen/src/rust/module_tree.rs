//! The files of a module that stands in somebody's crate: its root, and the runtime.

use quote::quote;

use crate::Output;
use crate::api::Api;
use crate::description::for_rustdoc;

use super::dependencies::{dependencies, dependency_tables};
use super::format::Source;
use super::runtime;

/// The files besides operations and models.
pub(super) fn files(api: &Api, header: &str) -> Vec<(String, String)> {
    let mut files = vec![("mod.rs".to_owned(), root(api, header))];
    files.extend(runtime::files_in_module(header, runtime::Parts::of(api)));
    files
}

/// The root. It has no attributes or documentation of its own, so that `include!` takes it.
fn root(api: &Api, header: &str) -> String {
    let title = for_rustdoc(if api.title.is_empty() { "an API" } else { &api.title });
    let title = title.lines().next().unwrap_or_default();
    let mut text =
        format!("// {header}\n// A client of {title}.\n//\n// What it needs in `Cargo.toml`:\n//\n");
    for line in dependency_tables(&dependencies(api, &Output::ModuleTree)).lines() {
        text.push_str(format!("// {line}").trim_end());
        text.push('\n');
    }
    // A program may leave parts of a private module unused, and its crate may have any lints.
    let allow = quote! {
        #[allow(
            clippy::all,
            clippy::pedantic,
            confusable_idents,
            deprecated,
            missing_docs,
            mixed_script_confusables,
            uncommon_codepoints,
            unreachable_pub,
            unused
        )]
    };
    let mut source = Source::after(text);
    source.gap();
    source.items(quote! {
        #allow
        #[macro_use]
        pub mod runtime;
        #allow
        pub mod apis;
        #allow
        pub mod models;
    });
    source.finish()
}
