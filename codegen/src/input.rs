//! A document on disk, and the files that its `$ref`s reach.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostics;
use crate::document::{Document, Overlay, mentions_other_files};
use crate::{Generated, Options, generate};

/// The maximum size of a file. The largest published documents have a tenth of it.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// The text of a document, and the texts of the files that its `$ref`s refer to.
#[derive(Clone, Debug)]
pub struct Input {
    /// The document's name, relative to its folder.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The other files by name, relative to the same folder.
    pub files: BTreeMap<String, String>,
    /// The overlays that correct the document, in their order.
    pub overlays: Vec<Overlay>,
    /// The folder that names are relative to.
    folder: PathBuf,
}

impl Input {
    /// Reads the document at `path` and all files that it refers to.
    ///
    /// # Errors
    ///
    /// [`InputError::File`]: a file cannot be read, is not UTF-8 or has more than 128 MiB. [`InputError::Document`]:
    /// a document that refers to other files is not OpenAPI.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, InputError> {
        Self::read_in(Path::new(""), path.as_ref())
    }

    /// Reads the document `name` of a folder, as [`read`](Self::read) does. Messages do not mention the folder.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_in(folder: &Path, name: &Path) -> Result<Self, InputError> {
        let text = read_text(folder, name)?;
        let Some(name) = name.to_str() else {
            return Err(InputError::file(format!("the name of `{}` is not UTF-8", name.display())));
        };
        let (name, folder) = (name.to_owned(), folder.to_owned());
        let mut input = Self { name, text, files: BTreeMap::new(), overlays: Vec::new(), folder };
        // Few documents refer to other files, so few are read twice.
        if mentions_other_files(&input.text) {
            input.read_other_files()?;
        }
        Ok(input)
    }

    /// Adds the overlay at `path`, which changes the document after those that were added before.
    ///
    /// ```no_run
    /// # use openapi_crate::{Input, Options};
    /// let input = Input::read("openapi.yaml")?.overlay("corrections.yaml")?;
    /// let generated = input.generate(Options::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InputError::File`]: it cannot be read, is not UTF-8 or has more than 128 MiB.
    pub fn overlay(mut self, path: impl AsRef<Path>) -> Result<Self, InputError> {
        let path = path.as_ref();
        let text = read_text(&self.folder, path)?;
        let refers = mentions_other_files(&text);
        self.overlays.push(Overlay { name: path.to_string_lossy().into_owned(), text });
        if refers {
            self.read_other_files()?;
        }
        Ok(self)
    }

    /// Reads the document.
    ///
    /// # Errors
    ///
    /// As [`Document::parse_many`].
    pub fn document(&self) -> Result<Document, Diagnostics> {
        Document::parse_many(&self.name, &self.text, &self.files, &self.overlays)
    }

    /// Generates from the document. The files and overlays in `options` are replaced.
    ///
    /// # Errors
    ///
    /// As [`generate`].
    pub fn generate(self, options: Options) -> Result<Generated, Diagnostics> {
        let Self { name, text, files, overlays, folder: _ } = self;
        generate(&text, &Options { file: name, files, overlays, ..options })
    }

    /// The names of all files that were read, the document's first. A build script repeats them to Cargo in
    /// `cargo::rerun-if-changed`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let others = self.files.keys().map(String::as_str);
        std::iter::once(&*self.name).chain(others).chain(self.overlays.iter().map(|overlay| &*overlay.name))
    }

    fn read_other_files(&mut self) -> Result<(), InputError> {
        loop {
            let wanted = self.document()?.external_files();
            let found: Vec<(String, String)> = wanted
                .into_iter()
                // A missing file is reported at the `$ref` to it.
                .filter(|name| self.folder.join(name).is_file())
                .map(|name| Ok((name.clone(), read_text(&self.folder, &PathBuf::from(name))?)))
                .collect::<Result<_, InputError>>()?;
            if found.is_empty() {
                return Ok(());
            }
            self.files.extend(found);
        }
    }
}

/// Why a document could not be read.
#[non_exhaustive]
pub enum InputError {
    /// The document has faults.
    Document(Diagnostics),
    /// A file cannot be used.
    File {
        /// The file, and the problem.
        message: String,
        /// How to fix it.
        help: Option<String>,
    },
}

impl InputError {
    fn file(message: String) -> Self {
        Self::File { message, help: None }
    }

    fn io(name: &Path, error: &io::Error) -> Self {
        let text = name.to_string_lossy();
        let help = match &*text {
            "-" => Some("give the name of a file; standard input is not read".to_owned()),
            url if url.contains("://") => Some("download it first: documents are read from files".to_owned()),
            _ => None,
        };
        Self::File { message: format!("cannot read `{text}`: {error}"), help }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(diagnostics) => diagnostics.fmt(f),
            Self::File { message, help: None } => f.write_str(message),
            Self::File { message, help: Some(help) } => write!(f, "{message}: {help}"),
        }
    }
}

/// As text, since Rust shows the `Debug` of an error that `main` returns.
impl fmt::Debug for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(diagnostics) => fmt::Debug::fmt(diagnostics, f),
            Self::File { .. } => fmt::Display::fmt(self, f),
        }
    }
}

impl Error for InputError {}

impl From<Diagnostics> for InputError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Document(diagnostics)
    }
}

/// Reads a text file of a folder. Messages do not mention the folder.
///
/// # Errors
///
/// [`InputError::File`]: the file cannot be read, is not UTF-8 or has more than 128 MiB.
pub fn read_text(folder: &Path, name: &Path) -> Result<String, InputError> {
    let failed = |error: io::Error| InputError::io(name, &error);
    let file = File::open(folder.join(name)).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(InputError::File {
            message: format!("`{}` has more than {} MiB", name.display(), MAX_BYTES >> 20),
            help: Some("split it into files that refer to each other".to_owned()),
        });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        let start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&valid[start..]).chars().count() + 1;
        InputError::File {
            message: format!("`{}` is not UTF-8 at line {line}, column {column}", name.display()),
            help: Some("save it as UTF-8".to_owned()),
        }
    })
}
