//! Tests that are skipped where they cannot run.

use std::io::Write;

/// Prints why a test is skipped, so that it is visible: the output of passing tests is not shown.
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}
