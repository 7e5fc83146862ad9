//! The files of a whole crate: its manifest, its front page, and the runtime.

use quote::quote;

use crate::Output;
use crate::api::Api;
use crate::description::for_rustdoc;
use crate::naming::Names;

use super::dependencies::{dependencies, dependency_tables};
use super::features::Features;
use super::first_call::first_call;
use super::format::Source;
use super::{runtime, webhooks};

/// The files besides operations, models and pages.
pub(super) fn files(
    api: &Api,
    names: &Names,
    features: &Features,
    name: &str,
    header: &str,
) -> Vec<(String, String)> {
    let first_call = first_call(api, names, name);
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(api, features, name, header)),
        ("README.md".to_owned(), readme(api, features, name, header, &first_call)),
        ("src/lib.rs".to_owned(), library(api, features, header, &first_call)),
    ];
    files.extend(runtime::files("src/", header, runtime::Parts::of(api)));
    files
}

fn readme(api: &Api, features: &Features, name: &str, header: &str, first_call: &str) -> String {
    let title = for_rustdoc(title(api));
    let title = title.lines().next().unwrap_or_default();
    let about_features = match about_features(features) {
        none if none.is_empty() => none,
        about => format!("\n{about}\n"),
    };
    format!(
        r#"<!-- {header} -->
# {name}

A Rust client of {title}.

```toml
[dependencies]
{name} = {{ path = "{name}" }}
```

```rust
{first_call}
```

Each operation is a function in a module of `apis`, and each schema a type in `models`: [the reference](docs/README.md)
lists them. The server's URL, credentials, headers and timeouts are fields of `apis::configuration::Configuration`.
{about_features}"#
    )
}

/// The paragraph about the features of tags. Empty without features.
fn about_features(features: &Features) -> String {
    let names: Vec<String> = features.names().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "Each tag is a feature, and all are on by default. A program that needs few turns the default features off, and \
         compiles only the functions and models of its tags: {}.",
        names.join(", ")
    )
}

fn title(api: &Api) -> &str {
    if api.title.is_empty() { "an API" } else { &api.title }
}

fn library(api: &Api, features: &Features, header: &str, first_call: &str) -> String {
    let about = [
        for_rustdoc(title(api)),
        for_rustdoc(&api.description),
        format!("# A first call\n\n```no_run\n{first_call}\n```"),
        "Each operation is a function in a module of [`apis`], and each schema a type in [`models`]."
            .to_owned(),
        about_features(features),
    ];
    let about: Vec<String> = about.into_iter().filter(|part| !part.is_empty()).collect();
    let mut source = Source::new(header, about.join("\n\n").trim_end());
    source.items(super::allowed(&[
        "clippy::large_enum_variant",
        "clippy::module_inception",
        "clippy::pedantic",
        "confusable_idents",
        "deprecated",
        "missing_docs",
        "mixed_script_confusables",
        "uncommon_codepoints",
    ]));
    source.gap();
    source.items(quote! {
        #[macro_use]
        pub mod runtime;
        pub mod apis;
        pub mod models;
    });
    source.finish()
}

/// The manifest, with the dependencies that the crate needs.
fn manifest(api: &Api, features: &Features, name: &str, header: &str) -> String {
    let output = Output::Crate { name: name.to_owned() };
    let dependencies = dependency_tables(&dependencies(api, &output));
    let names: Vec<&str> = features.names().collect();
    let (default, tags) = match names.as_slice() {
        [] => (r#""rustls""#, String::new()),
        names => {
            let list: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            let own = names.iter().filter(|name| **name != webhooks::FEATURE);
            let each: String = own.map(|name| format!("{name} = []\n")).collect();
            (r#""full", "rustls""#, format!("# Everything.\nfull = [{}]\n{each}", list.join(", ")))
        }
    };
    let webhooks = match (webhooks::of(api).is_empty(), names.contains(&webhooks::FEATURE)) {
        (false, _) => "webhooks = [\"dep:hmac\", \"dep:sha2\"]\n",
        (true, true) => "webhooks = []\n",
        (true, false) => "",
    };
    let version = semver(&api.version);
    let title = api.title.replace(['\\', '"'], "'").replace(|letter: char| letter.is_control(), " ");
    format!(
        r#"# {header}
[package]
name = "{name}"
description = "{title}"
version = "{version}"
readme = "README.md"
edition = "2024"
rust-version = "1.89"

[features]
default = [{default}]
rustls = ["reqwest/rustls"]
native-tls = ["reqwest/native-tls"]
testing = ["dep:http"]
{webhooks}{tags}
{dependencies}"#
    )
}

/// The document's version in the form that Cargo accepts.
fn semver(version: &str) -> String {
    let mut numbers = version.trim_start_matches('v').split(['.', '-', '+']);
    let mut next = || numbers.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
    format!("{}.{}.{}", next(), next(), next())
}
