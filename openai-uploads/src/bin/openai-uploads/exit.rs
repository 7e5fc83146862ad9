//! Exit codes, and the errors that end a run.

use std::process::ExitCode;

use crate::message;

/// The end of the `--help` of commands about files.
pub(crate) const HELP: &str = "\
Exit codes:
  0    everything is done
  1    a file failed: it did not arrive, or it is not fit for its purpose
  2    bad usage or bad input, such as a missing file or key; nothing was sent
  130  interrupted; what arrived is kept, and the command that resumes is printed";

/// The end of the `--help` of the steps of `batch`.
pub(crate) const BATCH_HELP: &str = "\
Exit codes:
  0    everything is done; after `run` and `fetch`, every request has an answer
  1    a request or a batch failed
  2    bad usage or bad input, such as a missing key or a request with a fault
  130  interrupted; the batches keep running, and the command that continues is printed";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    BadInput,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::BadInput => 2,
            Self::Interrupted => 130,
        }
    }

    /// The exit code of a run over several files. It is bad input only if all files are.
    pub(crate) fn of_files(files: impl IntoIterator<Item = Self>) -> Self {
        let files: Vec<_> = files.into_iter().collect();
        let all_bad = !files.is_empty() && files.iter().all(|exit| *exit == Self::BadInput);
        if all_bad {
            Self::BadInput
        } else if files.iter().all(|exit| *exit == Self::Done) {
            Self::Done
        } else {
            Self::Failed
        }
    }
}

/// Why a run failed.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) exit: Exit,
    /// What happened.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

impl CommandError {
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self { exit: Exit::BadInput, message: message.into(), help: None }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), help: None }
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds a line to the help.
    pub(crate) fn with_more_help(self, more: &str) -> Self {
        let help = self.help.map_or_else(|| more.to_owned(), |help| format!("{help}\n{more}"));
        Self { help: Some(help), ..self }
    }

    /// A broken pipe is not an error, and there is nothing to report.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self { exit, message: String::new(), help: None }
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    pub(crate) fn print(&self) {
        if !self.is_silent() {
            message::write(&message::error(&self.message, self.help.as_deref()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{self, BadInput, Done, Failed};

    #[test]
    fn one_file_among_several_that_is_bad_input_is_a_failure() {
        for (files, exit) in [
            (&[Done, Done][..], Done),
            (&[Done, Failed], Failed),
            (&[Done, BadInput], Failed),
            (&[Failed, BadInput], Failed),
            (&[BadInput, BadInput], BadInput),
        ] {
            assert_eq!(Exit::of_files(files.iter().copied()), exit, "{files:?}");
        }
    }
}
