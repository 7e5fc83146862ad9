//! Tokens from a file that another program replaces.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::task::spawn_blocking;

use super::super::{Token, TokenError, TokenProvider};
use super::output::{MAX_LENGTH, token_in};

/// How old what was read may become.
const INTERVAL: Duration = Duration::from_secs(10);

/// Reads tokens from a file that another program replaces, such as a projected token of Kubernetes.
///
/// The file holds the token alone, or JSON as [`TokenCommand`](super::TokenCommand) has it. It is read again every 10
/// seconds when it is needed, and when the server refuses the token.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// Reads the file at `path`. It is opened with the first request.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl TokenProvider for TokenFile {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let path = self.path.clone();
        let reading = spawn_blocking(move || read(&path));
        reading.map(|read| read.unwrap_or_else(|error| Err(TokenError::new(error.to_string())))).boxed()
    }

    fn interval(&self) -> Option<Duration> {
        Some(INTERVAL)
    }
}

fn read(path: &Path) -> Result<Token, TokenError> {
    let name = path.display();
    let text = read_text(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => TokenError::new(format!("the file {name} does not exist")),
        _ => TokenError::new(format!("the file {name} cannot be read: {error}")),
    })?;
    token_in(&text).map_err(|found| TokenError::new(format!("the file {name} holds {found}")))
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_LENGTH + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_LENGTH {
        Err(io::Error::other("it is too long for a token"))
    } else {
        Ok(text)
    }
}
