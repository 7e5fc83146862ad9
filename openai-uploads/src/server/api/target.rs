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
#[derive(Debug, Default)]
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
        let targets = Targets::from_request_parts(parts, state).await?;
        targets.0.into_iter().next().ok_or_else(not_text)
    }
}

/// The path parameters of a request.
#[derive(Debug)]
pub(super) struct Targets(pub(super) Vec<Target>);

impl Targets {
    /// The values of the first two.
    pub(super) fn two(&self) -> (String, String) {
        let value = |index: usize| self.0.get(index).map(|target| target.id.clone()).unwrap_or_default();
        (value(0), value(1))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Targets {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| not_text())?;
        let target = |(param, id): (&str, &str)| Target { param: param.to_owned(), id: id.to_owned() };
        Ok(Self(params.iter().map(target).collect()))
    }
}

fn not_text() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "No such object.").code("not_found")
}
