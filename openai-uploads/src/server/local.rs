//! A server for a test.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use secrecy::SecretString;
use tempfile::TempDir;
use tokio::runtime;
use tokio::sync::{oneshot, watch};

use super::connection::Connections;
use super::journal::{Journal, SeenRequest};
use super::store::{Content, Refused, Store};
use super::{Clock, Server, ServerBuilder, StartError, StoredUpload};
use crate::apis::configuration::Configuration;
use crate::models;

/// A server for a test: on a free port of loopback, in a temporary folder, gone when dropped.
///
/// It runs on a thread of its own, so that it answers in any runtime, in one whose time stands still, and while
/// the test blocks. Dropping it ends it at once, requests in flight with it, and removes the folder.
///
/// ```
/// use openai_uploads::apis::uploads_api::{add_upload_part, complete_upload, create_upload};
/// use openai_uploads::models::create_upload_request::Purpose;
/// use openai_uploads::models::{CompleteUploadRequest, CreateUploadRequest};
/// use openai_uploads::server::LocalServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = LocalServer::start().await?;
/// let configuration = server.configuration();
/// let request = CreateUploadRequest::new("a.txt".into(), Purpose::Assistants, 5, "text/plain".into());
/// let upload = create_upload(&configuration, request).await?;
/// let part = add_upload_part(&configuration, &upload.id, b"hello".to_vec()).await?;
/// let list = CompleteUploadRequest::new(vec![part.id]);
/// let file = complete_upload(&configuration, &upload.id, list).await?.file.ok_or("no file")?;
/// assert_eq!(server.content(&file.id)?, b"hello");
/// assert_eq!(server.requests().len(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LocalServer {
    address: SocketAddr,
    base_url: String,
    api_key: Option<SecretString>,
    clock: Clock,
    store: Arc<Store>,
    connections: Arc<Connections>,
    running: Running,
    /// Removed after the server has ended, since fields are dropped in order.
    folder: Folder,
}

/// The thread that the server runs on; ended when dropped.
#[derive(Debug)]
struct Running {
    until: watch::Sender<Until>,
    thread: Option<JoinHandle<()>>,
}

/// How long the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Told,
    /// The requests in flight are answered.
    Idle,
    Now,
}

#[derive(Debug)]
enum Folder {
    Temporary(TempDir),
    Given(PathBuf),
}

impl LocalServer {
    /// Starts a server that asks for no key and has no faults.
    ///
    /// # Errors
    ///
    /// As [`ServerBuilder::bind`]; on a machine that has loopback and a temporary folder there is none.
    pub async fn start() -> Result<Self, StartError> {
        Self::start_with(Server::builder()).await
    }

    /// Starts a server with settings of one's own. A folder that is set is used and left in place.
    ///
    /// # Errors
    ///
    /// As [`ServerBuilder::bind`].
    pub async fn start_with(settings: ServerBuilder) -> Result<Self, StartError> {
        let folder = match settings.chosen_dir() {
            Some(dir) => Folder::Given(dir.to_owned()),
            None => Folder::Temporary(temporary()?),
        };
        let settings = settings.dir(folder.path()).journal();
        let (clock, api_key) = (settings.chosen_clock(), settings.chosen_api_key());
        let (until, told) = watch::channel(Until::Told);
        let (started, is_started) = oneshot::channel();
        let thread = thread::Builder::new().name("openai-uploads-server".to_owned());
        let thread = thread.spawn(move || run(settings, started, told)).map_err(cannot_run)?;
        let running = Running { until, thread: Some(thread) };
        let gone = |_| cannot_run(io::Error::other("its thread ended"));
        let Started { address, base_url, store, connections } = is_started.await.map_err(gone)??;
        Ok(Self { address, base_url, api_key, clock, store, connections, running, folder })
    }

    /// The address that the server listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What a client sets as its base URL (`OPENAI_BASE_URL`).
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A configuration for this server, with its key if it asks for one.
    pub fn configuration(&self) -> Configuration {
        let configuration = Configuration::at(&self.base_url);
        Configuration { bearer_access_token: self.api_key.clone(), ..configuration }
    }

    /// The server's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The folder that the server works on.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// All uploads, oldest first.
    pub fn uploads(&self) -> Vec<StoredUpload> {
        self.store.uploads()
    }

    /// The files made of completed uploads, oldest first, without those deleted or expired.
    pub fn files(&self) -> Vec<models::OpenAiFile> {
        self.store.files()
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if there is no such file, or what the operating system said.
    pub fn content(&self, file_id: &str) -> io::Result<Vec<u8>> {
        whole(self.store.content(file_id))
    }

    /// The bytes of a part.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if there is no such upload, or if it has no such part or not any more, or
    /// what the operating system said.
    pub fn part(&self, upload_id: &str, part_id: &str) -> io::Result<Vec<u8>> {
        whole(self.store.part(upload_id, part_id))
    }

    /// Loses an upload, its parts and its file, as if it had never been; nothing if there is none.
    ///
    /// # Errors
    ///
    /// What the operating system said when its folder was to be removed.
    pub fn forget(&self, upload_id: &str) -> io::Result<()> {
        self.store.forget(upload_id)
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.connections.journal.as_ref().map(Journal::requests).unwrap_or_default()
    }

    /// Lets requests in flight end, as [`Server::serve_until`] does, and then stops. Dropping the future stops
    /// at once.
    pub async fn stop(self) {
        self.running.until.send_replace(Until::Idle);
        // Nobody listens any more once the server has ended.
        self.running.until.closed().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.until.send_replace(Until::Now);
        if let Some(thread) = self.thread.take() {
            // A server that panicked has ended too, and has said so.
            let _ = thread.join();
        }
    }
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Given(dir) => dir,
        }
    }
}

/// What a server that has started is known by.
#[derive(Debug)]
struct Started {
    address: SocketAddr,
    base_url: String,
    store: Arc<Store>,
    connections: Arc<Connections>,
}

/// Starts a server, says so, and runs it until told.
fn run(
    settings: ServerBuilder,
    started: oneshot::Sender<Result<Started, StartError>>,
    mut told: watch::Receiver<Until>,
) {
    // Whoever started it may be gone by the time that it has.
    let runtime = match runtime::Builder::new_current_thread().enable_io().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(started.send(Err(cannot_run(error)))),
    };
    runtime.block_on(async {
        let server = match settings.bind().await {
            Ok(server) => server,
            Err(error) => return drop(started.send(Err(error))),
        };
        let (address, base_url) = (server.local_addr(), server.base_url());
        let (store, connections) = (server.store(), server.connections());
        let _ = started.send(Ok(Started { address, base_url, store, connections }));
        let mut now = told.clone();
        tokio::select! {
            () = server.serve_until(async { drop(told.wait_for(|until| *until != Until::Told).await) }) => {}
            _ = now.wait_for(|until| *until == Until::Now) => {}
        }
    });
    // What still writes is let finish, so that nothing appears in a folder that is being removed.
    runtime.shutdown_timeout(Duration::from_secs(5));
}

fn temporary() -> Result<TempDir, StartError> {
    tempfile::Builder::new()
        .prefix("openai-uploads-")
        .tempdir()
        .map_err(|source| StartError::Folder { path: std::env::temp_dir(), source })
}

fn cannot_run(source: io::Error) -> StartError {
    StartError::Thread { source }
}

fn whole(content: Result<Content, Refused>) -> io::Result<Vec<u8>> {
    let content = content.map_err(|refused| match refused {
        Refused::Disk(error) => error,
        _ => io::ErrorKind::NotFound.into(),
    })?;
    let mut bytes = Vec::new();
    content.read(|piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}
