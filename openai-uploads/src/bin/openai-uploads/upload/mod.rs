//! `upload`: uploads files and prints their ids.

mod after;
mod outcome;
mod stop;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueHint};
use futures_util::{StreamExt, stream};
use openai_uploads::Uploader;
use openai_uploads::models::{FileExpirationAfter, OpenAiFile};
use openai_uploads::uploader::{Resume, Source, UploadError};
use tokio::sync::oneshot;

use self::after::{AfterArguments, FollowedFile};
use self::outcome::Ended;
use self::summary::Summary;
use crate::connection::Connection;
use crate::description::Description;
use crate::exit::{self, CommandError, Exit};
use crate::files::{FileArguments, Input, distinct};
use crate::manifest::{Manifest, is_manifest};
use crate::objects::{Objects, is_url, shown};
use crate::plan::PartOptions;
use crate::progress::{self, Board};
use crate::shard::ShardArguments;
use crate::stdin::is_stdin;
use crate::version::Version;
use crate::{explain, interrupt, message, quantity, runtime, stdin};

/// Upload files and print their ids
///
/// Prints the id of each file on a line of its own, in the order of the arguments; with --fine-tune, the id of the job
/// instead. An upload that was interrupted is resumed by the same command, until it expires an hour after it was created.
#[derive(Args)]
#[command(after_help = exit::HELP)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of a command")]
pub(crate) struct Upload {
    #[command(flatten)]
    files: FileArguments,

    #[command(flatten)]
    shard: ShardArguments,

    #[command(flatten)]
    description: Description,

    /// The name of the file on the server, for a single file or stdin [default: that of the file].
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    filename: Option<String>,

    /// Send exactly this many bytes of stdin as they come, without a temporary file.
    #[arg(long, value_name = "SIZE", value_parser = quantity::size)]
    bytes: Option<u64>,

    #[arg(long, value_name = "DURATION", value_parser = expires_after, help = expires_after_help())]
    expires_after: Option<Duration>,

    #[command(flatten)]
    parts: PartOptions,

    /// The maximum rate of sending, over all connections, such as 20MB/s [default: none].
    #[arg(long, value_name = "RATE", value_parser = quantity::rate)]
    limit_rate: Option<u64>,

    /// Retry failed requests for this long.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, default_value = "10m")]
    retry_for: Duration,

    /// Do not compute and send the MD5 of the content.
    #[arg(long)]
    no_md5: bool,

    /// Do not check the lines of the file before it is sent.
    #[arg(long)]
    no_preflight: bool,

    /// Keep no state: an upload that is interrupted starts from the beginning.
    #[arg(long)]
    no_resume: bool,

    /// Keep the state in this file or object [default: beside the file, as .NAME.openai-upload].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "no_resume")]
    state: Option<PathBuf>,

    /// Record what is on the server in this file or object, and skip what an earlier run recorded.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Files")]
    manifest: Option<PathBuf>,

    #[command(flatten)]
    after: AfterArguments,

    #[command(flatten)]
    connection: Connection,

    /// Print a JSON object for each file instead of its id, also for files that fail.
    #[arg(long)]
    json: bool,

    /// Show errors only.
    #[arg(long, short)]
    quiet: bool,
}

impl Upload {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let runtime = runtime::single_threaded()?;
        let objects = Objects::default();
        let shard = self.shard.shard()?;
        let (mut files, repeated) = distinct(self.files.expand(&runtime, &objects)?);
        self.check_options(&files)?;
        if let Some(manifest) = &self.manifest {
            files.retain(|file| !is_manifest(&file.path, manifest));
        }
        let count = files.len();
        if let Some(shard) = shard {
            if files.iter().any(|file| is_stdin(&file.path)) {
                return Err(CommandError::bad_input("--shard is for files: stdin has no shares")
                    .with_help("leave --shard out"));
            }
            files.retain(|file| shard.has(&file.relative));
        }
        if let Some(part_size) = self.parts.part_size {
            let smallest = openai_uploads::uploader::Plan::with_part_size(0, part_size);
            smallest.map_err(|error| {
                CommandError::bad_input(format!("--part-size: {error}"))
                    .with_help("leave it out, and the size is chosen by the rate")
            })?;
        }
        let configuration = self.connection.configuration()?;
        let mut options = self.parts.options(files.len());
        options.max_rate = self.limit_rate;
        options.md5 = !self.no_md5;
        options.preflight = !self.no_preflight;
        options.provider = self.description.provider;
        options.resume = match &self.state {
            Some(state) if is_url(state) => objects.resume(state)?,
            Some(state) => Resume::At(state.clone()),
            None if self.no_resume => Resume::Off,
            None => Resume::Beside,
        };
        options.retry.time_limit = self.retry_for;
        let uploader = Uploader::with_options(configuration, options);
        if !self.quiet {
            self.description.warn_of_unknown_purpose();
            for repeated in &repeated {
                message::write(&format!("note: {repeated}; it is sent once"));
            }
            if let Some(shard) = shard {
                let all = message::count(count, "file");
                message::write(&format!("share {shard}: {} of {all}", files.len()));
            } else if let Some(shard) = self.shard.unused_shard().filter(|_| count > 1) {
                message::write(&format!(
                    "note: this is task {shard} of a job; --shard auto takes a share of the files"
                ));
            }
        }
        let mut interrupted = interrupt::listen()
            .map_err(|error| CommandError::failed(format!("signals cannot be caught: {error}")))?;
        runtime.block_on(self.after.check_server(uploader.configuration()))?;
        let manifest = match &self.manifest {
            Some(path) => {
                let (configuration, purpose) = (uploader.configuration(), self.description.purpose.as_str());
                Some(runtime.block_on(Manifest::open(path, shard, &objects, configuration, purpose))?)
            }
            None => None,
        };
        let run = Run { arguments: &self, files, objects, uploader, manifest };
        let exit = runtime.block_on(async {
            let Sent { exit, files } = run.run(&mut interrupted).await?;
            self.after.run(&self, exit, &files, run.uploader.configuration(), &mut interrupted).await
        });
        // Reads in progress are not waited for.
        runtime.shutdown_background();
        exit
    }

    /// Refuses options that make no sense for these files.
    fn check_options(&self, files: &[Input]) -> Result<(), CommandError> {
        self.after.check(&self.description, files.len())?;
        let has_stdin = files.iter().any(|file| is_stdin(&file.path));
        if self.state.is_some() && files.len() > 1 {
            return Err(CommandError::bad_input("--state is for a single file")
                .with_help("leave it out, and the state of each file is kept beside it"));
        }
        if self.filename.is_some() && files.len() > 1 {
            return Err(CommandError::bad_input("--filename is for a single file")
                .with_help("leave it out, or upload the files one by one"));
        }
        if has_stdin && self.filename.is_none() {
            return Err(CommandError::bad_input("stdin has no name")
                .with_help("pass --filename NAME, such as --filename train.jsonl"));
        }
        if has_stdin && self.state.is_some() {
            return Err(CommandError::bad_input("--state is for a file: stdin cannot be resumed")
                .with_help("leave --state out, or write stdin to a file first"));
        }
        if has_stdin && self.manifest.is_some() {
            return Err(CommandError::bad_input("--manifest is for files: stdin cannot be recognised later")
                .with_help("leave --manifest out, or write stdin to a file first"));
        }
        if self.bytes.is_some() && !has_stdin {
            return Err(CommandError::bad_input("--bytes is for stdin").with_help("name stdin as -"));
        }
        Ok(())
    }
}

/// What a run has sent.
struct Sent {
    exit: Exit,
    /// The files on the server, in the order of the arguments.
    files: Vec<FollowedFile>,
}

/// An upload of all the files.
struct Run<'a> {
    arguments: &'a Upload,
    files: Vec<Input>,
    objects: Objects,
    uploader: Uploader,
    manifest: Option<Manifest>,
}

impl Run<'_> {
    async fn run(&self, interrupted: &mut oneshot::Receiver<()>) -> Result<Sent, CommandError> {
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

fn expires_after(text: &str) -> Result<Duration, String> {
    let after = quantity::duration(text)?;
    if (FileExpirationAfter::SECONDS_MINIMUM..=FileExpirationAfter::SECONDS_MAXIMUM)
        .contains(&after.as_secs())
    {
        return Ok(after);
    }
    Err(format!("a file may expire after {}", lifetimes()))
}

fn expires_after_help() -> String {
    format!("Let the file be deleted by itself after {} [default: never]", lifetimes())
}

fn lifetimes() -> String {
    let [least, most] = [FileExpirationAfter::SECONDS_MINIMUM, FileExpirationAfter::SECONDS_MAXIMUM]
        .map(|seconds| quantity::shown_duration(Duration::from_secs(seconds)));
    format!("{least} to {most}")
}
