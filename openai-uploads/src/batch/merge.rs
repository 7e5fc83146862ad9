//! Writes the answers in the order of the input: the responses into one file, the failures into another.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::answers::{Answer, AnswerFile, AnswerTable, Outcome};
use super::result_line::{self, Reason};
use super::write_behind::write_behind;

/// How many lines of each kind were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) answered: u64,
    pub(super) failed: u64,
}

/// A line of the file of failures.
#[derive(Serialize)]
struct Failure {
    custom_id: Value,
    /// The line's place among the request lines of the input, from 1.
    line: u64,
    /// Why there is no answer.
    reason: String,
    code: Option<String>,
    status_code: Option<u64>,
    /// The line of the result file, if there is one.
    result: Option<Value>,
}

/// Writes all answers of the table to `results`, and the lines without one to `failures`, with the reason.
///
/// `path` names the files of a shard; `batch_failure` says why the batch of a shard failed as a whole.
pub(super) fn merge(
    table: &AnswerTable,
    results: &Path,
    failures: &Path,
    path: impl Fn(u32, AnswerFile) -> PathBuf,
    batch_failure: impl Fn(u32, u64) -> Option<Reason>,
) -> io::Result<Merged> {
    let (results, failures) = (File::create(results)?, File::create(failures)?);
    write_behind(|behind| {
        let mut merged = Merged::default();
        let mut answers = behind.file(results, 1 << 18);
        let mut failed = behind.file(failures, 1 << 16);
        let mut texts = Texts { path, open: HashMap::new() };
        for (answer, line) in table.read()?.zip(1..) {
            let answer = answer?;
            if answer.outcome == Outcome::Pending {
                return Err(io::Error::other(format!("request {line} has no recorded outcome")));
            }
            let text = texts.read(&answer)?;
            if answer.outcome == Outcome::Answered {
                merged.answered += 1;
                answers.write_all(text.trim_ascii())?;
                answers.write_all(b"\n")?;
            } else {
                merged.failed += 1;
                serde_json::to_writer(&mut failed, &failure(&answer, line, text, &batch_failure))?;
                failed.write_all(b"\n")?;
            }
        }
        answers.flush()?;
        failed.flush()?;
        Ok(merged)
    })
}

fn failure(
    answer: &Answer,
    line: u64,
    text: &[u8],
    batch_failure: &impl Fn(u32, u64) -> Option<Reason>,
) -> Failure {
    let value: Value = serde_json::from_slice(text).unwrap_or_default();
    let is_result = answer.file != AnswerFile::Requests;
    let known = match answer.outcome {
        Outcome::BatchFailed => batch_failure(answer.shard, line - 1).unwrap_or_default(),
        _ if is_result => result_line::reason(&value),
        _ => Reason::default(),
    };
    let reason = known.message.unwrap_or_else(|| {
        let reason = match answer.outcome {
            Outcome::BatchFailed => "its batch failed",
            Outcome::Cancelled => "its batch was cancelled",
            Outcome::Missing => "neither result file of its batch has an answer",
            _ => "the request failed",
        };
        reason.to_owned()
    });
    Failure {
        custom_id: value["custom_id"].clone(),
        line,
        reason,
        code: known.code,
        status_code: known.status_code,
        result: is_result.then_some(value),
    }
}

/// The maximum number of files open at a time.
const OPEN_FILES: usize = 128;

/// The buffer of each. A file with few answers in it is small.
const BUFFER: usize = 1 << 17;

/// The texts of lines, read from the files of many shards.
///
/// The files are sorted as the answers are, so each is read from start to end.
struct Texts<P> {
    path: P,
    open: HashMap<(u32, AnswerFile), OpenFile>,
}

/// A file, and a part of it in memory.
struct OpenFile {
    file: File,
    /// The offset of the part.
    offset: u64,
    part: Vec<u8>,
}

impl OpenFile {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, offset: 0, part: Vec::new() })
    }

    /// The text at an offset. What follows it is read at once, up to the size of the buffer.
    fn read(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let is_there =
            offset >= self.offset && offset + length as u64 <= self.offset + self.part.len() as u64;
        if !is_there {
            self.part.clear();
            self.file.seek(SeekFrom::Start(offset))?;
            self.offset = offset;
            let wanted = length.max(BUFFER);
            self.part.reserve_exact(wanted);
            (&mut self.file).take(wanted as u64).read_to_end(&mut self.part)?;
        }
        let start = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
        self.part.get(start..).and_then(|text| text.get(..length)).ok_or(io::ErrorKind::UnexpectedEof.into())
    }
}

impl<P: Fn(u32, AnswerFile) -> PathBuf> Texts<P> {
    fn read(&mut self, answer: &Answer) -> io::Result<&[u8]> {
        let key = (answer.shard, answer.file);
        if self.open.len() >= OPEN_FILES && !self.open.contains_key(&key) {
            self.open.clear();
        }
        let file = match self.open.entry(key) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(free) => free.insert(OpenFile::open(&(self.path)(answer.shard, answer.file))?),
        };
        file.read(answer.offset, answer.length as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn answers_and_failures_are_in_the_order_of_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("1-Output"), "{\"b\":1}\n{\"a\":1}\n").unwrap();
        let expired =
            r#"{"custom_id":"c","response":null,"error":{"code":"batch_expired","message":"too late"}}"#;
        fs::write(at("2-Errors"), expired).unwrap();
        fs::write(at("3-Requests"), r#"{"custom_id":"d"}"#).unwrap();
        let table = AnswerTable::at(at("answers"));
        table.create(5).unwrap();
        let answer = |outcome, shard, file, offset, length| Answer { outcome, shard, file, offset, length };
        let (output, requests) = (AnswerFile::Output, AnswerFile::Requests);
        let length = u32::try_from(expired.len()).unwrap();
        table
            .update(&[
                (0, answer(Outcome::Answered, 1, output, 8, 7)),
                (1, answer(Outcome::MayPass, 2, AnswerFile::Errors, 0, length)),
                (2, answer(Outcome::BatchFailed, 3, requests, 0, 17)),
                (3, answer(Outcome::Answered, 1, output, 0, 7)),
                (4, answer(Outcome::Missing, 3, requests, 0, 17)),
            ])
            .unwrap();
        let path = |shard: u32, file: AnswerFile| at(&format!("{shard}-{file:?}"));
        let why = |shard, line| {
            assert_eq!((shard, line), (3, 2));
            Some(Reason {
                code: Some("invalid".to_owned()),
                message: Some("bad line".to_owned()),
                status_code: None,
            })
        };
        let merged = merge(&table, &at("results"), &at("failures"), path, why).unwrap();
        assert_eq!(merged, Merged { answered: 2, failed: 3 });
        assert_eq!(fs::read_to_string(at("results")).unwrap(), "{\"a\":1}\n{\"b\":1}\n");
        let failures = fs::read_to_string(at("failures")).unwrap();
        let failures: Vec<Value> = failures.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let short = |failure: &Value| {
            json!([failure["custom_id"], failure["line"], failure["reason"], failure["code"]])
        };
        assert_eq!(short(&failures[0]), json!(["c", 2, "too late", "batch_expired"]));
        assert_eq!(failures[0]["result"]["custom_id"], "c");
        assert_eq!(short(&failures[1]), json!(["d", 3, "bad line", "invalid"]));
        assert_eq!(
            short(&failures[2]),
            json!(["d", 5, "neither result file of its batch has an answer", null])
        );
    }
}
