//! Routes and their path parameter.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{MethodFilter, on};

use super::super::app::App;
use super::super::http::Refusal;
use super::super::store::Refused;
use super::refusal;
use crate::runtime::Operation;

/// The route of an operation. OpenAPI and axum write path templates in the same way.
pub(super) fn route<H, T>(operation: &Operation, handler: H) -> Router<Arc<App>>
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    let method = MethodFilter::try_from(operation.method.clone());
    Router::new()
        .route(operation.path, on(method.expect("an operation has a method that HTTP defines"), handler))
}

/// The path parameter of a request.
#[derive(Debug)]
pub(super) struct Target {
    /// The parameter's name.
    pub(super) param: String,
    /// Its value. Clients can send any text.
    pub(super) id: String,
}

impl Target {
    /// The response to a refusal by the store, about an upload.
    pub(super) fn refusal(&self, refused: Refused) -> Refusal {
        refusal::from_store(refused, &self.param, &self.id)
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
