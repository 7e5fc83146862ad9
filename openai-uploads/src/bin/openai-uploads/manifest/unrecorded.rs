//! Files that are on the server although no line of the manifest says so: the run was killed before it wrote the line.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use openai_uploads::uploader::State;

use super::line::{Line, RunStart, Started, Uploaded};
use super::remote::{RemoteFiles, is_made_since};
use crate::objects::is_url;

/// Finds the files of this share that are on the server although no line of `all` says so, and removes the states of
/// their uploads. The first lines of `all` are those of this share.
pub(super) fn find_unrecorded(all: &[Vec<Line>], remote: &RemoteFiles) -> Vec<Line> {
    let recorded: HashSet<&str> = all
        .iter()
        .flatten()
        .filter_map(|line| match line {
            Line::Uploaded(line) => Some(line.file_id.as_str()),
            _ => None,
        })
        .collect();
    let open: Vec<_> = all.iter().map(|lines| open_starts(lines)).collect();
    let mut rivals: HashMap<(String, u64), usize> = HashMap::new();
    for (started, _) in open.iter().flatten() {
        *rivals.entry((file_name(&started.started), started.version.bytes)).or_default() += 1;
    }
    let (mut found, by_name) = (Vec::new(), remote.by_name());
    // What another share has begun is for that share to find.
    for (started, run) in open.first().into_iter().flatten() {
        let (name, bytes) = (file_name(&started.started), started.version.bytes);
        let mut candidates = by_name.get(&(name.as_str(), bytes)).cloned().unwrap_or_default();
        candidates.retain(|file| is_made_since(run, file) && !recorded.contains(file.id.as_str()));
        // Two of the same name and length cannot be distinguished, and are sent again.
        if let [file] = candidates[..]
            && rivals.get(&(name, bytes)) == Some(&1)
        {
            found.push(Line::Uploaded(Uploaded {
                path: started.started.clone(),
                version: started.version.clone(),
                md5: None,
                file_id: file.id.clone(),
                purpose: run.purpose.clone(),
                base_url: run.base_url.clone(),
            }));
            if !is_url(Path::new(&started.started)) {
                // There is nothing left to resume.
                let _ = State::path_beside(Path::new(&started.started)).map(std::fs::remove_file);
            }
        }
    }
    found
}

/// The files whose upload was started and not recorded as done, each with the run that started it.
fn open_starts(lines: &[Line]) -> Vec<(&Started, &RunStart)> {
    let mut open: HashMap<&str, (&Started, &RunStart)> = HashMap::new();
    let mut run = None;
    for line in lines {
        match line {
            Line::Run(start) => run = Some(start),
            Line::Started(started) => {
                if let Some(run) = run {
                    // What an earlier run began may be there as well.
                    open.entry(&started.started).or_insert((started, run));
                }
            }
            Line::Uploaded(uploaded) => drop(open.remove(uploaded.path.as_str())),
        }
    }
    open.into_values().collect()
}

/// The name that the server knows a file by.
fn file_name(path: &str) -> String {
    path.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(path).to_owned()
}
