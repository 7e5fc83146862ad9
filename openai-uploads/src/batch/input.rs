//! Checks the input and writes the index of its lines.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::event::{Event, Listener};
use super::index::{self, Line};
use super::index_thread::{IndexThread, UnhashedLine, write_index};
use super::state::{Group, InputFile};
use super::{Error, InvalidInput};
use crate::models::create_upload_request::Purpose;
use crate::preflight::{self, Preflight, Provider};

/// The maximum number of groups. Each has a file open while the input is split.
const MAX_GROUPS: usize = 512;

/// The findings of the check.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) groups: Vec<Group>,
    pub(super) lines: u64,
}

/// Checks all input files and writes the index of their lines.
pub(super) fn check(
    inputs: &[InputFile],
    provider: Provider,
    index: &Path,
    listener: &Listener,
) -> Result<Checked, Error> {
    let checked = write_index(index, |lines| check_lines(inputs, provider, lines, listener));
    let checked = checked.map_err(Error::work(index))??;
    unchanged(inputs)?;
    if let Some(pair) = index::find_repeated_id(index, checked.lines).map_err(Error::work(index))? {
        return Err(repeated_id(inputs, pair));
    }
    Ok(checked)
}

fn check_lines(
    inputs: &[InputFile],
    provider: Provider,
    lines: &mut IndexThread,
    listener: &Listener,
) -> Result<Checked, Error> {
    let mut collector = Collector { lines, groups: Groups::default(), has_too_many_groups: false };
    let mut progress = Progress::new(inputs, listener);
    let (mut base, mut invalid) = (0, Vec::new());
    for input in inputs {
        let read = |source| Error::Input { path: input.path.clone(), source };
        let preflight = Preflight::new(Purpose::Batch).with_provider(provider).for_several_batches();
        let open = |offset| {
            let mut file = File::open(&input.path)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        };
        let advance = |bytes| {
            progress.reach(base + bytes);
            Ok(())
        };
        let mut take = |line: &preflight::Line<'_>| collector.take(base, line);
        let report = preflight.ranges(input.bytes, open, advance, Some(&mut take)).map_err(read)?;
        if collector.has_too_many_groups {
            return Err(Error::TooManyGroups { limit: MAX_GROUPS });
        }
        for warning in &report.warnings {
            listener.notify(&Event::InputWarning { path: input.path.clone(), warning: warning.clone() });
        }
        if !report.is_fit() {
            invalid.push(InvalidInput { path: input.path.clone(), report });
        }
        base += input.bytes;
    }
    if invalid.is_empty() {
        Ok(Checked { lines: collector.lines.count(), groups: collector.groups.list })
    } else {
        Err(Error::FailedPreflight { inputs: invalid })
    }
}

/// Fails if an input file has changed.
pub(super) fn unchanged(inputs: &[InputFile]) -> Result<(), Error> {
    let changed = inputs.iter().find(|input| InputFile::of(&input.path).ok().as_ref() != Some(*input));
    changed.map_or(Ok(()), |input| Err(Error::InputChanged { path: input.path.clone() }))
}

struct Collector<'a> {
    lines: &'a mut IndexThread,
    groups: Groups,
    has_too_many_groups: bool,
}

impl Collector<'_> {
    fn take(&mut self, base: u64, line: &preflight::Line<'_>) {
        if self.has_too_many_groups {
            return;
        }
        // A line that lacks one of these has a fault, and then nothing is sent.
        let group = self.groups.number(line.url.unwrap_or_default(), line.model.unwrap_or_default());
        let Some(group) = group else {
            self.has_too_many_groups = true;
            return;
        };
        let unhashed = UnhashedLine {
            offset: base + line.bytes.start,
            length: u32::try_from(line.bytes.end - line.bytes.start).unwrap_or(u32::MAX),
            group,
            inputs: u32::try_from(line.inputs).unwrap_or(u32::MAX),
        };
        self.lines.push(unhashed, line.custom_id.unwrap_or_default());
    }
}

/// The groups that were seen, by endpoint and model.
#[derive(Default)]
struct Groups {
    list: Vec<Group>,
    numbers: HashMap<Group, u32>,
    last: u32,
}

impl Groups {
    /// The number of a group. `None`: there are too many.
    fn number(&mut self, endpoint: &str, model: &str) -> Option<u32> {
        // Most lines are of the same group as the line before.
        if let Some(last) = self.list.get(self.last as usize)
            && last.endpoint == endpoint
            && last.model == model
        {
            return Some(self.last);
        }
        let group = Group { endpoint: endpoint.to_owned(), model: model.to_owned() };
        self.last = match self.numbers.get(&group) {
            Some(number) => *number,
            None if self.list.len() == MAX_GROUPS => return None,
            None => {
                let number = u32::try_from(self.list.len()).ok()?;
                self.list.push(group.clone());
                self.numbers.insert(group, number);
                number
            }
        };
        Some(self.last)
    }
}

/// Reports the progress of reading several times a second.
struct Progress<'a> {
    listener: &'a Listener,
    of: u64,
    last: Instant,
}

impl<'a> Progress<'a> {
    fn new(inputs: &[InputFile], listener: &'a Listener) -> Self {
        let of = inputs.iter().map(|input| input.bytes).sum();
        listener.notify(&Event::Checking { bytes: 0, of });
        Self { listener, of, last: Instant::now() }
    }

    fn reach(&mut self, bytes: u64) {
        if self.last.elapsed() > Duration::from_millis(200) {
            self.last = Instant::now();
            self.listener.notify(&Event::Checking { bytes, of: self.of });
        }
    }
}

fn repeated_id(inputs: &[InputFile], (first, second): (Line, Line)) -> Error {
    let describe = || -> io::Result<Error> {
        let (first_place, _) = find(inputs, &first)?;
        let (second_place, text) = find(inputs, &second)?;
        let value: serde_json::Value = serde_json::from_slice(&text)?;
        let custom_id = value["custom_id"].as_str().unwrap_or_default().to_owned();
        Ok(Error::RepeatedId { custom_id, first: first_place, second: second_place })
    };
    let unreadable = |source| Error::Input { path: inputs[0].path.clone(), source };
    describe().unwrap_or_else(unreadable)
}

/// The place of a line, as `FILE:LINE`, and its text.
fn find(inputs: &[InputFile], line: &Line) -> io::Result<(String, Vec<u8>)> {
    let mut offset = line.offset;
    let mut input = inputs.iter();
    let input = loop {
        let input = input.next().ok_or(io::ErrorKind::UnexpectedEof)?;
        if offset < input.bytes {
            break input;
        }
        offset -= input.bytes;
    };
    let mut file = File::open(&input.path)?;
    let mut number = 1_u64;
    let mut before = BufReader::with_capacity(1 << 18, (&mut file).take(offset));
    loop {
        let buffer = before.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        number += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
        let read = buffer.len();
        before.consume(read);
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut text = Vec::new();
    file.take(u64::from(line.length)).read_to_end(&mut text)?;
    Ok((format!("{}:{number}", shown(&input.path)), text))
}

fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Copies the standard input, or another reader, into a file of the work folder.
pub(super) fn spool(mut reader: impl Read, path: &Path) -> io::Result<PathBuf> {
    io::copy(&mut reader, &mut File::create(path)?)?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn request(id: &str, model: &str) -> String {
        let body = format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}]}}"#);
        format!(r#"{{"custom_id":"{id}","method":"POST","url":"/v1/chat/completions","body":{body}}}"#)
    }

    fn checked(files: &[String]) -> (tempfile::TempDir, Result<Checked, Error>) {
        let folder = tempfile::tempdir().unwrap();
        let inputs: Vec<_> = files
            .iter()
            .zip(1..)
            .map(|(text, number)| {
                let path = folder.path().join(format!("{number}.jsonl"));
                fs::write(&path, text).unwrap();
                InputFile::of(&path).unwrap()
            })
            .collect();
        let index = folder.path().join("index");
        let checked = check(&inputs, Provider::OpenAi, &index, &Listener::default());
        (folder, checked)
    }

    #[test]
    fn lines_of_several_files_are_grouped_by_endpoint_and_model() {
        let files = [
            format!("{}\n{}\n", request("1", "a"), request("2", "b")),
            format!("{}\r\n{}", request("3", "b"), request("4", "a")),
        ];
        let (folder, checked) = checked(&files);
        let checked = checked.unwrap();
        assert_eq!(checked.lines, 4);
        let models: Vec<_> = checked.groups.iter().map(|group| group.model.as_str()).collect();
        assert_eq!(models, ["a", "b"]);
        let lines: Vec<_> =
            index::lines(&folder.path().join("index")).unwrap().map(|line| line.unwrap()).collect();
        assert_eq!(lines.iter().map(|line| line.group).collect::<Vec<_>>(), [0, 1, 1, 0]);
        let all = files.concat();
        let text = |line: &Line| {
            let offset = usize::try_from(line.offset).unwrap();
            all[offset..][..line.length as usize].trim_end().to_owned()
        };
        assert_eq!(text(&lines[3]), request("4", "a"));
        assert_eq!(text(&lines[2]), request("3", "b"));
    }

    #[test]
    fn an_id_in_two_files_is_reported_with_both_positions() {
        let files = [format!("{}\n{}\n", request("1", "a"), request("2", "a")), request("2", "b")];
        let error = checked(&files).1.unwrap_err();
        assert_eq!(error.to_string(), "`custom_id` \"2\" is used twice: in 1.jsonl:2 and in 2.jsonl:1");
    }

    #[test]
    fn every_invalid_file_is_reported() {
        let error = checked(&[request("1", "a"), "{".to_owned(), "[]".to_owned()]).1.unwrap_err();
        let Error::FailedPreflight { inputs } = error else { panic!("{error}") };
        assert_eq!(inputs.len(), 2);
    }

    #[test]
    fn an_input_that_changes_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.jsonl");
        fs::write(&path, request("1", "a")).unwrap();
        let input = InputFile::of(&path).unwrap();
        unchanged(std::slice::from_ref(&input)).unwrap();
        fs::write(&path, request("12", "a")).unwrap();
        assert!(matches!(unchanged(&[input]).unwrap_err(), Error::InputChanged { .. }));
    }
}
