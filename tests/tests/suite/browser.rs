//! The page of the local server in a real browser: Chromium, driven by playwright-core.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use openai_uploads::server::Server;

use crate::program::workspace;
use crate::python::succeed;
use crate::server_fixture::start_with;
use crate::skipped::skipped;

/// A Chromium: the one in `OPENAI_CHROMIUM`, or that of the system.
fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("OPENAI_CHROMIUM") {
        return Some(PathBuf::from(path));
    }
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// The folder of the package playwright-core: the one in `OPENAI_PLAYWRIGHT`, or where `.ci/run` installs it.
fn playwright() -> Option<PathBuf> {
    let folder = std::env::var_os("OPENAI_PLAYWRIGHT").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| workspace().join("target/npm/node_modules/playwright-core"));
    let mut node = Command::new("node");
    let node = node.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    (folder.is_dir() && node.is_ok_and(|status| status.success())).then_some(folder)
}

#[test]
fn a_browser_sees_an_upload_progress_and_switches_a_fault() {
    let Some(playwright) = playwright() else {
        return skipped(
            "there is no playwright-core; install it with npm and set OPENAI_PLAYWRIGHT to its folder",
        );
    };
    let Some(chromium) = chromium() else {
        return skipped("there is no Chromium; install it or set OPENAI_CHROMIUM to its path");
    };
    let server = start_with(Server::builder());
    let script = workspace().join("tests/tests/suite/browser.js");
    let page = format!("http://{}/", server.local_addr());
    succeed(Command::new("node").arg(script).arg(playwright).arg(chromium).arg(page).arg(server.base_url()));
}
