//! Fixtures of the tests of the command: runs of the real binary, files, and servers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use openai_uploads::server::{Faults, LocalServer, Server, ServerBuilder};
use serde_json::Value;

/// The key of every run. No output may contain it.
pub(crate) const KEY: &str = "sk-hidden-0123456789";

/// The variables that the command reads.
const VARIABLES: [&str; 10] = [
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "OPENAI_API_VERSION",
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_AD_TOKEN",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "TERM",
];

/// The command, with a key and no other variable that it reads.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(crate::program::path());
    command.args(arguments).stdin(Stdio::null());
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.env("OPENAI_API_KEY", KEY);
    command
}

/// A run that ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs the command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// The lines of stdout, each an object.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("output is UTF-8"));
        for text in [&stdout, &stderr] {
            assert!(!text.contains(KEY), "the key is shown:\n{text}");
            assert!(!text.contains("panicked"), "{text}");
        }
        Self { code: output.status.code(), stdout, stderr }
    }
}

/// A folder with files in it.
pub(crate) struct Files(pub(crate) tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A file with this content; its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A file of random bytes; its path and the bytes.
    pub(crate) fn random(&self, name: &str, seed: u64, length: usize) -> (String, Vec<u8>) {
        let mut bytes = vec![0; length];
        fastrand::Rng::with_seed(seed).fill(&mut bytes);
        (self.file(name, &bytes), bytes)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// The names of all files in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A server that requires the key of every run.
pub(crate) fn server(faults: Faults) -> LocalServer {
    start(Server::builder().api_key(KEY.to_owned()).faults(faults))
}

pub(crate) fn start(builder: ServerBuilder) -> LocalServer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(LocalServer::start_with(builder)).unwrap()
}

/// `upload` to this server.
pub(crate) fn upload(server: &LocalServer, arguments: &[&str]) -> Command {
    let mut command = command(&["upload"]);
    command.args(arguments).env("OPENAI_BASE_URL", server.base_url());
    command
}

/// `upload` to the server at this URL, as an upload whatever the size.
pub(crate) fn upload_in_parts(base_url: &str, path: &str) -> Command {
    command(&["upload", "-p", "assistants", "--api", "uploads", "--base-url", base_url, path])
}

/// A server whose answers a test chooses.
pub(crate) struct AnsweringServer {
    pub(crate) address: SocketAddr,
    /// The first lines of the requests.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    /// The headers of the requests that say who asks.
    pub(crate) credentials: Arc<Mutex<Vec<(String, String)>>>,
}

impl AnsweringServer {
    /// `answer` gets the path of a request and returns a status, headers and a body.
    pub(crate) fn start(
        answer: impl Fn(&str) -> (u16, &'static str, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let answering = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            credentials: Arc::default(),
        };
        let (asked, credentials) = (Arc::clone(&answering.asked), Arc::clone(&answering.credentials));
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                let credentials = Arc::clone(&credentials);
                thread::spawn(move || converse(&stream, &asked, &credentials, &*answer));
            }
        });
        answering
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

fn converse(
    mut stream: &TcpStream,
    asked: &Mutex<Vec<String>>,
    credentials: &Mutex<Vec<(String, String)>>,
    answer: &dyn Fn(&str) -> (u16, &'static str, String),
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        asked.lock().unwrap().push(line.trim_end().to_owned());
        let path = line.split(' ').nth(1)?.to_owned();
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
            let name = name.to_ascii_lowercase();
            if name == "api-key" || name == "authorization" {
                credentials.lock().unwrap().push((name, value.trim().to_owned()));
            }
        }
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink()).ok()?;
        let (status, headers, body) = answer(&path);
        let length = body.len();
        write!(stream, "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}").ok()?;
    }
}

/// An error in the API's format.
pub(crate) fn api_error(message: &str, code: &str) -> String {
    serde_json::json!({ "error": { "message": message, "type": "x", "param": null, "code": code } })
        .to_string()
}

/// Sends a process a signal.
pub(crate) fn signal(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}

/// Waits for a condition. The limit is for a test that would never end, not for a slow machine.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what} never comes");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A folder for `serve`, and the arguments that are always the same.
pub(crate) struct Served {
    pub(crate) child: Child,
    /// The lines printed at the start.
    pub(crate) announced: Vec<String>,
    pub(crate) base_url: String,
}

impl Served {
    /// Runs `serve` with these arguments until it prints its address.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = command(&["serve"]);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let announced: Vec<_> = stdout.lines().take(3).map(Result::unwrap).collect();
        assert_eq!(announced.len(), 3, "{announced:?}");
        let base_url = announced[1].strip_prefix("export OPENAI_BASE_URL=").unwrap().to_owned();
        Self { child, announced, base_url }
    }

    /// Ends it as `kill` does; its exit code and its log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        signal(&self.child, rustix::process::Signal::TERM);
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
