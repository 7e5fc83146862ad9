//! The path of a request through the server: fault injection, the API key, the operation.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::api::{batches, files, fine_tuning, uploads, vector_stores};
use super::app::App;
use super::fault_layer::inject;
use super::http::{ErrorResponse, excerpt};
use super::operations::base_path;

/// The routes of the API, below the path of the base URL.
pub(super) fn router(app: Arc<App>) -> Router {
    let api = Router::new().merge(files::routes()).merge(uploads::routes()).merge(batches::routes());
    let api = api.merge(vector_stores::routes()).merge(fine_tuning::routes());
    let api = if base_path().is_empty() { api } else { Router::new().nest(base_path(), api) };
    api.fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(from_fn_with_state(Arc::clone(&app), require_key))
        .layer(from_fn_with_state(Arc::clone(&app), inject))
        .with_state(app)
}

async fn unknown_path(method: Method, uri: Uri) -> ErrorResponse {
    let message = format!("Unknown request URL: {method} {}.", excerpt(uri.path()));
    ErrorResponse::new(StatusCode::NOT_FOUND, message).code("unknown_url")
}

async fn unknown_method(method: Method, uri: Uri) -> ErrorResponse {
    let message = format!("{} does not support {method}.", excerpt(uri.path()));
    ErrorResponse::new(StatusCode::METHOD_NOT_ALLOWED, message).code("method_not_allowed")
}

async fn require_key(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ErrorResponse> {
    let Some(key) = &app.api_key else { return Ok(next.run(request).await) };
    let error = |message: &str| {
        ErrorResponse::new(StatusCode::UNAUTHORIZED, message)
            .code("invalid_api_key")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    };
    match bearer_token(request.headers()) {
        None => Err(error("The request has no API key. Send it in the header 'Authorization: Bearer KEY'.")),
        Some(sent) if bool::from(sent.ct_eq(key.expose_secret().as_bytes())) => Ok(next.run(request).await),
        Some(_) => Err(error("The API key in the header Authorization is not the server's key.")),
    }
}

/// The bearer token of a request (RFC 6750 §2.1).
fn bearer_token(headers: &HeaderMap) -> Option<&[u8]> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else { return None };
    let (scheme, token) = value.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_read_from_exactly_one_bearer_header() {
        let token = |values: &[&'static str]| {
            let headers: HeaderMap =
                values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value))).collect();
            bearer_token(&headers).map(<[u8]>::to_vec)
        };
        assert_eq!(token(&["Bearer abc"]), Some(b"abc".to_vec()));
        assert_eq!(token(&["bearer  abc"]), Some(b"abc".to_vec()));
        for none in [&["Basic abc"][..], &["Bearer"], &[], &["Bearer a", "Bearer b"]] {
            assert_eq!(token(none), None);
        }
    }
}
