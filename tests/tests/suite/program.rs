//! The real commands, built once for all tests that run them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member's folder is in the workspace")
}

/// The path of the command `openai-uploads`. Cargo does not build it as a dependency of this package, so the first
/// test that needs it builds it, in the same profile as the tests.
pub(crate) fn path() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let keyring = if has_keyring() { ",keyring" } else { "" };
        build("openai-uploads", &["--features", &format!("azure-identity,cli,object-store{keyring}")])
    })
}

/// Whether the command is built with the feature `keyring`: 72 packages for one test.
pub(crate) fn has_keyring() -> bool {
    std::env::var_os("TEST_KEYRING").is_some()
}

/// The path of `cargo xtask`, built in the same way.
pub(crate) fn xtask() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("xtask", &[]))
}

fn build(package: &str, arguments: &[&str]) -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).args(["build", "--quiet", "--package", package, "--bin", package]);
    cargo.args(["--message-format", "json-render-diagnostics"]).args(arguments);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let built = cargo.output().expect("cargo runs, since it runs this test");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let messages = serde_json::Deserializer::from_slice(&built.stdout).into_iter::<Value>();
    let executables =
        messages.filter_map(|message| Some(message.ok()?.get("executable")?.as_str()?.to_owned()));
    executables.last().expect("cargo says where it has put the command").into()
}
