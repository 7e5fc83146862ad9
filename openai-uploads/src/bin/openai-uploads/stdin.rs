//! stdin as a source of bytes. The length of an upload has to be known before it begins, so stdin is written to a
//! temporary file first.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use openai_uploads::models::CreateUploadRequest;
use tempfile::{NamedTempFile, TempPath};

use crate::exit::CommandError;

/// The bytes that are in memory at a time.
const BUFFER: usize = 256 * 1024;

/// Whether a path on the command line means stdin.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes all of stdin to a temporary file. The file is removed when the path is dropped, also while stdin is
/// still being read.
pub(crate) async fn spool() -> Result<TempPath, CommandError> {
    let (file, path) = NamedTempFile::with_prefix("openai-uploads-")
        .and_then(|file| Ok((file.reopen()?, file.into_temp_path())))
        .map_err(|error| unwritable(&error))?;
    let spooled = tokio::task::spawn_blocking(move || copy(io::stdin().lock(), file)).await;
    spooled.unwrap_or_else(|error| Err(CommandError::failed(format!("stdin cannot be read: {error}"))))?;
    Ok(path)
}

fn copy(mut stdin: impl Read, mut file: File) -> Result<(), CommandError> {
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        let read = match stdin.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CommandError::bad_input(format!("stdin cannot be read: {error}"))),
        };
        bytes += read as u64;
        if bytes > CreateUploadRequest::BYTES_MAXIMUM {
            let most = CreateUploadRequest::BYTES_MAXIMUM;
            return Err(CommandError::bad_input(format!(
                "stdin has more than {most} bytes, the most of an upload"
            ))
            .with_help("split it, and upload the pieces"));
        }
        file.write_all(&buffer[..read]).map_err(|error| unwritable(&error))?;
    }
}

fn unwritable(error: &io::Error) -> CommandError {
    let folder = std::env::temp_dir();
    CommandError::failed(format!("a temporary file in {} cannot be written: {error}", folder.display()))
        .with_help("set TMPDIR to a folder with more room, or pass --bytes N to send stdin without a file")
}
