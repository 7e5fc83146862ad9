//! The purpose and the MIME type of files: arguments of `upload` and `check`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Error};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::preflight::Provider;

use crate::message;

/// The description of files for the server.
#[derive(Args)]
pub(crate) struct Description {
    /// What the file is for. A purpose that is not listed is sent as it is.
    #[arg(long, short, value_name = "PURPOSE", value_parser = PurposeParser)]
    pub(crate) purpose: Purpose,

    /// The file's MIME type [default: guessed from its name].
    #[arg(long, short, value_name = "TYPE", value_parser = mime_type)]
    pub(crate) mime_type: Option<String>,

    /// The provider whose rules the check follows [default: by the base URL].
    #[arg(long, value_name = "PROVIDER", value_parser = provider_parser())]
    pub(crate) provider: Option<Provider>,
}

impl Description {
    /// Warns of a purpose that the API is not known to have.
    pub(crate) fn warn_of_unknown_purpose(&self) {
        let purpose = self.purpose.as_str();
        if !known_purposes().any(|known| known == purpose) {
            let known: Vec<_> = known_purposes().collect();
            message::write(&message::warning(&format!(
                "unknown purpose `{}`; the known purposes are {}",
                message::text(purpose),
                known.join(", ")
            )));
        }
    }
}

/// The purposes of the spec, and those that only the Files API documents.
fn known_purposes() -> impl Iterator<Item = &'static str> {
    let others = ["user_data", "evals"].into_iter().filter(|other| !Purpose::KNOWN.contains(other));
    Purpose::KNOWN.iter().copied().chain(others)
}

/// Completes and lists the known purposes, refuses a misspelled one, and takes any other.
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
        let refuse = |message: &str| Error::raw(ErrorKind::InvalidValue, message).with_cmd(command);
        let purpose = value.to_str().map(str::trim).filter(|purpose| !purpose.is_empty());
        let purpose = purpose.ok_or_else(|| refuse("the purpose must be a word\n"))?;
        match meant(purpose) {
            Some(known) => {
                let purpose = message::text(purpose);
                Err(refuse(&format!("unknown purpose `{purpose}`\nhelp: did you mean `{known}`?\n")))
            }
            None => Ok(purpose.into()),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(known_purposes().map(PossibleValue::new)))
    }
}

/// The known purpose that a misspelled one stands for.
fn meant(purpose: &str) -> Option<&'static str> {
    if known_purposes().any(|known| known == purpose) {
        return None;
    }
    let letters = |text: &str| {
        text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let distance = |known: &str| strsim::damerau_levenshtein(&letters(known), &letters(purpose));
    let nearest = known_purposes().min_by_key(|known| distance(known))?;
    // One slip in a short word, two in a longer one; `fine-tuning` is more than a slip.
    let limit = if nearest.len() < 6 { 1 } else { 2 };
    let is_near = distance(nearest) <= limit || letters(purpose).starts_with("finetun");
    is_near.then_some(nearest)
}

fn provider_parser() -> impl TypedValueParser<Value = Provider> {
    let names = PossibleValuesParser::new(Provider::KNOWN.map(|(name, _)| name));
    names.try_map(|name| name.parse::<Provider>())
}

fn mime_type(text: &str) -> Result<String, String> {
    match text.parse::<mime_guess::Mime>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("give a MIME type such as text/jsonl".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_misspelled_purpose_is_recognised_and_a_new_one_is_not() {
        for (purpose, known) in [
            ("finetune", Some("fine-tune")),
            ("fine_tune", Some("fine-tune")),
            ("Fine-Tune", Some("fine-tune")),
            ("fintune", Some("fine-tune")),
            ("fine-tuning", Some("fine-tune")),
            ("bacth", Some("batch")),
            ("batches", None),
            ("BATCH", Some("batch")),
            ("assistant", Some("assistants")),
            ("user-data", Some("user_data")),
            ("eval", Some("evals")),
            ("fine-tune", None),
            ("user_data", None),
            ("evals", None),
            ("realtime", None),
            ("日本", None),
        ] {
            assert_eq!(meant(purpose), known, "{purpose}");
        }
    }
}
