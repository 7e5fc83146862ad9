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

/// From so many files on, most of them are small. A connection has none of their requests between a reply and the next
/// request, so more connections keep as many in flight as there are of a large file.
const MANY_FILES: usize = 100;
const CONCURRENCY_OF_MANY: usize = 12;

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

    #[arg(long, short, value_name = "N", value_parser = concurrency, help = concurrency_help())]
    pub(crate) concurrency: Option<NonZeroUsize>,

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

fn concurrency_help() -> String {
    let default = uploader::Options::default().concurrency;
    format!(
        "The maximum number of requests in flight, over all files [default: {default}, or {CONCURRENCY_OF_MANY} for \
         {MANY_FILES} files or more]"
    )
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
    /// The options of an uploader that sends this many files.
    pub(crate) fn options(&self, files: usize) -> uploader::Options {
        let mut options = uploader::Options::default();
        options.api = self.api;
        if let Some(concurrency) = self.concurrency {
            options.concurrency = concurrency.get();
        } else if files >= MANY_FILES {
            options.concurrency = CONCURRENCY_OF_MANY;
        }
        options.part_size = self.part_size;
        options
    }
}

impl Plan {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let bytes = explain::length(&self.file)?;
        let uploader = Uploader::with_options(Configuration::default(), self.parts.options(1));
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
