//! Adds files to a vector store.

use serde::{Deserialize, Serialize};

use super::polling::Pauses;
use super::requests::JSON;
use super::{Error, Event, FileBatch, FollowUp};
use crate::apis::vector_stores_api::{
    ListFilesInVectorStoreBatchParams, create_vector_store_file_batch, get_vector_store,
    get_vector_store_file_batch, list_files_in_vector_store_batch,
};
use crate::models::CreateVectorStoreFileBatchRequest;
use crate::models::list_files_in_vector_store_batch::Filter;

/// Files that were added to a vector store.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attached {
    /// The id of the vector store.
    pub vector_store_id: String,
    /// The file batches, which have ended.
    pub file_batches: Vec<FileBatch>,
    /// The files that cannot be searched, and why.
    pub failed: Vec<FailedFile>,
}

impl Attached {
    /// Whether all files can be searched.
    pub fn is_complete(&self) -> bool {
        self.file_batches.iter().all(|batch| batch.file_counts.completed == batch.file_counts.total)
    }

    /// The number of files that can be searched.
    pub fn completed(&self) -> u64 {
        self.file_batches.iter().map(|batch| batch.file_counts.completed).sum()
    }
}

/// A file that cannot be searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FailedFile {
    /// The file's id.
    pub file_id: String,
    /// The reason, such as `unsupported_file`.
    pub code: String,
    /// The server's message.
    pub message: String,
}

#[derive(Debug, Deserialize)]
struct FilePage {
    data: Vec<ListedFile>,
    #[serde(default)]
    has_more: bool,
}

#[derive(Debug, Deserialize)]
struct ListedFile {
    id: String,
    #[serde(default)]
    last_error: Option<LastError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LastError {
    code: String,
    message: String,
}

impl FollowUp {
    /// Adds files to a vector store, and waits until all of them can be searched or have failed.
    ///
    /// The files go into file batches of up to 2,000. Adding a file twice does no harm, so a call that failed can be
    /// repeated.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] when a request fails. A file that cannot be indexed is not an error: it is in
    /// [`Attached::failed`].
    pub async fn attach(&self, vector_store_id: &str, file_ids: &[String]) -> Result<Attached, Error> {
        let most =
            usize::try_from(CreateVectorStoreFileBatchRequest::FILE_IDS_MAX_ITEMS).unwrap_or(usize::MAX);
        let mut file_batches = Vec::new();
        for ids in file_ids.chunks(most) {
            let create = || {
                let request = CreateVectorStoreFileBatchRequest::new().file_ids(ids.to_vec());
                create_vector_store_file_batch(&self.configuration, vector_store_id, request).json_as(JSON)
            };
            let file_batch: FileBatch = self.repeatable("adding files to the vector store", create).await?;
            self.notify(&Event::FileBatchCreated { file_batch: file_batch.clone() });
            file_batches.push(file_batch);
        }
        let mut pauses = Pauses::up_to(self.options.max_poll);
        while file_batches.iter().any(|batch| !batch.has_ended()) {
            pauses.pause().await;
            for batch in file_batches.iter_mut().filter(|batch| !batch.has_ended()) {
                self.refresh(vector_store_id, batch).await?;
            }
        }
        let mut failed = Vec::new();
        for batch in file_batches.iter().filter(|batch| batch.file_counts.failed > 0) {
            self.list_failed(vector_store_id, &batch.id, &mut failed).await?;
        }
        Ok(Attached { vector_store_id: vector_store_id.to_owned(), file_batches, failed })
    }

    /// Checks that there is a vector store, so that a wrong id is found before files are sent.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] when there is none, or when the request fails.
    pub async fn check_vector_store(&self, vector_store_id: &str) -> Result<(), Error> {
        let get =
            || get_vector_store(&self.configuration, vector_store_id).json_as::<serde_json::Value>(JSON);
        self.repeatable("asking for the vector store", get).await.map(drop)
    }

    async fn refresh(&self, vector_store_id: &str, batch: &mut FileBatch) -> Result<(), Error> {
        let id = batch.id.clone();
        let get = || get_vector_store_file_batch(&self.configuration, vector_store_id, &id).json_as(JSON);
        let now: FileBatch = self.repeatable("asking for the file batch", get).await?;
        if now != *batch {
            self.notify(&Event::FileBatchChanged { file_batch: now.clone() });
            *batch = now;
        }
        Ok(())
    }

    async fn list_failed(
        &self,
        vector_store_id: &str,
        batch_id: &str,
        failed: &mut Vec<FailedFile>,
    ) -> Result<(), Error> {
        let mut after: Option<String> = None;
        loop {
            let list = || {
                let params = ListFilesInVectorStoreBatchParams {
                    limit: Some(100),
                    filter: Some(Filter::Failed),
                    after: after.clone(),
                    ..Default::default()
                };
                list_files_in_vector_store_batch(&self.configuration, vector_store_id, batch_id, params)
                    .json_as(JSON)
            };
            let page: FilePage = self.repeatable("listing the files that failed", list).await?;
            let last = page.data.last().map(|file| file.id.clone());
            failed.extend(page.data.into_iter().map(|file| {
                let LastError { code, message } = file.last_error.unwrap_or_default();
                FailedFile { file_id: file.id, code, message }
            }));
            // A server that repeats a page would otherwise be asked without end.
            if !page.has_more || last.is_none() || last == after {
                return Ok(());
            }
            after = last;
        }
    }
}
