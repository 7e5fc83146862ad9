//! Tokens that a program prints.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::task::spawn_blocking;

use super::super::super::excerpt::one_line;
use super::super::{Token, TokenError, TokenProvider};
use super::output::{MAX_LENGTH, token_in};

/// How often a program that runs is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How long an error text may arrive after the program has ended: a program that it started may have it open still.
const STDERR_LIMIT: Duration = Duration::from_millis(200);

/// Runs a program that prints a token, such as `az account get-access-token` or `gcloud auth print-access-token`.
///
/// The program is run as it is, without a shell, and its stdin is empty. It prints the token alone, or JSON: the token
/// as `access_token`, `accessToken` or `token`; its expiry as `expires_in` (seconds), or as `expires_on`, `expires_at`,
/// `expiry` or `expiration` (seconds since 1970, or a date and time with an offset). A JSON Web Token has its own expiry.
///
/// It has failed if it exits with another status than 0, or prints something else. The error then quotes the last line
/// of its stderr, never its stdout. It is killed when it takes longer than the time limit, or when the request that
/// waits for it is dropped.
#[derive(Clone, Debug)]
pub struct TokenCommand {
    program: OsString,
    arguments: Vec<OsString>,
    time_limit: Duration,
}

impl TokenCommand {
    /// Runs `program`, which is a path or is looked up in `PATH`. The time limit is a minute.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref().to_owned();
        Self { program, arguments: Vec::new(), time_limit: Duration::from_secs(60) }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets the time limit.
    #[must_use]
    pub fn time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }

    fn name(&self) -> String {
        one_line(&self.program.to_string_lossy())
    }

    fn run(&self, is_wanted: &AtomicBool) -> Result<Token, TokenError> {
        let name = self.name();
        let failed = |problem: String| TokenError::new(format!("the command {name} {problem}"));
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failed("was not found".to_owned()),
            _ => failed(format!("cannot be started: {error}")),
        })?;
        let stdout = reader(child.stdout.take());
        let stderr = reader(child.stderr.take());
        let ended = wait(&mut child, &stdout, self.time_limit, is_wanted);
        if !matches!(ended, Ok(Some(_))) {
            // Fails only if it has just ended.
            let _ = child.kill();
            let _ = child.wait();
        }
        let ended = ended.map_err(|error| failed(format!("cannot be waited for: {error}")))?;
        let Some((status, output)) = ended else {
            return Err(failed(format!("printed no token within {:?}", self.time_limit)));
        };
        if !status.success() {
            let text = stderr.recv_timeout(STDERR_LIMIT).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            let reason = text.lines().rev().find(|line| !line.trim().is_empty());
            let reason = reason.map_or_else(String::new, |line| format!(": {}", one_line(line.trim())));
            return Err(failed(format!("failed ({status}){reason}")));
        }
        let output =
            String::from_utf8(output).map_err(|_| failed("printed something that is not text".to_owned()))?;
        token_in(&output).map_err(|found| failed(format!("printed {found}")))
    }
}

impl TokenProvider for TokenCommand {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let (command, wanted) = (self.clone(), Wanted(Arc::new(AtomicBool::new(true))));
        let flag = wanted.0.clone();
        let running = spawn_blocking(move || command.run(&flag));
        running
            .map(move |ended| {
                drop(wanted);
                ended.unwrap_or_else(|error| Err(TokenError::new(error.to_string())))
            })
            .boxed()
    }
}

/// Says when nobody waits any more.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Reads a pipe to its end on a thread of its own, so that a full pipe never stops the program.
fn reader(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What arrived before an error is enough to judge.
            let _ = (&mut pipe).take(MAX_LENGTH).read_to_end(&mut bytes);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        // Nobody receives it after the time limit.
        let _ = sender.send(bytes);
    });
    receiver
}

/// Waits for the end of the program and of its output; `None` if that takes too long or nobody wants it any more.
fn wait(
    child: &mut Child,
    stdout: &Receiver<Vec<u8>>,
    time_limit: Duration,
    is_wanted: &AtomicBool,
) -> io::Result<Option<(ExitStatus, Vec<u8>)>> {
    let started = Instant::now();
    let mut output = None;
    while started.elapsed() < time_limit && is_wanted.load(Ordering::Relaxed) {
        if output.is_some() {
            if let Some(status) = child.try_wait()? {
                return Ok(output.map(|output| (status, output)));
            }
            thread::sleep(POLL);
            continue;
        }
        match stdout.recv_timeout(POLL) {
            Ok(bytes) => output = Some(bytes),
            Err(RecvTimeoutError::Disconnected) => output = Some(Vec::new()),
            // A program that has failed is not waited for because of one that it started.
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait()?.filter(|status| !status.success()) {
                    return Ok(Some((status, Vec::new())));
                }
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::time::SystemTime;

    fn shell(script: &str) -> TokenCommand {
        TokenCommand::new("sh").args(["-c", script])
    }

    #[tokio::test]
    async fn a_program_prints_a_token() {
        let token = shell("echo warning >&2; echo abc").fetch().await.unwrap();
        assert_eq!((token.secret.expose_secret(), token.expires_at), ("abc", None));
        let token =
            shell("cat; printf '{\"accessToken\":\"abc\",\"expires_on\":1900000000}'").fetch().await.unwrap();
        let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        assert_eq!((token.secret.expose_secret(), token.expires_at), ("abc", Some(expiry)));
    }

    #[tokio::test]
    async fn a_program_that_prints_no_token_is_described_without_its_output() {
        for (script, problem) in [
            (
                "echo secret; echo one >&2; echo two >&2; exit 3",
                "the command sh failed (exit status: 3): two",
            ),
            ("exit 1", "the command sh failed (exit status: 1)"),
            ("true", "the command sh printed nothing"),
            ("echo secret; echo secret", "the command sh printed 2 lines"),
            ("printf '\\377'", "the command sh printed something that is not text"),
            ("head -c 200000 /dev/zero | tr '\\0' '\\n'", "printed nothing"),
        ] {
            let error = shell(script).fetch().await.unwrap_err().to_string();
            assert!(error.contains(problem) && !error.contains("secret"), "{script}: {error}");
        }
        let error = TokenCommand::new("no-such-program").fetch().await.unwrap_err().to_string();
        assert_eq!(error, "no access token: the command no-such-program was not found");
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_or_is_not_wanted_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let done = folder.path().join("done");
        let script = format!("sleep 0.4; echo > '{}'; echo abc", done.display());
        let command = shell(&script).time_limit(Duration::from_millis(50));
        let error = command.fetch().await.unwrap_err().to_string();
        assert!(error.contains("no token within 50ms"), "{error}");
        let dropped = tokio::time::timeout(Duration::from_millis(50), shell(&script).fetch()).await;
        assert!(dropped.is_err());
        tokio::time::sleep(Duration::from_millis(800)).await;
        assert!(!done.exists(), "the program went on");
    }
}
