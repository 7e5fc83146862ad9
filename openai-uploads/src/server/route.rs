//! How a request finds its handler.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{MethodFilter, on};

use super::app::App;
use super::refusal::Refusal;
use super::store::Refused;
use crate::runtime::Operation;

/// A route for an operation. A path template is written alike in OpenAPI and in axum.
pub(super) fn route<H, T>(operation: &Operation, handler: H) -> Router<Arc<App>>
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    let method = MethodFilter::try_from(operation.method.clone());
    Router::new()
        .route(operation.path, on(method.expect("an operation has a method that HTTP defines"), handler))
}

/// The one thing that a path names.
#[derive(Debug)]
pub(super) struct Target {
    /// The path parameter's name.
    pub(super) param: String,
    /// The id in its place; anything that a client likes to send.
    pub(super) id: String,
}

impl Target {
    /// The refusal for what a store refused about an upload.
    pub(super) fn refusal(&self, refused: Refused) -> Refusal {
        Refusal::of_upload(refused, &self.param, &self.id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Target {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let not_text = || Refusal::new(StatusCode::NOT_FOUND, "No such object.").code("not_found");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| not_text())?;
        let (param, id) = params.iter().next().ok_or_else(not_text)?;
        Ok(Self { param: param.to_owned(), id: id.to_owned() })
    }
}
