//! `status`: lists the uploads that can be resumed.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use openai_uploads::uploader::{SavedState, State};
use serde::Serialize;

use crate::exit::{self, CommandError, Exit};
use crate::{message, quantity, stdout};

/// List the uploads that can be resumed, with their state files below a folder
///
/// Expired uploads and damaged state files are listed too. The next upload of the file removes them.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Status {
    /// The folder.
    #[arg(value_name = "FOLDER", default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,

    /// Print a JSON object for each upload.
    #[arg(long)]
    json: bool,
}

/// What `--json` prints of a state file.
#[derive(Serialize)]
#[serde(untagged)]
enum Listed<'a> {
    Readable {
        path: &'a str,
        state: &'a Path,
        upload_id: &'a str,
        purpose: &'a str,
        base_url: &'a str,
        bytes: u64,
        bytes_arrived: u64,
        expires_at: u64,
        expired: bool,
    },
    Damaged {
        state: &'a Path,
        damaged: &'a str,
    },
}

impl Status {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let folder = message::path(&self.folder);
        let saved = State::list(&self.folder).map_err(|error| {
            CommandError::bad_input(format!("the folder {folder} cannot be read: {error}"))
                .with_help("name a folder that exists and that you may read")
        })?;
        if saved.is_empty() && !self.json {
            message::write(&format!("no unfinished upload below {folder}"));
        }
        for saved in &saved {
            stdout::line(if self.json { stdout::json(&Listed::new(saved)) } else { line(saved) })?;
        }
        Ok(Exit::Done)
    }
}

impl<'a> Listed<'a> {
    fn new(saved: &'a SavedState) -> Self {
        match &saved.state {
            Ok(state) => Self::Readable {
                path: &state.source.path,
                state: &saved.path,
                upload_id: &state.upload_id,
                purpose: state.purpose.as_str(),
                base_url: &state.base_url,
                bytes: state.source.length,
                bytes_arrived: state.finished_bytes(),
                expires_at: state.expires_at,
                expired: state.is_expired(),
            },
            Err(damaged) => Self::Damaged { state: &saved.path, damaged: &damaged.message },
        }
    }
}

fn line(saved: &SavedState) -> String {
    match &saved.state {
        Ok(state) => format!(
            "{}: {} of {} for `{}`, {}, {}",
            message::word(&state.source.path),
            quantity::shown_size(state.finished_bytes()),
            quantity::shown_size(state.source.length),
            message::word(state.purpose.as_str()),
            message::word(&state.upload_id),
            time_left(state),
        ),
        Err(damaged) => {
            format!("{}: damaged, {}", message::path(&saved.path), message::one_line(&damaged.message))
        }
    }
}

fn time_left(state: &State) -> String {
    match state.time_left() {
        Some(left) => format!("{} left", quantity::shown_duration(left)),
        None => "expired".to_owned(),
    }
}
