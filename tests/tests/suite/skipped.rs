//! Tests that cannot run where they are.

use std::io::Write;

/// Says why a test is skipped, where it is seen: the output of tests that pass is not shown.
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}
