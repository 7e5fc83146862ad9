//! The work that is left in a batch: requests to answer, and the results so far.

use std::io::{self, BufRead, BufReader};

use super::super::id;
use super::super::store::{Reader, Store, StoreError};
use super::answers::Answer;
use super::context::Context;
use super::results::{ResultFile, Results, Tokens};
use crate::models::{BatchRequestError, BatchRequestInput, BatchRequestOutput, BatchResponse};

/// The requests that are left, and the results so far.
pub(super) struct Work {
    input: BufReader<Reader>,
    pub(super) results: Results,
}

impl Work {
    /// Opens the results so far, and the input after the requests that have a result.
    pub(super) fn open(store: &Store, batch_id: &str) -> Result<Self, StoreError> {
        let record = store.batch_record(batch_id)?;
        let results = Results::open(&store.batch_dir(batch_id)?)?;
        let content = store.content(&record.batch.input_file_id)?;
        let input = BufReader::with_capacity(256 * 1024, content.reader());
        let mut work = Self { input, results };
        let mut line = Vec::new();
        for _ in 0..work.results.summary.requests() {
            work.next_line(&mut line)?;
        }
        Ok(work)
    }

    /// Answers the next `count` requests, without another program.
    pub(super) fn answer_here(
        mut self,
        context: &Context,
        count: u64,
        now: u64,
        injected: &dyn Fn(u64) -> Option<Answer>,
    ) -> Result<Self, StoreError> {
        let mut line = Vec::new();
        for _ in 0..count {
            if !self.next_line(&mut line)? {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            let request: BatchRequestInput = serde_json::from_slice(&line).map_err(io::Error::other)?;
            let answer = injected(self.results.summary.requests());
            let answer = answer.or_else(|| context.settings.answerer.answer_now(&request, now));
            let answer = answer.ok_or_else(|| io::Error::other("another program answers these requests"))?;
            self.add(request.custom_id, answer)?;
        }
        self.results.flush()?;
        Ok(self)
    }

    /// Reads the lines of the next `count` requests, for another program to answer.
    pub(super) fn read_lines(mut self, count: u64) -> Result<(Self, Vec<Vec<u8>>), StoreError> {
        let mut lines = Vec::new();
        for _ in 0..count {
            let mut line = Vec::new();
            if !self.next_line(&mut line)? {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            lines.push(line);
        }
        Ok((self, lines))
    }

    /// Adds the result of a request.
    pub(super) fn add(&mut self, custom_id: String, answer: Answer) -> io::Result<()> {
        let tokens = answer.tokens();
        let file = if answer.status < 400 { ResultFile::Output } else { ResultFile::Error };
        let response = BatchResponse::new(answer.status.into(), id::new("req_"), answer.body);
        let output = BatchRequestOutput::new(id::new("batch_req_"), custom_id, Some(response), None);
        self.results.add(file, tokens, &output)
    }

    /// Adds an error for each request that has no result.
    pub(super) fn expire(&mut self) -> io::Result<()> {
        let mut line = Vec::new();
        while self.next_line(&mut line)? {
            let request: BatchRequestInput = serde_json::from_slice(&line).map_err(io::Error::other)?;
            let message = "The batch expired before this request was run.".to_owned();
            let error = BatchRequestError::new("batch_expired".to_owned(), message);
            let output = BatchRequestOutput::new(id::new("batch_req_"), request.custom_id, None, Some(error));
            self.results.add(ResultFile::Error, Tokens::default(), &output)?;
        }
        self.results.flush()
    }

    /// Reads the next line that is not blank. False at the end.
    fn next_line(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            line.clear();
            if self.input.read_until(b'\n', line)? == 0 {
                return Ok(false);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}
