//! The base URL and the API key. Keys come from the environment or from a file, since other users of the machine
//! can see the arguments of a process.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::read_api_key_file;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::exit::Trouble;
use crate::message;

/// The arguments of every subcommand that talks to the server.
#[derive(Args)]
pub(crate) struct Connection {
    /// The base URL of the API [default: the environment variable `OPENAI_BASE_URL`, or OpenAI].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = base_url, help_heading = "Connection")]
    pub(crate) base_url: Option<String>,

    /// A file with the API key, alone or as `OPENAI_API_KEY=…` [default: the environment variable `OPENAI_API_KEY`].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Connection")]
    pub(crate) api_key_file: Option<PathBuf>,
}

impl Connection {
    pub(crate) fn configuration(&self) -> Result<Configuration, Trouble> {
        let key = self.api_key_file.as_deref().map(key_in).transpose()?;
        let configuration = Configuration::from_env_or(key, self.base_url.clone()).map_err(|error| {
            Trouble::bad_input(message::text(&error.to_string()))
                .with_help("set OPENAI_API_KEY to the key alone, or pass --api-key-file FILE")
        })?;
        match base_url(&configuration.base_path) {
            Ok(base_path) => Ok(configuration.with_base_path(base_path)),
            Err(error) => {
                Err(Trouble::bad_input(format!("the environment variable OPENAI_BASE_URL: {error}")))
            }
        }
    }
}

/// Reads a key file.
pub(crate) fn key_in(file: &Path) -> Result<SecretString, Trouble> {
    read_api_key_file(file).map_err(|error| {
        Trouble::bad_input(message::text(&error.to_string()))
            .with_help("--api-key-file takes a file that holds the key alone, or a line OPENAI_API_KEY=…")
    })
}

/// A key of this length does not occur in text by chance.
const MIN_UNMISTAKABLE_LENGTH: usize = 16;

/// A shorter key, such as the `any` of a local server, is too likely to be a word of the text.
const MIN_REDACTED_LENGTH: usize = 8;

/// Replaces the key in text of a server, which may repeat it.
///
/// A key that could be a word is replaced only where it stands alone.
pub(crate) fn without_key(text: &str, configuration: &Configuration) -> String {
    match &configuration.bearer_access_token {
        Some(key) => redacted(text, key.expose_secret()),
        None => text.to_owned(),
    }
}

fn redacted(text: &str, key: &str) -> String {
    const REPLACEMENT: &str = "[the API key]";
    if key.len() >= MIN_UNMISTAKABLE_LENGTH {
        return text.replace(key, REPLACEMENT);
    }
    let is_plain_word = key.chars().all(char::is_alphabetic);
    if key.len() < MIN_REDACTED_LENGTH || is_plain_word {
        return text.to_owned();
    }
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(key) {
        let (before, after) = (&rest[..start], &rest[start + key.len()..]);
        let before_in_text = &text[..text.len() - rest.len() + start];
        let stands_alone = !before_in_text.ends_with(is_word) && !after.starts_with(is_word);
        result.push_str(before);
        result.push_str(if stands_alone { REPLACEMENT } else { key });
        rest = after;
    }
    result + rest
}

fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as https://host/v1"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the URL must begin with https:// or http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user name or a password in it would be seen by others".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn a_key_is_replaced_and_words_that_look_like_it_are_not() {
        for (key, text, expected) in [
            ("any", "any key: many", "any key: many"),
            ("uploading", "uploading failed", "uploading failed"),
            ("key-1234", "key-1234 is wrong, key-12345 is not", "[the API key] is wrong, key-12345 is not"),
            ("key-1234", "\"key-1234\" my-key-1234", "\"[the API key]\" my-key-1234"),
            ("sk-hidden-0123456789", "Bearer%20sk-hidden-0123456789.", "Bearer%20[the API key]."),
            ("", "nothing", "nothing"),
        ] {
            assert_eq!(redacted(text, key), expected);
        }
    }
}
