//! `key`: stores an API key in the keyring of the system, and removes it.

use std::io::{self, IsTerminal, Read};

use clap::{Args, Subcommand, ValueHint};
use console::Term;
use openai_uploads::KeyringEntry;
use secrecy::{ExposeSecret, SecretString};

use crate::connection::{base_url, default_server};
use crate::exit::{self, CommandError, Exit};
use crate::key_source::problem;
use crate::message;

/// A longer input holds something else than a key.
const MAX_BYTES: u64 = 64 * 1024;

/// Store the API key of a server in the keyring of the system, or remove it
///
/// The keyring is that of the system, such as Keychain, Credential Manager or GNOME Keyring. Each server has a key of
/// its own.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Store the key: asks for it on a terminal, or reads it from stdin
    Set(Server),
    /// Remove the key
    Remove(Server),
}

#[derive(Args)]
struct Server {
    /// The base URL of the server [default: that of the environment, or OpenAI].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = base_url)]
    base_url: Option<String>,
}

impl Key {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let (Action::Set(server) | Action::Remove(server)) = &self.action;
        let base_url = server.base_url.clone().unwrap_or_else(default_server);
        let entry = KeyringEntry::of_server(&base_url).map_err(|error| problem(&error))?;
        match self.action {
            Action::Set(_) => {
                entry.store(read_key()?.expose_secret()).map_err(|error| problem(&error))?;
                message::write(&format!("the key is stored as {entry}"));
            }
            Action::Remove(_) if entry.remove().map_err(|error| problem(&error))? => {
                message::write(&format!("{entry} is removed"));
            }
            Action::Remove(_) => {
                return Err(CommandError::bad_input(format!("{entry} does not exist"))
                    .with_help("name the server with --base-url"));
            }
        }
        Ok(Exit::Done)
    }
}

/// Asks for the key without showing it, or reads stdin to its end.
fn read_key() -> Result<SecretString, CommandError> {
    let unreadable = |error: io::Error| CommandError::bad_input(format!("the key cannot be read: {error}"));
    if io::stdin().is_terminal() {
        message::write("API key: ");
        return Term::stderr().read_secure_line().map(SecretString::from).map_err(unreadable);
    }
    let mut text = String::new();
    io::stdin().take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text.into())
}
