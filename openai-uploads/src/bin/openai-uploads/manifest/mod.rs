//! The manifest of an upload of many files: what is on the server already, so that a later run skips it.
//!
//! A line says that the upload of a file begins, before it does, and another that it is done. A run that finds only the
//! first looks among the files of the server for one of that name and length, made since that run began.

mod digest;
mod line;
mod remote;
mod storage;
mod unrecorded;

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::models::OpenAiFile;
use tokio::task::spawn_blocking;

use self::digest::{digest_of_small, md5_of};
use self::line::{Line, Started, Uploaded};
use self::remote::RemoteFiles;
use self::storage::{Opened, Storage};
use self::unrecorded::find_unrecorded;
use crate::exit::CommandError;
use crate::message;
use crate::objects::{Objects, is_url, shown};
use crate::shard::{Shard, is_of_shard};
use crate::version::Version;

/// The manifest of a run.
pub(crate) struct Manifest {
    /// The path or URL in messages.
    place: String,
    purpose: String,
    base_url: String,
    /// What is on the server, by path.
    known: HashMap<String, Known>,
    pending: Mutex<Pending>,
    written: tokio::sync::Mutex<Written>,
}

/// A file that is on the server.
struct Known {
    line: Uploaded,
    file: OpenAiFile,
}

/// Lines that are to be written.
#[derive(Default)]
struct Pending {
    text: Vec<u8>,
    /// The number of all lines so far.
    lines: u64,
    /// The lines of this manifest that say what is on the server, by path.
    uploaded: HashMap<String, Uploaded>,
}

struct Written {
    storage: Box<dyn Storage>,
    lines: u64,
}

impl Manifest {
    /// Opens the manifest at a path or URL, or the one of this share beside it, and asks the server what it has.
    pub(crate) async fn open(
        path: &Path,
        shard: Option<Shard>,
        objects: &Objects,
        configuration: &Configuration,
        purpose: &str,
    ) -> Result<Self, CommandError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let own_name = shard.map_or_else(|| name.clone(), |shard| shard.file_name(&name));
        let own = path.with_file_name(&own_name);
        let place = message::path(shown(&own));
        let is_other = |other: &str| other != own_name && (other == name || is_of_shard(other, &name));
        let Opened { storage, text, others } = if is_url(&own) {
            open_object(objects, &own, is_other).await?
        } else {
            storage::open_file(&own, is_other).map_err(|error| unusable(&place, &error))?
        };
        let base_url = without_secrets(&configuration.base_path);
        let read = |place: &str, text: &[u8]| {
            line::parse(text, purpose, &base_url).map_err(|problem| {
                CommandError::bad_input(format!("the manifest {place} cannot be used: {problem}"))
                    .with_help("name another file with --manifest, or remove this one")
            })
        };
        let (lines, length) = read(&place, &text)?;
        let mut all = vec![lines];
        for (place, text) in &others {
            all.push(read(&message::text(place), text)?.0);
        }
        let has_lines = all.iter().any(|lines| !lines.is_empty());
        let remote = RemoteFiles::list(configuration, purpose, has_lines).await?;
        let mut manifest = Self {
            place,
            purpose: purpose.to_owned(),
            base_url,
            known: HashMap::new(),
            pending: Mutex::default(),
            written: tokio::sync::Mutex::new(Written { storage, lines: 0 }),
        };
        if length < text.len() {
            // A killed process left a part of a line.
            let whole = text[..length].to_vec();
            let replaced = manifest.written.get_mut().storage.replace(whole).await;
            replaced.map_err(|error| unusable(&manifest.place, &error))?;
        }
        let found = find_unrecorded(&all, &remote);
        for line in all.iter().flatten().chain(&found) {
            let Line::Uploaded(line) = line else { continue };
            match remote.get(&line.file_id).filter(|file| file.bytes == line.version.bytes) {
                Some(file) => {
                    let known = Known { line: line.clone(), file: file.clone() };
                    manifest.known.insert(line.path.clone(), known);
                }
                // It was deleted, or has expired.
                None => drop(manifest.known.remove(&line.path)),
            }
        }
        let start = Line::Run(remote.run_start(purpose.to_owned(), manifest.base_url.clone()));
        for line in all[0].iter().filter(|line| matches!(line, Line::Uploaded(_))) {
            manifest.keep(line);
        }
        manifest.write(&[vec![start], found].concat()).await?;
        Ok(manifest)
    }

    /// The file on the server, if the one at `path` is there already and has not changed.
    pub(crate) async fn unchanged(&self, path: &Path, version: &Version) -> Option<&OpenAiFile> {
        let known = self.known.get(&*key(path))?;
        let line = &known.line;
        if line.version.bytes != version.bytes {
            return None;
        }
        let is_same = match (&line.version.e_tag, &version.e_tag) {
            (Some(one), Some(other)) => one == other,
            _ => line.version.modified_ns.is_some() && line.version.modified_ns == version.modified_ns,
        };
        if is_same {
            return Some(&known.file);
        }
        // A copy has another time and the same content.
        let md5 = line.md5.clone().filter(|_| !is_url(path))?;
        let path = path.to_owned();
        let digest = spawn_blocking(move || md5_of(&path)).await.ok()?.ok()?;
        (digest == md5).then_some(&known.file)
    }

    /// Notes that the upload of a file begins.
    pub(crate) async fn started(&self, path: &Path, version: &Version) -> Result<(), CommandError> {
        self.write(&[Line::Started(Started { started: key(path).into_owned(), version: version.clone() })])
            .await
    }

    /// Notes that a file is on the server.
    pub(crate) async fn uploaded(
        &self,
        path: &Path,
        version: &Version,
        md5: Option<&str>,
        file: &OpenAiFile,
    ) -> Result<(), CommandError> {
        let md5 = match md5 {
            Some(md5) => Some(md5.to_owned()),
            None => digest_of_small(path, version).await,
        };
        let line = Line::Uploaded(Uploaded {
            path: key(path).into_owned(),
            version: version.clone(),
            md5,
            file_id: file.id.clone(),
            purpose: self.purpose.clone(),
            base_url: self.base_url.clone(),
        });
        self.write(&[line]).await
    }

    /// Replaces the manifest by one with nothing but the files, at the end of a run without failures.
    pub(crate) async fn finish(&self) -> Result<(), CommandError> {
        let mut written = self.written.lock().await;
        let text = {
            let pending = self.pending();
            let mut lines: Vec<_> = pending.uploaded.values().collect();
            lines.sort_by(|one, other| one.path.cmp(&other.path));
            lines.into_iter().flat_map(|line| line::text(&Line::Uploaded(line.clone()))).collect()
        };
        written.storage.replace(text).await.map_err(|error| unusable(&self.place, &error))
    }

    /// Writes lines and waits until they are safe. Lines of several files are written together.
    async fn write(&self, lines: &[Line]) -> Result<(), CommandError> {
        let wanted = {
            let mut pending = self.pending();
            for line in lines {
                pending.text.extend(line::text(line));
                pending.lines += 1;
            }
            pending.lines
        };
        for line in lines {
            self.keep(line);
        }
        let mut written = self.written.lock().await;
        if written.lines >= wanted {
            return Ok(());
        }
        let (text, lines) = {
            let mut pending = self.pending();
            (std::mem::take(&mut pending.text), pending.lines)
        };
        let appended = written.storage.append(text).await;
        appended.map_err(|error| unusable(&self.place, &error))?;
        written.lines = lines;
        Ok(())
    }

    fn keep(&self, line: &Line) {
        if let Line::Uploaded(line) = line {
            self.pending().uploaded.insert(line.path.clone(), line.clone());
        }
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file is the manifest at `manifest`, or that of a share beside it. It may be in a folder that is uploaded.
pub(crate) fn is_manifest(file: &Path, manifest: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (file_name, manifest_name) = (name(file), name(manifest));
    if file_name != manifest_name && !is_of_shard(&file_name, &manifest_name) {
        return false;
    }
    if is_url(file) || is_url(manifest) {
        return file.parent() == manifest.parent();
    }
    let folder = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new(".")).canonicalize().ok()
    };
    folder(file) == folder(manifest)
}

/// The path of a file in a manifest.
fn key(path: &Path) -> std::borrow::Cow<'_, str> {
    shown(path).to_string_lossy()
}

#[cfg(feature = "object-store")]
async fn open_object(
    objects: &Objects,
    url: &Path,
    is_other: impl Fn(&str) -> bool,
) -> Result<Opened, CommandError> {
    let location = objects.writable("--manifest", url)?;
    storage::object::open(location, is_other).await.map_err(|error| crate::objects::problem(&error))
}

#[cfg(not(feature = "object-store"))]
#[expect(clippy::unused_async, reason = "with stores it asks one")]
async fn open_object(_: &Objects, url: &Path, _: impl Fn(&str) -> bool) -> Result<Opened, CommandError> {
    Err(crate::objects::unsupported(url))
}

fn unusable(place: &str, error: &io::Error) -> CommandError {
    if error.kind() == ErrorKind::ResourceBusy {
        return CommandError::failed(format!("another run writes the manifest {place}"))
            .with_help("wait for that run to end, or stop it; then run the same command again");
    }
    let error = message::one_line(&error.to_string());
    CommandError::bad_input(format!("the manifest {place} cannot be written: {error}"))
        .with_help("check the folder or the store, and what you may write there")
}

fn without_secrets(base_path: &str) -> String {
    let Ok(mut url) = url::Url::parse(base_path) else { return String::new() };
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[tokio::test]
    async fn lines_of_many_files_are_all_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let Opened { storage, .. } = storage::open_file(&path, |_| false).unwrap();
        assert!(
            storage::open_file(&path, |_| false).is_err_and(|error| error.kind() == ErrorKind::ResourceBusy)
        );
        let manifest = Manifest {
            place: String::new(),
            purpose: "batch".to_owned(),
            base_url: "http://h".to_owned(),
            known: HashMap::new(),
            pending: Mutex::default(),
            written: tokio::sync::Mutex::new(Written { storage, lines: 0 }),
        };
        let version = Version { bytes: 1, ..Version::default() };
        let paths: Vec<_> = (0..100).map(|number| PathBuf::from(format!("{number:03}"))).collect();
        let written =
            futures_util::future::join_all(paths.iter().map(|path| manifest.started(path, &version)));
        assert!(written.await.into_iter().all(|written| written.is_ok()));
        let (lines, _) = line::parse(&std::fs::read(&path).unwrap(), "batch", "http://h").unwrap();
        assert_eq!(lines.len(), 100);
        manifest.finish().await.unwrap();
        assert!(std::fs::read(&path).unwrap().is_empty(), "nothing is on the server");
    }
}
