//! The runtime of generated crates: a copy of that of `openai-uploads`, file by file.

/// The files of the runtime, by their path in the folder `runtime`.
pub(super) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtime_files.rs"));

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn the_runtime_has_its_module_and_each_file_once() {
        let mut names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        assert!(names.contains(&"mod.rs") && names.contains(&"request.rs"), "{names:?}");
        names.dedup();
        assert_eq!(names.len(), FILES.len());
        assert!(FILES.iter().all(|(_, text)| !text.is_empty()));
    }
}
