//! The output of benchmarks.

use std::fs;
use std::path::Path;

use crate::chart::Chart;
use crate::workspace;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Prints a table, and writes it to `out`, relative to the workspace's root, with a chart beside it.
pub(crate) fn write(out: &Path, table: &str, chart: &Chart) -> Result<(), Failure> {
    terminal::print(table);
    let out = workspace::root().join(out);
    for (path, text) in [(out.clone(), table), (out.with_extension("svg"), &*chart.to_svg())] {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Failure::io("make", parent, &error))?;
        }
        fs::write(&path, text).map_err(|error| Failure::io("write", &path, &error))?;
    }
    Ok(())
}
