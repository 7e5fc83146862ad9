//! The OAuth 2 client credentials grant (RFC 6749 §4.4).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::error::describe;
use super::excerpt::one_line;
use super::platform::{BoxFuture, default_client};
use super::reply::ByteStream;
use super::token::{Token, TokenError, TokenProvider, token_in_json};

/// The maximum length of a reply.
const MAX_REPLY: usize = 1 << 20;

/// Fetches tokens from an OAuth 2 server for a client that has a secret of its own (RFC 6749 §4.4).
///
/// The id and the secret go into the header `Authorization` (§2.3.1), or into the body for a server that requires it.
/// The request is sent by [`default_client`], or by the client given.
#[derive(Clone)]
pub struct ClientCredentials {
    token_url: String,
    client_id: String,
    client_secret: SecretString,
    parameters: Vec<(String, String)>,
    is_in_body: bool,
    client: Option<Client>,
}

impl ClientCredentials {
    /// Creates a provider that asks the server at `token_url`.
    pub fn new(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self {
            token_url: token_url.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            parameters: Vec::new(),
            is_in_body: false,
            client: None,
        }
    }

    /// Asks for `scope`, a list of words with spaces between them.
    #[must_use]
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.parameter("scope", scope)
    }

    /// Adds a parameter that the server wants, such as `audience` or `resource`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sends the id and the secret in the body.
    #[must_use]
    pub fn credentials_in_body(self) -> Self {
        Self { is_in_body: true, ..self }
    }

    /// Sets the HTTP client, for a proxy or certificates.
    #[must_use]
    pub fn client(self, client: Client) -> Self {
        Self { client: Some(client), ..self }
    }

    async fn ask(&self) -> Result<Token, TokenError> {
        let url = Url::parse(&self.token_url)
            .ok()
            .filter(Url::has_host)
            .ok_or_else(|| TokenError::new("the token URL is not a URL such as https://host/token"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let failed = |problem: String| TokenError::new(format!("the server {host} {problem}"));
        let request = self.client.clone().unwrap_or_else(default_client).post(url);
        let request = if self.is_in_body { request } else { request.header(AUTHORIZATION, self.basic()) };
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(self.form());
        let response = request
            .send()
            .await
            .map_err(|error| failed(format!("gave no answer: {}", describe(&error.without_url()))))?;
        let status = response.status();
        let body = ByteStream::new(response, "token").at_most(MAX_REPLY).await;
        let body = body.map_err(|error| failed(format!("gave no complete answer: {error}")))?;
        let json = serde_json::from_slice::<Value>(&body).ok();
        if !status.is_success() {
            let member = |name: &&str| json.as_ref()?.get(*name)?.as_str();
            let reason = ["error_description", "error"].iter().find_map(member);
            let reason = reason.map_or_else(String::new, |reason| format!(": {}", one_line(reason)));
            let reason = reason.replace(self.client_secret.expose_secret(), "[redacted]");
            return Err(failed(format!("answered {}{reason}", status.as_u16())));
        }
        let json = json.ok_or_else(|| failed("answered with something that is not JSON".to_owned()))?;
        token_in_json(&json).map_err(|found| failed(format!("answered with {found}")))
    }

    fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials").extend_pairs(&self.parameters);
        if self.is_in_body {
            form.append_pair("client_id", &self.client_id);
            form.append_pair("client_secret", self.client_secret.expose_secret());
        }
        form.finish()
    }

    /// The id and the secret are encoded as in a form before they are joined.
    fn basic(&self) -> HeaderValue {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(self.client_secret.expose_secret()));
        let mut header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
            .expect("base 64 can be sent in a header");
        header.set_sensitive(true);
        header
    }
}

impl TokenProvider for ClientCredentials {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(self.ask())
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
