//! Keys and tokens from the system: its keyring, and Microsoft Entra ID.

use clap::Args;
use futures_util::future::BoxFuture;
use openai_uploads::runtime::{Token, TokenCommand, TokenError, TokenProvider};
use secrecy::SecretString;

use crate::exit::CommandError;

/// Where the credentials come from besides the environment, a file and a command.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct KeySource {
    /// Take the API key of the server from the keyring of the system, where `key set` stores it.
    #[arg(long, conflicts_with_all = ["api_key_file", "token_command"], hide = !cfg!(feature = "keyring"))]
    pub(crate) key_from_keyring: bool,

    /// Take Microsoft Entra tokens in place of a key: of a service principal, a workload identity, a managed identity
    /// or the Azure CLI, as the environment says.
    #[arg(
        long,
        conflicts_with_all = ["api_key_file", "token_command", "key_from_keyring"],
        hide = !cfg!(feature = "azure-identity")
    )]
    pub(crate) entra_id: bool,
}

impl KeySource {
    /// The options that repeat these arguments.
    pub(crate) fn flags(&self) -> Vec<&'static str> {
        let flags = [("--key-from-keyring", self.key_from_keyring), ("--entra-id", self.entra_id)];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }
}

/// A provider of tokens that replaces the key.
pub(crate) enum Provider {
    Command(TokenCommand),
    #[cfg(feature = "azure-identity")]
    Entra(openai_uploads::EntraTokens),
}

impl TokenProvider for Provider {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        match self {
            Self::Command(command) => command.fetch(),
            #[cfg(feature = "azure-identity")]
            Self::Entra(tokens) => tokens.fetch(),
        }
    }
}

/// The tokens of `--entra-id`, fetched by this client if there is one.
#[cfg(feature = "azure-identity")]
pub(crate) fn entra(client: Option<reqwest::Client>) -> Result<Provider, CommandError> {
    let tokens = openai_uploads::EntraTokens::from_env().map_err(|error| {
        CommandError::bad_input(crate::message::text(&error.to_string())).with_help(ENTRA_HELP)
    })?;
    Ok(Provider::Entra(client.into_iter().fold(tokens, openai_uploads::EntraTokens::with_client)))
}

#[cfg(not(feature = "azure-identity"))]
pub(crate) fn entra(_: Option<reqwest::Client>) -> Result<Provider, CommandError> {
    Err(CommandError::bad_input("--entra-id: this program was built without Microsoft Entra ID")
        .with_help("install it with --features cli,azure-identity, or use --token-command"))
}

pub(crate) const ENTRA_HELP: &str = "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or log in with \
                                     `az login`; on a virtual machine set \
                                     AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential";

/// What a credential of `--entra-id` is, for people.
pub(crate) fn entra_origin() -> String {
    #[cfg(feature = "azure-identity")]
    if let Ok(tokens) = openai_uploads::EntraTokens::from_env() {
        return format!("Microsoft Entra ID, with {tokens}");
    }
    "Microsoft Entra ID".to_owned()
}

/// The key of a server in the keyring. `None`: it has none.
#[cfg(feature = "keyring")]
pub(crate) fn keyring_key(base_url: &str) -> Result<Option<SecretString>, CommandError> {
    let read = openai_uploads::KeyringEntry::of_server(base_url).and_then(|entry| entry.read());
    read.map_err(|error| problem(&error))
}

/// What to do about a keyring that cannot be used.
#[cfg(feature = "keyring")]
pub(crate) fn problem(error: &openai_uploads::runtime::InputError) -> CommandError {
    CommandError::bad_input(crate::message::text(&error.to_string())).with_help(
        "check that a keyring runs and is not locked, such as GNOME Keyring or KWallet; without one, use \
         --api-key-file or OPENAI_API_KEY",
    )
}

#[cfg(not(feature = "keyring"))]
pub(crate) fn keyring_key(_: &str) -> Result<Option<SecretString>, CommandError> {
    Err(CommandError::bad_input("--key-from-keyring: this program was built without keyrings")
        .with_help("install it with --features cli,keyring, or use --api-key-file"))
}

/// What the entry of a server in the keyring is called.
pub(crate) fn keyring_origin(base_url: &str) -> String {
    #[cfg(feature = "keyring")]
    if let Ok(entry) = openai_uploads::KeyringEntry::of_server(base_url) {
        return entry.to_string();
    }
    let _ = base_url;
    "the keyring".to_owned()
}
