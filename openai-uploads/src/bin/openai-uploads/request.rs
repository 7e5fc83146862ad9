//! How a file is described to the server: the arguments that `upload` and `check` share.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Error};
use openai_uploads::models::create_upload_request::Purpose;

use crate::message;

/// What the file is.
#[derive(Args)]
pub(crate) struct Described {
    /// What the file is for. Others are sent as they are, since the server may know more.
    #[arg(long, short, value_name = "PURPOSE", value_parser = PurposeParser)]
    pub(crate) purpose: Purpose,

    /// The file's MIME type [default: guessed from its name].
    #[arg(long, short, value_name = "TYPE", value_parser = mime_type)]
    pub(crate) mime_type: Option<String>,
}

impl Described {
    /// A purpose that is new here may be a slip.
    pub(crate) fn warn_of_new_purpose(&self) {
        if !self.purpose.is_known() {
            let purpose = message::text(self.purpose.as_str());
            let known = Purpose::KNOWN.join(", ");
            message::write(&message::warning(&format!("the purpose `{purpose}` is none of {known}")));
        }
    }
}

/// Completes and lists the purposes of the spec, and takes any.
#[derive(Clone)]
struct PurposeParser;

impl TypedValueParser for PurposeParser {
    type Value = Purpose;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Purpose, Error> {
        match value.to_str() {
            Some(purpose) if !purpose.trim().is_empty() => Ok(purpose.into()),
            _ => Err(Error::raw(ErrorKind::InvalidValue, "the purpose must be a word\n").with_cmd(command)),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Purpose::KNOWN.iter().copied().map(PossibleValue::new)))
    }
}

fn mime_type(text: &str) -> Result<String, String> {
    match text.parse::<mime_guess::Mime>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("write a MIME type as text/jsonl".to_owned()),
    }
}
