//! The base URL and the API key. Keys come from the environment or from a file, since other users of the machine
//! can see the arguments of a process.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::{Args, ValueHint};
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::runtime::{RefreshingToken, check_base_url};
use openai_uploads::{ApiKeyFile, read_api_key_file};
use reqwest::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};

use crate::client::ClientArguments;
use crate::exit::CommandError;
use crate::header::{Header, SECRET_HEADERS};
use crate::key_source::{self, KeySource, Provider};
use crate::token_command::CommandLine;
use crate::{message, quantity, runtime};

/// The arguments of every subcommand that talks to the server.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The base URL of the API [default: the environment variable `OPENAI_BASE_URL`, or OpenAI].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = base_url)]
    pub(crate) base_url: Option<String>,

    /// A file with the API key, alone or as `OPENAI_API_KEY=…` [default: the environment variable `OPENAI_API_KEY`].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) api_key_file: Option<PathBuf>,

    /// A command that prints an access token, which is used in place of a key. It runs without a shell: at the start,
    /// before its token expires, and when the server refuses the token.
    #[arg(long, value_name = "COMMAND", value_parser = CommandLine::parse, conflicts_with = "api_key_file")]
    pub(crate) token_command: Option<CommandLine>,

    #[command(flatten)]
    pub(crate) key_source: KeySource,

    /// Send a header with every request. A value of `@FILE` or `env:NAME` is read from there. May be repeated.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = Header::parse)]
    pub(crate) headers: Vec<Header>,

    /// The endpoint of an Azure OpenAI resource [default: the environment variable `AZURE_OPENAI_ENDPOINT`].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = base_url, conflicts_with = "base_url")]
    pub(crate) azure_endpoint: Option<String>,

    /// The API version of the Azure resource [default: the environment variable `OPENAI_API_VERSION`, or none].
    #[arg(long, value_name = "VERSION")]
    pub(crate) azure_api_version: Option<String>,

    /// The time limit of a request [default: 10m]. A part has none while its bytes move.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(crate) timeout: Option<Duration>,

    #[command(flatten)]
    pub(crate) client: ClientArguments,
}

impl Connection {
    pub(crate) fn configuration(&self) -> Result<Configuration, CommandError> {
        let mut configuration = self.with_credentials()?;
        configuration.base_path = base_url(&configuration.base_path).map_err(|error| {
            let variable = if self.is_azure() { "AZURE_OPENAI_ENDPOINT" } else { "OPENAI_BASE_URL" };
            CommandError::bad_input(format!("the environment variable {variable}: {error}"))
                .with_help(format!("set {variable} to a URL such as https://host/v1"))
        })?;
        for header in &self.headers {
            let (name, value) = header.read()?;
            if name == AUTHORIZATION {
                configuration.bearer_access_token = None;
                configuration.refreshing_token = None;
            }
            configuration.headers.insert(name, value);
        }
        configuration.timeout = self.timeout.or(configuration.timeout);
        if let Some(client) = self.client.client()? {
            configuration.client = client;
        }
        configuration.proxy_name = self.client.proxy_name();
        if let Some(token) = &configuration.refreshing_token {
            check_token(token, if self.key_source.entra_id { key_source::ENTRA_HELP } else { TOKEN_HELP })?;
        }
        Ok(configuration)
    }

    /// The server, with the key or the source of tokens.
    fn with_credentials(&self) -> Result<Configuration, CommandError> {
        let key = match &self.api_key_file {
            Some(file) => Some(key_in(file)?),
            None => self.keyring_key()?,
        };
        let provider = self.token_provider()?;
        if self.is_azure() {
            let (endpoint, version) = (self.azure_endpoint.clone(), self.azure_api_version.clone());
            let configuration = match provider {
                Some(provider) => Configuration::azure_from_env_with_provider(endpoint, provider, version),
                None => Configuration::azure_from_env_or(endpoint, key, version),
            };
            return configuration.map_err(|error| input_error(&error, AZURE_HELP));
        }
        if self.azure_api_version.is_some() {
            return Err(CommandError::bad_input("--azure-api-version needs an Azure endpoint")
                .with_help("pass --azure-endpoint, or set AZURE_OPENAI_ENDPOINT"));
        }
        let base_url = self.base_url_without_key();
        let configuration = match (provider, &self.api_key_file) {
            (Some(provider), _) => Configuration::from_env_with_provider(provider),
            // A pipe can be read once only.
            (None, Some(file)) if file.is_file() => {
                Configuration::from_env_with_provider(ApiKeyFile::new(file))
            }
            _ => Configuration::from_env_or(key, base_url.clone()),
        };
        let mut configuration = configuration.map_err(|error| input_error(&error, KEY_HELP))?;
        configuration.base_path = base_url.unwrap_or(configuration.base_path);
        Ok(configuration)
    }

    /// The source of tokens that replaces the key, if there is one.
    fn token_provider(&self) -> Result<Option<Provider>, CommandError> {
        if self.key_source.entra_id {
            return key_source::entra(self.client.client()?).map(Some);
        }
        Ok(self.token_command.as_ref().map(|command| Provider::Command(command.provider())))
    }

    /// The key in the keyring, if it is asked for, or if there is no other.
    fn keyring_key(&self) -> Result<Option<SecretString>, CommandError> {
        let server = self.server();
        if self.key_source.key_from_keyring {
            let key = key_source::keyring_key(&server)?;
            return key.map(Some).ok_or_else(|| {
                let entry = key_source::keyring_origin(&server);
                CommandError::bad_input(format!("{entry} does not exist"))
                    .with_help("store the key with `openai-uploads key set`")
            });
        }
        // A machine without a keyring needs no warning: the message about the missing key follows.
        Ok(if self.may_use_keyring() { key_source::keyring_key(&server).unwrap_or_default() } else { None })
    }

    /// Whether the key may be in the keyring: it is asked for, or it is needed and nothing else has one.
    pub(crate) fn may_use_keyring(&self) -> bool {
        if self.key_source.key_from_keyring {
            return true;
        }
        let is_named =
            self.api_key_file.is_some() || self.token_command.is_some() || self.key_source.entra_id;
        let has_header = self.headers.iter().any(|header| SECRET_HEADERS.contains(&header.name.as_str()));
        let is_elsewhere = if self.is_azure() {
            is_set("AZURE_OPENAI_API_KEY") || is_set("AZURE_OPENAI_AD_TOKEN")
        } else {
            self.base_url.is_some() || is_set("OPENAI_BASE_URL") || is_set("OPENAI_API_KEY")
        };
        cfg!(feature = "keyring") && !is_named && !has_header && !is_elsewhere
    }

    /// The base URL or the endpoint, whose host has an entry in the keyring.
    pub(crate) fn server(&self) -> String {
        self.azure_endpoint.clone().or_else(|| self.base_url.clone()).unwrap_or_else(default_server)
    }

    /// Azure is chosen by an argument or by the environment.
    pub(crate) fn is_azure(&self) -> bool {
        self.azure_endpoint.is_some() || (self.base_url.is_none() && is_azure_environment())
    }

    /// The base URL to use, where a key is not required: a header carries the credentials.
    fn base_url_without_key(&self) -> Option<String> {
        let has_credentials =
            self.headers.iter().any(|header| SECRET_HEADERS.contains(&header.name.as_str()));
        let default =
            (has_credentials && !is_set("OPENAI_BASE_URL")).then(|| Configuration::default().base_path);
        self.base_url.clone().or(default)
    }

    /// The options that repeat these arguments.
    pub(crate) fn options(&self) -> Vec<(&'static str, OsString)> {
        let mut options: Vec<(&str, OsString)> = Vec::new();
        options.extend(self.base_url.iter().map(|url| ("--base-url", url.into())));
        options.extend(self.api_key_file.iter().map(|file| ("--api-key-file", file.into())));
        options
            .extend(self.token_command.iter().map(|command| ("--token-command", command.to_string().into())));
        options.extend(self.headers.iter().map(|header| ("--header", header.to_string().into())));
        options.extend(self.azure_endpoint.iter().map(|url| ("--azure-endpoint", url.into())));
        options.extend(self.azure_api_version.iter().map(|version| ("--azure-api-version", version.into())));
        options.extend(self.timeout.iter().map(|time| ("--timeout", quantity::exact_duration(*time).into())));
        options.extend(self.client.options());
        options
    }
}

/// The base URL that the environment sets, for Azure or for others.
pub(crate) fn base_url_of_environment() -> Option<String> {
    let variable = if is_azure_environment() { "AZURE_OPENAI_ENDPOINT" } else { "OPENAI_BASE_URL" };
    env::var(variable).ok().filter(|url| !url.trim().is_empty())
}

/// The base URL of the environment, or that of OpenAI.
pub(crate) fn default_server() -> String {
    base_url_of_environment().unwrap_or_else(|| Configuration::default().base_path)
}

/// Whether the environment is for Azure and has nothing for OpenAI.
fn is_azure_environment() -> bool {
    is_set("AZURE_OPENAI_ENDPOINT") && !is_set("OPENAI_BASE_URL") && !is_set("OPENAI_API_KEY")
}

pub(crate) fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

const KEY_HELP: &str = if cfg!(feature = "keyring") {
    "set OPENAI_API_KEY to the key alone, pass --api-key-file FILE, or store the key with `openai-uploads key set`"
} else {
    "set OPENAI_API_KEY to the key alone, or pass --api-key-file FILE"
};

const AZURE_HELP: &str =
    "set AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN, or pass --api-key-file FILE with the Azure key";

/// What to do when no first token can be fetched.
const TOKEN_HELP: &str =
    "run the command by hand: it has to print the token alone, or JSON with `access_token` and `expires_in`";

fn input_error(error: &dyn std::error::Error, help: &str) -> CommandError {
    CommandError::bad_input(message::text(&error.to_string())).with_help(help)
}

/// Fetches the first token, so that a command that does not work is found before anything is sent.
fn check_token(token: &RefreshingToken, help: &str) -> Result<(), CommandError> {
    // The caller may be in a runtime already, so this one has a thread of its own.
    let fetched = thread::scope(|scope| {
        let fetching = scope.spawn(|| Ok(runtime::single_threaded()?.block_on(token.get())));
        fetching.join().unwrap_or_else(|_| Err(CommandError::failed("the token could not be fetched")))
    });
    fetched?.map(drop).map_err(|error| input_error(&error, help))
}

/// Reads a key file.
pub(crate) fn key_in(file: &Path) -> Result<SecretString, CommandError> {
    read_api_key_file(file).map_err(|error| {
        CommandError::bad_input(message::text(&error.to_string()))
            .with_help("--api-key-file takes a file that holds the key alone, or a line OPENAI_API_KEY=…")
    })
}

/// A key of this length does not occur in text by chance.
const MIN_UNMISTAKABLE_LENGTH: usize = 16;

/// A shorter key, such as the `any` of a local server, is too likely to be a word of the text.
const MIN_REDACTED_LENGTH: usize = 8;

/// Replaces the key in text of a server, which may repeat it.
///
/// A key that could be a word is replaced only where it is a word of its own.
pub(crate) fn redact(text: &str, configuration: &Configuration) -> String {
    let token = configuration.bearer_access_token.iter().map(|token| token.expose_secret().to_owned());
    let headers = configuration.headers.values().filter(|value| value.is_sensitive());
    // Of a value such as `Bearer TOKEN` the last word is the secret.
    let headers = headers.filter_map(|value| value.to_str().ok()?.split(' ').next_back().map(str::to_owned));
    let refreshing = configuration.refreshing_token.iter().flat_map(RefreshingToken::recent);
    let refreshing = refreshing.map(|token| token.expose_secret().to_owned());
    token.chain(refreshing).chain(headers).fold(text.to_owned(), |text, secret| redacted(&text, &secret))
}

fn redacted(text: &str, key: &str) -> String {
    const REPLACEMENT: &str = "[the API key]";
    if key.len() >= MIN_UNMISTAKABLE_LENGTH {
        let text = text.replace(key, REPLACEMENT);
        // Long answers are cut, and so may be the key in one.
        let starts = (MIN_REDACTED_LENGTH..key.len()).rev().filter_map(|end| key.get(..end));
        return starts
            .fold(text, |text, start| text.replace(&format!("{start}…"), &format!("{REPLACEMENT}…")));
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

pub(crate) fn base_url(text: &str) -> Result<String, String> {
    check_base_url(text).map_err(|error| error.to_string())?;
    Ok(text.trim().trim_end_matches('/').to_owned())
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
            ("sk-hidden-0123456789", "not: sk-hidden-012…", "not: [the API key]…"),
            ("", "nothing", "nothing"),
        ] {
            assert_eq!(redacted(text, key), expected);
        }
    }
}
