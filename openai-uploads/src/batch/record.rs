//! Finds the answer of each line of a shard in the shard's result files, and sorts these by the lines.
//!
//! Result files are in no order. Sorted, they are read from start to end when all answers are merged.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::answers::{Answer, AnswerFile, Outcome};
use super::index::IdDigest;
use super::result_line;
use super::split::ShardLine;

/// The answers of a shard's lines, and the other lines of its result files.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// An answer for each line, with the line's number in the input.
    pub(super) answers: Vec<(u64, Answer)>,
    /// Lines of the result files whose `custom_id` is not in the shard, or that are not results.
    pub(super) unknown: u64,
    /// Lines of the result files that repeat the `custom_id` of an earlier line.
    pub(super) repeated: u64,
}

/// Reads the result files of the shard `shard`, whose requests are `lines`.
///
/// A line without an answer in either file gets `unanswered`, and the place of its request.
pub(super) fn record(
    shard: u32,
    lines: &[ShardLine],
    files: &[(AnswerFile, PathBuf)],
    unanswered: Outcome,
) -> io::Result<Recorded> {
    let mut recorded = Recorded::default();
    let mut offset = 0;
    for line in lines {
        let request =
            Answer { outcome: unanswered, shard, file: AnswerFile::Requests, offset, length: line.length };
        recorded.answers.push((line.number, request));
        offset += u64::from(line.length) + 1;
    }
    let places: HashMap<IdDigest, usize> =
        lines.iter().enumerate().map(|(place, line)| (line.id, place)).collect();
    for (file, path) in files {
        let mut results = Vec::new();
        for_each_line(path, |offset, text| {
            let found = result_line::read(text).and_then(|(id, outcome)| Some((*places.get(&id)?, outcome)));
            let length =
                u32::try_from(text.len()).map_err(|_| io::Error::other("a result line exceeds 4 GiB"))?;
            // Other lines go to the end.
            let (place, outcome) =
                found.map_or((usize::MAX, None), |(place, outcome)| (place, Some(outcome)));
            results.push(ResultLine { place, outcome, offset, length });
            Ok(())
        })?;
        sort(path, &mut results)?;
        for ResultLine { place, outcome, offset, length } in results {
            let Some(outcome) = outcome else {
                recorded.unknown += 1;
                continue;
            };
            let answer = &mut recorded.answers[place].1;
            let is_repeated = answer.file != AnswerFile::Requests;
            recorded.repeated += u64::from(is_repeated);
            if !is_repeated || answer.outcome != Outcome::Answered && outcome == Outcome::Answered {
                *answer = Answer { outcome, shard, file: *file, offset, length };
            }
        }
    }
    Ok(recorded)
}

/// A line of a result file.
struct ResultLine {
    /// The place of its request in the shard.
    place: usize,
    /// `None`: it is not a result of the shard.
    outcome: Option<Outcome>,
    offset: u64,
    length: u32,
}

/// Sorts the lines of the file at `path` by their places, and sets their new offsets. The file is replaced as a whole.
fn sort(path: &Path, lines: &mut [ResultLine]) -> io::Result<()> {
    if lines.is_sorted_by_key(|line| line.place) {
        return Ok(());
    }
    lines.sort_by_key(|line| line.place);
    let source = File::open(path)?;
    let mut sorted = path.as_os_str().to_owned();
    sorted.push(".sorted");
    let mut writer = BufWriter::with_capacity(1 << 18, File::create(&sorted)?);
    let (mut text, mut offset) = (Vec::new(), 0);
    for line in lines {
        text.resize(line.length as usize, 0);
        read_at(&source, line.offset, &mut text)?;
        writer.write_all(&text)?;
        writer.write_all(b"\n")?;
        line.offset = offset;
        offset += u64::from(line.length) + 1;
    }
    writer.flush()?;
    fs::rename(sorted, path)
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, text: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, text, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, offset: u64, text: &mut [u8]) -> io::Result<()> {
    use std::io::{Read, Seek};
    file.seek(io::SeekFrom::Start(offset))?;
    file.read_exact(text)
}

/// Calls `each` with every line that is not blank, and its offset.
fn for_each_line(path: &Path, mut each: impl FnMut(u64, &[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 18, File::open(path)?);
    let (mut offset, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if !text.trim_ascii().is_empty() {
            each(offset, text)?;
        }
        offset += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(ids: &[&str], output: &str, errors: &str) -> Recorded {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<_> = ids
            .iter()
            .zip(10..)
            .map(|(id, number)| ShardLine { number, length: 5, inputs: 0, id: IdDigest::of(id.as_bytes()) })
            .collect();
        let files = [(AnswerFile::Output, output), (AnswerFile::Errors, errors)].map(|(file, text)| {
            let path = folder.path().join(format!("{file:?}"));
            fs::write(&path, text).unwrap();
            (file, path)
        });
        let recorded = record(7, &lines, &files, Outcome::Missing).unwrap();
        // The files are sorted now, so another time finds the same.
        let again = record(7, &lines, &files, Outcome::Missing).unwrap();
        assert_eq!((&recorded.answers, recorded.unknown), (&again.answers, again.unknown));
        for (_, answer) in &recorded.answers {
            let Some((_, path)) = files.iter().find(|(file, _)| *file == answer.file) else { continue };
            let text =
                &fs::read(path).unwrap()[usize::try_from(answer.offset).unwrap()..][..answer.length as usize];
            assert_eq!(result_line::read(text).unwrap().1, answer.outcome);
        }
        recorded
    }

    fn answered(id: &str) -> String {
        format!("{{\"custom_id\":\"{id}\",\"response\":{{\"status_code\":200}},\"error\":null}}\n")
    }

    fn expired(id: &str) -> String {
        format!("{{\"custom_id\":\"{id}\",\"response\":null,\"error\":{{\"code\":\"batch_expired\"}}}}\n")
    }

    #[test]
    fn answers_are_found_in_any_order_and_in_either_file() {
        let output = answered("c") + "\n" + &answered("a");
        let recorded = recorded(&["a", "b", "c", "d"], &output, &expired("b"));
        let outcomes: Vec<_> =
            recorded.answers.iter().map(|(number, answer)| (*number, answer.outcome)).collect();
        let expected = [
            (10, Outcome::Answered),
            (11, Outcome::MayPass),
            (12, Outcome::Answered),
            (13, Outcome::Missing),
        ];
        assert_eq!(outcomes, expected);
        let (a, d) = (recorded.answers[0].1, recorded.answers[3].1);
        assert_eq!((a.file, a.offset), (AnswerFile::Output, 0));
        assert_eq!((d.file, d.offset, d.length), (AnswerFile::Requests, 18, 5));
        assert_eq!((recorded.unknown, recorded.repeated), (0, 0));
    }

    #[test]
    fn unknown_and_repeated_ids_are_counted_and_an_answer_wins() {
        let output = answered("a") + &answered("x") + "{not json\n" + &answered("a");
        let recorded = recorded(&["a", "b"], &output, &(expired("a") + &expired("b") + &expired("b")));
        assert_eq!((recorded.unknown, recorded.repeated), (2, 3));
        let outcomes: Vec<_> = recorded.answers.iter().map(|(_, answer)| answer.outcome).collect();
        assert_eq!(outcomes, [Outcome::Answered, Outcome::MayPass]);
    }
}
