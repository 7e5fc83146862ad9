//! The server of the scenarios.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::node;

/// A running server. It ends when it is dropped.
pub(super) struct Server {
    child: Child,
    address: String,
    coverage: PathBuf,
}

/// How long the server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

impl Server {
    /// Starts the server on a free port of the loopback interface.
    pub(super) fn start(folder: &Path, specs: &Path) -> io::Result<Self> {
        let repository = repository(folder)?;
        let coverage = folder.join("coverage.json");
        let _ = fs::remove_file(&coverage);
        let log = folder.join("server.log");
        let cli = folder.join("node_modules/@typespec/spector/cmd/cli.mjs");
        let mut server = Command::new(node(folder));
        server.current_dir(repository).arg(cli).arg("serve").arg(specs);
        server.args(["--port", "0", "--coverageFile"]).arg(&coverage).env("NO_COLOR", "1");
        let child = server
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?);
        let mut server = Self { child: child.spawn()?, address: String::new(), coverage };
        server.address = server.wait(&log, |text| {
            let (_, port) = text.split_once("Started server on 127.0.0.1:")?;
            let (port, _) = port.split_once('\n')?;
            Some(format!("http://localhost:{}", port.trim()))
        })?;
        Ok(server)
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Stops the server, and returns what it says of each scenario.
    pub(super) fn stop(mut self) -> io::Result<Value> {
        let ended = Instant::now() + PATIENCE;
        stop(&self.address)?;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > ended {
                return Err(io::Error::other("the server does not end"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(serde_json::from_slice(&fs::read(&self.coverage)?)?)
    }

    /// What `find` finds in the log, once it is there.
    fn wait<T>(&mut self, log: &Path, find: impl Fn(&str) -> Option<T>) -> io::Result<T> {
        let ended = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(log)?;
            if let Some(found) = find(&text) {
                return Ok(found);
            }
            if self.child.try_wait()?.is_some() || Instant::now() > ended {
                return Err(io::Error::other(format!("the server does not start:\n{text}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks the server to write the coverage file and to end.
fn stop(address: &str) -> io::Result<()> {
    use std::io::{Read as _, Write as _};

    let host = address.trim_start_matches("http://");
    let mut socket = std::net::TcpStream::connect(host.replace("localhost", "127.0.0.1"))?;
    write!(
        socket,
        "POST /.admin/stop HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )?;
    // The server may end before the reply does.
    let _ = socket.read_to_end(&mut Vec::new());
    Ok(())
}

/// A git repository with one commit: the server notes the commit that it was started in.
fn repository(folder: &Path) -> io::Result<PathBuf> {
    let repository = folder.join("repository");
    if !repository.join(".git").is_dir() {
        fs::create_dir_all(&repository)?;
        let author = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"];
        for arguments in
            [&["init", "--quiet"][..], &["commit", "--quiet", "--allow-empty", "--message", "Empty"]]
        {
            let status =
                Command::new("git").current_dir(&repository).args(author).args(arguments).status()?;
            if !status.success() {
                return Err(io::Error::other(format!("git {} failed", arguments[0])));
            }
        }
    }
    Ok(repository)
}
