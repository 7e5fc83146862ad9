//! The files of a run whose requests or results are in an object store.
//!
//! A run works on files of this machine. Objects are downloaded first, and results are sent at the end. With results at
//! `s3://bucket/results.jsonl` everything is in the folder `results.jsonl.openai-batch` meanwhile:
//!
//! ```text
//! url                  the URL of the results, which marks the folder
//! inputs/…             the downloaded objects
//! results.jsonl.batch  the work folder of the run
//! results.jsonl        the results, until they are sent
//! ```
//!
//! The state of the run is in the store too, beside the results, so that another machine can continue it.
//!
//! With results in a file, the downloaded objects are in the folder `NAME.inputs` beside it. Only folders with the file
//! `url` are ever removed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openai_uploads::batch::{BatchRunner, Summary};

use super::stored_state::StoredState;
use crate::exit::CommandError;
use crate::explain::unreadable;
use crate::message;
use crate::objects::{Objects, is_url, shown};
use crate::shard::is_of_shard;

/// The file that marks a folder as one of a run, with the URL or path of its results.
const MARKER: &str = "url";

/// Where a run works.
#[derive(Debug)]
pub(super) struct Place {
    objects: Objects,
    /// The results file that the run writes.
    results: PathBuf,
    /// Where the results are sent to.
    url: Option<PathBuf>,
    /// The folder of what is downloaded, and of the run if its results are sent. It is removed at the end.
    folder: PathBuf,
    /// The state beside the results, where they go to a store.
    state: StoredState,
}

impl Place {
    /// The place of the run with these results. The lease is that of the state in a store; without one there is none.
    pub(super) fn of(output: &Path, lease: Option<Duration>) -> Result<Self, CommandError> {
        let objects = Objects::default();
        if !is_url(output) {
            let folder = with_ending(output, ".inputs");
            let state = StoredState::none();
            return Ok(Self { objects, results: output.to_owned(), url: None, folder, state });
        }
        let name = output.to_str().and_then(|url| url.rsplit('/').next()).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| {
            CommandError::bad_input(format!("{} names no object", message::path(shown(output))))
                .with_help("name an object such as s3://BUCKET/results.jsonl")
        })?;
        let state = StoredState::of(&objects, output, lease)?;
        let folder = PathBuf::from(format!("{name}.openai-batch"));
        Ok(Self { objects, results: folder.join(name), url: Some(output.to_owned()), folder, state })
    }

    /// The runner, with the state in a store where the results go to one.
    pub(super) fn attach(&self, runner: BatchRunner) -> BatchRunner {
        self.state.attach(runner)
    }

    /// Lets another machine continue the run, which stops here.
    pub(super) async fn release(&self) {
        self.state.release().await;
    }

    /// The results file that the run writes.
    pub(super) fn results(&self) -> PathBuf {
        self.results.clone()
    }

    /// Whether an earlier run has merged its results, and was stopped before they were sent.
    pub(super) fn is_merged(&self) -> bool {
        self.url.is_some() && self.results.exists() && !self.has_begun()
    }

    /// Whether the run has a work folder.
    fn has_begun(&self) -> bool {
        with_ending(&self.results, ".batch").exists()
    }

    /// Checks that nothing is at the URL of the results, and reserves the folder.
    pub(super) async fn open(&self, overwrite: bool) -> Result<(), CommandError> {
        let Some(url) = &self.url else { return Ok(()) };
        let marker = self.folder.join(MARKER);
        let is_reserved = match fs::read(&marker) {
            Ok(found) if found == url.as_os_str().as_encoded_bytes() => true,
            Ok(found) => {
                let (folder, other) = (message::path(&self.folder), String::from_utf8_lossy(&found));
                let problem = format!("{folder} holds a run with the results {}", message::word(&other));
                return Err(CommandError::bad_input(problem)
                    .with_help("finish that run, remove the folder, or run in another folder"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(self.disk(&error)),
        };
        if is_reserved && BatchRunner::has_run(&self.results) {
            return Ok(());
        }
        // The results of an unfinished run may be there if it stopped just before its end.
        if !overwrite && !self.state.exists().await? && self.objects.exists(url).await? {
            return Err(CommandError::bad_input(format!("{} exists already", message::path(url)))
                .with_help("name another object with -o, or pass --overwrite"));
        }
        if is_reserved { Ok(()) } else { self.reserve(url) }
    }

    /// Creates the folder. One that is there is not of a run, and is not touched.
    fn reserve(&self, output: &Path) -> Result<(), CommandError> {
        let created = create_private(&self.folder);
        created
            .and_then(|()| fs::write(self.folder.join(MARKER), output.as_os_str().as_encoded_bytes()))
            .map_err(|error| self.disk(&error))
    }

    /// The files of requests. Objects are downloaded, unless an earlier run has done that.
    pub(super) async fn inputs(&self, files: &[PathBuf]) -> Result<Vec<PathBuf>, CommandError> {
        let inputs = if self.url.is_some() { self.folder.join("inputs") } else { self.folder.clone() };
        let mut local = Vec::new();
        for (index, file) in files.iter().enumerate() {
            if is_url(file) {
                if !self.folder.join(MARKER).exists() {
                    self.reserve(&self.results)?;
                }
                fs::create_dir_all(&inputs).map_err(|error| self.disk(&error))?;
                let downloaded = self.objects.download(file, &inputs, index).await;
                local.push(downloaded.map_err(|error| unreadable(file, &error))?);
            } else {
                local.push(file.clone());
            }
        }
        Ok(local)
    }

    /// Sends the results, if they go to a store, and removes the folder. Returns whether some requests have no answer.
    pub(super) async fn finish(&self, summary: Option<&mut Summary>) -> Result<bool, CommandError> {
        let mut has_failures = summary.as_ref().is_some_and(|summary| summary.failures.is_some());
        if let Some(url) = &self.url {
            // The results come last: whoever sees them sees the failures too.
            let failures = self.failures().map_err(|error| self.disk(&error))?;
            let failures =
                failures.into_iter().map(|(path, name)| (path, with_name(url, &name))).collect::<Vec<_>>();
            has_failures |= !failures.is_empty();
            for (path, url) in failures.iter().chain([&(self.results.clone(), url.clone())]) {
                let file = File::open(path).map_err(|error| self.disk(&error))?;
                self.objects.send(file, url).await.map_err(|error| {
                    unreadable(url, &error).with_more_help("the same command sends the results again")
                })?;
            }
            if let Some(summary) = summary {
                summary.results.clone_from(url);
                summary.failures = failures.into_iter().map(|(_, url)| url).next();
            }
            self.state.remove().await?;
        }
        self.remove().map_err(|error| self.disk(&error))?;
        Ok(has_failures)
    }

    /// Removes the folder, if it is of a run.
    fn remove(&self) -> io::Result<()> {
        if self.folder.join(MARKER).exists() { fs::remove_dir_all(&self.folder) } else { Ok(()) }
    }

    /// Removes the folder of a run that another machine has finished.
    pub(super) fn discard(&self) -> Result<(), CommandError> {
        self.remove().map_err(|error| self.disk(&error))
    }

    /// Removes the folder of a run that has not begun, because its requests are not valid for example.
    pub(super) fn clean(&self) {
        if !self.has_begun() && !self.is_merged() {
            // A folder that is left costs no more than its space.
            let _ = self.remove();
        }
    }

    /// The files that the run wrote beside the results.
    fn failures(&self) -> io::Result<Vec<(PathBuf, OsString)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let is_other =
                entry.file_name() != MARKER && Some(&*entry.file_name()) != self.results.file_name();
            if is_other && entry.file_type()?.is_file() {
                found.push((entry.path(), entry.file_name()));
            }
        }
        Ok(found)
    }

    fn disk(&self, error: &io::Error) -> CommandError {
        CommandError::failed(format!("cannot use the folder {}: {error}", message::path(&self.folder)))
            .with_help("check the disk and the permissions; the same command continues the run")
    }
}

/// Whether a file of a folder of requests is one that a run with these results makes, or is in a folder that it makes;
/// those of the other shares included.
pub(super) fn is_of_run(file: &Path, output: &Path) -> bool {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let folder = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if is_url(path) { Some(folder.to_owned()) } else { folder.canonicalize().ok() }
    };
    let own = folder(output);
    file.ancestors().any(|path| {
        let found = path.file_name().unwrap_or_default().to_string_lossy();
        let endings = [".batch", ".batch.done", ".inputs"];
        let found = endings.iter().find_map(|ending| found.strip_suffix(ending)).unwrap_or(&found);
        let found = found.replace(".errors.jsonl", ".jsonl");
        (found == name || is_of_shard(&found, &name)) && folder(path) == own
    })
}

/// Creates a folder that only this user may open, as the work folder of a run is.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(false);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// The URL of another object with the same prefix.
fn with_name(url: &Path, name: &OsString) -> PathBuf {
    let url = url.to_string_lossy();
    let prefix = url.rsplit_once('/').map_or("", |(prefix, _)| prefix);
    format!("{prefix}/{}", name.to_string_lossy()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_in_a_file_stay_where_they_are() {
        let place = Place::of(Path::new("out/results.jsonl"), None).unwrap();
        assert_eq!(place.results(), Path::new("out/results.jsonl"));
        assert_eq!((place.folder.to_str(), place.is_merged()), (Some("out/results.jsonl.inputs"), false));
    }

    #[test]
    fn files_that_runs_make_are_not_requests() {
        let output = Path::new("src/results.jsonl");
        let made = [
            "results.jsonl",
            "results.errors.jsonl",
            "results.jsonl.batch/0001.jsonl",
            "results.1-of-4.jsonl",
        ];
        for name in made {
            assert!(is_of_run(&Path::new("src").join(name), output), "{name}");
        }
        for name in ["requests.jsonl", "results.txt", "sub/0001.jsonl"] {
            assert!(!is_of_run(&Path::new("src").join(name), output), "{name}");
        }
        let output = Path::new("s3://bucket/a/results.jsonl");
        assert!(is_of_run(Path::new("s3://bucket/a/results.0-of-2.errors.jsonl"), output));
        assert!(!is_of_run(Path::new("s3://bucket/b/results.jsonl"), output));
    }

    #[test]
    fn failures_are_beside_the_results() {
        let url = with_name(Path::new("s3://bucket/a/results.jsonl"), &"results.errors.jsonl".into());
        assert_eq!(url, Path::new("s3://bucket/a/results.errors.jsonl"));
    }
}
