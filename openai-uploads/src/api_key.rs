//! API keys as people store them: with a line break, quotes, or a variable's name around them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use secrecy::SecretString;
use tokio::task::spawn_blocking;

use crate::runtime::{InputError, Token, TokenError, TokenProvider};

/// The variable that holds the key in a `.env` file.
const VARIABLE: &str = "OPENAI_API_KEY";

/// A longer file holds something else than a key. A device file may have no end at all.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// Reads an API key from a file.
///
/// The file may hold the key alone, or be a `.env` file with a line such as `OPENAI_API_KEY=…` or
/// `export OPENAI_API_KEY="…"`. White space, quotes, blank lines, comments and a byte order mark are ignored.
///
/// # Errors
///
/// [`InputError`] when the file cannot be read, or does not hold one key. The message names the file and never
/// shows what is in it.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use openai_uploads::{apis::configuration::Configuration, read_api_key_file};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join(".env");
/// std::fs::write(&path, "export OPENAI_API_KEY='sk-example'\n")?;
/// let configuration = Configuration::default().with_bearer_access_token(read_api_key_file(&path)?);
/// # Ok(())
/// # }
/// ```
pub fn read_api_key_file(path: impl AsRef<Path>) -> Result<SecretString, InputError> {
    let path = path.as_ref();
    let file = format!("the key file {}", path.display());
    let bytes = read_start(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => InputError::new(format!("{file} does not exist")),
        io::ErrorKind::IsADirectory => InputError::new(format!("{file} is a directory")),
        _ => InputError::new(format!("{file} cannot be read: {error}")),
    })?;
    let text = decode(&bytes).ok_or_else(|| InputError::new(format!("{file} is not a text file")))?;
    let key = find_key(&text).map_err(|problem| InputError::new(format!("{file} {problem}")))?;
    check(&file, key)?;
    Ok(key.into())
}

/// Reads an API key from a file that may change, as [`read_api_key_file`] does.
///
/// The file is read again every 10 seconds when the key is needed, and when the server refuses the key.
///
/// ```
/// # fn main() {
/// use openai_uploads::ApiKeyFile;
/// use openai_uploads::apis::configuration::Configuration;
///
/// let configuration = Configuration::default().with_token_provider(ApiKeyFile::new("/run/secrets/openai"));
/// # drop(configuration);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ApiKeyFile {
    path: PathBuf,
}

impl ApiKeyFile {
    /// Reads the file at `path`, with the first request.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl TokenProvider for ApiKeyFile {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let path = self.path.clone();
        let reading = spawn_blocking(move || read_api_key_file(path));
        let read = reading.map(|read| match read {
            Ok(Ok(key)) => Ok(Token::new(key)),
            Ok(Err(error)) => Err(TokenError::new(error.to_string())),
            Err(error) => Err(TokenError::new(error.to_string())),
        });
        read.boxed()
    }

    fn interval(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
}

fn read_start(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other("it is too long for a key"));
    }
    Ok(bytes)
}

/// UTF-8, or UTF-16 with a byte order mark, which PowerShell writes.
fn decode(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return String::from_utf8(bytes.to_vec()).ok(),
    };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}

/// The key in the text of a key file; what is wrong with the file otherwise.
pub(crate) fn find_key(text: &str) -> Result<&str, String> {
    let lines = text.split(['\n', '\r']).map(trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<_> = lines.collect();
    let assignments: Vec<_> = lines.iter().filter_map(|line| assignment(line)).collect();
    // As in a shell, the last assignment counts.
    let key = match assignments.iter().rfind(|(name, _)| *name == VARIABLE) {
        Some((_, value)) => value,
        None => match (&lines[..], &assignments[..]) {
            ([], _) => return Err("is empty".to_owned()),
            ([_], [(_, value)]) => value,
            ([line], []) => line,
            _ => return Err(format!("has {} lines, and none of them sets {VARIABLE}", lines.len())),
        },
    };
    if key.is_empty() { Err("has no key after the equals sign".to_owned()) } else { Ok(key) }
}

/// The name and the value of a line such as `export NAME="value" # comment`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = ["export ", "set ", "$env:"]
        .iter()
        .find_map(|prefix| line.strip_prefix(prefix))
        .map_or(line, str::trim_start);
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    // The key itself may end with equals signs, but it is not in capitals with a value after them.
    let is_name = name.contains('_')
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_name.then(|| (name, without_comment(value)))
}

fn without_comment(value: &str) -> &str {
    let quote = value.chars().next().filter(|first| ['"', '\''].contains(first));
    match quote.and_then(|quote| value[1..].find(quote)) {
        Some(end) => &value[1..=end],
        None => trim(value.split(" #").next().unwrap_or(value)),
    }
}

/// The text without the white space, the quotes and the byte order mark around it.
pub(crate) fn trim(text: &str) -> &str {
    const QUOTES: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')];
    let is_invisible = |character: char| {
        character.is_whitespace() || matches!(character, '\0' | '\u{feff}' | '\u{200b}' | '\u{2060}')
    };
    let text = text.trim_matches(is_invisible);
    let unquoted = QUOTES
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open).and_then(|text| text.strip_suffix(*close)));
    unquoted.map_or(text, trim)
}

/// Fails where `secret` cannot be sent in a header. The message says where the problem is and not what is there.
pub(crate) fn check(origin: &str, secret: &str) -> Result<(), InputError> {
    let found = secret.chars().enumerate().find(|(_, character)| !character.is_ascii_graphic());
    let Some((index, character)) = found else { return Ok(()) };
    let what = match character {
        '\n' | '\r' => "a line break",
        ' ' => "a space",
        '\t' => "a tab",
        _ if character.is_ascii() => "a control character",
        _ => "not an ASCII character",
    };
    let message = format!("{origin} is not a key: character {} of it is {what}", index + 1);
    Err(InputError::new(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_however_it_is_written() {
        for text in [
            "sk-1",
            "sk-1\n",
            "\r\n  sk-1 \r\n\r\n",
            "\u{feff}sk-1",
            "\"sk-1\"",
            "'sk-1'\n",
            "“sk-1”",
            "\" sk-1 \"",
            "# my key\nsk-1",
            "OPENAI_API_KEY=sk-1",
            "OPENAI_API_KEY = sk-1 # mine",
            "export OPENAI_API_KEY=\"sk-1\"",
            "export  OPENAI_API_KEY='sk-1' # mine\n",
            "set OPENAI_API_KEY=sk-1\r\n",
            "$env:OPENAI_API_KEY = \"sk-1\"",
            "MY_KEY=sk-1",
            "OPENAI_ORG_ID=org\nOPENAI_API_KEY=sk-1\nOTHER=2\n",
            "OPENAI_API_KEY=old\nOPENAI_API_KEY=sk-1\n",
            "sk-other\nOPENAI_API_KEY=sk-1",
        ] {
            assert_eq!(find_key(text).as_deref(), Ok("sk-1"), "{text:?}");
        }
        assert_eq!(find_key("YWJj="), Ok("YWJj="), "a key in base 64");
    }

    #[test]
    fn a_file_without_one_key_is_refused() {
        for (text, problem) in [
            ("", "is empty"),
            (" \n\t\r\n", "is empty"),
            ("# nothing\n", "is empty"),
            ("\"\"", "is empty"),
            ("OPENAI_API_KEY=", "has no key"),
            ("export OPENAI_API_KEY=''", "has no key"),
            ("sk-1\nsk-2\n", "has 2 lines"),
            ("A_KEY=1\nB_KEY=2", "has 2 lines"),
        ] {
            let found = find_key(text).unwrap_err();
            assert!(found.contains(problem), "{text:?}: {found}");
        }
    }

    #[test]
    fn characters_that_no_header_can_carry_are_named_by_position() {
        for (key, problem) in [
            ("sk-1\nsk-2", "character 5 of it is a line break"),
            ("sk 1", "character 3 of it is a space"),
            ("sk-\u{7f}", "character 4 of it is a control character"),
            ("sk-…", "character 4 of it is not an ASCII character"),
        ] {
            let message = check("the key", key).unwrap_err().to_string();
            assert!(message.ends_with(problem) && !message.contains("sk"), "{message}");
        }
        assert!(check("the key", "sk-1").is_ok());
    }

    #[test]
    fn a_key_file_in_utf_16_is_read() {
        let text = "sk-1\r\n";
        let little: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            assert_eq!(find_key(&decode(&bytes).unwrap()), Ok("sk-1"));
        }
        assert_eq!(decode(b"\x80\x81"), None);
    }

    #[test]
    fn a_file_that_is_not_a_key_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("long");
        std::fs::write(&long, vec![b'x'; 100_000]).unwrap();
        let binary = folder.path().join("binary");
        std::fs::write(&binary, b"sk\xff").unwrap();
        for (path, problem) in [
            (folder.path().join("none"), "does not exist"),
            (folder.path().to_owned(), "is a directory"),
            (long, "too long"),
            (binary, "is not a text file"),
        ] {
            let message = read_api_key_file(&path).unwrap_err().to_string();
            assert!(message.contains(path.to_str().unwrap()) && message.contains(problem), "{message}");
        }
    }
}
