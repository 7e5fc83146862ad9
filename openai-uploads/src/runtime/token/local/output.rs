//! Tokens as commands and files hold them: alone, or in JSON with an expiry.

use super::super::Token;
use super::super::json::{check, token_in_json};

/// The maximum length of a token with what is around it.
pub(super) const MAX_LENGTH: u64 = 64 * 1024;

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

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use secrecy::ExposeSecret;
    use std::time::{Duration, SystemTime};

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
    fn output_that_is_not_a_token_is_described_and_not_shown() {
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
