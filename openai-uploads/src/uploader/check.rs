//! The content is looked at before anything is sent.

use std::io::{self, Read};
use std::sync::{Arc, Weak};

use tokio::task::spawn_blocking;

use super::file::SourceFile;
use super::run::Run;
use super::source::{OpenContent, Opened};
use super::{Event, UploadError, Warning};
use crate::preflight::{Preflight, Provider, Report};

/// Tells of what may not be meant, and fails where the purpose cannot take the content.
pub(super) async fn check(run: &Run, source: &Opened) -> Result<(), UploadError> {
    let provider = run.uploader.options.provider;
    let provider = provider.unwrap_or_else(|| Provider::at(&run.uploader.configuration.base_path));
    let preflight = Preflight::new(run.request.purpose.clone())
        .with_provider(provider)
        .with_file_name(&run.request.filename)
        .with_mime_type(&run.request.mime_type);
    let reads = run.uploader.options.preflight && preflight.reads_lines() && source.can_be_read_again();
    if reads {
        run.listeners.tell(&Event::Checking);
    }
    let report = match &source.content {
        OpenContent::File(file) if reads => check_file(preflight, file).await,
        OpenContent::Bytes(bytes) if reads => {
            let bytes = bytes.clone();
            spawn_blocking(move || preflight.bytes(&bytes)).await.map_err(io::Error::from)
        }
        _ if run.uploader.options.preflight => Ok(preflight.name()),
        _ => Ok(Report::default()),
    };
    let mut report =
        report.map_err(|source| UploadError::Source { name: run.name.clone(), source, state: None })?;
    for warning in std::mem::take(&mut report.warnings) {
        run.listeners.tell(&Event::Warning(Warning::Content(warning)));
    }
    if report.is_fit() { Ok(()) } else { Err(UploadError::Unfit { name: run.name.clone(), report }) }
}

async fn check_file(preflight: Preflight, file: &Arc<SourceFile>) -> io::Result<Report> {
    // Dropped along with this future, which ends the reading.
    let wanted = Arc::new(());
    let reading = Reading { file: file.clone(), at: 0, wanted: Arc::downgrade(&wanted) };
    spawn_blocking(move || preflight.reader(reading)).await?
}

/// A file that is read from its beginning for as long as that is wanted.
struct Reading {
    file: Arc<SourceFile>,
    at: u64,
    wanted: Weak<()>,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.wanted.strong_count() == 0 {
            return Err(io::Error::other("it is no longer wanted"));
        }
        let left = self.file.identity().length - self.at;
        let length = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        self.file.read_exact_at(&mut buffer[..length], self.at)?;
        self.at += length as u64;
        Ok(length)
    }
}
