//! Webhooks: requests that the server sends, verified as Standard Webhooks defines.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use super::error::InputError;
use super::platform::now;

/// How far the time of a webhook may be from the clock.
const TOLERANCE: Duration = Duration::from_secs(300);

/// The start of a secret, before its Base64.
const PREFIX: &str = "whsec_";

/// A time relative to now, in words.
fn relative(seconds_ago: i64) -> String {
    let seconds = seconds_ago.unsigned_abs();
    if seconds_ago < 0 {
        format!("{seconds} seconds in the future")
    } else {
        format!("{seconds} seconds ago")
    }
}

/// The webhooks of a document, each with its name.
pub trait Webhook: Sized {
    /// Reads the body of the webhook `name`.
    ///
    /// # Errors
    ///
    /// When it is not what the document declares for the name.
    fn read(name: &str, body: &[u8]) -> serde_json::Result<Self>;

    /// Returns the name of this webhook.
    fn name(&self) -> &str;
}

/// The name in a body.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "type")]
    name: String,
}

/// The secret that a server signs its webhooks with, as [Standard Webhooks](https://www.standardwebhooks.com) defines:
/// HMAC with SHA-256 over the id, the time and the body.
///
/// `Debug` does not show it.
#[derive(Clone)]
pub struct WebhookSecret {
    key: SecretSlice<u8>,
    tolerance: Duration,
}

/// Why a webhook is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// A header is missing, or cannot be read.
    #[error("the webhook has no usable header `{0}`")]
    Header(&'static str),
    /// It was signed too long ago, or in the future. It may be an old one that somebody sends again.
    #[error("the webhook was signed {} by the clock of this machine", relative(*.seconds))]
    Time {
        /// How long ago. Negative: in the future.
        seconds: i64,
    },
    /// None of its signatures was made with the secret.
    #[error("the webhook was not signed with this secret")]
    Signature,
    /// It is signed, and its body is not what the document declares.
    #[error("the body of the webhook cannot be read")]
    Body(#[from] serde_json::Error),
}

impl WebhookSecret {
    /// Reads a secret: `whsec_` and Base64.
    ///
    /// # Errors
    ///
    /// When it has another form.
    pub fn new(secret: impl Into<SecretString>) -> Result<Self, InputError> {
        let secret = secret.into();
        let text = secret.expose_secret().trim();
        let key = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok();
        match key.filter(|key| !key.is_empty()) {
            Some(key) => Ok(Self { key: key.into(), tolerance: TOLERANCE }),
            None => Err(InputError::new("a webhook secret is `whsec_` followed by Base64")),
        }
    }

    /// Sets how far the time of a webhook may be from the clock. 5 minutes by default.
    #[must_use]
    pub fn with_tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }

    /// Verifies a webhook whose body has its name as `type`, and reads it.
    ///
    /// Where another place has the name, such as a header, use [`verify`](Self::verify) and [`Webhook::read`].
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), and when the body is not what the document declares for the name.
    pub fn event<T: Webhook>(&self, headers: &HeaderMap, body: &[u8]) -> Result<T, WebhookError> {
        self.verify(headers, body)?;
        let Named { name } = serde_json::from_slice(body)?;
        Ok(T::read(&name, body)?)
    }

    /// Verifies that the server sent a webhook, and when. `body` is the body as it arrived.
    ///
    /// A server may send a webhook twice. The header `webhook-id` is then the same.
    ///
    /// # Errors
    ///
    /// When a header is missing, the time is not that of now, or no signature fits.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
        self.verify_at(headers, body, now())
    }

    fn verify_at(&self, headers: &HeaderMap, body: &[u8], now: SystemTime) -> Result<(), WebhookError> {
        let header = |name: &'static str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.filter(|value| !value.is_empty()).ok_or(WebhookError::Header(name))
        };
        let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
        let signatures = header("webhook-signature")?;
        let signed_at: i64 = timestamp.parse().map_err(|_| WebhookError::Header("webhook-timestamp"))?;
        let now =
            now.duration_since(UNIX_EPOCH).map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        let seconds = now.saturating_sub(signed_at);
        if seconds.unsigned_abs() > self.tolerance.as_secs() {
            return Err(WebhookError::Time { seconds });
        }
        let mac = self.mac(id, timestamp, body);
        let is_signed = signatures.split(' ').any(|signature| {
            let signature = signature.strip_prefix("v1,").and_then(|text| BASE64_STANDARD.decode(text).ok());
            // It takes the same time wherever they differ.
            signature.is_some_and(|signature| mac.clone().verify_slice(&signature).is_ok())
        });
        if is_signed { Ok(()) } else { Err(WebhookError::Signature) }
    }

    /// Signs a webhook as a server does, for tests: the value of the header `webhook-signature`. `timestamp` is in
    /// seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let signature = self.mac(id, &timestamp.to_string(), body).finalize().into_bytes();
        format!("v1,{}", BASE64_STANDARD.encode(signature))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.key.expose_secret()).expect("a key may have any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: u64 = 1_614_265_330;
    /// Computed with Python's `hmac` as well.
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret() -> WebhookSecret {
        WebhookSecret::new(SECRET).unwrap()
    }

    fn headers(timestamp: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().unwrap());
        headers.insert("webhook-timestamp", timestamp.parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        headers
    }

    fn verified(signature: &str, body: &[u8], later: i64) -> Result<(), WebhookError> {
        let now = UNIX_EPOCH + Duration::from_secs(AT.saturating_add_signed(later));
        secret().verify_at(&headers(&AT.to_string(), signature), body, now)
    }

    #[test]
    fn the_signature_is_the_one_of_the_standard() {
        assert_eq!(secret().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY), SIGNATURE);
        for signatures in [SIGNATURE.to_owned(), format!("v1a,xx v1,AAAA {SIGNATURE}")] {
            verified(&signatures, BODY, 0).unwrap();
        }
    }

    #[test]
    fn what_was_changed_or_signed_otherwise_is_refused() {
        for (signature, body) in [
            (SIGNATURE, &br#"{"test": 2432232315}"#[..]),
            (&SIGNATURE.replace("v1,", "v2,"), BODY),
            (&SIGNATURE.replace("g0h", "h0h"), BODY),
            (&SIGNATURE[..20], BODY),
            ("v1,", BODY),
        ] {
            assert!(matches!(verified(signature, body, 0), Err(WebhookError::Signature)), "{signature}");
        }
        let other = WebhookSecret::new("whsec_AAAA").unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY);
        assert!(matches!(verified(&other, BODY, 0), Err(WebhookError::Signature)));
    }

    #[test]
    fn the_time_is_within_five_minutes() {
        for later in [-300, 300] {
            verified(SIGNATURE, BODY, later).unwrap();
        }
        for later in [-301, 301] {
            let error = verified(SIGNATURE, BODY, later).unwrap_err();
            assert!(matches!(error, WebhookError::Time { seconds } if seconds == later), "{error}");
            let words = if later < 0 { "301 seconds in the future" } else { "301 seconds ago" };
            assert!(error.to_string().contains(words), "{error}");
        }
        for timestamp in ["", "soon", "99999999999999999999"] {
            let error = secret().verify(&headers(timestamp, SIGNATURE), BODY).unwrap_err();
            assert!(matches!(error, WebhookError::Header("webhook-timestamp")), "{timestamp}: {error}");
        }
        assert!(matches!(secret().verify(&HeaderMap::new(), BODY), Err(WebhookError::Header("webhook-id"))));
    }

    #[test]
    fn a_secret_is_not_shown_and_has_one_form() {
        assert!(!format!("{:?}", secret()).contains("MfKQ"));
        WebhookSecret::new(&SECRET[6..]).unwrap();
        for wrong in ["", "whsec_", "whsec_not base64"] {
            let error = WebhookSecret::new(wrong).unwrap_err().to_string();
            assert!(error.contains("whsec_"), "{error}");
        }
    }
}
