//! `upload`: uploads files and prints their ids.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueHint};
use futures_util::{StreamExt, stream};
use openai_uploads::Uploader;
use openai_uploads::models::{FileExpirationAfter, OpenAiFile};
use openai_uploads::uploader::{Options, Resume, Source, UploadError, Uploaded};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::connection::Connection;
use crate::description::Description;
use crate::exit::{self, CommandError, Exit};
use crate::files::FileArguments;
use crate::plan::PartOptions;
use crate::progress::{self, Board, Unfinished};
use crate::stdin::is_stdin;
use crate::{check, explain, interrupt, message, quantity, runtime, stdin, stdout};

/// Upload files and print their ids
///
/// Prints the id of each file on a line of its own, in the order of the arguments. An upload that was interrupted is
/// resumed by the same command, until it expires an hour after it was created.
#[derive(Args)]
#[command(after_help = exit::HELP)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of a command")]
pub(crate) struct Upload {
    #[command(flatten)]
    files: FileArguments,

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

    /// Keep the state in this file [default: beside the file, as .NAME.openai-upload].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "no_resume")]
    state: Option<PathBuf>,

    #[command(flatten)]
    connection: Connection,

    /// Print a JSON object for each file instead of its id, also for files that fail.
    #[arg(long)]
    json: bool,

    /// Show errors only.
    #[arg(long, short)]
    quiet: bool,
}

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Arrived {
        file: &'a OpenAiFile,
        upload_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        md5: Option<&'a str>,
    },
    Failed {
        error: Failed<'a>,
    },
}

#[derive(Serialize)]
struct Failed<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// Of a file that failed the preflight; some of them where there are many.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<check::Fault>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault_count: Option<u64>,
}

/// The end of one file.
struct Ended {
    exit: Exit,
    /// The line for stdout, if there is one.
    line: Option<String>,
}

impl Upload {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let (files, repeated) = distinct(self.files.expand()?);
        self.check_options(&files)?;
        if let Some(part_size) = self.parts.part_size {
            let smallest = openai_uploads::uploader::Plan::with_part_size(0, part_size);
            smallest.map_err(|error| CommandError::bad_input(format!("--part-size: {error}")))?;
        }
        let configuration = self.connection.configuration()?;
        let mut options = Options {
            concurrency: self.parts.concurrency.get(),
            part_size: self.parts.part_size,
            md5: !self.no_md5,
            preflight: !self.no_preflight,
            provider: self.description.provider,
            resume: match &self.state {
                Some(state) => Resume::At(state.clone()),
                None if self.no_resume => Resume::Off,
                None => Resume::Beside,
            },
            ..Options::default()
        };
        options.retry.time_limit = self.retry_for;
        let uploader = Uploader::with_options(configuration, options);
        if !self.quiet {
            self.description.warn_of_unknown_purpose();
            for (file, earlier) in &repeated {
                message::write(&format!(
                    "note: {} is the same file as {}; it is sent once",
                    message::path(file),
                    message::path(earlier)
                ));
            }
        }
        let interrupted = interrupt::listen()
            .map_err(|error| CommandError::failed(format!("signals cannot be caught: {error}")))?;
        let runtime = runtime::single_threaded()?;
        let run = Run { arguments: &self, files, uploader };
        let exit = runtime.block_on(run.run(interrupted));
        // Reads in progress are not waited for.
        runtime.shutdown_background();
        exit
    }

    /// Refuses options that make no sense for these files.
    fn check_options(&self, files: &[PathBuf]) -> Result<(), CommandError> {
        let has_stdin = files.iter().any(|file| is_stdin(file));
        if self.state.is_some() && files.len() > 1 {
            return Err(CommandError::bad_input("--state is for a single file")
                .with_help("leave it out, and the state of each file is kept beside it"));
        }
        if self.filename.is_some() && files.len() > 1 {
            return Err(CommandError::bad_input("--filename is for a single file"));
        }
        if has_stdin && self.filename.is_none() {
            return Err(CommandError::bad_input("stdin has no name")
                .with_help("pass --filename NAME, such as --filename train.jsonl"));
        }
        if has_stdin && self.state.is_some() {
            return Err(CommandError::bad_input("--state is for a file: stdin cannot be resumed"));
        }
        if self.bytes.is_some() && !has_stdin {
            return Err(CommandError::bad_input("--bytes is for stdin").with_help("name stdin as -"));
        }
        Ok(())
    }
    /// The command that uploads these files with the same options.
    fn command_for(&self, files: &[&PathBuf]) -> Vec<OsString> {
        let program = std::env::args_os().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
        let mut words: Vec<OsString> = vec![program, "upload".into()];
        let values: [(&str, Option<OsString>); 9] = [
            ("--filename", self.filename.as_ref().map(Into::into)),
            ("--purpose", Some(self.description.purpose.as_str().into())),
            ("--mime-type", self.description.mime_type.as_ref().map(Into::into)),
            ("--provider", self.description.provider.map(|provider| provider.as_str().into())),
            ("--expires-after", self.expires_after.map(|after| format!("{}s", after.as_secs()).into())),
            (
                "--concurrency",
                (self.parts.concurrency != PartOptions::default_concurrency())
                    .then(|| self.parts.concurrency.to_string().into()),
            ),
            ("--part-size", self.parts.part_size.map(|size| size.to_string().into())),
            (
                "--retry-for",
                (self.retry_for != Options::default().retry.time_limit)
                    .then(|| quantity::exact_duration(self.retry_for).into()),
            ),
            ("--state", self.state.as_ref().map(Into::into)),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                words.extend([name.into(), value]);
            }
        }
        for (name, value) in self.connection.options() {
            words.extend([name.into(), value]);
        }
        let flags = [
            ("--no-md5", self.no_md5),
            ("--no-preflight", self.no_preflight),
            ("--no-resume", self.no_resume),
            ("--json", self.json),
            ("--quiet", self.quiet),
        ];
        words.extend(flags.iter().filter(|(_, given)| *given).map(|(name, _)| OsString::from(name)));
        // After this, a name that begins with a hyphen is not taken for an option.
        words.push("--".into());
        words.extend(files.iter().map(|file| file.as_os_str().to_owned()));
        words
    }
}

/// An upload of all the files.
struct Run<'a> {
    arguments: &'a Upload,
    files: Vec<PathBuf>,
    uploader: Uploader,
}

impl Run<'_> {
    async fn run(&self, mut interrupted: oneshot::Receiver<()>) -> Result<Exit, CommandError> {
        let is_spooled = self.arguments.bytes.is_none() && self.files.iter().any(|file| is_stdin(file));
        let spooled = if is_spooled {
            tokio::select! {
                biased;
                _ = &mut interrupted => {
                    message::write("interrupted while stdin was read; nothing was sent");
                    return Ok(Exit::Interrupted);
                }
                spooled = stdin::spool() => Some(spooled?),
            }
        } else {
            None
        };
        Ok(self.send(spooled.as_deref(), interrupted).await)
    }

    /// Sends the files. `spooled` holds what stdin had.
    async fn send(&self, spooled: Option<&Path>, mut interrupted: oneshot::Receiver<()>) -> Exit {
        let lengths = self.files.iter().map(|file| {
            let file = if is_stdin(file) { spooled } else { Some(&**file) };
            file.and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len())
        });
        let names = self.files.iter().map(|file| self.shown(file).to_string_lossy().into_owned());
        let board = Board::new(names.zip(lengths), self.arguments.quiet);
        let mut files = stream::iter(self.files.iter().enumerate())
            .map(async |(index, file)| (index, self.send_one(index, file, spooled, &board).await))
            .buffer_unordered(self.arguments.parts.concurrency.get());
        let mut ended: Vec<Option<Ended>> = self.files.iter().map(|_| None).collect();
        let mut reported = 0;
        let mut ticks = tokio::time::interval(progress::TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let is_interrupted = loop {
            tokio::select! {
                biased;
                _ = &mut interrupted => break true,
                next = files.next() => match next {
                    Some((index, end)) => ended[index] = Some(end),
                    None => break false,
                },
                _ = ticks.tick() => board.tick(),
            }
            while let Some(Some(end)) = ended.get_mut(reported) {
                report(end, &board);
                reported += 1;
            }
        };
        drop(files); // This stops what is still being sent.
        board.close();
        if is_interrupted {
            for end in ended.iter_mut().skip(reported).flatten() {
                report(end, &board);
            }
            self.report_stop(&ended, &board);
            return Exit::Interrupted;
        }
        Exit::of_files(ended.iter().flatten().map(|end| end.exit))
    }

    /// What messages call a file.
    fn shown<'a>(&'a self, file: &'a Path) -> &'a Path {
        match &self.arguments.filename {
            Some(filename) if is_stdin(file) => Path::new(filename),
            _ => file,
        }
    }

    fn source(&self, file: &Path, spooled: Option<&Path>) -> Source {
        let Upload { filename, description, bytes, .. } = self.arguments;
        let source = match (spooled, bytes) {
            _ if !is_stdin(file) => Source::path(file),
            (Some(spooled), _) => Source::path(spooled),
            (None, bytes) => Source::reader("", bytes.unwrap_or_default(), tokio::io::stdin()),
        };
        let source = match filename {
            Some(filename) => source.with_file_name(filename),
            None => source,
        };
        match &description.mime_type {
            Some(mime_type) => source.with_mime_type(mime_type),
            None => source,
        }
    }

    async fn send_one(&self, index: usize, file: &Path, spooled: Option<&Path>, board: &Arc<Board>) -> Ended {
        if !is_stdin(file)
            && let Err(problem) = explain::length(file)
        {
            board.start_file(index).failed();
            return self.failed(file, &problem, None, board);
        }
        let progress = board.start_file(index);
        let listener = progress.clone();
        let upload = self
            .uploader
            .upload(self.source(file, spooled), self.arguments.description.purpose.clone())
            .on_event(move |event| listener.report(event));
        let upload = if is_stdin(file) { upload.with_resume(Resume::Off) } else { upload };
        let upload = match self.arguments.expires_after {
            Some(after) => upload.with_expires_after(FileExpirationAfter::new(after.as_secs())),
            None => upload,
        };
        match upload.await {
            Ok(uploaded) => {
                progress.done(&uploaded.file.id);
                self.arrived(file, &uploaded, board)
            }
            Err(error) => {
                progress.failed();
                let problem =
                    explain::upload_error(&error, self.shown(file), Some(self.uploader.configuration()));
                self.failed(file, &problem, Some(&error), board)
            }
        }
    }

    fn arrived(&self, file: &Path, uploaded: &Uploaded, board: &Board) -> Ended {
        let line = if self.arguments.json {
            Some(stdout::json(&Line {
                path: &file.to_string_lossy(),
                outcome: Outcome::Arrived {
                    file: &uploaded.file,
                    upload_id: &uploaded.upload_id,
                    md5: uploaded.md5.as_deref(),
                },
            }))
        } else if board.shows_ids() && io::stdout().is_terminal() {
            // It stands beside the file's name already.
            None
        } else {
            Some(message::text(&uploaded.file.id))
        };
        Ended { exit: Exit::Done, line }
    }

    fn failed(
        &self,
        file: &Path,
        problem: &CommandError,
        error: Option<&UploadError>,
        board: &Board,
    ) -> Ended {
        board.write(&message::error(&problem.message, problem.help.as_deref()));
        let answer = error.and_then(UploadError::api);
        let report = match error {
            Some(UploadError::FailedPreflight { report, .. }) => Some(report),
            _ => None,
        };
        let line = self.arguments.json.then(|| {
            stdout::json(&Line {
                path: &file.to_string_lossy(),
                outcome: Outcome::Failed {
                    error: Failed {
                        message: &problem.message,
                        help: problem.help.as_deref(),
                        status: answer.map(|answer| answer.status.as_u16()),
                        code: answer.and_then(|answer| answer.code.as_deref()),
                        request_id: answer.and_then(|answer| answer.request_id.as_deref()),
                        faults: report.map(check::Fault::listed_in),
                        fault_count: report.map(|report| report.fault_count),
                    },
                },
            })
        });
        Ended { exit: problem.exit, line }
    }

    /// Says what a run that was stopped leaves behind, and how to resume it.
    fn report_stop(&self, ended: &[Option<Ended>], board: &Board) {
        let left: Vec<_> =
            self.files.iter().enumerate().filter(|(index, _)| ended[*index].is_none()).collect();
        if left.is_empty() {
            return message::write("interrupted, when all files were done");
        }
        let what_is_kept =
            if self.arguments.no_resume { ", and --no-resume keeps nothing of them" } else { "" };
        let files = message::count(left.len(), "file");
        message::write(&format!("interrupted: {files} not done{what_is_kept}"));
        for (index, _) in left.iter().filter(|_| !self.arguments.no_resume) {
            let Unfinished { name, parts_done, parts, in_flight } = board.unfinished(*index);
            let lost = match in_flight {
                0 => String::new(),
                bytes => format!(", {} in flight lost", quantity::shown_size(bytes)),
            };
            if parts > 0 {
                message::write(&format!("  {name} {parts_done}/{parts} parts kept{lost}"));
            }
        }
        let what = if self.arguments.no_resume { "start again" } else { "resume" };
        let files: Vec<_> = left.iter().map(|(_, file)| *file).filter(|file| !is_stdin(file)).collect();
        if files.len() < left.len() {
            message::write("stdin cannot be read again, so what was sent of it is lost");
        }
        if files.is_empty() {
            return;
        }
        let command: Vec<_> =
            self.arguments.command_for(&files).iter().map(|word| message::shell_word(word)).collect();
        message::write(&message::help(&format!("to {what}, run:\n  {}", message::text(&command.join(" ")))));
    }
}

/// Prints the line of a file. If that fails the line goes to stderr, so that no id is lost; files that are still
/// being sent are not affected.
fn report(end: &mut Ended, board: &Board) {
    let Some(line) = &end.line else { return };
    if let Err(error) = board.suspended(|| stdout::try_line(line)) {
        let message = format!("cannot write to stdout ({error}); this was not printed: {line}");
        board.write(&message::error(&message, None));
        end.exit = Exit::Failed;
    }
}

/// The files without repetitions, and each repetition with the path that the same file was given by before.
fn distinct(files: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<(PathBuf, PathBuf)>) {
    let mut first_paths = HashMap::new();
    let mut repeated = Vec::new();
    let mut kept = Vec::new();
    for file in files {
        match identity(&file).map(|identity| first_paths.entry(identity)) {
            Some(Entry::Occupied(first)) => repeated.push((file, PathBuf::clone(first.get()))),
            Some(Entry::Vacant(free)) => {
                free.insert(file.clone());
                kept.push(file);
            }
            None => kept.push(file),
        }
    }
    (kept, repeated)
}

/// What is the same for all the paths of a file that exists.
#[cfg(unix)]
fn identity(file: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// What is the same for all the paths of a file that exists.
#[cfg(not(unix))]
fn identity(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok()
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
