//! `cargo xtask spec slice`: a document cut down to some operations.

use std::path::{Path, PathBuf};

use openapi_crate::package::Package;
use openapi_crate::slice::{Selection, slice};

use crate::failure::Failure;
use crate::input::Input;
use crate::{Outcome, terminal};

/// Cut a document down to some operations and all that they reach, keeping order and text
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document to cut
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Keep the operations that have this tag; may be given several times
    #[arg(long, value_name = "TAG", required_unless_present = "operation")]
    tag: Vec<String>,
    /// Keep this operation, by its operationId or as 'post /uploads'; may be given several times
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let input = Input::read(Path::new(""), &arguments.from)?;
    let document = input.document()?;
    let selection = Selection { tags: arguments.tag.clone(), operations: arguments.operation.clone() };
    let text = slice(&document, &selection).map_err(|error| {
        Failure::with_help(
            error.to_string(),
            "names are told apart by upper and lower case; nothing was written",
        )
    })?;
    let folder = |file: &Path| file.parent().map(Path::to_owned).unwrap_or_default();
    if !input.files.is_empty() && folder(&arguments.out) != folder(&arguments.from) {
        return Err(Failure::with_help(
            format!("`{}` refers to files beside it, which would not be beside the slice", input.name),
            "write the slice into the same folder",
        ));
    }
    let Some(name) = arguments.out.file_name().and_then(|name| name.to_str()) else {
        return Err(Failure::new(format!("`{}` is no name for a file", arguments.out.display())));
    };
    let mut package = Package::new();
    package.insert(name, text);
    let changes = package.compare(&folder(&arguments.out))?;
    changes.write()?;
    for change in changes.iter() {
        terminal::say(&format!("{change}\n"));
    }
    Ok(Outcome::Fine)
}
