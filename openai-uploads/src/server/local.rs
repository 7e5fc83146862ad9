//! A server for tests.

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

use super::journal::{Journal, SeenRequest};
use super::store::{Content, Store, StoreError};
use super::{Clock, Server, ServerBuilder, StartError, StoredUpload};
use crate::apis::configuration::Configuration;
use crate::models;

/// A server for tests, on a free port of loopback and in a temporary folder.
///
/// It runs on its own thread, so that it responds in any runtime, with paused time, and while the test blocks.
/// Dropping it stops it at once, ends requests in flight, and removes the folder.
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
    journal: Arc<Journal>,
    running: Running,
    /// The last field, because it must be dropped after the server has ended.
    folder: Folder,
}

/// The server's thread. It ends when this is dropped.
#[derive(Debug)]
struct Running {
    until: watch::Sender<Until>,
    thread: Option<JoinHandle<()>>,
}

/// How long the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Stopped,
    /// Until the requests in flight have responses.
    Idle,
    Now,
}

#[derive(Debug)]
enum Folder {
    Temporary(TempDir),
    Given(PathBuf),
}

impl LocalServer {
    /// Starts a server that requires no API key and has no faults.
    ///
    /// # Errors
    ///
    /// As [`ServerBuilder::bind`]. With loopback and a temporary folder there is no error.
    pub async fn start() -> Result<Self, StartError> {
        Self::start_with(Server::builder()).await
    }

    /// Starts a server with these settings. A folder that is set is kept when the server is dropped.
    ///
    /// # Errors
    ///
    /// As [`ServerBuilder::bind`].
    pub async fn start_with(settings: ServerBuilder) -> Result<Self, StartError> {
        let folder = match settings.get_dir() {
            Some(dir) => Folder::Given(dir.to_owned()),
            None => Folder::Temporary(temporary()?),
        };
        let settings = settings.dir(folder.path()).keep_all_requests();
        let (clock, api_key) = (settings.get_clock(), settings.get_api_key());
        let (until, is_running) = watch::channel(Until::Stopped);
        let (started, is_started) = oneshot::channel();
        let thread = thread::Builder::new().name("openai-uploads-server".to_owned());
        let thread = thread.spawn(move || run(settings, started, is_running)).map_err(cannot_run)?;
        let running = Running { until, thread: Some(thread) };
        let gone = |_| cannot_run(io::Error::other("its thread ended"));
        let Started { address, base_url, store, journal } = is_started.await.map_err(gone)??;
        Ok(Self { address, base_url, api_key, clock, store, journal, running, folder })
    }

    /// The address that the server listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for clients (`OPENAI_BASE_URL`).
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A configuration for this server, with its API key if it requires one.
    pub fn configuration(&self) -> Configuration {
        let configuration = Configuration::at(&self.base_url);
        Configuration { bearer_access_token: self.api_key.clone(), ..configuration }
    }

    /// The server's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The server's folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// All uploads, oldest first.
    pub fn uploads(&self) -> Vec<StoredUpload> {
        self.store.uploads()
    }

    /// All files that are not deleted or expired, oldest first.
    pub fn files(&self) -> Vec<models::OpenAiFile> {
        self.store.files()
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if there is no such file, or the error of the operating system.
    pub fn content(&self, file_id: &str) -> io::Result<Vec<u8>> {
        whole(self.store.content(file_id))
    }

    /// The bytes of a part.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if there is no such upload or part, or the error of the operating system.
    pub fn part(&self, upload_id: &str, part_id: &str) -> io::Result<Vec<u8>> {
        whole(self.store.part(upload_id, part_id))
    }

    /// Deletes an upload with its parts and its file, as if it had never existed. A missing one is not an error.
    ///
    /// # Errors
    ///
    /// The error of the operating system when its folder cannot be removed.
    pub fn forget(&self, upload_id: &str) -> io::Result<()> {
        self.store.forget(upload_id)
    }

    /// The requests so far, in the order of arrival.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.journal.requests()
    }

    /// Stops after the requests in flight have ended, as [`Server::serve_until`] does. Dropping the future stops at
    /// once.
    pub async fn stop(self) {
        self.running.until.send_replace(Until::Idle);
        // The server drops the receiver when it has ended.
        self.running.until.closed().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.until.send_replace(Until::Now);
        if let Some(thread) = self.thread.take() {
            // A panic of the server has already been printed.
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

/// What a new server reports to its `LocalServer`.
#[derive(Debug)]
struct Started {
    address: SocketAddr,
    base_url: String,
    store: Arc<Store>,
    journal: Arc<Journal>,
}

/// Starts a server, reports it, and runs it.
fn run(
    settings: ServerBuilder,
    started: oneshot::Sender<Result<Started, StartError>>,
    mut until: watch::Receiver<Until>,
) {
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
        let (store, journal) = (server.store(), server.journal());
        let _ = started.send(Ok(Started { address, base_url, store, journal }));
        let mut now = until.clone();
        tokio::select! {
            () = server.serve_until(async { drop(until.wait_for(|until| *until != Until::Stopped).await) }) => {}
            _ = now.wait_for(|until| *until == Until::Now) => {}
        }
    });
    // Lets writes finish, so that no file appears in a folder that is being removed.
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

fn whole(content: Result<Content, StoreError>) -> io::Result<Vec<u8>> {
    let content = content.map_err(|error| match error {
        StoreError::Disk(error) => error,
        _ => io::ErrorKind::NotFound.into(),
    })?;
    let mut bytes = Vec::new();
    content.read(|piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}
