//! Checks the content before anything is sent.

use std::io::{self, Read};
use std::sync::{Arc, Weak};

use tokio::task::spawn_blocking;

use super::run::Run;
use super::source::{OpenSource, RangeReader, SourceRange};
use super::{Event, UploadError, Warning};
use crate::preflight::{Preflight, Provider, Report};

/// Warns of what may be a mistake, and fails if the content does not fit the purpose.
pub(super) async fn check(run: &Run, source: &OpenSource) -> Result<(), UploadError> {
    let options = &run.uploader.options;
    let provider = options.provider;
    let provider = provider.unwrap_or_else(|| Provider::at(&run.uploader.configuration.base_path));
    let preflight = Preflight::new(run.request.purpose.clone())
        .with_provider(provider)
        .with_file_name(&run.request.filename)
        .with_mime_type(&run.request.mime_type);
    let reads_lines = options.preflight && preflight.reads_lines();
    let report = match source.range().filter(|_| reads_lines) {
        Some(range) => {
            run.listeners.emit(&Event::Checking);
            check_lines(preflight, range).await
        }
        None if options.preflight => Ok(preflight.name()),
        None => Ok(Report::default()),
    };
    let mut report =
        report.map_err(|source| UploadError::Source { name: run.name.clone(), source, state: None })?;
    for warning in std::mem::take(&mut report.warnings) {
        run.listeners.emit(&Event::Warning(Warning::Content(warning)));
    }
    if report.is_fit() {
        Ok(())
    } else {
        Err(UploadError::FailedPreflight { name: run.name.clone(), report })
    }
}

async fn check_lines(preflight: Preflight, range: SourceRange) -> io::Result<Report> {
    // Dropped along with this future, which ends the reading.
    let wanted = Arc::new(());
    let reader = WantedReader { reader: range.reader(), wanted: Arc::downgrade(&wanted) };
    spawn_blocking(move || preflight.reader(reader)).await?
}

/// A reader that fails once nobody wants its bytes any more.
struct WantedReader {
    reader: RangeReader,
    wanted: Weak<()>,
}

impl Read for WantedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.wanted.strong_count() == 0 {
            return Err(io::Error::other("it is no longer wanted"));
        }
        self.reader.read(buffer)
    }
}
