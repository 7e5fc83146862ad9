//! What differs between programs of an operating system and WebAssembly: the client, bodies, timers, random numbers,
//! proxies. Both halves have the same names.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
use native as here;
#[cfg(target_arch = "wasm32")]
use web as here;

pub(super) use here::chunks::Chunks;
pub use here::client::default_client;
pub(super) use here::client::{
    DECODES_REPLIES, USER_AGENT, has_tls, interruption, is_connect, request_builder,
};
pub(super) use here::clock::{Instant, now, sleep, timeout};
pub(super) use here::futures::{BoxFuture, BoxStream, MaybeSend};
pub(super) use here::proxy::{proxy_of, proxy_of_reply, set_proxy_of_reply};
pub(super) use here::random::random;
#[cfg(not(target_arch = "wasm32"))]
pub use native::client::{SharedClient, client_builder};
