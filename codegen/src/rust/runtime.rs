//! The runtime of generated crates: a copy of the one of `openai-uploads`.

/// The files of the runtime, by their path in the folder `runtime`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtime_files.rs"));

/// What a file's own tests begin with, which are the last in it.
const TESTS: &str = "\n#[cfg(test)]\n";

/// The runtime of a crate whose source is in `folder`: paths and texts.
pub(super) fn files(folder: &str, header: &str) -> impl Iterator<Item = (String, String)> {
    FILES.iter().map(move |(file, text)| {
        (format!("{folder}runtime/{file}"), format!("// {header}\n{}", without_tests(text)))
    })
}

/// The runtime of a module that stands somewhere in a crate, which may have no features for TLS: that is rustls.
pub(super) fn files_in_module(header: &str) -> impl Iterator<Item = (String, String)> {
    files("", header).map(|(file, text)| {
        // The macros are used in modules of `apis` and `models` alone, from where this is the path.
        let text = text.replace("$crate::runtime", "super::super::runtime");
        (file, text.replace("feature = \"rustls\"", "true").replace("feature = \"native-tls\"", "false"))
    })
}

/// The tests are run where the runtime is written.
fn without_tests(text: &str) -> &str {
    text.find(TESTS).map_or(text, |start| &text[..start])
}

#[cfg(test)]
mod tests {
    use super::{FILES, TESTS, files_in_module};

    #[test]
    fn the_runtime_has_its_module_and_each_file_once() {
        let mut names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        assert!(names.contains(&"mod.rs") && names.contains(&"request.rs"), "{names:?}");
        names.dedup();
        assert_eq!(names.len(), FILES.len());
        assert!(FILES.iter().all(|(_, text)| !text.is_empty()));
    }

    #[test]
    fn tests_are_the_last_in_a_file_so_that_what_is_before_them_is_all_of_it() {
        for (name, text) in FILES {
            let after = text.find(TESTS).map_or("", |start| &text[start + TESTS.len()..]);
            let items =
                after.lines().filter(|line| !line.starts_with([' ', '#', '}', ')']) && !line.is_empty());
            let items: Vec<&str> = items.collect();
            assert!(matches!(items.as_slice(), [] | ["mod tests {"]), "{name}: {items:?}");
        }
    }

    #[test]
    fn a_module_mentions_neither_the_root_of_its_crate_nor_features() {
        for (name, text) in files_in_module("x") {
            assert!(!text.contains("crate::") && !text.contains("feature ="), "{name}");
        }
    }
}
