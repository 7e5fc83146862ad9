//! A program that uses `reqwest` by itself is the same with and without `openai-uploads`.

use std::process::Command;

use super::program::workspace;

/// Builds and runs `tests/neighbour` with these features, apart from the features of the other packages.
fn run(features: &str) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).args([
        "run",
        "--quiet",
        "--package",
        "neighbour",
        "--no-default-features",
    ]);
    let output = cargo.args(["--features", features]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "with the features `{features}`: {stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "unharmed", "{stderr}");
}

#[test]
fn clients_of_other_crates_still_work_with_rustls() {
    run("rustls");
}

#[test]
fn clients_of_other_crates_still_work_without_tls() {
    run("");
}

#[test]
fn clients_of_other_crates_still_work_with_native_tls() {
    let found = Command::new("pkg-config").args(["--exists", "openssl"]).status();
    if cfg!(target_os = "linux") && !found.is_ok_and(|status| status.success()) {
        println!("skipped: pkg-config does not find OpenSSL (libssl-dev on Debian)");
        return;
    }
    run("native-tls");
    run("native-tls,rustls");
}
