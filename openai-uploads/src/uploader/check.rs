//! Checks the content before anything is sent.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use super::context::Context;
use super::source::{OpenSource, SourceRange};
use super::{Event, UploadError, Warning};
use crate::preflight::{Preflight, Provider, Report};

/// How often the progress is reported.
const TICK: Duration = Duration::from_millis(100);

/// Warns of what may be a mistake, and fails if the content does not fit the purpose.
pub(super) async fn check(context: &Context, source: &OpenSource) -> Result<(), UploadError> {
    let options = &context.uploader.options;
    let provider = options.provider;
    let provider = provider.unwrap_or_else(|| Provider::at(&context.uploader.configuration.base_path));
    let preflight = Preflight::new(context.request.purpose.clone())
        .with_provider(provider)
        .with_file_name(&context.request.filename)
        .with_mime_type(&context.request.mime_type);
    let reads_lines = options.preflight && preflight.reads_lines();
    let report = match source.range().filter(|_| reads_lines) {
        Some(range) => check_lines(context, preflight, range).await,
        None if options.preflight => Ok(preflight.name()),
        None => Ok(Report::default()),
    };
    let mut report =
        report.map_err(|source| UploadError::Source { name: context.name.clone(), source, state: None })?;
    for warning in std::mem::take(&mut report.warnings) {
        context.listeners.emit(&Event::Warning(Warning::Content(warning)));
    }
    if report.is_fit() {
        Ok(())
    } else {
        Err(UploadError::FailedPreflight { name: context.name.clone(), report })
    }
}

async fn check_lines(context: &Context, mut preflight: Preflight, range: SourceRange) -> io::Result<Report> {
    let bytes = context.request.bytes;
    // Dropped along with this future, which ends the check.
    let checked = Arc::new(AtomicU64::new(0));
    let count = Arc::downgrade(&checked);
    let progress = move |checked| {
        let count = count.upgrade().ok_or_else(|| io::Error::other("the check was cancelled"))?;
        count.store(checked, Ordering::Relaxed);
        Ok(())
    };
    if !range.content().is_cheap_to_read_again() {
        preflight = preflight.on_one_thread();
    }
    let open = move |offset| Ok(range.slice(offset..bytes).reader());
    let mut check = spawn_blocking(move || preflight.ranges(bytes, open, progress, None));
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            report = &mut check => return report?,
            _ = tick.tick() => {
                context.listeners.emit(&Event::Checking { checked: checked.load(Ordering::Relaxed), bytes });
            }
        }
    }
}
