//! Microsoft Entra tokens by the crate `azure_identity`.

use std::env;
use std::fmt;
use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureDeveloperCliCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, DeveloperToolsCredential,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};

use crate::runtime::{InputError, Token, TokenError, TokenProvider, client_builder};

/// The scope of Azure OpenAI.
const SCOPE: &str = "https://cognitiveservices.azure.com/.default";

/// How often a request for a token is sent again.
const MAX_RETRIES: u32 = 3;

/// A provider of Microsoft Entra tokens, for Azure OpenAI without a key.
///
/// The environment decides how this program identifies itself, by the variables of Microsoft's own libraries:
///
/// | variables | credential |
/// |---|---|
/// | `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET` | the secret of a service principal |
/// | `AZURE_FEDERATED_TOKEN_FILE`, with `AZURE_TENANT_ID` and `AZURE_CLIENT_ID` | a workload identity of Kubernetes |
/// | `IDENTITY_ENDPOINT`, `IDENTITY_HEADER`; `AZURE_CLIENT_ID` for a user-assigned one | a managed identity of App Service, Functions or Container Apps |
/// | none of these | the account that is logged in with `az` or `azd` |
///
/// `AZURE_TOKEN_CREDENTIALS` names one of them instead: `EnvironmentCredential`, `WorkloadIdentityCredential`,
/// `ManagedIdentityCredential`, `AzureCliCredential` or `AzureDeveloperCliCredential`. Virtual machines need
/// `ManagedIdentityCredential`.
///
/// A token is fetched again before it expires, and when the server refuses it.
///
/// ```no_run
/// use openai_uploads::EntraTokens;
/// use openai_uploads::apis::configuration::Configuration;
///
/// let endpoint = "https://example.openai.azure.com";
/// let configuration = Configuration::azure_with_provider(endpoint, EntraTokens::from_env()?, None);
/// # Ok::<(), openai_uploads::runtime::InputError>(())
/// ```
#[derive(Clone)]
pub struct EntraTokens {
    credential: Credential,
    client: Option<Client>,
    scope: String,
}

/// A way to identify this program.
#[derive(Clone)]
enum Credential {
    ClientSecret { tenant: String, client: String, secret: SecretString },
    WorkloadIdentity,
    ManagedIdentity { client: Option<String> },
    AzureCli,
    AzureDeveloperCli,
    DeveloperTools,
}

impl EntraTokens {
    /// Chooses the credential by the environment. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`InputError`] when a variable that the credential needs is not set, or when `AZURE_TOKEN_CREDENTIALS` names
    /// none that is known.
    pub fn from_env() -> Result<Self, InputError> {
        let credential = Credential::from_variables(&variable)?;
        Ok(Self { credential, client: None, scope: SCOPE.to_owned() })
    }

    /// Sets the scope of the tokens. The default is that of Azure OpenAI.
    #[must_use]
    pub fn with_scope(self, scope: impl Into<String>) -> Self {
        Self { scope: scope.into(), ..self }
    }

    /// Sets the HTTP client that fetches tokens, for a proxy or certificates.
    #[must_use]
    pub fn with_client(self, client: Client) -> Self {
        Self { client: Some(client), ..self }
    }

    async fn ask(&self) -> Result<Token, TokenError> {
        // Made for each request: one that is kept would return its token again although the server refused it.
        let credential = self.credential.open(self.client.as_ref()).map_err(|error| self.failed(&error))?;
        let token = credential.get_token(&[&self.scope], None).await.map_err(|error| self.failed(&error))?;
        Ok(Token::new(token.token.secret()).with_expiry(token.expires_on.into()))
    }

    fn failed(&self, error: &azure_core::Error) -> TokenError {
        let mut text = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Credential::ClientSecret { secret, .. } = &self.credential {
            text = text.replace(secret.expose_secret(), "[redacted]");
        }
        TokenError::new(text)
    }
}

impl TokenProvider for EntraTokens {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        self.ask().boxed()
    }
}

/// The credential, in a few words.
impl fmt::Display for EntraTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.credential {
            Credential::ClientSecret { .. } => "the service principal of AZURE_CLIENT_ID",
            Credential::WorkloadIdentity => "the workload identity of AZURE_FEDERATED_TOKEN_FILE",
            Credential::ManagedIdentity { .. } => "a managed identity",
            Credential::AzureCli => "the Azure CLI",
            Credential::AzureDeveloperCli => "the Azure Developer CLI",
            Credential::DeveloperTools => "the Azure CLI or the Azure Developer CLI",
        })
    }
}

impl fmt::Debug for EntraTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credential = self.to_string();
        f.debug_struct("EntraTokens")
            .field("credential", &credential)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Credential {
    fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, InputError> {
        let needed = |name: &str| {
            variable(name).ok_or_else(|| {
                InputError::new(format!(
                    "no Microsoft Entra token: the environment variable {name} is not set"
                ))
            })
        };
        let client_secret = || {
            Ok(Self::ClientSecret {
                tenant: needed("AZURE_TENANT_ID")?,
                client: needed("AZURE_CLIENT_ID")?,
                secret: needed("AZURE_CLIENT_SECRET")?.into(),
            })
        };
        let workload_identity = || {
            for name in ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
                needed(name)?;
            }
            Ok(Self::WorkloadIdentity)
        };
        let managed_identity = Self::ManagedIdentity { client: variable("AZURE_CLIENT_ID") };
        match variable("AZURE_TOKEN_CREDENTIALS").as_deref() {
            Some("EnvironmentCredential") => client_secret(),
            Some("WorkloadIdentityCredential") => workload_identity(),
            Some("ManagedIdentityCredential") => Ok(managed_identity),
            Some("AzureCliCredential") => Ok(Self::AzureCli),
            Some("AzureDeveloperCliCredential") => Ok(Self::AzureDeveloperCli),
            Some("dev") => Ok(Self::DeveloperTools),
            None | Some("prod") => match () {
                () if variable("AZURE_CLIENT_SECRET").is_some() => client_secret(),
                () if variable("AZURE_FEDERATED_TOKEN_FILE").is_some() => workload_identity(),
                () if variable("IDENTITY_ENDPOINT").is_some() => Ok(managed_identity),
                () if variable("AZURE_TOKEN_CREDENTIALS").is_some() => Ok(managed_identity),
                () => Ok(Self::DeveloperTools),
            },
            Some(other) => Err(InputError::new(format!(
                "the environment variable AZURE_TOKEN_CREDENTIALS names no known credential: {other}"
            ))),
        }
    }

    fn open(&self, client: Option<&Client>) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let client_options = || ClientOptions {
            transport: Some(Transport::new(Arc::new(client.cloned().unwrap_or_else(token_client)))),
            retry: RetryOptions::exponential(ExponentialRetryOptions {
                max_retries: MAX_RETRIES,
                ..ExponentialRetryOptions::default()
            }),
            ..ClientOptions::default()
        };
        Ok(match self {
            Self::ClientSecret { tenant, client, secret } => {
                let options = ClientSecretCredentialOptions { client_options: client_options() };
                let secret = Secret::new(secret.expose_secret().to_owned());
                ClientSecretCredential::new(tenant, client.clone(), secret, Some(options))?
            }
            Self::WorkloadIdentity => {
                let options = ClientAssertionCredentialOptions { client_options: client_options() };
                WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                    credential_options: options,
                    ..WorkloadIdentityCredentialOptions::default()
                }))?
            }
            Self::ManagedIdentity { client } => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id: client.clone().map(UserAssignedId::ClientId),
                    client_options: client_options(),
                }))?
            }
            Self::AzureCli => AzureCliCredential::new(None)?,
            Self::AzureDeveloperCli => AzureDeveloperCliCredential::new(None)?,
            Self::DeveloperTools => DeveloperToolsCredential::new(None)?,
        })
    }
}

/// A client without connections that are kept, since tokens are rare.
fn token_client() -> Client {
    client_builder().pool_max_idle_per_host(0).build().unwrap_or_default()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &str)]) -> Result<String, String> {
        let variable =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        let credential = Credential::from_variables(&variable).map_err(|error| error.to_string())?;
        let tokens = EntraTokens { credential, client: None, scope: SCOPE.to_owned() };
        assert!(!format!("{tokens:?}").contains("hidden"));
        Ok(tokens.to_string())
    }

    #[test]
    fn the_variables_choose_the_credential() {
        let principal =
            [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "hidden")];
        let workload =
            [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_FEDERATED_TOKEN_FILE", "f")];
        let named = |name| [("AZURE_TOKEN_CREDENTIALS", name), ("AZURE_CLIENT_SECRET", "hidden")];
        for (variables, words) in [
            (&principal[..], "service principal"),
            (&workload, "workload identity"),
            (&[("IDENTITY_ENDPOINT", "e")], "managed identity"),
            (&[("AZURE_TENANT_ID", "t")], "the Azure CLI or"),
            (&named("ManagedIdentityCredential"), "managed identity"),
            (&named("AzureCliCredential"), "the Azure CLI"),
            (&[("AZURE_TOKEN_CREDENTIALS", "prod")], "managed identity"),
        ] {
            assert!(chosen(variables).unwrap().contains(words), "{variables:?}");
        }
    }

    #[test]
    fn a_variable_that_is_missing_or_unknown_is_named() {
        for (variables, words) in [
            (&[("AZURE_CLIENT_SECRET", "hidden")][..], "AZURE_TENANT_ID is not set"),
            (&[("AZURE_FEDERATED_TOKEN_FILE", "f"), ("AZURE_TENANT_ID", "t")], "AZURE_CLIENT_ID is not set"),
            (&[("AZURE_TOKEN_CREDENTIALS", "Other")], "names no known credential: Other"),
        ] {
            let error = chosen(variables).unwrap_err();
            assert!(error.contains(words) && !error.contains("hidden"), "{error}");
        }
    }
}
