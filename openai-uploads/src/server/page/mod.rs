//! The page at `/`: what the server has and does, live, and its faults with switches.
//!
//! The page is three embedded files. Its script polls one JSON document. It needs no API key and shows none; see
//! [`guard`] for who may use it.

mod guard;
mod state;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::http::{ErrorResponse, json, read_json};
use super::journal::Journal;

/// The paths of the page. No operation of the API has them.
pub(super) const PATHS: [&str; 6] = ["/", STYLE, SCRIPT, ICON, STATE, FAULTS];
const STYLE: &str = "/_page/page.css";
const SCRIPT: &str = "/_page/page.js";
const ICON: &str = "/_page/icon.svg";
const STATE: &str = "/_page/state";
const FAULTS: &str = "/_page/faults";

/// What the page shows.
#[derive(Debug)]
struct Page {
    app: Arc<App>,
    journal: Arc<Journal>,
}

/// The routes of the page.
pub(super) fn router(app: Arc<App>, journal: Arc<Journal>) -> Router {
    Router::new()
        .route("/", get(asset("text/html; charset=utf-8", include_str!("page.html"))))
        .route(STYLE, get(asset("text/css; charset=utf-8", include_str!("page.css"))))
        .route(SCRIPT, get(asset("text/javascript; charset=utf-8", include_str!("page.js"))))
        .route(ICON, get(asset("image/svg+xml", include_str!("icon.svg"))))
        .route(STATE, get(show_state))
        .route(FAULTS, post(switch_fault).layer(from_fn(guard::require_same_origin)))
        .layer(from_fn(guard::require_safe_host))
        .layer(middleware::map_response(with_headers))
        .with_state(Arc::new(Page { app, journal }))
}

/// The handler of an embedded file.
fn asset(
    content_type: &'static str,
    text: &'static str,
) -> impl Fn() -> std::future::Ready<Response> + Clone {
    move || std::future::ready(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

async fn show_state(State(page): State<Arc<Page>>) -> Result<Response, ErrorResponse> {
    let requests = page.journal.latest(state::REQUESTS);
    let faults = page.app.faults.switches();
    let state = page.app.with_store(move |store| Ok(state::read(store, &requests, faults))).await;
    let state = state.map_err(|_| {
        ErrorResponse::new(StatusCode::INTERNAL_SERVER_ERROR, "The state of the server cannot be read.")
    })?;
    Ok(json(StatusCode::OK, &state))
}

/// The switch of a fault.
#[derive(Debug, Serialize, Deserialize)]
struct Switching {
    /// Its position in the list of faults.
    fault: usize,
    is_on: bool,
}

async fn switch_fault(State(page): State<Arc<Page>>, request: Request) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let Switching { fault, is_on } = read_json(&head.headers, page.app.incoming(body)).await?;
    if !page.app.faults.switch(fault, is_on) {
        return Err(
            ErrorResponse::invalid("unknown_fault", format!("There is no fault {fault}.")).param("fault")
        );
    }
    tracing::info!(fault, is_on, "fault switched");
    Ok(json(StatusCode::OK, &page.app.faults.switches()))
}

/// Adds headers that make the browser keep other sites out and load nothing from elsewhere.
async fn with_headers(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
