//! `upload`: uploads files and prints their ids.

mod after;
mod outcome;
mod run;
mod stop;
mod summary;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use openai_uploads::Uploader;
use openai_uploads::models::FileExpirationAfter;
use openai_uploads::uploader::Resume;

use self::after::AfterArguments;
use self::run::{Run, Sent};
use crate::connection::Connection;
use crate::description::Description;
use crate::exit::{self, CommandError, Exit};
use crate::files::{FileArguments, Input, distinct};
use crate::manifest::{Manifest, is_manifest};
use crate::objects::{Objects, is_url};
use crate::plan::PartOptions;
use crate::shard::ShardArguments;
use crate::stdin::is_stdin;
use crate::{interrupt, message, quantity, runtime};

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
    #[arg(long, help_heading = None::<&str>)]
    json: bool,

    /// Show errors only.
    #[arg(long, short, help_heading = None::<&str>)]
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
    format!("Have the server delete the file after this time: {} [default: never]", lifetimes())
}

fn lifetimes() -> String {
    let [least, most] = [FileExpirationAfter::SECONDS_MINIMUM, FileExpirationAfter::SECONDS_MAXIMUM]
        .map(|seconds| quantity::shown_duration(Duration::from_secs(seconds)));
    format!("{least} to {most}")
}
