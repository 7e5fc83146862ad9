//! Where requests go and the key that they carry. Keys come from the environment or from a file, since others
//! on the machine can see the arguments of a process.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use openai_uploads::apis::configuration::Configuration;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::exit::Trouble;
use crate::message;

/// The arguments of every subcommand that talks to the server.
#[derive(Args)]
pub(crate) struct Connection {
    /// Where the API is [default: the environment variable `OPENAI_BASE_URL`, or OpenAI].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = base_url, help_heading = "Connection")]
    pub(crate) base_url: Option<String>,

    /// A file that holds the API key and nothing else [default: the environment variable `OPENAI_API_KEY`].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Connection")]
    pub(crate) api_key_file: Option<PathBuf>,
}

impl Connection {
    pub(crate) fn configuration(&self) -> Result<Configuration, Trouble> {
        let key = self.api_key_file.as_ref().map(key_in).transpose()?;
        let configuration = Configuration::from_env_or(key, self.base_url.clone()).map_err(|error| {
            Trouble::bad_input(error.to_string())
                .with_help("the key can also be in a file, which --api-key-file names")
        })?;
        match base_url(&configuration.base_path) {
            Ok(base_path) => Ok(configuration.with_base_path(base_path)),
            Err(error) => {
                Err(Trouble::bad_input(format!("the environment variable OPENAI_BASE_URL: {error}")))
            }
        }
    }
}

/// Text without the key, should a server have put it into an answer.
pub(crate) fn without_key(text: &str, configuration: &Configuration) -> String {
    match &configuration.bearer_access_token {
        Some(key) if !key.expose_secret().is_empty() => text.replace(key.expose_secret(), "[the API key]"),
        _ => text.to_owned(),
    }
}

pub(crate) fn key_in(file: &PathBuf) -> Result<SecretString, Trouble> {
    let shown = message::path(file);
    let help = "the file named with --api-key-file must hold the key and nothing else";
    let trouble = |message: String| Trouble::bad_input(message).with_help(help);
    let text = fs::read(file).map_err(|error| trouble(format!("{shown} cannot be read: {error}")))?;
    // What the file holds is not shown: it may be a key with a slip in it.
    match str::from_utf8(&text).map(str::trim) {
        Ok("") => Err(trouble(format!("{shown} holds no key"))),
        Ok(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(key.into()),
        _ => Err(trouble(format!("{shown} holds something that is not a key"))),
    }
}

fn base_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as https://host/v1"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the URL must begin with https:// or http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user name or a password in it would be seen by others".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}
