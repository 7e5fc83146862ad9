//! The results of a batch while it runs, and its result files.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::models::BatchRequestOutput;

/// The results of a batch while it runs: one line for each request, in the order of the input.
///
/// A line consists of a letter (`o` for the output file, `e` for the error file), the token counts, and the line of
/// the result file. Because there is only one file, a killed server leaves the results of the first requests, and the
/// run continues after them.
#[derive(Debug)]
pub(super) struct Results {
    path: PathBuf,
    file: BufWriter<File>,
    pub(super) summary: Summary,
}

/// The number of results, and the tokens that they used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) completed: u64,
    pub(super) failed: u64,
    pub(super) tokens: Tokens,
}

/// The tokens of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) input: u64,
    pub(super) cached: u64,
    pub(super) output: u64,
    pub(super) reasoning: u64,
}

/// One of the two result files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultFile {
    Output,
    Error,
}

/// The position of a line in the results.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    offset: u64,
    length: usize,
}

/// The name of the file in the folder of the batch.
const NAME: &str = "results";

impl ResultFile {
    fn letter(self) -> char {
        match self {
            Self::Output => 'o',
            Self::Error => 'e',
        }
    }
}

impl Summary {
    pub(super) fn requests(&self) -> u64 {
        self.completed + self.failed
    }

    fn add(&mut self, file: ResultFile, tokens: Tokens) {
        match file {
            ResultFile::Output => self.completed += 1,
            ResultFile::Error => self.failed += 1,
        }
        let sum = &mut self.tokens;
        for (sum, tokens) in [
            (&mut sum.input, tokens.input),
            (&mut sum.cached, tokens.cached),
            (&mut sum.output, tokens.output),
            (&mut sum.reasoning, tokens.reasoning),
        ] {
            *sum = sum.saturating_add(tokens);
        }
    }
}

impl Results {
    /// Opens the results in the folder of a batch. An unfinished last line is removed.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join(NAME);
        let file = File::options().create(true).truncate(false).read(true).write(true).open(&path)?;
        let mut summary = Summary::default();
        let mut length = 0;
        for_each_line(&file, |file, tokens, position| {
            summary.add(file, tokens);
            length = position.offset + position.length as u64;
        })?;
        file.set_len(length)?;
        let mut file = BufWriter::with_capacity(256 * 1024, file);
        file.seek(SeekFrom::Start(length))?;
        Ok(Self { path, file, summary })
    }

    /// Adds the result of the next request.
    pub(super) fn add(
        &mut self,
        file: ResultFile,
        tokens: Tokens,
        output: &BatchRequestOutput,
    ) -> io::Result<()> {
        let Tokens { input, cached, output: out, reasoning } = tokens;
        write!(self.file, "{} {input} {cached} {out} {reasoning} ", file.letter())?;
        serde_json::to_writer(&mut self.file, output)?;
        self.file.write_all(b"\n")?;
        self.summary.add(file, tokens);
        Ok(())
    }

    /// Removes the results in the folder of a batch.
    pub(super) fn remove(dir: &Path) {
        if let Err(error) = std::fs::remove_file(dir.join(NAME)) {
            tracing::debug!(%error, "cannot remove the results of a batch");
        }
    }

    /// Passes all added results to the operating system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// The positions of the lines of the output file and of the error file, each in random order.
    pub(super) fn shuffled(&self, seed: u64) -> io::Result<[Vec<Position>; 2]> {
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        for_each_line(&File::open(&self.path)?, |file, _, position| match file {
            ResultFile::Output => output.push(position),
            ResultFile::Error => errors.push(position),
        })?;
        let mut rng = fastrand::Rng::with_seed(seed);
        rng.shuffle(&mut output);
        rng.shuffle(&mut errors);
        Ok([output, errors])
    }

    /// Writes the lines at these positions.
    pub(super) fn write(&self, positions: &[Position], to: &mut dyn Write) -> io::Result<()> {
        let mut file = File::open(&self.path)?;
        let mut line = Vec::new();
        for position in positions {
            line.resize(position.length, 0);
            file.seek(SeekFrom::Start(position.offset))?;
            file.read_exact(&mut line)?;
            to.write_all(&line)?;
        }
        Ok(())
    }
}

/// Reads the complete lines of the results.
fn for_each_line(file: &File, mut line: impl FnMut(ResultFile, Tokens, Position)) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let (mut offset, mut bytes) = (0, Vec::new());
    loop {
        bytes.clear();
        let length = reader.read_until(b'\n', &mut bytes)?;
        if !bytes.ends_with(b"\n") {
            return Ok(());
        }
        let mut fields = bytes.splitn(6, |byte| *byte == b' ');
        let file = match fields.next() {
            Some(b"o") => ResultFile::Output,
            Some(b"e") => ResultFile::Error,
            _ => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the results of a batch are damaged"));
            }
        };
        let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse().ok();
        let mut next = || number().unwrap_or(0);
        let tokens = Tokens { input: next(), cached: next(), output: next(), reasoning: next() };
        let json = fields.next().map_or(0, <[u8]>::len);
        line(file, tokens, Position { offset: offset + (length - json) as u64, length: json });
        offset += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(id: &str) -> BatchRequestOutput {
        BatchRequestOutput::new(format!("batch_req_{id}"), id.to_owned(), None, None)
    }

    #[test]
    fn results_continue_after_an_unfinished_line() {
        let dir = tempfile::tempdir().unwrap();
        let tokens = Tokens { input: 1, cached: 2, output: 3, reasoning: 4 };
        let mut results = Results::open(dir.path()).unwrap();
        for n in 0..100 {
            let file = if n % 4 == 0 { ResultFile::Error } else { ResultFile::Output };
            results.add(file, tokens, &output(&n.to_string())).unwrap();
        }
        results.flush().unwrap();
        let summary = results.summary;
        results.file.get_mut().write_all(b"o 1 2 3 4 {\"id\":").unwrap();
        drop(results);

        let mut results = Results::open(dir.path()).unwrap();
        assert_eq!(results.summary, summary);
        assert_eq!((summary.completed, summary.failed, summary.tokens.reasoning), (75, 25, 400));
        results.add(ResultFile::Output, tokens, &output("last")).unwrap();
        results.flush().unwrap();
        let [outputs, errors] = results.shuffled(7).unwrap();
        let ids = |positions: &[Position]| {
            let mut written = Vec::new();
            results.write(positions, &mut written).unwrap();
            let text = String::from_utf8(written).unwrap();
            let id = |line| serde_json::from_str::<BatchRequestOutput>(line).unwrap().custom_id;
            text.lines().map(id).collect::<Vec<String>>()
        };
        let (outputs, errors) = (ids(&outputs), ids(&errors));
        assert_eq!((outputs.len(), errors.len()), (76, 25));
        assert!(outputs.contains(&"last".to_owned()) && errors.contains(&"96".to_owned()));
        assert!(!outputs.is_sorted_by_key(|id| id.parse::<u64>().unwrap_or(u64::MAX)));
    }
}
