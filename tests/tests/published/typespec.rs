//! `TypeSpec`'s HTTP scenarios pass, called with generated clients.

use corpus::typespec::{Outcome, TypeSpec};

use crate::crate_of_it::{target, workspace};
use crate::skipped::skipped;

/// The packages are installed by `.ci/run`. All scenarios are called: most of the time goes into compiling the clients.
#[test]
fn every_scenario_of_typespec_passes_or_is_left_out_for_a_reason() {
    let folder = workspace().join("target/typespec");
    if !folder.join("installed.txt").is_file() {
        skipped(&format!("no npm packages in {}; .ci/run installs them", folder.display()));
        return;
    }
    let target = target().with_file_name("probes");
    let typespec = TypeSpec { workspace: workspace().to_owned(), folder, target };
    let scoreboard = typespec.run().unwrap();
    let failures = scoreboard.failures();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    let passed = scoreboard.rows.iter().filter(|row| row.outcome == Outcome::Passed).count();
    println!("{passed} scenarios");
    assert!(passed > 700, "the scenarios are called: {passed}");
}
