//! The files that a command line names: paths, the files of folders, and lists of paths.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use clap::{Args, ValueHint};
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{Match, WalkBuilder};
use tokio::runtime::Runtime;

use crate::exit::CommandError;
use crate::message;
use crate::objects::{Objects, is_url, shown};
use crate::stdin::is_stdin;
use crate::version::Version;

/// The name of the ignore files in folders. They have the format of a `.gitignore`.
const IGNORE_FILE: &str = ".uploadignore";

/// The arguments that name files.
#[derive(Args)]
pub(crate) struct FileArguments {
    /// The files and folders, or objects and prefixes such as `s3://BUCKET/KEY`; - is stdin.
    #[arg(required_unless_present = "files_from", value_name = "FILE", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,

    /// Read more paths from a file, one a line; - is stdin.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Files")]
    files_from: Option<PathBuf>,

    /// Take the files of folders, and of the folders in them.
    #[arg(long, short, help_heading = "Files")]
    recursive: bool,

    /// Of folders, take only files that match, such as '*.jsonl'. May be repeated.
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    include: Vec<String>,

    /// Of folders, leave out files and folders that match. May be repeated.
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    exclude: Vec<String>,
}

/// A file, an object or stdin that the command line names.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    /// The path in the folder or below the prefix that was named; otherwise the path as it was named.
    pub(crate) relative: PathBuf,
    /// What a list says of it.
    pub(crate) listed: Option<Version>,
}

impl FileArguments {
    /// The files in the order of the arguments; those of a folder are sorted by their paths.
    ///
    /// Paths that do not exist are kept, for the command to report as it reports others. The objects of prefixes are
    /// listed in `runtime`.
    pub(crate) fn expand(&self, runtime: &Runtime, objects: &Objects) -> Result<Vec<Input>, CommandError> {
        let mut paths = self.paths.clone();
        if let Some(list) = &self.files_from {
            paths.extend(paths_in(list)?);
        }
        let reads_list = self.files_from.as_deref().is_some_and(is_stdin);
        if paths.iter().filter(|path| is_stdin(path)).count() + usize::from(reads_list) > 1 {
            return Err(CommandError::bad_input("stdin can be named once")
                .with_help("name - once, as a file or with --files-from"));
        }
        let takes_folders = self.recursive || !self.include.is_empty();
        let mut files = Vec::new();
        for path in paths {
            if takes_folders && is_url(&path) && !is_web(&path) {
                files.extend(self.objects_of(&path, runtime, objects)?);
            } else if takes_folders && path.is_dir() {
                files.extend(self.files_of(&path)?);
            } else {
                files.push(Input { relative: path.clone(), path, listed: None });
            }
        }
        Ok(files)
    }

    /// The objects below a prefix; the object alone if there is nothing below it.
    fn objects_of(
        &self,
        prefix: &Path,
        runtime: &Runtime,
        objects: &Objects,
    ) -> Result<Vec<Input>, CommandError> {
        let listed = objects.list(runtime, prefix, self.recursive)?;
        if listed.is_empty() && !prefix.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Ok(vec![Input { path: prefix.to_owned(), relative: prefix.to_owned(), listed: None }]);
        }
        let globs = self.globs(Path::new(""))?;
        let is_taken = |relative: &Path| {
            let is_hidden = relative.iter().any(|name| name.as_encoded_bytes().starts_with(b"."));
            let mut folders = relative.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
            let is_excluded = folders.any(|folder| matches!(globs.matched(folder, true), Match::Ignore(_)))
                || matches!(globs.matched(relative, false), Match::Ignore(_));
            !is_hidden && !is_excluded
        };
        let taken = listed.into_iter().filter(|object| is_taken(&object.relative));
        let files: Vec<_> = taken
            .map(|object| Input { path: object.url, relative: object.relative, listed: Some(object.version) })
            .collect();
        if files.is_empty() { Err(nothing_matches(prefix)) } else { Ok(files) }
    }

    fn files_of(&self, folder: &Path) -> Result<Vec<Input>, CommandError> {
        let mut files = Vec::new();
        let walk = WalkBuilder::new(folder)
            .standard_filters(false)
            .filter_entry(|entry| {
                let name = entry.file_name().as_encoded_bytes();
                entry.depth() == 0 || !name.starts_with(b".")
            })
            .add_custom_ignore_filename(IGNORE_FILE)
            .overrides(self.globs(folder)?)
            .max_depth((!self.recursive).then_some(1))
            .follow_links(true)
            .sort_by_file_path(Path::cmp)
            .build();
        for entry in walk {
            let entry = entry.map_err(|error| {
                let error = message::one_line(&error.to_string());
                CommandError::bad_input(format!(
                    "the folder {} cannot be read: {error}",
                    message::path(folder)
                ))
            })?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                let path = entry.into_path();
                let relative = path.strip_prefix(folder).unwrap_or(&path).to_owned();
                files.push(Input { path, relative, listed: None });
            }
        }
        if files.is_empty() { Err(nothing_matches(folder)) } else { Ok(files) }
    }

    fn globs(&self, folder: &Path) -> Result<Override, CommandError> {
        let mut globs = OverrideBuilder::new(folder);
        let included = self.include.iter().map(|glob| ("--include", glob.clone()));
        let excluded = self.exclude.iter().map(|glob| ("--exclude", format!("!{glob}")));
        for (option, glob) in included.chain(excluded) {
            globs.add(&glob).map_err(|error| {
                CommandError::bad_input(format!("{option}: {}", message::one_line(&error.to_string())))
                    .with_help("write a pattern as '*.jsonl' or 'data/**/part-*.jsonl'")
            })?;
        }
        globs.build().map_err(|error| CommandError::bad_input(message::one_line(&error.to_string())))
    }
}

fn nothing_matches(folder: &Path) -> CommandError {
    CommandError::bad_input(format!("no file in {} matches", message::path(folder)))
        .with_help("check --include and --exclude; --recursive takes the folders in it too")
}

/// Whether the URL is of a web server, which lists nothing.
fn is_web(url: &Path) -> bool {
    url.to_str().is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// The lines of a list of paths.
fn paths_in(list: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let mut text = Vec::new();
    let read = if is_stdin(list) {
        io::stdin().lock().read_to_end(&mut text)
    } else {
        fs::File::open(list).and_then(|mut file| file.read_to_end(&mut text))
    };
    read.map_err(|error| {
        CommandError::bad_input(format!("the list {} cannot be read: {error}", message::path(list)))
            .with_help("--files-from takes a file with one path a line")
    })?;
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let paths: Vec<_> = lines.filter(|line| !line.is_empty()).map(path_of).collect();
    if paths.is_empty() {
        return Err(CommandError::bad_input(format!("the list {} is empty", message::path(list)))
            .with_help("--files-from takes a file with one path a line"));
    }
    Ok(paths)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec()).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(bytes).into_owned()).into()
}

/// A file that was named before.
#[derive(Debug, PartialEq)]
pub(crate) struct Repetition {
    path: PathBuf,
    first_path: PathBuf,
}

impl fmt::Display for Repetition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, first_path) = (message::path(&self.path), message::path(&self.first_path));
        write!(f, "{path} is the same file as {first_path}")
    }
}

/// The files without those that were named before, also if by another path.
pub(crate) fn distinct(files: Vec<Input>) -> (Vec<Input>, Vec<Repetition>) {
    let mut first_paths = HashMap::new();
    let mut urls = HashSet::new();
    let mut repeated = Vec::new();
    let mut kept = Vec::new();
    for file in files {
        if is_url(&file.path) {
            if urls.insert(file.path.clone()) {
                kept.push(file);
            } else {
                let path = shown(&file.path).to_owned();
                repeated.push(Repetition { first_path: path.clone(), path });
            }
            continue;
        }
        match identity(&file.path).map(|identity| first_paths.entry(identity)) {
            Some(Entry::Occupied(first)) => {
                repeated.push(Repetition { path: file.path, first_path: PathBuf::clone(first.get()) });
            }
            Some(Entry::Vacant(free)) => {
                free.insert(file.path.clone());
                kept.push(file);
            }
            None => kept.push(file),
        }
    }
    (kept, repeated)
}

/// What is the same for all the paths of a file that exists.
#[cfg(unix)]
fn identity(file: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// What is the same for all the paths of a file that exists.
#[cfg(not(unix))]
fn identity(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new(files: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for file in files {
                let path = folder.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
            Self(folder)
        }

        /// The files that these options take from the folder.
        fn expand(&self, recursive: bool, include: &[&str], exclude: &[&str]) -> Vec<String> {
            let arguments = FileArguments {
                paths: vec![self.0.path().to_owned()],
                files_from: None,
                recursive,
                include: include.iter().map(ToString::to_string).collect(),
                exclude: exclude.iter().map(ToString::to_string).collect(),
            };
            let runtime = crate::runtime::single_threaded().unwrap();
            let files = arguments.expand(&runtime, &Objects::default()).unwrap();
            files.iter().map(|file| file.relative.to_str().unwrap().to_owned()).collect()
        }
    }

    #[test]
    fn the_files_of_a_folder_are_those_that_match() {
        let folder =
            Folder::new(&["b.jsonl", "a.jsonl", "c.txt", "x/d.jsonl", "x/y/e.jsonl", ".hidden.jsonl"]);
        assert_eq!(folder.expand(false, &["*"], &[]), ["a.jsonl", "b.jsonl", "c.txt"]);
        assert_eq!(folder.expand(false, &["*.jsonl"], &[]), ["a.jsonl", "b.jsonl"]);
        assert_eq!(
            folder.expand(true, &["*.jsonl"], &[]),
            ["a.jsonl", "b.jsonl", "x/d.jsonl", "x/y/e.jsonl"]
        );
        assert_eq!(folder.expand(true, &[], &["y", "a.*"]), ["b.jsonl", "c.txt", "x/d.jsonl"]);
        assert_eq!(folder.expand(true, &["*.jsonl", "*.txt"], &["x/**"]), ["a.jsonl", "b.jsonl", "c.txt"]);
        fs::write(folder.0.path().join(IGNORE_FILE), "*.txt\n/x/y/\n").unwrap();
        assert_eq!(folder.expand(true, &[], &[]), ["a.jsonl", "b.jsonl", "x/d.jsonl"]);
    }

    #[test]
    fn a_list_has_one_path_per_line() {
        let folder = Folder::new(&[]);
        let list = folder.0.path().join("list");
        fs::write(&list, "a.jsonl\r\n\nb c.jsonl\n").unwrap();
        assert_eq!(paths_in(&list).unwrap(), [Path::new("a.jsonl"), Path::new("b c.jsonl")]);
        fs::write(&list, "\n").unwrap();
        assert!(paths_in(&list).unwrap_err().message.contains("is empty"));
    }
}
