//! Futures and streams that move between threads.

pub(crate) use futures_util::future::BoxFuture;
pub(crate) use futures_util::stream::BoxStream;
pub(crate) use std::marker::Send as MaybeSend;
