//! The crates that generated code uses.

use std::fmt;

use super::webhooks;
use crate::Output;
use crate::api::{Api, Type};
use crate::formats::{Format, FormatType};

/// A crate that generated code uses. Displayed as its line in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub name: &'static str,
    /// The version and features, as TOML.
    pub requirement: &'static str,
    /// The targets that need it, as Cargo writes a condition. `None`: all of them.
    pub target: Option<&'static str>,
}

/// The target where the client is that of the browser.
const WEB: Option<&str> = Some(r#"cfg(target_arch = "wasm32")"#);
const NATIVE: Option<&str> = Some(r#"cfg(not(target_arch = "wasm32"))"#);

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.requirement)
    }
}

/// Returns the tables of a manifest that have these dependencies: one for all targets, then one for each condition.
pub fn dependency_tables(dependencies: &[Dependency]) -> String {
    let mut tables: Vec<(Option<&str>, String)> = vec![(None, "[dependencies]\n".to_owned())];
    for dependency in dependencies {
        let position = tables.iter().position(|(target, _)| *target == dependency.target);
        let position = position.unwrap_or_else(|| {
            let target = dependency.target.unwrap_or_default();
            tables.push((dependency.target, format!("[target.'{target}'.dependencies]\n")));
            tables.len() - 1
        });
        tables[position].1.push_str(&format!("{dependency}\n"));
    }
    let tables: Vec<String> = tables.into_iter().map(|(_, table)| table).collect();
    tables.join("\n")
}

/// The dependencies of the code of an API, by name; those of some targets last.
pub(crate) fn dependencies(api: &Api, output: &Output) -> Vec<Dependency> {
    let chrono = uses(api, &|ty| is_of(api, ty, FormatType::Chrono));
    let jiff = uses(api, &|ty| is_of(api, ty, FormatType::Jiff));
    let time = uses_time(api);
    let decimal = uses(api, &|ty| *ty == Type::Decimal);
    let uuid = uses(api, &|ty| *ty == Type::Uuid);
    let reqwest = match output {
        Output::Modules | Output::Crate { .. } => {
            r#"{ version = "0.13", default-features = false, features = ["socks", "stream"] }"#
        }
        // A module cannot know the features of its crate.
        Output::ModuleTree => {
            r#"{ version = "0.13", default-features = false, features = ["rustls", "socks", "stream"] }"#
        }
    };
    // A module has no feature for it.
    let testing = *output != Output::ModuleTree;
    let webhooks = !webhooks::of(api).is_empty();
    let [hmac, sha2] = match output {
        Output::ModuleTree => [r#""0.13""#, r#""0.11""#],
        _ => [r#"{ version = "0.13", optional = true }"#, r#"{ version = "0.11", optional = true }"#],
    };
    let list = [
        ("backon", r#"{ version = "1.6", default-features = false, features = ["std"] }"#, true),
        ("base64", r#""0.23""#, true),
        ("bytes", r#""1.11""#, true),
        ("chrono", r#"{ version = "0.4", default-features = false, features = ["serde", "std"] }"#, chrono),
        ("flate2", r#"{ version = "1.1", default-features = false, features = ["rust_backend"] }"#, true),
        ("futures-util", r#"{ version = "0.3", default-features = false, features = ["std"] }"#, true),
        ("hmac", hmac, webhooks),
        ("http", r#"{ version = "1.4", optional = true }"#, testing),
        ("httpdate", r#""1.0""#, true),
        ("jiff", r#"{ version = "1.0", default-features = false, features = ["serde", "std"] }"#, jiff),
        ("percent-encoding", r#""2.3""#, true),
        ("reqwest", reqwest, true),
        (
            "rust_decimal",
            r#"{ version = "1.38", default-features = false, features = ["serde", "std"] }"#,
            decimal,
        ),
        ("secrecy", r#""0.10""#, true),
        ("serde", r#"{ version = "1.0", features = ["derive"] }"#, true),
        ("serde_json", r#"{ version = "1.0", features = ["float_roundtrip"] }"#, true),
        ("serde_path_to_error", r#""0.1""#, true),
        ("sha2", sha2, webhooks),
        ("thiserror", r#""2.0""#, true),
        (
            "time",
            r#"{ version = "0.3", default-features = false, features = ["formatting", "parsing", "std"] }"#,
            time,
        ),
        (
            "tokio",
            r#"{ version = "1.50", default-features = false, features = ["rt", "sync", "time"] }"#,
            true,
        ),
        ("tracing", r#"{ version = "0.1", default-features = false, features = ["std"] }"#, true),
        ("url", r#""2.5""#, true),
        ("uuid", r#"{ version = "1", features = ["serde"] }"#, uuid),
    ];
    let used = list.into_iter().filter(|(.., is_used)| *is_used);
    let used = used.map(|(name, requirement, _)| Dependency { name, requirement, target: None });
    let of_targets = [
        (
            "hyper-util",
            r#"{ version = "0.1", default-features = false, features = ["client-proxy"] }"#,
            NATIVE,
        ),
        ("gloo-timers", r#"{ version = "0.4", features = ["futures"] }"#, WEB),
        ("js-sys", r#""0.3""#, WEB),
        ("web-time", r#""1.1""#, WEB),
    ];
    used.chain(of_targets.map(|(name, requirement, target)| Dependency { name, requirement, target }))
        .collect()
}

/// Whether a date or time of the crate `time` is anywhere in the code.
pub(super) fn uses_time(api: &Api) -> bool {
    uses(api, &|ty| is_of(api, ty, FormatType::Time))
}

/// Whether a type is a date, time or duration of `library`.
fn is_of(api: &Api, ty: &Type, library: FormatType) -> bool {
    let format = match ty {
        Type::DateTime => Format::DateTime,
        Type::Date => Format::Date,
        Type::Time => Format::Time,
        Type::Duration => Format::Duration,
        _ => return false,
    };
    api.formats.of(format) == library
}

/// Whether a type that `is` true of is anywhere in the code.
fn uses(api: &Api, is: &dyn Fn(&Type) -> bool) -> bool {
    let mut found = false;
    let mut visit = |ty: &Type| found |= is(ty);
    api.types.iter().for_each(|named| named.kind.walk(&mut visit));
    for operation in api.tags.iter().flat_map(|tag| &tag.operations) {
        operation.sent_types().chain(operation.received_types()).for_each(|ty| ty.walk(&mut visit));
    }
    found
}
