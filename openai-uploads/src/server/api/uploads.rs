//! The operations of the tag `Uploads`.

use std::mem;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::app::App;
use super::super::http::{ErrorResponse, field_name, json, read_json};
use super::path_params::PathParam;
use super::{check, errors, form, route};
use crate::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use crate::models::create_upload_request::Purpose;
use crate::models::{AddUploadPartRequest, CompleteUploadRequest, CreateUploadRequest};

pub(in super::super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_UPLOAD, create))
        .merge(route(&ADD_UPLOAD_PART, add_part))
        .merge(route(&COMPLETE_UPLOAD, complete))
        .merge(route(&CANCEL_UPLOAD, cancel))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let request: CreateUploadRequest = read_json(&head.headers, app.incoming(body)).await?;
    check_create(&request)?;
    let upload = app.with_store(move |store| store.create_upload(request)).await;
    upload.map(|upload| json(StatusCode::OK, &upload)).map_err(|error| errors::from_store(error, "", ""))
}

fn check_create(request: &CreateUploadRequest) -> Result<(), ErrorResponse> {
    let CreateUploadRequest { purpose, bytes, expires_after, .. } = request;
    check::enum_value(field_name!(CreateUploadRequest, purpose), purpose.as_str(), Purpose::KNOWN)?;
    let bytes_param = field_name!(CreateUploadRequest, bytes);
    check::bounds(bytes_param, *bytes, 0, CreateUploadRequest::BYTES_MAXIMUM)?;
    let Some(expires_after) = expires_after else { return Ok(()) };
    let param = field_name!(CreateUploadRequest, expires_after);
    check::expiry(param, expires_after.anchor.as_str(), expires_after.seconds)
}

async fn add_part(
    State(app): State<Arc<App>>,
    path: PathParam,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let data = field_name!(AddUploadPartRequest, data);
    let (head, body) = request.into_parts();
    let error = |error| path.error(error);
    let mut part = app.store.add_part(&path.id).map_err(error)?;
    let max_bytes = AddUploadPartRequest::DATA_MAX_LENGTH;
    let mut form = form::open(&head.headers, app.incoming(body), max_bytes, errors::part_too_large)?;
    let mut is_read = false;
    while let Some(field) = form.next_field().await? {
        if field.name != data {
            return Err(form::unknown(&field.name));
        }
        if mem::replace(&mut is_read, true) {
            return Err(form::duplicate(data));
        }
        while let Some(bytes) = form.chunk().await? {
            part.write(bytes).await.map_err(error)?;
        }
    }
    if !is_read {
        return Err(form::missing(data));
    }
    let part = part.finish().await.map_err(error)?;
    Ok(json(StatusCode::OK, &part))
}

async fn complete(
    State(app): State<Arc<App>>,
    path: PathParam,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let request: CompleteUploadRequest = read_json(&head.headers, app.incoming(body)).await?;
    let id = path.id.clone();
    let upload = app.with_store(move |store| store.complete_upload(&id, &request)).await;
    upload.map(|upload| json(StatusCode::OK, &upload)).map_err(|error| path.error(error))
}

async fn cancel(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let upload = app.with_store(move |store| store.cancel_upload(&id)).await;
    upload.map(|upload| json(StatusCode::OK, &upload)).map_err(|error| path.error(error))
}
