//! The packages that a user's crate depends on through ours.

use std::collections::BTreeSet;
use std::process::Command;

use super::program::workspace;

const MAX_PACKAGES: usize = 135;

#[test]
fn default_features_have_few_packages() {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).args(["tree", "--locked", "--offline", "--package", "openai-uploads"]);
    let output =
        cargo.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let packages: BTreeSet<&str> = tree
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split(" (").next().expect("a split has a first piece"))
        .collect();
    println!("{} packages", packages.len());
    // The user's own crate is one more.
    assert!(packages.len() < MAX_PACKAGES, "{}: {packages:#?}", packages.len());
    let names: BTreeSet<&str> = packages.iter().filter_map(|package| package.split(' ').next()).collect();
    assert!(names.contains("openai-uploads") && names.contains("reqwest"), "{names:?}");
    for foreign in ["clap", "axum", "console", "tempfile", "tracing-subscriber", "openapi-crate"] {
        assert!(!names.contains(foreign), "{foreign} is for a command or a server");
    }
}
