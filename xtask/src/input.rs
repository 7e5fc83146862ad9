//! Reading a document and the files that its `$ref`s reach.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use openapi_crate::document::{Document, mentions_other_files};

use crate::failure::Failure;

/// The greatest document that is read. The largest published ones are a tenth of it.
const MAXIMUM_BYTES: u64 = 128 * 1024 * 1024;

/// A document's text, and those of the files that its `$ref`s reach.
#[derive(Debug)]
pub(crate) struct Input {
    /// The document's name, by the folder it was looked for in.
    pub name: String,
    pub text: String,
    /// The other files by name, by the same folder.
    pub files: BTreeMap<String, String>,
}

impl Input {
    /// Reads the document `name` in `folder` and all that it refers to.
    pub(crate) fn read(folder: &Path, name: &Path) -> Result<Self, Failure> {
        let text = read_text(folder, name)?;
        let Some(name) = name.to_str() else {
            return Err(Failure::new(format!("the name of `{}` is not UTF-8", name.display())));
        };
        let mut input = Self { name: name.to_owned(), text, files: BTreeMap::new() };
        // Only few documents need to be read a first time to find out which files they need.
        if mentions_other_files(&input.text) {
            input.read_other_files(folder)?;
        }
        Ok(input)
    }

    /// Reads the document alone, as it is told in messages.
    pub(crate) fn document(&self) -> Result<Document, Failure> {
        Ok(Document::parse_many(&self.name, &self.text, &self.files)?)
    }

    fn read_other_files(&mut self, folder: &Path) -> Result<(), Failure> {
        loop {
            let wanted = self.document()?.external_files();
            let found: Vec<(String, String)> = wanted
                .into_iter()
                // What is not there is told with the place of the `$ref` to it.
                .filter(|name| folder.join(name).is_file())
                .map(|name| Ok((name.clone(), read_text(folder, &PathBuf::from(name))?)))
                .collect::<Result<_, Failure>>()?;
            if found.is_empty() {
                return Ok(());
            }
            self.files.extend(found);
        }
    }
}

/// Reads a file that must be text of bearable length.
pub(crate) fn read_text(folder: &Path, name: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::io("read", name, &error);
    let file = File::open(folder.join(name)).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAXIMUM_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAXIMUM_BYTES {
        let message = format!("`{}` has more than {} MiB", name.display(), MAXIMUM_BYTES >> 20);
        return Err(Failure::with_help(message, "split it into files that refer to each other"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        let start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&valid[start..]).chars().count() + 1;
        let message = format!("`{}` is not UTF-8 at line {line}, column {column}", name.display());
        Failure::with_help(message, "save it as UTF-8")
    })
}
