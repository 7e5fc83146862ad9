//! Futures and streams that stay in their thread, since they hold values of JavaScript.

pub(crate) use futures_util::future::LocalBoxFuture as BoxFuture;
pub(crate) use futures_util::stream::LocalBoxStream as BoxStream;

/// Any type: `Send` where there are threads.
pub trait MaybeSend {}

impl<T: ?Sized> MaybeSend for T {}
