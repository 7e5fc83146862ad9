//! The arguments of the steps of a run.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use openai_uploads::batch::{Input, Options};
use openai_uploads::preflight::Provider;
use openai_uploads::uploader;

use super::place::{Place, is_of_run};
use crate::exit::CommandError;
use crate::explain::unreadable;
use crate::files::FileArguments;
use crate::objects::Objects;
use crate::shard::ShardArguments;
use crate::stdin::is_stdin;
use crate::{message, quantity, runtime};

#[derive(Args)]
pub(super) struct Splitting {
    #[command(flatten)]
    files: FileArguments,

    #[command(flatten)]
    shard: ShardArguments,

    /// Whose limits and rules apply: openai, azure or other [default: by the base URL].
    #[arg(long, value_name = "NAME")]
    provider: Option<Provider>,

    /// The maximum number of requests in a batch [default: 50000; Azure: 100000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_lines: Option<u64>,

    /// The maximum size of the file of a batch [default: 200MB].
    #[arg(long, value_name = "SIZE", value_parser = quantity::size)]
    max_bytes: Option<u64>,

    /// Replace the results file if it exists.
    #[arg(long)]
    overwrite: bool,
}

#[derive(Args)]
pub(super) struct Queueing {
    /// The maximum number of tokens of one model in progress at a time. Tokens are an estimate by bytes. No batch is
    /// larger.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_enqueued_tokens: Option<u64>,
}

#[derive(Args)]
pub(super) struct Submitting {
    /// The maximum number of batches in progress at a time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_active: Option<u64>,

    /// The time within which each batch must finish.
    #[arg(long, value_name = "WINDOW", default_value = "24h")]
    completion_window: String,

    /// Let the server delete the result files after this time.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    output_expires_after: Option<Duration>,

    /// The maximum time between two polls of a batch. Less than 3s is for local servers.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, default_value = "1m")]
    poll_interval: Duration,

    /// The maximum rate of uploading, over all connections, such as 20MB/s [default: none].
    #[arg(long, value_name = "RATE", value_parser = quantity::rate)]
    limit_rate: Option<u64>,

    /// Metadata of each batch; up to 14 pairs.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    metadata: Vec<(String, String)>,
}

#[derive(Args)]
pub(super) struct Fetching {
    /// How many times requests are sent again that expired, were rate limited or met a fault of the server.
    #[arg(long, value_name = "N", default_value_t = 0)]
    retry_failed: u32,

    /// Delete the files that this run uploaded, at the end.
    #[arg(long)]
    delete_inputs: bool,
}

/// What a run reads and writes.
pub(super) struct Selected {
    pub(super) files: Vec<PathBuf>,
    /// The results file.
    pub(super) output: PathBuf,
    /// What to say of the selection.
    pub(super) notes: Vec<String>,
}

impl Splitting {
    pub(super) fn apply(&self, options: &mut Options) {
        options.provider = self.provider;
        options.max_lines = self.max_lines;
        options.max_bytes = self.max_bytes;
        options.overwrite = self.overwrite;
    }

    /// The files to read, and the results file: those of a share, if one is asked for.
    pub(super) fn files(&self, output: &Path) -> Result<Selected, CommandError> {
        let shard = self.shard.shard()?;
        // The run has a runtime and connections of its own.
        let runtime = runtime::single_threaded()?;
        let mut files = self.files.expand(&runtime, &Objects::default())?;
        files.retain(|file| file.path == file.relative || !is_of_run(&file.path, output));
        if let Some(folder) = files.iter().find(|file| file.path.is_dir()) {
            return Err(unreadable(&folder.path, &io::ErrorKind::IsADirectory.into()));
        }
        let count = files.len();
        let mut output = output.to_owned();
        let mut notes = Vec::new();
        if let Some(shard) = shard {
            if files.iter().any(|file| is_stdin(&file.path)) {
                return Err(CommandError::bad_input("--shard is for files: stdin has no shares")
                    .with_help("leave --shard out"));
            }
            files.retain(|file| shard.has(&file.relative));
            let name = output.file_name().unwrap_or_default().to_string_lossy();
            output = output.with_file_name(shard.file_name(&name));
            let (all, output) = (message::count(count, "file"), message::path(&output));
            notes.push(format!("share {shard}: {} of {all}, with the results in {output}", files.len()));
        } else if let Some(shard) = self.shard.unused_shard().filter(|_| count > 1) {
            notes.push(format!(
                "note: this is task {shard} of a job; --shard auto takes a share of the files"
            ));
        }
        let files = files.into_iter().map(|file| file.path).collect();
        Ok(Selected { files, output, notes })
    }

    /// The requests of the files. Those in stores are downloaded.
    pub(super) async fn input(&self, files: &[PathBuf], place: &Place) -> Result<Input, CommandError> {
        place.open(self.overwrite).await?;
        match files {
            [only] if is_stdin(only) => Ok(Input::reader(std::io::stdin())),
            files if files.iter().any(|path| is_stdin(path)) => {
                let problem = CommandError::bad_input("stdin (`-`) cannot be combined with files");
                Err(problem.with_help("concatenate them: `cat FILE… | openai-uploads batch run - …`"))
            }
            files => place.inputs(files).await.map(Input::Files),
        }
    }
}

impl Queueing {
    pub(super) fn apply(&self, options: &mut Options) {
        options.max_enqueued_tokens = self.max_enqueued_tokens;
    }
}

impl Submitting {
    pub(super) fn apply(&self, options: &mut Options) {
        options.max_active = self.max_active.map(|max| usize::try_from(max).unwrap_or(usize::MAX));
        options.completion_window.clone_from(&self.completion_window);
        options.output_expires_after = self.output_expires_after.map(|after| after.as_secs());
        options.metadata = self.metadata.iter().cloned().collect();
        options.poll_interval = self.poll_interval;
    }

    pub(super) fn uploader_options(&self) -> uploader::Options {
        let mut options = uploader::Options::default();
        options.max_rate = self.limit_rate;
        options
    }
}

impl Fetching {
    pub(super) fn apply(&self, options: &mut Options) {
        options.retry_failed = self.retry_failed;
        options.delete_inputs = self.delete_inputs;
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    if key.is_empty() || key.chars().count() > 64 || value.chars().count() > 512 {
        return Err("a key has 1 to 64 characters, and a value up to 512".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}
