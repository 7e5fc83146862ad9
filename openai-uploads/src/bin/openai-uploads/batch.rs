//! `batch`: runs requests as batches, as a whole or step by step.

mod arguments;
mod outcome;
mod place;
mod row;
mod stored_state;
mod table;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, Subcommand, ValueHint};
use openai_uploads::Uploader;
use openai_uploads::batch::{BatchRunner, Error, Options, Summary};
use openai_uploads::uploader;

use crate::connection::Connection;
use crate::exit::{self, CommandError, Exit};
use crate::{interrupt, message, quantity, runtime, stdout};
use arguments::{Fetching, Queueing, Selected, Splitting, Submitting};
use outcome::{Done, Ended, Stopped, describe, explain};
use place::Place;
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
#[command(after_help = exit::BATCH_HELP)]
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
#[command(after_help = exit::BATCH_HELP)]
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
#[command(after_help = exit::BATCH_HELP)]
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
#[command(after_help = exit::BATCH_HELP)]
struct Status {
    #[command(flatten)]
    common: Common,
}

/// Submit what is left and wait until all batches have ended
#[derive(Args)]
#[command(after_help = exit::BATCH_HELP)]
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
#[command(after_help = exit::BATCH_HELP)]
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
#[command(after_help = exit::BATCH_HELP)]
struct Cancel {
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// The results file, or an object in a store. The state of the run is beside the file, in the folder NAME.batch,
    /// until the run is done; for an object it is beside it in the store, and the folder is in the current one.
    #[arg(long = "output", short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: PathBuf,

    /// With results in a store: how long this machine must show no sign of life before another one takes over its run.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, default_value = "1m")]
    lease: Duration,

    /// With results in a store: keep the state of the run on this machine alone, for a store without conditional writes.
    #[arg(long, conflicts_with = "lease")]
    local_state: bool,

    #[command(flatten)]
    connection: Connection,

    /// Print each event, and at the end the summary, as a line of JSON.
    #[arg(long, help_heading = None::<&str>)]
    json: bool,

    /// Show no progress and no warnings.
    #[arg(long, short, help_heading = None::<&str>)]
    quiet: bool,
}

impl Batch {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let mut options = Options::default();
        match self.step {
            Step::Run(mut step) => {
                let Some(files) = step.common.select(&step.splitting)? else { return Ok(Exit::Done) };
                step.splitting.apply(&mut options);
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                step.fetching.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, place| {
                    if place.is_merged() {
                        return place.finish(None).await.map(Done::Sent).map_err(Stopped::Command);
                    }
                    let input = step.splitting.input(&files, place).await?;
                    Done::of(runner.open(input, place.results()).await?.finish().await?, place).await
                })
            }
            Step::Split(mut step) => {
                let Some(files) = step.common.select(&step.splitting)? else { return Ok(Exit::Done) };
                step.splitting.apply(&mut options);
                step.queueing.apply(&mut options);
                step.common.work(options, uploader::Options::default(), async |runner, place| {
                    let input = step.splitting.input(&files, place).await?;
                    runner.open(input, place.results()).await?;
                    Ok(Done::Step)
                })
            }
            Step::Submit(step) => {
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, place| {
                    runner.reopen(place.results()).await?.submit().await?;
                    Ok(Done::Step)
                })
            }
            Step::Wait(step) => {
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, place| {
                    runner.reopen(place.results()).await?.wait().await?;
                    Ok(Done::Step)
                })
            }
            Step::Fetch(step) => {
                step.queueing.apply(&mut options);
                step.submitting.apply(&mut options);
                step.fetching.apply(&mut options);
                let uploading = step.submitting.uploader_options();
                step.common.work(options, uploading, async |runner, place| {
                    if place.is_merged() {
                        return place.finish(None).await.map(Done::Sent).map_err(Stopped::Command);
                    }
                    Done::of(runner.reopen(place.results()).await?.finish().await?, place).await
                })
            }
            Step::Status(step) => step.common.status(&options),
            Step::Cancel(step) => {
                step.common.work(options, uploader::Options::default(), async |runner, place| {
                    let cancelled = runner.reopen(place.results()).await?.cancel().await?;
                    message::write(&format!("cancelled {}", message::count(cancelled as usize, "batch")));
                    Ok(Done::Step)
                })
            }
        }
    }
}

impl Common {
    /// The files to read. From here on the results are those of their share. `None`: the share is empty.
    fn select(&mut self, splitting: &Splitting) -> Result<Option<Vec<PathBuf>>, CommandError> {
        let Selected { files, output, notes } = splitting.files(&self.output)?;
        self.output = output;
        if !self.quiet {
            notes.iter().for_each(|note| message::write(note));
        }
        Ok(Some(files).filter(|files| !files.is_empty()))
    }

    /// How long the state in a store is this machine's, if it is there.
    fn lease(&self) -> Option<Duration> {
        (!self.local_state).then_some(self.lease)
    }

    /// Does `work` with a progress table, until it is done or interrupted.
    fn work(
        &self,
        options: Options,
        uploading: uploader::Options,
        work: impl AsyncFnOnce(BatchRunner, &Place) -> Result<Done, Stopped>,
    ) -> Result<Exit, CommandError> {
        let place = Place::of(&self.output, self.lease())?;
        let configuration = self.connection.configuration()?;
        let uploader = Uploader::with_options(configuration.clone(), uploading);
        let table = Arc::new(Mutex::new(Table::new(self.quiet || self.json)));
        let (shown, json) = (Arc::clone(&table), self.json);
        let runner = BatchRunner::new(uploader, options).on_event(move |event| {
            if json {
                // An event that nobody reads is not a reason to stop.
                let _ = stdout::try_line(&stdout::json(event));
            }
            shown.lock().unwrap_or_else(PoisonError::into_inner).take(event);
        });
        let runner = place.attach(runner);
        let mut interrupted = interrupt::listen()
            .map_err(|error| CommandError::failed(format!("cannot listen for Ctrl-C: {error}")))?;
        let runtime = runtime::single_threaded()?;
        let ended = runtime.block_on(async {
            let work = work(runner, &place);
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
        runtime.block_on(place.release());
        runtime.shutdown_background();
        table.lock().unwrap_or_else(PoisonError::into_inner).close();
        match ended {
            None => {
                self.describe_interruption();
                Ok(Exit::Interrupted)
            }
            Some(Ok(Done::Step)) => Ok(Exit::Done),
            Some(Ok(Done::Sent(has_failures))) => {
                if !self.quiet {
                    message::write(&format!(
                        "sent the results of the earlier run to {}",
                        message::path(&self.output)
                    ));
                }
                Ok(if has_failures { Exit::Failed } else { Exit::Done })
            }
            Some(Ok(Done::Run(summary))) => self.finish(&summary),
            Some(Err(Stopped::Run(Error::FinishedElsewhere { .. }))) => {
                place.discard()?;
                if !self.quiet {
                    let results = message::path(&self.output);
                    message::write(&format!(
                        "another machine has finished this run; its results are in {results}"
                    ));
                }
                Ok(Exit::Done)
            }
            Some(Err(stopped)) => {
                place.clean();
                Err(match stopped {
                    Stopped::Run(error) => explain(&error, &configuration),
                    Stopped::Command(problem) => problem,
                })
            }
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
        let results = Place::of(&self.output, self.lease())?.results();
        let runner = BatchRunner::new(Uploader::new(configuration.clone()), options.clone());
        let shards = runtime::single_threaded()?.block_on(runner.status(results));
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
