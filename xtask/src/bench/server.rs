//! A server in a process of its own, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use openapi_crate::command::failure::Failure;

pub(crate) struct Server {
    child: Child,
    pub(crate) base_url: String,
}

impl Server {
    /// Starts `command`, whose first line of output contains its URL.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let cannot = |error| Failure::new(format!("cannot start the server: {error}"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(cannot)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(cannot)?;
        }
        let url = line.split([' ', ',', '\n']).find(|word| word.starts_with("http://")).map(str::to_owned);
        // Owned from here on, so that the process ends even if it prints no URL.
        let mut server = Self { child, base_url: String::new() };
        server.base_url = url.ok_or_else(|| Failure::new("the server did not print its URL"))?;
        Ok(server)
    }

    /// `openai-uploads serve`, which stores uploads in `dir`.
    pub(crate) fn keeping(
        program: &Path,
        dir: &Path,
        rate: Option<&str>,
        latency: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(["serve", "--quiet", "--listen", "127.0.0.1:0", "--dir"]).arg(dir);
        command.args(rate.iter().flat_map(|rate| ["--rate", rate]));
        command.args(latency.iter().flat_map(|latency| ["--delay", latency]));
        Self::start(&mut command)
    }

    /// A server that discards uploads.
    pub(crate) fn discarding(rate: Option<&str>, latency: Option<&str>) -> Result<Self, Failure> {
        Self::simulated(&["sink"], rate, latency)
    }

    /// A server of S3 with an object of `bytes` bytes.
    pub(crate) fn object(bytes: u64, rate: Option<&str>, latency: Option<&str>) -> Result<Self, Failure> {
        Self::simulated(&["object", "--bytes", &bytes.to_string()], rate, latency)
    }

    /// A server that is another command of this program.
    fn simulated(arguments: &[&str], rate: Option<&str>, latency: Option<&str>) -> Result<Self, Failure> {
        let this = std::env::current_exe()
            .map_err(|error| Failure::new(format!("cannot find the path of this program: {error}")))?;
        let mut command = Command::new(this);
        command.arg("bench").args(arguments);
        command.args(rate.iter().flat_map(|rate| ["--rate", rate]));
        command.args(latency.iter().flat_map(|latency| ["--latency", latency]));
        Self::start(&mut command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
