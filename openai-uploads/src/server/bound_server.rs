//! A bound server, and its accept loop.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::batch::Engine;
use super::http::{ConnectionSettings, serve};
use super::journal::Journal;
use super::operations::base_path;
use super::store::Store;

/// A server that is bound to its address and has opened its folder. It does not respond yet.
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
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) store: Arc<Store>,
    pub(super) connections: Arc<ConnectionSettings>,
    pub(super) batches: Arc<Engine>,
    pub(super) shutdown_timeout: Duration,
    pub(super) has_page: bool,
}

impl Server {
    /// The address that the server is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for clients (`OPENAI_BASE_URL`).
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, base_path())
    }

    /// The URL of the page that shows, live, what the server has and does. `None` if it has no page.
    pub fn page_url(&self) -> Option<String> {
        self.has_page.then(|| format!("http://{}/", self.address))
    }

    /// Serves requests until `shutdown` completes. Then it refuses new connections and lets requests in flight end,
    /// for at most [`ServerBuilder::shutdown_timeout`](super::ServerBuilder::shutdown_timeout).
    ///
    /// Dropping the future stops at once. Acknowledged data stays in the folder.
    pub async fn serve_until(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, connections, batches, shutdown_timeout, .. } = self;
        batches.resume();
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
                    // Most likely there are too many open files, and some will be closed soon.
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(listener);
        stop.send_replace(true);
        if timeout(shutdown_timeout, async { while running.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(left = running.len(), "requests did not end in time");
        }
    }

    pub(super) fn store(&self) -> Arc<Store> {
        Arc::clone(&self.store)
    }

    pub(super) fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.connections.exchanges.journal)
    }
}
