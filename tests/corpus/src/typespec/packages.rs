//! The npm packages.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// The packages, with versions that fit each other. Node.js is one of them, since the server needs version 22.
pub const PACKAGES: &[&str] = &[
    "@typespec/http-specs@0.1.0-alpha.43",
    "@typespec/spector@0.1.0-alpha.29",
    "@typespec/spec-api@0.1.0-alpha.17",
    "@typespec/spec-coverage-sdk@0.1.0-alpha.17",
    "@typespec/openapi3@1.16.0",
    "@typespec/compiler@1.16.0",
    "@typespec/http@1.16.0",
    "@typespec/json-schema@1.16.0",
    "@typespec/openapi@1.16.0",
    "@typespec/events@0.86.0",
    "@typespec/rest@0.86.0",
    "@typespec/sse@0.86.0",
    "@typespec/streams@0.86.0",
    "@typespec/versioning@0.86.0",
    "@typespec/xml@0.86.0",
    "node@22.23.3",
];

/// Installs the packages into `folder`, unless the same ones are there.
pub(super) fn install(folder: &Path) -> io::Result<()> {
    let (installed, list) = (folder.join("installed.txt"), PACKAGES.join("\n"));
    if fs::read_to_string(&installed).is_ok_and(|there| there == list) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--legacy-peer-deps", "--prefix"])
        .arg(folder);
    let status = npm.args(PACKAGES).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("npm install failed: {status}")));
    }
    fs::write(installed, list)
}
