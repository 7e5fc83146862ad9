//! Errors of the store.

use std::io;

use crate::models;

/// Why the store cannot do what a request asks.
#[derive(Debug)]
pub(in super::super) enum StoreError {
    /// There is no such object.
    NotFound,
    /// The upload is not pending.
    NotPending(models::upload::Status),
    UnknownPart(String),
    RepeatedPart(String),
    /// The sizes of the parts do not add up to the size of the upload.
    Bytes {
        announced: u64,
        listed: u64,
    },
    Md5 {
        announced: String,
        found: String,
    },
    PartTooLarge,
    UploadTooLarge,
    FileTooLarge,
    /// The input file of a batch does not exist.
    NoInputFile,
    /// The input file of a batch has another purpose.
    InputPurpose(String),
    /// The batch has ended.
    BatchEnded(models::batch::Status),
    VectorStoreExpired,
    /// There is no such file batch in the vector store.
    NoFileBatch,
    /// A file that is to be indexed does not exist.
    NoFileToIndex(String),
    /// The file in this parameter does not exist.
    NoTrainingFile(&'static str),
    /// The file in this parameter has another purpose.
    TrainingPurpose(&'static str, String),
    Disk(io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}
