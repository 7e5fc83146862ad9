//! Tokens as commands and files hold them: alone, or in JSON with an expiry.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Token;
use super::date_time::date_time;

/// The maximum length of a token with what is around it.
pub(super) const MAX_LENGTH: u64 = 64 * 1024;

/// The members that hold the token. Those of OAuth 2 (RFC 6749 §5.1), of the Azure CLI, and of others.
const TOKEN_NAMES: [&str; 3] = ["access_token", "accessToken", "token"];

/// The members that hold the time of the expiry: seconds since 1970, or a date and time with an offset (RFC 3339).
const EXPIRY_NAMES: [&str; 4] = ["expires_on", "expires_at", "expiry", "expiration"];

/// Reads a token that stands alone or in JSON. The error says what is there instead, and never shows it.
pub(super) fn token_in(text: &str) -> Result<Token, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err("nothing".to_owned());
    }
    if text.starts_with('{') {
        let json =
            serde_json::from_str(text).map_err(|_| "text that begins as JSON and is none".to_owned())?;
        return token_in_json(&json);
    }
    let lines = text.lines().count();
    if lines > 1 {
        return Err(format!("{lines} lines in place of a token alone or JSON"));
    }
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    check(text)?;
    Ok(Token::new(text))
}

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
fn check(secret: &str) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_read_alone_or_from_json() {
        let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"exp":1900000000,"sub":"me"}"#));
        for (text, token, expires_at) in [
            ("abc\n", "abc", None),
            ("\u{feff}\"abc\"\r\n", "abc", None),
            (jwt.as_str(), jwt.as_str(), Some(at(1_900_000_000))),
            (r#"{"access_token":"abc","token_type":"Bearer"}"#, "abc", None),
            (r#"{"token":"abc","expires_at":1900000000.0}"#, "abc", Some(at(1_900_000_000))),
            // As `az account get-access-token` prints it; `expiresOn` is in local time.
            (
                r#"{"accessToken":"abc","expiresOn":"2030-03-17 17:46:40.000000","expires_on":1900000000,"tenant":"t"}"#,
                "abc",
                Some(at(1_900_000_000)),
            ),
            (r#"{"access_token":"abc","expires_on":"1900000000"}"#, "abc", Some(at(1_900_000_000))),
            (r#"{"token":"abc","expiration":"2030-03-17T17:46:40Z"}"#, "abc", Some(at(1_900_000_000))),
            (r#"{"token":"abc","expiry":"some day"}"#, "abc", None),
        ] {
            let read = token_in(text).unwrap();
            assert_eq!((read.secret.expose_secret(), read.expires_at), (token, expires_at), "{text}");
        }
        let read = token_in(r#"{"access_token":"abc","expires_in":"3600"}"#).unwrap();
        let life = read.expires_at.unwrap().duration_since(SystemTime::now()).unwrap();
        assert!(life > Duration::from_secs(3500) && life <= Duration::from_secs(3600), "{life:?}");
    }

    #[test]
    fn what_is_no_token_is_described_and_not_shown() {
        for (text, problem) in [
            ("", "nothing"),
            (" \r\n", "nothing"),
            ("secret\nsecret2", "2 lines"),
            ("secret word", "character 7"),
            ("{\"access_token\": \"secret\"", "begins as JSON"),
            ("{\"password\": \"secret\"}", "`access_token`"),
            ("{\"token\": \"\"}", "an empty token"),
            ("{\"token\": \"secret\\n\"}", "character 7"),
        ] {
            let error = token_in(text).unwrap_err();
            assert!(error.contains(problem) && !error.contains("secret"), "{text:?}: {error}");
        }
    }
}
