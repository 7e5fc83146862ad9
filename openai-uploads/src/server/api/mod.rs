//! The handlers of the API's operations, a module for each tag of the spec.

pub(super) mod batches;
mod check;
pub(super) mod errors;
pub(super) mod files;
pub(super) mod fine_tuning;
mod form;
mod list;
mod path_params;
pub(super) mod uploads;
pub(super) mod vector_stores;

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};

use super::app::App;
use crate::runtime::Operation;

/// The route of an operation. OpenAPI and axum write path templates in the same way.
fn route<H, T>(operation: &Operation, handler: H) -> Router<Arc<App>>
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    let method = MethodFilter::try_from(operation.method.clone());
    Router::new()
        .route(operation.path, on(method.expect("an operation has a method that HTTP defines"), handler))
}
