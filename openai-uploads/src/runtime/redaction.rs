//! Keeps credentials out of messages that quote a server.

use secrecy::{ExposeSecret, SecretString};

use super::token::RefreshingToken;

/// The minimum length of a credential that is replaced. A shorter one may be an ordinary word.
const MIN_LENGTH: usize = 8;

/// The minimum length of a credential whose first half is replaced as well.
const MIN_LONG_LENGTH: usize = 16;

/// The minimum length of a credential that is replaced in what is kept.
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
const MIN_KEPT_LENGTH: usize = 4;

pub(super) const REPLACEMENT: &str = "[redacted]";

/// The credentials of a request.
pub(super) struct Redaction {
    secrets: Vec<SecretString>,
    /// The names of the query parameters of the configuration.
    parameters: Vec<String>,
    /// Tokens may be fetched after this was created.
    refreshing_token: Option<RefreshingToken>,
}

impl Redaction {
    pub(super) fn new(
        secrets: Vec<SecretString>,
        refreshing_token: Option<RefreshingToken>,
        parameters: Vec<String>,
    ) -> Self {
        Self { secrets, parameters, refreshing_token }
    }

    /// Whether the configuration has a query parameter of this name, whose value may be a credential.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter == name)
    }

    /// Replaces the credentials in a text.
    ///
    /// A long credential is also replaced if only its first half or more is there, as some servers shorten it.
    pub(super) fn apply(&self, text: &str) -> String {
        let tokens = self.refreshing_token.iter().flat_map(RefreshingToken::recent);
        let secrets = self.secrets.iter().cloned().chain(tokens);
        secrets.fold(text.to_owned(), |text, secret| redacted(&text, secret.expose_secret()))
    }
}

#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
impl Redaction {
    /// Replaces the credentials in a text that is kept: short ones and words too, if they have at least 4 characters.
    pub(super) fn apply_strictly(&self, text: &str) -> String {
        let tokens = self.refreshing_token.iter().flat_map(RefreshingToken::recent);
        let secrets = self.secrets.iter().cloned().chain(tokens);
        let exact = secrets.filter(|secret| secret.expose_secret().len() >= MIN_KEPT_LENGTH);
        exact.fold(self.apply(text), |text, secret| text.replace(secret.expose_secret(), REPLACEMENT))
    }
}

fn redacted(text: &str, secret: &str) -> String {
    let length = secret.len();
    let least = if length < MIN_LONG_LENGTH { length } else { length.div_ceil(2) };
    if length < MIN_LENGTH || !secret.is_ascii() || secret.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return text.to_owned();
    }
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(&secret[..least]) {
        let found = &rest[start..];
        let same = found.bytes().zip(secret.bytes()).take_while(|(found, secret)| found == secret).count();
        result.push_str(&rest[..start]);
        result.push_str(REPLACEMENT);
        rest = &found[same..];
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_replaced_and_words_that_look_like_one_are_not() {
        for (secret, text, expected) in [
            ("sk-hidden-0123456789", "Bearer sk-hidden-0123456789.", "Bearer [redacted]."),
            (
                "sk-hidden-0123456789",
                "sk-hidden-012345678 and sk-hidden-0***",
                "[redacted] and [redacted]***",
            ),
            ("sk-hidden-0123456789", "sk-hid is too short", "sk-hid is too short"),
            ("key-1234", "key-1234 is wrong, key-123 is another", "[redacted] is wrong, key-123 is another"),
            ("any", "any key of many", "any key of many"),
            ("uploading", "uploading failed", "uploading failed"),
            ("", "nothing", "nothing"),
            ("schlüssel-9", "schlüssel-9", "schlüssel-9"),
        ] {
            assert_eq!(redacted(text, secret), expected, "{secret}");
        }
    }
}
