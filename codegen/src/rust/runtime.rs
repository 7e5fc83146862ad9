//! The runtime of generated crates: a copy of the one of `openai-uploads`.

use super::dependencies::uses_time;
use super::webhooks;
use crate::api::Api;

/// The files of the runtime, by their path in the folder `runtime`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtime_files.rs"));

/// The beginning of a file's own tests. They are at its end.
const TESTS: &str = "\n#[cfg(test)]\n";

/// The file that only crates with webhooks have, and the condition of what is in it.
const WEBHOOKS: (&str, &str) = ("webhook.rs", "#[cfg(feature = \"webhooks\")]\n");

/// The file that only crates with types of `time` have, and its place in the root of the runtime.
const RFC3339: (&str, &str) = (include_str!("runtime/rfc3339.rs"), RFC3339_ROOT);
const RFC3339_ROOT: &str = "\nmod rfc3339;\npub use rfc3339::{Rfc3339, Rfc3339Format};\n";

// Not compiled here; `cargo fmt` formats what a module names.
#[cfg(any())]
mod rfc3339;

/// The parts of the runtime that not every crate has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    webhooks: bool,
    rfc3339: bool,
}

impl Parts {
    /// The parts that the code of an API needs.
    pub(super) fn of(api: &Api) -> Self {
        Self { webhooks: !webhooks::of(api).is_empty(), rfc3339: uses_time(api) }
    }
}

/// The runtime of a crate whose source is in `folder`: paths and texts.
pub(super) fn files(folder: &str, header: &str, parts: Parts) -> Vec<(String, String)> {
    let Parts { webhooks, rfc3339 } = parts;
    let (webhooks_file, condition) = WEBHOOKS;
    let (rfc3339_text, rfc3339_root) = RFC3339;
    let shared = FILES.iter().filter(|(file, _)| webhooks || *file != webhooks_file).map(|(file, text)| {
        let text = without_tests(text);
        let mut text = if webhooks { text.to_owned() } else { without_lines_after(text, condition) };
        if *file == "mod.rs" && rfc3339 {
            text.push_str(rfc3339_root);
        }
        (*file, text)
    });
    let own = rfc3339.then(|| ("rfc3339.rs", rfc3339_text.to_owned()));
    let files = shared.chain(own);
    files.map(|(file, text)| (format!("{folder}runtime/{file}"), format!("// {header}\n{text}"))).collect()
}

/// The text without the lines that are `condition`, and without the line after each.
fn without_lines_after(text: &str, condition: &str) -> String {
    let mut pieces = text.split(condition);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('\n').map_or("", |(_, rest)| rest))
}

/// The runtime of a module of an existing crate. That crate may have no features for TLS, so it uses rustls.
pub(super) fn files_in_module(header: &str, parts: Parts) -> impl Iterator<Item = (String, String)> {
    files("", header, parts).into_iter().map(|(file, text)| {
        // The macros are used only in modules of `apis` and `models`, and this is the path from there.
        let text = text.replace("$crate::runtime", "super::super::runtime");
        let features =
            [("rustls", "true"), ("native-tls", "false"), ("testing", "false"), ("webhooks", "true")];
        let text = features
            .iter()
            .fold(text, |text, (feature, value)| text.replace(&format!("feature = \"{feature}\""), value));
        (file, text)
    })
}

/// The text without its tests, which run in `openai-uploads` only.
fn without_tests(text: &str) -> &str {
    text.find(TESTS).map_or(text, |start| &text[..start])
}

#[cfg(test)]
mod tests {
    use super::{FILES, Parts, TESTS, files, files_in_module};

    #[test]
    fn the_runtime_has_its_module_and_each_file_once() {
        let mut names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        assert!(names.contains(&"mod.rs") && names.contains(&"request.rs"), "{names:?}");
        names.dedup();
        assert_eq!(names.len(), FILES.len());
        assert!(FILES.iter().all(|(_, text)| !text.is_empty()));
    }

    #[test]
    fn tests_are_at_the_end_of_each_file() {
        for (name, text) in FILES {
            let after = text.find(TESTS).map_or("", |start| &text[start + TESTS.len()..]);
            let items =
                after.lines().filter(|line| !line.starts_with([' ', '#', '}', ')']) && !line.is_empty());
            let items: Vec<&str> = items.collect();
            assert!(matches!(items.as_slice(), [] | ["mod tests {"]), "{name}: {items:?}");
        }
    }

    #[test]
    fn the_runtime_has_webhooks_where_the_document_has_some() {
        let with = |webhooks| files("", "x", Parts { webhooks, ..Parts::default() });
        let root =
            |webhooks| with(webhooks).into_iter().find(|(file, _)| file == "runtime/mod.rs").unwrap().1;
        assert!(root(true).contains("mod webhook;") && root(true).contains("pub use webhook::"));
        assert!(!root(false).contains("webhook") && root(false).contains("pub use url::"));
        assert_eq!(with(true).len(), with(false).len() + 1);
    }

    #[test]
    fn a_module_mentions_neither_the_root_of_its_crate_nor_features() {
        let all = [Parts::default(), Parts { webhooks: true, rfc3339: true }];
        for (name, text) in all.into_iter().flat_map(|parts| files_in_module("x", parts)) {
            assert!(!text.contains("crate::") && !text.contains("feature ="), "{name}");
        }
    }
}
