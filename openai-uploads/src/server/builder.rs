//! The settings of a server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use super::app::App;
use super::batch::{Answerer, Answers, BatchSettings, Engine};
use super::bound_server::Server;
use super::faults::Injector;
use super::http::{ConnectionSettings, Exchanges};
use super::journal::{Journal, Keep};
use super::page;
use super::router::router;
use super::store::Store;
use super::{Clock, Faults, StartError};

/// How many requests a server remembers.
const RECENT_REQUESTS: usize = 100;

impl Server {
    /// The default settings: a free port on loopback, no API key required, no faults.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
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
    read_timeout: Duration,
    shutdown_timeout: Duration,
    keep_requests: Keep,
    batch_time: Duration,
    answers: Answers,
    max_enqueued_tokens: Option<u64>,
    page: bool,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            dir: None,
            api_key: None,
            faults: Faults::new(),
            clock: Clock::new(),
            read_timeout: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(30),
            keep_requests: Keep::Last(RECENT_REQUESTS),
            batch_time: Duration::ZERO,
            answers: Answers::echo(),
            max_enqueued_tokens: None,
            page: false,
        }
    }
}

impl ServerBuilder {
    /// The address to listen on. Port 0 means any free port. `127.0.0.1:0` by default.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The folder for all data. It is created if it does not exist. By default it is the current folder, and a
    /// temporary one for a [`LocalServer`](super::LocalServer).
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Requires this API key of each request. By default any key is accepted, and none.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// The faults to inject. By default there are none.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// The clock that decides when objects expire. The default is the system clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The time for the headers of a request, and for each read of its body. A client that takes longer receives
    /// status 408. 30 seconds by default.
    #[must_use]
    pub fn read_timeout(mut self, read_timeout: Duration) -> Self {
        self.read_timeout = read_timeout;
        self
    }

    /// How long requests in flight may take to end when the server stops. 30 seconds by default.
    #[must_use]
    pub fn shutdown_timeout(mut self, shutdown_timeout: Duration) -> Self {
        self.shutdown_timeout = shutdown_timeout;
        self
    }

    /// The time that work in the background takes. A batch takes a tenth of it to validate, eight tenths to run the
    /// requests, and a tenth to finalize. The files of a file batch are indexed one after the other; a fine-tuning job
    /// takes a tenth to validate and two tenths to wait. By default all of them are as fast as possible.
    #[must_use]
    pub fn batch_time(mut self, time: Duration) -> Self {
        self.batch_time = time;
        self
    }

    /// The source of the answers to the requests of batches. By default they echo the request.
    #[must_use]
    pub fn answers(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// The maximum number of tokens in the unfinished batches of a model, where a token counts four bytes. A batch
    /// above it fails with `token_limit_exceeded`. By default there is no limit.
    #[must_use]
    pub fn max_enqueued_tokens(mut self, tokens: u64) -> Self {
        self.max_enqueued_tokens = Some(tokens);
        self
    }

    /// Serves the [page](Server::page_url) on every address. By default it is served only on loopback, because it needs
    /// no API key: whoever reaches it sees the names and sizes of files, and can switch faults.
    #[must_use]
    pub fn page(mut self, page: bool) -> Self {
        self.page = page;
        self
    }

    pub(super) fn get_dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    pub(super) fn get_clock(&self) -> Clock {
        self.clock.clone()
    }

    pub(super) fn get_api_key(&self) -> Option<SecretString> {
        self.api_key.clone()
    }

    /// Keeps all requests.
    pub(super) fn keep_all_requests(mut self) -> Self {
        self.keep_requests = Keep::All;
        self
    }

    /// Opens the folder, removes unfinished files that a killed server left, and binds the address.
    ///
    /// # Errors
    ///
    /// - [`StartError::Fault`]: a fault can never happen.
    /// - [`StartError::Answers`]: the file of answers cannot be read.
    /// - [`StartError::Listen`]: the address cannot be bound, because the port is in use for example.
    /// - [`StartError::Folder`]: the folder cannot be created, read or written.
    /// - [`StartError::InUse`]: another server uses the folder.
    pub async fn bind(self) -> Result<Server, StartError> {
        self.faults.check()?;
        let address = self.listen;
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let dir = self.dir.unwrap_or_else(|| PathBuf::from("."));
        let opened = spawn_blocking({
            let dir = dir.clone();
            move || {
                let answerer = Answerer::new(self.answers);
                let answerer = answerer.map_err(|(path, source)| StartError::Answers { path, source })?;
                Ok::<_, StartError>((Arc::new(Store::open(&dir, self.clock)?), answerer))
            }
        });
        let opened = opened
            .await
            .map_err(|error| StartError::Folder { path: dir, source: io::Error::other(error) })?;
        let (store, answerer) = opened?;
        let settings =
            BatchSettings { time: self.batch_time, answerer, max_enqueued_tokens: self.max_enqueued_tokens };
        let batches = Arc::new(Engine::new(Arc::clone(&store), settings));
        let faults = Arc::new(Injector::new(self.faults));
        let app = App {
            store: Arc::clone(&store),
            faults: Arc::clone(&faults),
            batches: Arc::clone(&batches),
            api_key: self.api_key,
            read_timeout: self.read_timeout,
            batch_time: self.batch_time,
        };
        let journal = Arc::new(Journal::new(self.keep_requests));
        let app = Arc::new(app);
        let has_page = self.page || address.ip().is_loopback();
        let (router, unrecorded) = if has_page {
            let page = page::router(Arc::clone(&app), Arc::clone(&journal));
            (router(app).merge(page), &page::PATHS[..])
        } else {
            (router(app), &[][..])
        };
        let exchanges = Arc::new(Exchanges { router, journal, unrecorded });
        let connections = Arc::new(ConnectionSettings { exchanges, read_timeout: self.read_timeout, faults });
        let shutdown_timeout = self.shutdown_timeout;
        Ok(Server { listener, address, store, connections, batches, shutdown_timeout, has_page })
    }
}
