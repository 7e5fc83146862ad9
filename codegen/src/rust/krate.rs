//! The files of a crate of its own: its manifest, its front page, and the runtime.

use quote::quote;

use crate::api::{Api, Type};
use crate::description::for_rustdoc;
use crate::naming::Names;

use super::first_call::first_call;
use super::format::Source;
use super::runtime;

/// The files besides operations, models and pages.
pub(super) fn files(api: &Api, names: &Names, name: &str, header: &str) -> Vec<(String, String)> {
    let first_call = first_call(api, names, name);
    let mut files = vec![
        ("Cargo.toml".to_owned(), manifest(api, name, header)),
        ("README.md".to_owned(), readme(api, name, header, &first_call)),
        ("src/lib.rs".to_owned(), library(api, header, &first_call)),
    ];
    for (file, text) in runtime::FILES {
        files.push((format!("src/runtime/{file}"), format!("// {header}\n{text}")));
    }
    files
}

fn readme(api: &Api, name: &str, header: &str, first_call: &str) -> String {
    let title = for_rustdoc(title(api));
    let title = title.lines().next().unwrap_or_default();
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
"#
    )
}

fn title(api: &Api) -> &str {
    if api.title.is_empty() { "an API" } else { &api.title }
}

fn library(api: &Api, header: &str, first_call: &str) -> String {
    let about = [
        for_rustdoc(title(api)),
        for_rustdoc(&api.description),
        format!("# A first call\n\n```no_run\n{first_call}\n```"),
        "Each operation is a function in a module of [`apis`], and each schema a type in [`models`]."
            .to_owned(),
    ];
    let about: Vec<String> = about.into_iter().filter(|part| !part.is_empty()).collect();
    let mut source = Source::new(header, about.join("\n\n").trim_end());
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
readme = "README.md"
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
