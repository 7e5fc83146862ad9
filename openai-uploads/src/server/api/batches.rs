//! The operations of the tag `Batch`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::app::App;
use super::super::http::{ErrorResponse, field_name, json, read_json};
use super::super::store::StoreError;
use super::list::{ListQuery, Listing};
use super::path_params::PathParam;
use super::{check, errors, route};
use crate::apis::batch_api::{CANCEL_BATCH, CREATE_BATCH, LIST_BATCHES, RETRIEVE_BATCH};
use crate::models::create_batch_request::{CompletionWindow, Endpoint};
use crate::models::{Batch, CreateBatchRequest, ListBatchesResponse};

const LISTING: Listing = Listing { default_limit: 20, max_limit: 100, others: &[] };

pub(in super::super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_BATCH, create))
        .merge(route(&LIST_BATCHES, list))
        .merge(route(&RETRIEVE_BATCH, retrieve))
        .merge(route(&CANCEL_BATCH, cancel))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let request: CreateBatchRequest = read_json(&head.headers, app.incoming(body)).await?;
    check_create(&request)?;
    let faults = app.faults.batch_faults().iter().map(ToString::to_string).collect();
    let running = Arc::clone(&app);
    let created = app.with_store(move |store| {
        let batch = store.create_batch(request, faults)?;
        // Here, because a client that hangs up ends the outer future.
        running.batches.start(batch.id.clone());
        Ok(batch)
    });
    let batch = created.await.map_err(|error| errors::from_store(error, "", ""))?;
    Ok(json(StatusCode::OK, &batch))
}

fn check_create(request: &CreateBatchRequest) -> Result<(), ErrorResponse> {
    let CreateBatchRequest { endpoint, completion_window, metadata, output_expires_after, .. } = request;
    check::enum_value(field_name!(CreateBatchRequest, endpoint), endpoint.as_str(), Endpoint::KNOWN)?;
    let window = completion_window.as_str();
    check::enum_value(field_name!(CreateBatchRequest, completion_window), window, CompletionWindow::KNOWN)?;
    if let Some(after) = output_expires_after {
        let param = field_name!(CreateBatchRequest, output_expires_after);
        check::expiry(param, after.anchor.as_str(), after.seconds)?;
    }
    metadata.as_ref().and_then(Option::as_ref).map_or(Ok(()), check::metadata)
}

async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let query = ListQuery::read(request.uri().query().unwrap_or_default(), LISTING)?;
    let batches = app.with_store(|store| Ok(store.batches())).await;
    let batches = batches.map_err(|error| errors::from_store(error, "", ""))?;
    let (batches, has_more) = query.page(batches, |batch| &batch.id);
    let id = |batch: Option<&Batch>| batch.map(|batch| batch.id.clone());
    let (first_id, last_id) = (id(batches.first()), id(batches.last()));
    let mut page = ListBatchesResponse::new(batches, has_more);
    (page.first_id, page.last_id) = (first_id, last_id);
    Ok(json(StatusCode::OK, &page))
}

async fn retrieve(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let batch = app.with_store(move |store| store.batch(&id)).await;
    batch.map(|batch| json(StatusCode::OK, &batch)).map_err(|error| batch_error(error, &path))
}

async fn cancel(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let batch = app.with_store(move |store| store.cancel_batch(&id)).await;
    batch.map(|batch| json(StatusCode::OK, &batch)).map_err(|error| batch_error(error, &path))
}

fn batch_error(error: StoreError, path: &PathParam) -> ErrorResponse {
    match error {
        StoreError::NotFound => ErrorResponse::not_found("batch", &path.name, &path.id),
        other => path.error(other),
    }
}
