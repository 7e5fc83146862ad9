//! A server: how it is set up, and its life from the first connection to the last.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::app::{App, base_path, router};
use super::connection::{Connections, serve};
use super::journal::Journal;
use super::store::Store;
use super::striking::Striking;
use super::{Clock, Faults};

/// A server that is bound to its address and has opened its folder, but does not answer yet.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use openai_uploads::server::Server;
///
/// let server = Server::builder().listen("127.0.0.1:8080".parse()?).dir("uploads").bind().await?;
/// println!("{}", server.base_url());
/// server.serve_until(async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    store: Arc<Store>,
    connections: Arc<Connections>,
    drain: Duration,
}

impl Server {
    /// Settings to begin with: a free port on loopback, no key asked for, no faults.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// The address that the server is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What a client sets as its base URL (`OPENAI_BASE_URL`).
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, base_path())
    }

    /// Answers requests until `shutdown` is done, then lets those in flight end, for at most the time given to
    /// [`ServerBuilder::drain`]; new connections are refused meanwhile.
    ///
    /// Dropping the future stops at once; what was acknowledged stays in the folder.
    pub async fn serve_until(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, connections, drain, .. } = self;
        let (stop, stopped) = watch::channel(false);
        let mut running = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                Some(_) = running.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, _)) => {
                    running.spawn(serve(Arc::clone(&connections), socket, stopped.clone()));
                }
                Err(error) => {
                    // Most likely there are too many open files, and some are closed soon.
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(listener);
        stop.send_replace(true);
        if timeout(drain, async { while running.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(left = running.len(), "requests did not end in time");
        }
    }

    /// What is kept.
    pub(super) fn store(&self) -> Arc<Store> {
        Arc::clone(&self.store)
    }

    /// What all its connections share.
    pub(super) fn connections(&self) -> Arc<Connections> {
        Arc::clone(&self.connections)
    }
}

/// The settings of a [`Server`].
#[derive(Clone, Debug)]
pub struct ServerBuilder {
    listen: SocketAddr,
    dir: Option<PathBuf>,
    api_key: Option<SecretString>,
    faults: Faults,
    clock: Clock,
    patience: Duration,
    drain: Duration,
    journal: bool,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            dir: None,
            api_key: None,
            faults: Faults::new(),
            clock: Clock::new(),
            patience: Duration::from_secs(30),
            drain: Duration::from_secs(30),
            journal: false,
        }
    }
}

impl ServerBuilder {
    /// The address to listen on; port 0 is any free port. `127.0.0.1:0` by default.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The folder to keep everything in; made if it is not there. By default the current folder, and for a
    /// [`LocalServer`](super::LocalServer) a temporary one.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Asks each request for this bearer key. By default any key, or none, will do.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// What goes wrong on purpose; nothing by default.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// The clock that uploads and files expire by; the machine's by default.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How long a client may take to send a request's headers, and then between two pieces of its body,
    /// before it is answered 408. 30 seconds by default.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long requests in flight may take to end once the server is told to stop. 30 seconds by default.
    #[must_use]
    pub fn drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }

    pub(super) fn chosen_dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    pub(super) fn chosen_clock(&self) -> Clock {
        self.clock.clone()
    }

    pub(super) fn chosen_api_key(&self) -> Option<SecretString> {
        self.api_key.clone()
    }

    /// Keeps a list of the requests that came.
    pub(super) fn journal(mut self) -> Self {
        self.journal = true;
        self
    }

    /// Opens the folder, sweeping what a killed server left half-written, and binds the address.
    ///
    /// # Errors
    ///
    /// - [`StartError::Listen`]: the address cannot be bound, a port that is taken for one.
    /// - [`StartError::Folder`]: the folder cannot be made, read or written.
    /// - [`StartError::InUse`]: another server works on the folder.
    pub async fn bind(self) -> Result<Server, StartError> {
        let Self { listen, dir, api_key, faults, clock, patience, drain, journal } = self;
        let dir = dir.unwrap_or_else(|| PathBuf::from("."));
        let failed = |source| StartError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let opened = spawn_blocking({
            let dir = dir.clone();
            move || Store::open(&dir, clock)
        });
        let opened = opened
            .await
            .map_err(|error| StartError::Folder { path: dir, source: io::Error::other(error) })?;
        let store = Arc::new(opened?);
        let striking = Striking::new(faults);
        let rate = striking.rate();
        let router = router(Arc::new(App { store: Arc::clone(&store), striking, api_key, patience }));
        let journal = journal.then(Journal::default);
        let connections = Arc::new(Connections { router, journal, patience, rate });
        Ok(Server { listener, address, store, connections, drain })
    }
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any that is free")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The folder cannot be used.
    #[error("cannot keep uploads in {}: {source}; choose a folder that can be written", path.display())]
    Folder {
        /// The folder, or the file in it, that cannot be used.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// No thread could be started to run on.
    #[error("cannot start a thread for the server: {source}")]
    Thread {
        /// What the operating system said.
        source: io::Error,
    },
    /// Another server works on the folder.
    #[error("{} is in use by another server; stop it or choose another folder", path.display())]
    InUse {
        /// The folder asked for.
        path: PathBuf,
    },
}
