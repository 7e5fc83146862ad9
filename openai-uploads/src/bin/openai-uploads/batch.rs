//! `batch`: runs requests as batches, as a whole or step by step.

mod table;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, Subcommand, ValueHint};
use openai_uploads::Uploader;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::batch::{BatchRunner, Error, Input, Options, Summary};
use openai_uploads::preflight::Provider;
use openai_uploads::uploader;
use serde::Serialize;

use crate::connection::Connection;
use crate::exit::{self, CommandError, Exit};
use crate::explain::{call_error, upload_error};
use crate::{interrupt, message, quantity, runtime, stdout};
use table::Table;

/// Run requests as batches, of any number
///
/// `run` does everything: check, split, upload, create, wait, fetch, merge. The other commands are its steps alone.
/// All of them continue what an earlier command for the same results began.
#[derive(Args)]
pub(crate) struct Batch {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    Run(RunAll),
    Split(Split),
    Submit(Submit),
    Status(Status),
    Wait(Wait),
    Fetch(Fetch),
    Cancel(Cancel),
}

/// Run requests and write their answers in the order of the requests
///
/// Stopped at any moment, the same command continues: no batch is created twice.
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct RunAll {
    #[command(flatten)]
    splitting: Splitting,
    #[command(flatten)]
    queueing: Queueing,
    #[command(flatten)]
    submitting: Submitting,
    #[command(flatten)]
    fetching: Fetching,
    #[command(flatten)]
    common: Common,
}

/// Check the requests and split them into the files of batches
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Split {
    #[command(flatten)]
    splitting: Splitting,
    #[command(flatten)]
    queueing: Queueing,
    #[command(flatten)]
    common: Common,
}

/// Upload the requests and create their batches, as many as may run at a time
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Submit {
    #[command(flatten)]
    queueing: Queueing,
    #[command(flatten)]
    submitting: Submitting,
    #[command(flatten)]
    common: Common,
}

/// List the batches of an unfinished run, with their state on the server
///
/// Also while another process works on the run.
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Status {
    #[command(flatten)]
    common: Common,
}

/// Submit what is left and wait until all batches have ended
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Wait {
    #[command(flatten)]
    queueing: Queueing,
    #[command(flatten)]
    submitting: Submitting,
    #[command(flatten)]
    common: Common,
}

/// Wait, fetch the results and merge them
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Fetch {
    #[command(flatten)]
    queueing: Queueing,
    #[command(flatten)]
    submitting: Submitting,
    #[command(flatten)]
    fetching: Fetching,
    #[command(flatten)]
    common: Common,
}

/// Cancel the batches that have not ended; `fetch` has their partial results
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Cancel {
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// The results file. The state of the run is beside it, in the folder NAME.batch, until the run is done.
    #[arg(long = "output", short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: PathBuf,

    #[command(flatten)]
    connection: Connection,

    /// Print each event, and at the end the summary, as a line of JSON.
    #[arg(long)]
    json: bool,

    /// Show no progress and no warnings.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Args)]
struct Splitting {
    /// Files of requests, one a line; `-` is stdin.
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

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
struct Queueing {
    /// The maximum number of tokens of one model in progress at a time. Tokens are an estimate by bytes. No batch is
    /// larger.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_enqueued_tokens: Option<u64>,
}

#[derive(Args)]
struct Submitting {
    /// The maximum number of batches in progress at a time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_active: Option<u64>,

    /// The time within which each batch must finish.
    #[arg(long, value_name = "WINDOW", default_value = "24h")]
    completion_window: String,

    /// Let the server delete the result files after this time.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    output_expires_after: Option<Duration>,

    /// The longest time between two polls of a batch. Shorter than 3s is for local servers.
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
struct Fetching {
    /// How many times requests are sent again that expired, were rate limited or met a fault of the server.
    #[arg(long, value_name = "N", default_value_t = 0)]
    retry_failed: u32,

    /// Delete the files that this run uploaded, at the end.
    #[arg(long)]
    delete_inputs: bool,
}

impl Batch {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let mut options = Options::default();
        match self.step {
            Step::Run(step) => {
                step.splitting.apply(&mut options);
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                step.fetching.apply(&mut options);
                let input = step.splitting.input()?;
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, results| {
                    let run = runner.open(input, results).await?;
                    run.finish().await.map(Some)
                })
            }
            Step::Split(step) => {
                step.splitting.apply(&mut options);
                step.queueing.apply(&mut options);
                let input = step.splitting.input()?;
                step.common.work(options, uploader::Options::default(), async |runner, results| {
                    runner.open(input, results).await.map(|_| None)
                })
            }
            Step::Submit(step) => {
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, results| {
                    runner.reopen(results)?.submit().await.map(|()| None)
                })
            }
            Step::Wait(step) => {
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, results| {
                    runner.reopen(results)?.wait().await.map(|()| None)
                })
            }
            Step::Fetch(step) => {
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                step.fetching.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, results| {
                    runner.reopen(results)?.finish().await.map(Some)
                })
            }
            Step::Status(step) => step.common.status(&options),
            Step::Cancel(step) => {
                step.common.work(options, uploader::Options::default(), async |runner, results| {
                    let cancelled = runner.reopen(results)?.cancel().await?;
                    message::write(&format!("cancelled {}", message::count(cancelled as usize, "batch")));
                    Ok(None)
                })
            }
        }
    }
}

impl Splitting {
    fn apply(&self, options: &mut Options) {
        options.provider = self.provider;
        options.max_lines = self.max_lines;
        options.max_bytes = self.max_bytes;
        options.overwrite = self.overwrite;
    }

    fn input(&self) -> Result<Input, CommandError> {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        match self.files.as_slice() {
            [only] if is_stdin(only) => Ok(Input::reader(std::io::stdin())),
            files if files.iter().any(is_stdin) => {
                let problem = CommandError::bad_input("stdin (`-`) cannot be combined with files");
                Err(problem.with_help("concatenate them: `cat FILE… | openai-uploads batch run - …`"))
            }
            files => Ok(Input::Files(files.to_vec())),
        }
    }
}

impl Queueing {
    fn apply(&self, options: &mut Options) {
        options.max_enqueued_tokens = self.max_enqueued_tokens;
    }
}

impl Submitting {
    fn apply(&self, options: &mut Options) {
        options.max_active = self.max_active.map(|max| usize::try_from(max).unwrap_or(usize::MAX));
        options.completion_window.clone_from(&self.completion_window);
        options.output_expires_after = self.output_expires_after.map(|after| after.as_secs());
        options.metadata = self.metadata.iter().cloned().collect();
        options.poll_interval = self.poll_interval;
    }

    fn uploader_options(&self) -> uploader::Options {
        let mut options = uploader::Options::default();
        options.max_rate = self.limit_rate;
        options
    }
}

impl Fetching {
    fn apply(&self, options: &mut Options) {
        options.retry_failed = self.retry_failed;
        options.delete_inputs = self.delete_inputs;
    }
}

impl Common {
    /// Does `work` with a progress table, until it is done or interrupted.
    fn work(
        &self,
        options: Options,
        uploading: uploader::Options,
        work: impl AsyncFnOnce(BatchRunner, PathBuf) -> Result<Option<Summary>, Error>,
    ) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let uploader = Uploader::with_options(configuration.clone(), uploading);
        let table = Arc::new(Mutex::new(Table::new(self.quiet || self.json)));
        let (shown, json) = (Arc::clone(&table), self.json);
        let runner = BatchRunner::new(uploader, options).on_event(move |event| {
            if json {
                // An event that nobody reads is no reason to stop.
                let _ = stdout::try_line(&stdout::json(event));
            }
            shown.lock().unwrap_or_else(PoisonError::into_inner).take(event);
        });
        let mut interrupted = interrupt::listen()
            .map_err(|error| CommandError::failed(format!("cannot listen for Ctrl-C: {error}")))?;
        let runtime = runtime::single_threaded()?;
        let ended = runtime.block_on(async {
            let work = work(runner, self.output.clone());
            tokio::pin!(work);
            let mut seconds = tokio::time::interval(Duration::from_secs(1));
            loop {
                tokio::select! {
                    biased;
                    _ = &mut interrupted => return None,
                    ended = &mut work => return Some(ended),
                    _ = seconds.tick() => table.lock().unwrap_or_else(PoisonError::into_inner).tick(),
                }
            }
        });
        runtime.shutdown_background();
        table.lock().unwrap_or_else(PoisonError::into_inner).close();
        match ended {
            None => {
                self.describe_interruption();
                Ok(Exit::Interrupted)
            }
            Some(Ok(None)) => Ok(Exit::Done),
            Some(Ok(Some(summary))) => self.finish(&summary),
            Some(Err(error)) => Err(explain(&error, &configuration)),
        }
    }

    fn finish(&self, summary: &Summary) -> Result<Exit, CommandError> {
        if self.json {
            stdout::line(stdout::json(&Ended { event: "done", summary }))?;
        } else if !self.quiet {
            message::write(&describe(summary));
        }
        Ok(if summary.failed == 0 { Exit::Done } else { Exit::Failed })
    }

    fn status(&self, options: &Options) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let runner = BatchRunner::new(Uploader::new(configuration.clone()), options.clone());
        let shards = runtime::single_threaded()?.block_on(runner.status(self.output.clone()));
        for shard in shards.map_err(|error| explain(&error, &configuration))? {
            let line = if self.json { stdout::json(&shard) } else { table::status_line(&shard) };
            stdout::line(&line)?;
        }
        Ok(Exit::Done)
    }

    fn describe_interruption(&self) {
        let command: Vec<_> = std::env::args_os().collect();
        let command: Vec<_> = command.iter().map(|word| message::shell_word(word)).collect();
        let program = command.first().cloned().unwrap_or_default();
        let output = message::shell_word(self.output.as_os_str());
        message::write(&format!(
            "interrupted; batches that were created keep running. To continue:\n  {}\nTo cancel them:\n  {}",
            message::text(&command.join(" ")),
            message::text(&format!("{program} batch cancel -o {output}"))
        ));
    }
}

/// What went wrong, and what to do about it.
fn explain(error: &Error, configuration: &Configuration) -> CommandError {
    let kept = "the run is kept; the same command continues it";
    let problem = match error {
        Error::Request { step, source } => {
            return call_error(source, step, configuration).with_more_help(kept);
        }
        Error::Upload { shard, source } => {
            let name = PathBuf::from(format!("shard {shard}"));
            return upload_error(source, &name, Some(configuration)).with_more_help(kept);
        }
        Error::Work { .. } | Error::Locked { .. } | Error::NoBatches { .. } => {
            CommandError::failed(text_of(error))
        }
        _ => CommandError::bad_input(text_of(error)),
    };
    let help = match error {
        Error::FailedPreflight { .. } | Error::RepeatedId { .. } => "correct the lines; nothing was sent",
        Error::ResultsExist { .. } => "name another file with -o, or pass --overwrite",
        Error::OtherRun { .. } => "finish that run, or remove the folder",
        Error::NoRun { .. } => "begin one with `batch run` or `batch split`",
        Error::NoBatches { .. } => "check the base URL; most end in /v1",
        Error::Locked { .. } => "wait for it to end, or stop it",
        Error::Work { .. } => kept,
        _ => return problem,
    };
    problem.with_help(help)
}

/// The error and its causes in one line.
fn text_of(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    message::text(&text)
}

/// The last line of `--json`.
#[derive(Serialize)]
struct Ended<'a> {
    event: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

fn describe(summary: &Summary) -> String {
    let mut lines = vec![format!(
        "{} of {} requests have an answer, in {}",
        quantity::count(summary.answered),
        quantity::count(summary.lines),
        message::path(&summary.results)
    )];
    if let Some(failures) = &summary.failures {
        let failed = quantity::count(summary.failed);
        lines.push(format!("{failed} have none, for the reasons in {}", message::path(failures)));
    }
    let usage = summary.usage;
    if usage.total_tokens > 0 {
        lines.push(format!(
            "{} used {} input and {} output tokens",
            message::count(summary.batches as usize, "batch"),
            quantity::count(usage.input_tokens),
            quantity::count(usage.output_tokens)
        ));
    }
    lines.join("\n")
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    if key.is_empty() || key.chars().count() > 64 || value.chars().count() > 512 {
        return Err("a key has 1 to 64 characters, and a value up to 512".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}
