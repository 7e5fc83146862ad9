//! What all requests share, and what each of them passes before its handler sees it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::task::spawn_blocking;

use super::body::Arrival;
use super::refusal::{Refusal, excerpt};
use super::store::{Refused, Store};
use super::striking::{Striking, strike};
use super::{files, uploads};
use crate::apis::configuration::BASE_PATH;
use crate::runtime::Operation;

/// What all requests share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) store: Arc<Store>,
    pub(super) striking: Striking,
    pub(super) api_key: Option<SecretString>,
    pub(super) patience: Duration,
}

impl App {
    /// Does something with the store where blocking is allowed. Dropping the future does not undo it.
    pub(super) async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let store = Arc::clone(&self.store);
        spawn_blocking(move || work(&store)).await.map_err(std::io::Error::other)?
    }

    /// A request's body, for which the server has patience.
    pub(super) fn arrival(&self, body: Body) -> Arrival {
        Arrival::new(body, self.patience)
    }
}

/// The path of the base URL, without a slash at its end.
pub(super) fn base_path() -> &'static str {
    let after_scheme = BASE_PATH.split_once("://").map_or(BASE_PATH, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |slash| &after_scheme[slash..]);
    path.trim_end_matches('/')
}

/// The way of a request: what goes wrong on purpose, then the key, then the operation.
pub(super) fn router(app: Arc<App>) -> Router {
    let api = Router::new().merge(uploads::routes()).merge(files::routes());
    let api = if base_path().is_empty() { api } else { Router::new().nest(base_path(), api) };
    api.fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(Arc::clone(&app), ask_for_key))
        .layer(from_fn_with_state(Arc::clone(&app), strike))
        .with_state(app)
}

/// The operation that a request is for, if it is for one.
pub(super) fn operation(method: &Method, path: Option<&MatchedPath>) -> Option<&'static Operation> {
    let path = path?.as_str().strip_prefix(base_path())?;
    let all = uploads::OPERATIONS.iter().chain(&files::OPERATIONS);
    all.copied().find(|operation| operation.path == path && operation.method == *method)
}

async fn no_such_path(method: Method, uri: Uri) -> Refusal {
    let message = format!("Unknown request URL: {method} {}.", excerpt(uri.path()));
    Refusal::new(StatusCode::NOT_FOUND, message).code("unknown_url")
}

async fn no_such_method(method: Method, uri: Uri) -> Refusal {
    let message = format!("{} is not for {method} requests.", excerpt(uri.path()));
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message).code("method_not_allowed")
}

async fn ask_for_key(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, Refusal> {
    let Some(key) = &app.api_key else { return Ok(next.run(request).await) };
    let refusal = |message: &str| {
        Refusal::new(StatusCode::UNAUTHORIZED, message)
            .code("invalid_api_key")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    };
    match bearer(request.headers()) {
        None => Err(refusal("The request has no key; send it in the header Authorization, after 'Bearer '.")),
        Some(sent) if bool::from(sent.ct_eq(key.expose_secret().as_bytes())) => Ok(next.run(request).await),
        Some(_) => Err(refusal("The key in the header Authorization is not the server's key.")),
    }
}

/// The bearer token that a request carries (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else { return None };
    let (scheme, token) = value.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_as_in_the_base_url() {
        assert!(base_path().starts_with('/'));
        assert!(BASE_PATH.ends_with(base_path()));
    }

    #[test]
    fn a_key_is_read_from_one_bearer_header_alone() {
        let of = |values: &[&'static str]| {
            let headers: HeaderMap =
                values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value))).collect();
            bearer(&headers).map(<[u8]>::to_vec)
        };
        assert_eq!(of(&["Bearer abc"]), Some(b"abc".to_vec()));
        assert_eq!(of(&["bearer  abc"]), Some(b"abc".to_vec()));
        for none in [&["Basic abc"][..], &["Bearer"], &[], &["Bearer a", "Bearer b"]] {
            assert_eq!(of(none), None);
        }
    }
}
