//! A run of `upload`: all its files are sent, several at a time.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use openai_uploads::Uploader;
use openai_uploads::models::{FileExpirationAfter, OpenAiFile};
use openai_uploads::uploader::{Resume, Source, UploadError};
use tokio::sync::oneshot;

use super::Upload;
use super::after::FollowedFile;
use super::outcome::Ended;
use super::summary::Summary;
use crate::exit::{CommandError, Exit};
use crate::files::Input;
use crate::manifest::Manifest;
use crate::objects::{Objects, is_url, shown};
use crate::progress::{self, Board};
use crate::stdin::is_stdin;
use crate::version::Version;
use crate::{explain, message, stdin};

/// What a run has sent.
pub(super) struct Sent {
    pub(super) exit: Exit,
    /// The files on the server, in the order of the arguments.
    pub(super) files: Vec<FollowedFile>,
}

/// An upload of all the files.
pub(super) struct Run<'a> {
    pub(super) arguments: &'a Upload,
    pub(super) files: Vec<Input>,
    pub(super) objects: Objects,
    pub(super) uploader: Uploader,
    pub(super) manifest: Option<Manifest>,
}

impl Run<'_> {
    /// Sends the files, and prints the id of each, until all have ended or the run is interrupted.
    pub(super) async fn run(&self, interrupted: &mut oneshot::Receiver<()>) -> Result<Sent, CommandError> {
        let is_spooled = self.arguments.bytes.is_none() && self.files.iter().any(|file| is_stdin(&file.path));
        let spooled = if is_spooled {
            tokio::select! {
                biased;
                _ = &mut *interrupted => {
                    message::write("interrupted while stdin was read; nothing was sent");
                    return Ok(Sent { exit: Exit::Interrupted, files: Vec::new() });
                }
                spooled = stdin::spool() => Some(spooled?),
            }
        } else {
            None
        };
        Ok(self.send(spooled.as_deref(), interrupted).await)
    }

    /// Sends the files. `spooled` holds what stdin had.
    async fn send(&self, spooled: Option<&Path>, interrupted: &mut oneshot::Receiver<()>) -> Sent {
        let lengths = self.files.iter().map(|file| {
            let path = if is_stdin(&file.path) { spooled } else { Some(&*file.path) };
            let length = || path?.metadata().ok().map(|metadata| metadata.len());
            file.listed.as_ref().map(|listed| listed.bytes).or_else(length).unwrap_or_default()
        });
        let names = self.files.iter().map(|file| self.shown(&file.path).to_string_lossy().into_owned());
        // The manifest has a line for each file, and a summary follows.
        let is_brief = self.manifest.is_some();
        let board = Board::new(names.zip(lengths), self.arguments.quiet, is_brief);
        let started = Instant::now();
        // The uploader limits the requests. While some files get ready or their lines are written, others are sent.
        let files_at_a_time =
            self.uploader.options().concurrency.saturating_mul(if is_brief { 4 } else { 2 });
        let mut files = stream::iter(self.files.iter().enumerate())
            .map(async |(index, file)| (index, self.send_one(index, file, spooled, &board).await))
            .buffer_unordered(files_at_a_time);
        let mut ended: Vec<Option<Ended>> = self.files.iter().map(|_| None).collect();
        let mut reported = 0;
        let mut ticks = tokio::time::interval(progress::TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_stopped = false;
        let is_interrupted = loop {
            tokio::select! {
                biased;
                _ = &mut *interrupted => break true,
                next = files.next() => match next {
                    Some((index, end)) => {
                        is_stopped = end.stops_run;
                        ended[index] = Some(end);
                    }
                    None => break false,
                },
                _ = ticks.tick() => board.tick(),
            }
            while let Some(Some(end)) = ended.get_mut(reported) {
                self.print(end, &board);
                reported += 1;
            }
            if is_stopped {
                break false;
            }
        };
        drop(files); // This stops what is still being sent.
        board.close();
        if is_interrupted {
            for end in ended.iter_mut().skip(reported).flatten() {
                self.print(end, &board);
            }
            self.report_stop(&ended, &board);
            return Sent { exit: Exit::Interrupted, files: Vec::new() };
        }
        let exit = Exit::of_files(ended.iter().flatten().map(|end| end.exit));
        let exit = self.finish_manifest(&ended, started.elapsed(), exit).await;
        let files = self.files.iter().zip(&ended).filter_map(|(file, end)| {
            let id = end.as_ref()?.file_id.clone()?;
            Some(FollowedFile { shown: message::path(self.shown(&file.path)), id })
        });
        Sent { exit, files: files.collect() }
    }

    /// Prints the line of a file, unless the id of a job is printed instead.
    fn print(&self, end: &mut Ended, board: &Board) {
        if self.arguments.json || !self.arguments.after.starts_job() {
            end.print(board);
        }
    }

    async fn finish_manifest(&self, ended: &[Option<Ended>], took: Duration, exit: Exit) -> Exit {
        let Some(manifest) = &self.manifest else { return exit };
        if !self.arguments.quiet {
            message::write(&Summary::of(ended).text(took));
        }
        if exit != Exit::Done {
            return exit;
        }
        match manifest.finish().await {
            Ok(()) => exit,
            Err(problem) => {
                problem.print();
                problem.exit
            }
        }
    }

    /// What messages call a file.
    fn shown<'a>(&'a self, file: &'a Path) -> &'a Path {
        match &self.arguments.filename {
            Some(filename) if is_stdin(file) => Path::new(filename),
            _ => shown(file),
        }
    }

    /// The source, and what its file or object is recognised by.
    async fn source(&self, file: &Path, spooled: Option<&Path>) -> Result<(Source, Version), CommandError> {
        let Upload { filename, description, bytes, .. } = self.arguments;
        let (source, version) = match (spooled, bytes) {
            _ if is_url(file) => self.objects.source(file).await?,
            _ if !is_stdin(file) => (Source::path(file), Version::of(&explain::metadata(file)?)),
            (Some(spooled), _) => (Source::path(spooled), Version::default()),
            (None, bytes) => {
                let stdin = Source::reader("", bytes.unwrap_or_default(), tokio::io::stdin());
                (stdin, Version::default())
            }
        };
        let source = match filename {
            Some(filename) => source.with_file_name(filename),
            None => source,
        };
        let source = match &description.mime_type {
            Some(mime_type) => source.with_mime_type(mime_type),
            None => source,
        };
        Ok((source, version))
    }

    /// The file on the server, if an earlier run sent this one and it has not changed.
    async fn unchanged(&self, file: &Path, version: Option<&Version>) -> Option<&OpenAiFile> {
        self.manifest.as_ref()?.unchanged(file, version?).await
    }

    async fn send_one(
        &self,
        index: usize,
        input: &Input,
        spooled: Option<&Path>,
        board: &Arc<Board>,
    ) -> Ended {
        let (file, json) = (&*input.path, self.arguments.json);
        let shown = shown(file);
        let progress = board.start_file(index);
        if let Some(known) = self.unchanged(file, input.listed.as_ref()).await {
            progress.skipped();
            return Ended::skipped(shown, known, json);
        }
        let failed = |problem: &CommandError, error: Option<&UploadError>| {
            progress.failed();
            Ended::failed(shown, problem, error, json, board)
        };
        let (source, version) = match self.source(file, spooled).await {
            Ok(source) => source,
            Err(problem) => return failed(&problem, None),
        };
        if let Some(known) = self.unchanged(file, Some(&version)).await {
            progress.skipped();
            return Ended::skipped(shown, known, json);
        }
        if let Some(manifest) = &self.manifest
            && let Err(problem) = manifest.started(file, &version).await
        {
            return failed(&problem, None).stopping_run();
        }
        let listener = progress.clone();
        let upload = self
            .uploader
            .upload(source, self.arguments.description.purpose.clone())
            .on_event(move |event| listener.report(event));
        let upload = if is_stdin(file) { upload.with_resume(Resume::Off) } else { upload };
        let upload = match self.arguments.expires_after {
            Some(after) => upload.with_expires_after(FileExpirationAfter::new(after.as_secs())),
            None => upload,
        };
        let uploaded = match upload.await {
            Ok(uploaded) => uploaded,
            Err(error) => {
                let configuration = Some(self.uploader.configuration());
                return failed(&explain::upload_error(&error, self.shown(file), configuration), Some(&error));
            }
        };
        progress.done(&uploaded.file.id);
        let ended = Ended::arrived(shown, &uploaded, json, board);
        if let Some(manifest) = &self.manifest
            && let Err(problem) =
                manifest.uploaded(file, &version, uploaded.md5.as_deref(), &uploaded.file).await
        {
            board.write(&message::error(&problem.message, problem.help.as_deref()));
            return ended.stopping_run();
        }
        ended
    }
}
