//! The path parameters of requests.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::super::http::ErrorResponse;
use super::super::store::StoreError;
use super::errors;

/// A path parameter: the id of an object. As an extractor it is the first one of the path.
#[derive(Debug, Default)]
pub(super) struct PathParam {
    /// The parameter's name.
    pub(super) name: String,
    /// The parameter's value. Clients can send any text.
    pub(super) id: String,
}

impl PathParam {
    /// The response to an error of the store, about an upload.
    pub(super) fn error(&self, error: StoreError) -> ErrorResponse {
        errors::from_store(error, &self.name, &self.id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathParam {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        let params = PathParams::from_request_parts(parts, state).await?;
        params.0.into_iter().next().ok_or_else(no_such_object)
    }
}

/// The path parameters of a request.
#[derive(Debug)]
pub(super) struct PathParams(pub(super) Vec<PathParam>);

impl PathParams {
    /// The values of the first two parameters.
    pub(super) fn two(&self) -> (String, String) {
        let value = |index: usize| self.0.get(index).map(|param| param.id.clone()).unwrap_or_default();
        (value(0), value(1))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathParams {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| no_such_object())?;
        let param = |(name, id): (&str, &str)| PathParam { name: name.to_owned(), id: id.to_owned() };
        Ok(Self(params.iter().map(param).collect()))
    }
}

fn no_such_object() -> ErrorResponse {
    ErrorResponse::new(StatusCode::NOT_FOUND, "No such object.").code("not_found")
}
