//! Where things are in this workspace.

use std::path::PathBuf;

/// The document that `openai-uploads` is made from, by the root of the workspace.
pub(crate) const SPEC: &str = "spec/uploads.yaml";

/// The crate that is made from it, by the root of the workspace.
pub(crate) const CRATE: &str = "openai-uploads";

/// The root of the workspace: of the one that `cargo xtask` is run in, whatever folder of it that is.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), PathBuf::from)
}
