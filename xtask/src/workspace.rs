//! Paths in this workspace.

use std::path::PathBuf;

/// The document of `openai-uploads`, relative to the workspace's root.
pub(crate) const SPEC: &str = "spec/uploads.yaml";

/// The crate that is generated from it, relative to the workspace's root.
pub(crate) const CRATE: &str = "openai-uploads";

/// The root of the workspace that `cargo xtask` runs in.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), PathBuf::from)
}

/// `OpenAI`'s published document: `OPENAI_SPEC`, or ../shared/corpus/openai.yaml if it exists.
pub(crate) fn published_document() -> Option<PathBuf> {
    let named = std::env::var_os("OPENAI_SPEC").map(PathBuf::from);
    named.or_else(|| Some(root().join("../shared/corpus/openai.yaml")).filter(|path| path.is_file()))
}
