//! The files of a crate of its own: its manifest, its front page, and the runtime.

use quote::quote;

use crate::api::{Api, Type};

use super::doc::for_rustdoc;
use super::format::Source;
use super::runtime;

/// The files besides operations, models and pages.
pub(super) fn files(api: &Api, name: &str, header: &str) -> Vec<(String, String)> {
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(api, name, header)),
        ("src/lib.rs".to_owned(), library(api, header)),
    ];
    for (file, text) in runtime::FILES {
        files.push((format!("src/runtime/{file}"), format!("// {header}\n{text}")));
    }
    files
}

fn library(api: &Api, header: &str) -> String {
    let title = if api.title.is_empty() { "An API." } else { &api.title };
    let about = format!("{}\n\n{}", for_rustdoc(title), for_rustdoc(&api.description));
    let mut source = Source::new(header, about.trim_end());
    source.gap();
    source.items(quote! {
        #[macro_use]
        pub mod runtime;
        pub mod apis;
        pub mod models;
    });
    let lints = [
        "clippy::large_enum_variant",
        "clippy::module_inception",
        "clippy::pedantic",
        "confusable_idents",
        "deprecated",
        "missing_docs",
        "mixed_script_confusables",
        "uncommon_codepoints",
    ];
    super::allowing(&lints, source)
}

/// The manifest, with the dependencies that the crate has a use for.
fn manifest(api: &Api, name: &str, header: &str) -> String {
    let chrono = uses(api, &|ty| matches!(ty, Type::DateTime | Type::Date));
    let uuid = uses(api, &|ty| *ty == Type::Uuid);
    let optional = |used: bool, line: &str| if used { format!("{line}\n") } else { String::new() };
    let chrono = optional(
        chrono,
        r#"chrono = { version = "0.4", default-features = false, features = ["serde", "std"] }"#,
    );
    let uuid = optional(uuid, r#"uuid = { version = "1", features = ["serde"] }"#);
    let version = semver(&api.version);
    let title = api.title.replace(['\\', '"'], "'").replace(|letter: char| letter.is_control(), " ");
    format!(
        r#"# {header}
[package]
name = "{name}"
description = "{title}"
version = "{version}"
edition = "2024"
rust-version = "1.89"

[features]
default = ["rustls"]
rustls = ["reqwest/rustls"]
native-tls = ["reqwest/native-tls"]

[dependencies]
backon = {{ version = "1.6", default-features = false, features = ["std"] }}
base64 = "0.23"
bytes = "1.11"
{chrono}flate2 = {{ version = "1.1", default-features = false, features = ["rust_backend"] }}
futures-util = {{ version = "0.3", default-features = false, features = ["std"] }}
httpdate = "1.0"
hyper-util = {{ version = "0.1", default-features = false, features = ["client-proxy"] }}
percent-encoding = "2.3"
reqwest = {{ version = "0.13", default-features = false, features = ["multipart", "socks", "stream"] }}
secrecy = "0.10"
serde = {{ version = "1.0", features = ["derive"] }}
serde_json = {{ version = "1.0", features = ["float_roundtrip"] }}
serde_path_to_error = "0.1"
thiserror = "2.0"
tokio = {{ version = "1.50", default-features = false, features = ["rt", "time"] }}
tracing = {{ version = "0.1", default-features = false, features = ["std"] }}
url = "2.5"
{uuid}
[workspace]
"#
    )
}

/// The document's version as Cargo takes it.
fn semver(version: &str) -> String {
    let mut numbers = version.trim_start_matches('v').split(['.', '-', '+']);
    let mut next = || numbers.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
    format!("{}.{}.{}", next(), next(), next())
}

/// Whether a type that `is` true of is anywhere in the crate.
fn uses(api: &Api, is: &dyn Fn(&Type) -> bool) -> bool {
    let mut found = false;
    let mut visit = |ty: &Type| found |= is(ty);
    api.types.iter().for_each(|named| named.kind.walk(&mut visit));
    for operation in api.tags.iter().flat_map(|tag| &tag.operations) {
        operation.sent_types().chain(operation.received_types()).for_each(|ty| ty.walk(&mut visit));
    }
    found
}
