//! Headers from the command line, whose values may be in a file or in the environment.

use std::path::Path;
use std::{env, fmt, fs};

use reqwest::header::{HeaderName, HeaderValue};

use crate::exit::CommandError;
use crate::message;

/// The headers that carry secrets. Other users of the machine can see the arguments of a process.
pub(crate) const SECRET_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "api-key", "x-api-key", "cookie", "ocp-apim-subscription-key"];

/// A header and where its value is.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Literal(String),
    File(String),
    Variable(String),
}

impl Header {
    /// `NAME: VALUE`, `NAME: @FILE` or `NAME: env:VARIABLE`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("give a header such as 'X-Team: search'")?;
        let (name, value) = (name.trim(), value.trim());
        let name = HeaderName::try_from(name).map_err(|_| format!("`{name}` is not a name of a header"))?;
        let value = if let Some(file) = value.strip_prefix('@') {
            Value::File(file.to_owned())
        } else if let Some(variable) = value.strip_prefix("env:") {
            Value::Variable(variable.to_owned())
        } else if SECRET_HEADERS.contains(&name.as_str()) {
            return Err(format!(
                "others can see the arguments of a process; write '{name}: @FILE' or '{name}: env:VARIABLE'"
            ));
        } else {
            HeaderValue::from_str(value).map_err(|_| "the value cannot be sent in a header")?;
            Value::Literal(value.to_owned())
        };
        Ok(Self { name, value })
    }

    /// The header as it is sent. A value from a file or a variable is a secret.
    pub(crate) fn read(&self) -> Result<(HeaderName, HeaderValue), CommandError> {
        let name = &self.name;
        let problem = |problem: String| {
            CommandError::bad_input(message::text(&format!("the header {name}: {problem}")))
                .with_help("write it as 'NAME: VALUE', 'NAME: @FILE' or 'NAME: env:VARIABLE'")
        };
        let (origin, text) = match &self.value {
            Value::Literal(text) => {
                let value = HeaderValue::from_str(text).map_err(|error| problem(error.to_string()))?;
                return Ok((name.clone(), value));
            }
            Value::File(file) => {
                let origin = format!("the file {}", message::path(Path::new(file)));
                let text = fs::read_to_string(file);
                (origin.clone(), text.map_err(|error| problem(format!("{origin} cannot be read: {error}")))?)
            }
            Value::Variable(variable) => {
                let origin = format!("the environment variable {variable}");
                (origin.clone(), env::var(variable).map_err(|_| problem(format!("{origin} is not set")))?)
            }
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(problem(format!("{origin} is empty")));
        }
        let value = HeaderValue::from_str(text);
        let mut value =
            value.map_err(|_| problem(format!("{origin} has a character that no header can carry")))?;
        value.set_sensitive(true);
        Ok((name.clone(), value))
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.value {
            Value::Literal(text) => write!(f, "{name}: {text}"),
            Value::File(file) => write!(f, "{name}: @{file}"),
            Value::Variable(variable) => write!(f, "{name}: env:{variable}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_and_written_back() {
        for text in ["x-team: search", "authorization: env:TOKEN", "api-key: @key.txt"] {
            assert_eq!(Header::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Header::parse("X-Team:a:b").unwrap().to_string(), "x-team: a:b");
    }

    #[test]
    fn a_header_that_cannot_be_sent_or_would_show_a_secret_is_refused() {
        for (text, problem) in [
            ("x-team", "give a header such as"),
            ("x team: a", "not a name"),
            (": a", "not a name"),
            ("x: a\nb", "cannot be sent"),
            ("Authorization: Bearer sk-1", "authorization: env:VARIABLE"),
        ] {
            let error = Header::parse(text).unwrap_err();
            assert!(error.contains(problem) && !error.contains("sk-1"), "{text:?}: {error}");
        }
    }
}
