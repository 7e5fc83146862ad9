//! `plan`: prints how a file would be sent.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::models::AddUploadPartRequest;
use openai_uploads::uploader::{self, Api, Source, Uploader};
use serde::Serialize;

use crate::exit::{self, CommandError, Exit};
use crate::{explain, message, quantity, stdout};

/// Print how a file would be sent, and send nothing
///
/// Names the API. Prints a line for each part: its number, the offset of its first byte, and its length.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Plan {
    /// The file.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    #[command(flatten)]
    parts: PartOptions,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// How a file is sent.
#[derive(Args)]
pub(crate) struct PartOptions {
    #[arg(long, value_name = "API", value_parser = api_parser(), help = api_help())]
    pub(crate) api: Option<Api>,

    /// The maximum number of requests in flight, over all files.
    #[arg(long, short, value_name = "N", default_value_t = Self::default_concurrency(), value_parser = concurrency)]
    pub(crate) concurrency: NonZeroUsize,

    #[arg(long, value_name = "SIZE", value_parser = quantity::size, help = part_size_help())]
    pub(crate) part_size: Option<u64>,
}

#[derive(Serialize)]
struct Planned<'a> {
    path: &'a str,
    api: &'static str,
    bytes: u64,
    part_size: u64,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    offset: u64,
    bytes: u64,
}

fn concurrency(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "give a whole number of 1 or more".to_owned())
}

fn api_parser() -> impl TypedValueParser<Value = Api> {
    PossibleValuesParser::new(Api::KNOWN).try_map(|name| name.parse::<Api>())
}

fn api_help() -> String {
    let most = quantity::shown_size(uploader::Options::FILES_API_MAX_BYTES);
    format!(
        "The API to send by: `files` in one request, `uploads` in parts that can be resumed [default: files up to {most}]"
    )
}

fn part_size_help() -> String {
    let most = quantity::shown_size(AddUploadPartRequest::DATA_MAX_LENGTH);
    format!("The size of a part, at most {most} [default: such that all connections finish together]")
}

impl PartOptions {
    /// The default of the library.
    pub(crate) fn default_concurrency() -> NonZeroUsize {
        NonZeroUsize::new(uploader::Options::default().concurrency).unwrap_or(NonZeroUsize::MIN)
    }

    /// The options of an uploader.
    pub(crate) fn options(&self) -> uploader::Options {
        let mut options = uploader::Options::default();
        options.api = self.api;
        options.concurrency = self.concurrency.get();
        options.part_size = self.part_size;
        options
    }
}

impl Plan {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let bytes = explain::length(&self.file)?;
        let uploader = Uploader::with_options(Configuration::default(), self.parts.options());
        let plan = uploader.plan(&Source::path(&self.file));
        let plan = plan.map_err(|error| explain::upload_error(&error, &self.file, None))?;
        if self.json {
            let parts = plan.parts().map(|part| Part { offset: part.range.start, bytes: part.len() });
            stdout::line(stdout::json(&Planned {
                path: &self.file.to_string_lossy(),
                api: plan.api().as_str(),
                bytes,
                part_size: plan.part_size(),
                parts: parts.collect(),
            }))?;
        } else {
            message::write(&format!("{}: {plan}", message::path(&self.file)));
            for part in plan.parts() {
                stdout::line(format!("{}\t{}\t{}", part.index + 1, part.range.start, part.len()))?;
            }
        }
        Ok(Exit::Done)
    }
}
