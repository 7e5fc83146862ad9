//! The source of the requests of a run.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::input;
use super::state::{InputFile, RunState};
use super::{Error, folder};

/// The source of the requests of a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// Files of JSON Lines, read in this order.
    Files(Vec<PathBuf>),
    /// A reader, whose text is copied into the work folder first. For the standard input, say.
    Reader(ReaderInput),
}

/// A reader of requests.
pub struct ReaderInput(Box<dyn Read + Send>);

impl Input {
    /// Requests from a reader.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::Reader(ReaderInput(Box::new(reader)))
    }
}

impl<P: Into<PathBuf>, const N: usize> From<[P; N]> for Input {
    fn from(paths: [P; N]) -> Self {
        Self::Files(paths.into_iter().map(Into::into).collect())
    }
}

impl From<Vec<PathBuf>> for Input {
    fn from(paths: Vec<PathBuf>) -> Self {
        Self::Files(paths)
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::Files(vec![path])
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Self::Files(vec![path.to_owned()])
    }
}

impl From<&str> for Input {
    fn from(path: &str) -> Self {
        Self::Files(vec![path.into()])
    }
}

impl std::fmt::Debug for ReaderInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReaderInput")
    }
}

/// The files of the input. What can be read only once, such as a pipe, is copied into the work folder first.
pub(super) fn files(input: Input, folder: &Folder) -> Result<Vec<InputFile>, Error> {
    let paths = match input {
        Input::Files(paths) => paths,
        Input::Reader(ReaderInput(reader)) => {
            let path = folder.file("input.jsonl");
            vec![input::spool(reader, &path).map_err(Error::work(&path))?]
        }
    };
    if paths.is_empty() {
        return Err(Error::Options { message: "there is no input file".to_owned() });
    }
    let mut files = Vec::new();
    for (path, number) in paths.into_iter().zip(1..) {
        let unreadable = |source| Error::Input { path: path.clone(), source };
        let kind = path.metadata().map_err(unreadable)?.file_type();
        let copy = folder.file(&format!("input-{number}.jsonl"));
        let path = if kind.is_file() || kind.is_dir() {
            &path
        } else {
            input::spool(File::open(&path).map_err(unreadable)?, &copy).map_err(Error::work(&copy))?;
            &copy
        };
        files.push(InputFile::of(path).map_err(unreadable)?);
    }
    Ok(files)
}

/// Fails if the results would replace one of the inputs.
pub(super) fn check_is_kept(input: &Input, results: &Path) -> Result<(), Error> {
    let Input::Files(paths) = input else { return Ok(()) };
    for result in [results.to_owned(), folder::failures_beside(results)] {
        let Ok(result) = result.canonicalize() else { continue };
        if let Some(path) = paths.iter().find(|path| path.canonicalize().is_ok_and(|path| path == result)) {
            let message = format!("{} is an input, which the results would replace", path.display());
            return Err(Error::Options { message });
        }
    }
    Ok(())
}

/// Fails if an unfinished run has another input than these files.
pub(super) fn same_input(state: &RunState, paths: &[PathBuf], folder: &Path) -> Result<(), Error> {
    let other = |what: String| Error::OtherRun { folder: folder.to_owned(), what };
    let list = |inputs: &[InputFile]| {
        let paths: Vec<_> = inputs.iter().map(|input| input.path.display().to_string()).collect();
        paths.join(", ")
    };
    let mut inputs = Vec::new();
    for path in paths {
        // A missing file is not a reason to stop: the requests are in the work folder. A pipe cannot be compared.
        match InputFile::of(path) {
            Ok(input) if input.path.is_file() => inputs.push(input),
            _ => return Ok(()),
        }
    }
    let is_same_path =
        inputs.iter().map(|input| &input.path).eq(state.inputs.iter().map(|input| &input.path));
    match is_same_path {
        _ if inputs == state.inputs => Ok(()),
        true => Err(other(format!("an earlier version of {}", list(&inputs)))),
        false => Err(other(format!("another input, {}", list(&state.inputs)))),
    }
}
