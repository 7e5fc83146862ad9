//! Tokens in JSON with an expiry, and JSON Web Tokens.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Token;
use super::date_time::date_time;

/// The members that hold the token. Those of OAuth 2 (RFC 6749 §5.1), of the Azure CLI, and of others.
const TOKEN_NAMES: [&str; 3] = ["access_token", "accessToken", "token"];

/// The members that hold the time of the expiry: seconds since 1970, or a date and time with an offset (RFC 3339).
const EXPIRY_NAMES: [&str; 4] = ["expires_on", "expires_at", "expiry", "expiration"];

/// Reads the token of an object such as a reply of an OAuth 2 server.
pub(in super::super) fn token_in_json(json: &Value) -> Result<Token, String> {
    let secret = TOKEN_NAMES.iter().find_map(|name| json.get(*name)?.as_str());
    let secret = secret.ok_or_else(|| {
        let [first, second, third] = TOKEN_NAMES;
        format!("JSON without a string `{first}`, `{second}` or `{third}`")
    })?;
    check(secret)?;
    let lifetime = json.get("expires_in").and_then(seconds);
    let expiry = EXPIRY_NAMES.iter().find_map(|name| time(json.get(*name)?));
    let token = Token::new(secret);
    Ok(match (lifetime, expiry) {
        (Some(lifetime), _) => token.with_lifetime(lifetime),
        (None, Some(expiry)) => token.with_expiry(expiry),
        (None, None) => token,
    })
}

/// Fails where a token cannot be sent in a header.
pub(super) fn check(secret: &str) -> Result<(), String> {
    match secret.chars().position(|character| !character.is_ascii_graphic()) {
        None if secret.is_empty() => Err("an empty token".to_owned()),
        None => Ok(()),
        Some(index) => {
            let place = index + 1;
            Err(format!("text whose character {place} is a space or another character that no token has"))
        }
    }
}

/// A number, or a string that holds one.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn time(value: &Value) -> Option<SystemTime> {
    match seconds(value) {
        Some(seconds) => SystemTime::UNIX_EPOCH.checked_add(seconds),
        None => date_time(value.as_str()?),
    }
}

/// The `exp` of a JSON Web Token (RFC 7519), which is not verified here.
pub(super) fn json_web_token_expiry(token: &str) -> Option<SystemTime> {
    let mut parts = token.split('.');
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(seconds(claims.get("exp")?)?)
}
