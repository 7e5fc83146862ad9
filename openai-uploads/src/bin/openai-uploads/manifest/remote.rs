//! What the server has: its files, by one list.

use std::collections::HashMap;

use futures_util::StreamExt;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::files_api::{ListFilesParams, list_files};
use openai_uploads::models::OpenAiFile;

use super::line::RunStart;
use crate::exit::CommandError;
use crate::explain::call_error;

/// How many files are looked at to find the newest.
const NEWEST: u64 = 1000;

/// The files of the server with one purpose.
pub(super) struct RemoteFiles {
    files: HashMap<String, OpenAiFile>,
    newest_created_at: u64,
    newest_ids: Vec<String>,
}

impl RemoteFiles {
    /// Lists all files, or only the newest.
    pub(super) async fn list(
        configuration: &Configuration,
        purpose: &str,
        all: bool,
    ) -> Result<Self, CommandError> {
        let limit = (!all).then_some(NEWEST);
        let params =
            ListFilesParams { limit, purpose: Some(purpose.to_owned()), ..ListFilesParams::default() };
        let mut listed = list_files(configuration, params).items();
        let mut files = HashMap::new();
        while let Some(file) = listed.next().await {
            let file =
                file.map_err(|error| call_error(&error, "listing the files of the server", configuration))?;
            files.insert(file.id.clone(), file);
            if !all && files.len() as u64 >= NEWEST {
                break;
            }
        }
        let newest_created_at = files.values().map(|file| file.created_at).max().unwrap_or_default();
        let newest = files.values().filter(|file| file.created_at == newest_created_at);
        let newest_ids = newest.map(|file| file.id.clone()).collect();
        Ok(Self { files, newest_created_at, newest_ids })
    }

    pub(super) fn get(&self, id: &str) -> Option<&OpenAiFile> {
        self.files.get(id)
    }

    /// The files by name and length.
    pub(super) fn by_name(&self) -> HashMap<(&str, u64), Vec<&OpenAiFile>> {
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for file in self.files.values() {
            by_name.entry((file.filename.as_str(), file.bytes)).or_default().push(file);
        }
        by_name
    }

    pub(super) fn run_start(&self, purpose: String, base_url: String) -> RunStart {
        let (newest_created_at, newest_ids) = (self.newest_created_at, self.newest_ids.clone());
        RunStart { newest_created_at, newest_ids, purpose, base_url }
    }
}

/// Whether a file was made since a run began.
pub(super) fn is_made_since(run: &RunStart, file: &OpenAiFile) -> bool {
    file.created_at >= run.newest_created_at && !run.newest_ids.contains(&file.id)
}
