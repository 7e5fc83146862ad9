//! `files`: lists, describes, downloads and deletes files on the server.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueHint};
use futures_util::StreamExt;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::files_api::{
    ListFilesParams, delete_file, download_file, list_files, retrieve_file,
};
use openai_uploads::models::OpenAiFile;

use crate::connection::Connection;
use crate::exit::{self, CommandError, Exit};
use crate::{explain, message, quantity, runtime, stdout};

/// List, describe, download and delete files on the server
#[derive(Args)]
pub(crate) struct Files {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    List(List),
    Get(Get),
    Download(Download),
    Delete(Delete),
}

/// List the files, the newest first
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct List {
    /// Only files with this purpose.
    #[arg(long, short, value_name = "PURPOSE")]
    purpose: Option<String>,

    /// The maximum number of files [default: all].
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    #[command(flatten)]
    connection: Connection,

    /// Print a JSON object for each file.
    #[arg(long, help_heading = None::<&str>)]
    json: bool,
}

/// Describe a file
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Get {
    /// The file's id.
    #[arg(value_name = "FILE_ID", value_parser = NonEmptyStringValueParser::new())]
    file_id: String,

    #[command(flatten)]
    connection: Connection,

    /// Print the file as a JSON object.
    #[arg(long, help_heading = None::<&str>)]
    json: bool,
}

/// Download the content of a file
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Download {
    /// The file's id.
    #[arg(value_name = "FILE_ID", value_parser = NonEmptyStringValueParser::new())]
    file_id: String,

    /// Where the content goes; `-` is stdout [default: the file's name on the server].
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Delete files
#[derive(Args)]
#[command(after_help = exit::HELP)]
struct Delete {
    /// The files' ids.
    #[arg(required = true, value_name = "FILE_ID", value_parser = NonEmptyStringValueParser::new())]
    file_ids: Vec<String>,

    #[command(flatten)]
    connection: Connection,
}

impl Files {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let runtime = runtime::single_threaded()?;
        match self.step {
            Step::List(step) => runtime.block_on(step.run()),
            Step::Get(step) => runtime.block_on(step.run()),
            Step::Download(step) => runtime.block_on(step.run()),
            Step::Delete(step) => runtime.block_on(step.run()),
        }
    }
}

impl List {
    async fn run(self) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let params = ListFilesParams { purpose: self.purpose, ..ListFilesParams::default() };
        let mut files = list_files(&configuration, params).items().take(self.limit.unwrap_or(usize::MAX));
        while let Some(file) = files.next().await {
            let file =
                file.map_err(|error| explain::call_error(&error, "listing the files", &configuration))?;
            stdout::line(if self.json { stdout::json(&file) } else { describe(&file) })?;
        }
        Ok(Exit::Done)
    }
}

impl Get {
    async fn run(self) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let file = retrieve(&configuration, &self.file_id).await?;
        stdout::line(if self.json { stdout::json(&file) } else { describe(&file) })?;
        Ok(Exit::Done)
    }
}

impl Download {
    async fn run(self) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let path = match self.output {
            Some(path) => path,
            None => local_name(&retrieve(&configuration, &self.file_id).await?)?,
        };
        if path.as_os_str() == "-" {
            if io::stdout().is_terminal() {
                return Err(CommandError::bad_input(
                    "the content of a file may be anything, and stdout is a terminal",
                )
                .with_help("redirect stdout, or name a file with -o"));
            }
            receive(&configuration, &self.file_id, io::stdout().lock(), "stdout").await?;
            return Ok(Exit::Done);
        }
        let shown = message::path(&path);
        if path.exists() && !self.overwrite {
            return Err(CommandError::bad_input(format!("{shown} exists already"))
                .with_help("name another file with -o, or pass --overwrite"));
        }
        let part = part_of(&path);
        let cannot = |error: io::Error| CommandError::failed(format!("cannot write {shown}: {error}"));
        let file = File::create(&part).map_err(cannot)?;
        let received = receive(&configuration, &self.file_id, file, &shown).await;
        let received = received.and_then(|()| fs::rename(&part, &path).map_err(cannot));
        if received.is_err() {
            let _ = fs::remove_file(&part);
        }
        received?;
        message::write(&format!("{} is in {shown}", message::word(&self.file_id)));
        Ok(Exit::Done)
    }
}

impl Delete {
    async fn run(self) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let mut exits = Vec::new();
        for file_id in &self.file_ids {
            let shown = message::word(file_id);
            exits.push(match delete_file(&configuration, file_id).await {
                Ok(_) => {
                    message::write(&format!("{shown}: deleted"));
                    Exit::Done
                }
                Err(error) => {
                    explain::call_error(&error, &shown, &configuration).print();
                    Exit::Failed
                }
            });
        }
        Ok(Exit::of_files(exits))
    }
}

async fn retrieve(configuration: &Configuration, file_id: &str) -> Result<OpenAiFile, CommandError> {
    let file = retrieve_file(configuration, file_id).await;
    file.map_err(|error| explain::call_error(&error, &message::word(file_id), configuration))
}

/// Writes the content of a file to `target` as it arrives.
async fn receive(
    configuration: &Configuration,
    file_id: &str,
    mut target: impl Write,
    shown: &str,
) -> Result<(), CommandError> {
    let failed = |error| explain::call_error(&error, &message::word(file_id), configuration);
    let mut content = download_file(configuration, file_id).await.map_err(failed)?;
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => CommandError::silent(Exit::Done),
        _ => CommandError::failed(format!("cannot write {shown}: {error}")),
    };
    while let Some(chunk) = content.next().await {
        let chunk =
            chunk.map_err(|error| CommandError::failed(format!("the download broke off: {error}")))?;
        target.write_all(&chunk).map_err(cannot)?;
    }
    target.flush().map_err(cannot)
}

/// The file's name on the server, as a file of this folder.
fn local_name(file: &OpenAiFile) -> Result<PathBuf, CommandError> {
    let name = Path::new(&file.filename).file_name();
    let name = name.filter(|name| !name.to_string_lossy().contains(char::is_control));
    name.map(PathBuf::from).ok_or_else(|| {
        CommandError::bad_input(format!("{} has no name that a file here can have", message::word(&file.id)))
            .with_help("name a file with -o")
    })
}

fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part.into()
}

fn describe(file: &OpenAiFile) -> String {
    format!(
        "{}  {:>10}  {}  {}",
        message::word(&file.id),
        quantity::shown_size(file.bytes),
        message::word(&file.purpose.to_string()),
        message::word(&file.filename)
    )
}
