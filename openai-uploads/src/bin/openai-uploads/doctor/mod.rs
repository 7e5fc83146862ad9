//! `doctor`: shows the settings that requests would use, and checks whether the server answers.

mod checks;
mod report;
mod settings;

use clap::Args;

use self::report::Report;
use self::settings::Settings;
use crate::connection::Connection;
use crate::exit::{CommandError, Exit};
use crate::{runtime, stdout};

/// Check the connection: which settings are used, whether the server answers, and what to change
///
/// Sends three requests: it lists a file and a batch, and asks for an upload without saying of what, which creates
/// nothing. Shows where the key comes from, and never the key.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = EXIT_CODES)]
pub(crate) struct Doctor {
    #[command(flatten)]
    connection: Connection,

    /// Print one JSON object.
    #[arg(long, help_heading = None::<&str>)]
    json: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  something has to change
  2  bad usage";

impl Doctor {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration();
        let settings = Settings::of(&self.connection, configuration.as_ref().ok());
        let checks = match &configuration {
            Ok(configuration) => runtime::single_threaded()?.block_on(checks::run(configuration)),
            Err(problem) => vec![checks::settings_failed(problem)],
        };
        let report = Report { settings, checks };
        stdout::line(if self.json { report.json() } else { report.text() })?;
        Ok(if report.is_well() { Exit::Done } else { Exit::Failed })
    }
}
