//! `status`: what can be gone on with.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use openai_uploads::uploader::{SavedState, State};
use serde::Serialize;

use crate::exit::{self, Exit, Trouble};
use crate::{message, quantity, stdout};

/// List the uploads below a folder that were broken off and can go on
///
/// Those that have expired are listed too, since the next upload of the file tidies them away.
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

#[derive(Serialize)]
struct Broken<'a> {
    path: &'a str,
    state: &'a Path,
    upload_id: &'a str,
    purpose: &'a str,
    base_url: &'a str,
    bytes: u64,
    bytes_arrived: u64,
    expires_at: u64,
    expired: bool,
}

impl Status {
    pub(crate) fn run(self) -> Result<Exit, Trouble> {
        let folder = message::path(&self.folder);
        let saved = State::list(&self.folder)
            .map_err(|error| Trouble::bad_input(format!("the folder {folder} cannot be read: {error}")))?;
        if saved.is_empty() && !self.json {
            message::write(&format!("no upload below {folder} was broken off"));
        }
        for SavedState { path, state, .. } in &saved {
            let state = match state {
                Ok(state) => state,
                Err(damaged) => {
                    let path = message::path(path);
                    message::write(&message::warning(&message::text(&format!(
                        "the state {path} is damaged ({damaged}); the next upload of its file starts from the beginning"
                    ))));
                    continue;
                }
            };
            let of = state.source.length;
            let arrived = state.finished_bytes();
            stdout::line(if self.json {
                stdout::json(&Broken {
                    path: &state.source.path,
                    state: path,
                    upload_id: &state.upload_id,
                    purpose: state.purpose.as_str(),
                    base_url: &state.base_url,
                    bytes: of,
                    bytes_arrived: arrived,
                    expires_at: state.expires_at,
                    expired: state.is_expired(),
                })
            } else {
                format!(
                    "{}: {} of {} for `{}`, {}, {}",
                    message::text(&state.source.path),
                    quantity::shown_size(arrived),
                    quantity::shown_size(of),
                    message::text(state.purpose.as_str()),
                    message::text(&state.upload_id),
                    time_left(state),
                )
            })?;
        }
        Ok(Exit::Done)
    }
}

fn time_left(state: &State) -> String {
    match state.time_left() {
        Some(left) => format!("{} left", quantity::shown_duration(left)),
        None => "expired".to_owned(),
    }
}
