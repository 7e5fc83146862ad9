//! The operations of the tag `Uploads`.

use std::mem;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::app::App;
use super::super::http::{Refusal, field_name, json, read_json};
use super::target::{Target, route};
use super::{check, form, refusal};
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

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let request: CreateUploadRequest = read_json(&head.headers, app.incoming(body)).await?;
    check_create(&request)?;
    let upload = app.with_store(move |store| store.create(request)).await;
    upload.map(|upload| json(StatusCode::OK, &upload)).map_err(|refused| refusal::from_store(refused, "", ""))
}

fn check_create(request: &CreateUploadRequest) -> Result<(), Refusal> {
    let CreateUploadRequest { purpose, bytes, expires_after, .. } = request;
    check::is_known(field_name!(CreateUploadRequest, purpose), purpose.as_str(), Purpose::KNOWN)?;
    let bytes_param = field_name!(CreateUploadRequest, bytes);
    check::is_within(bytes_param, *bytes, 0, CreateUploadRequest::BYTES_MAXIMUM)?;
    let Some(expires_after) = expires_after else { return Ok(()) };
    let param = field_name!(CreateUploadRequest, expires_after);
    check::expiry(param, expires_after.anchor.as_str(), expires_after.seconds)
}

async fn add_part(
    State(app): State<Arc<App>>,
    target: Target,
    request: Request,
) -> Result<Response, Refusal> {
    let data = field_name!(AddUploadPartRequest, data);
    let (head, body) = request.into_parts();
    let refused = |refused| target.refusal(refused);
    let mut part = app.store.add_part(&target.id).map_err(refused)?;
    let max_bytes = AddUploadPartRequest::DATA_MAX_LENGTH;
    let mut form = form::open(&head.headers, app.incoming(body), max_bytes, refusal::part_too_large)?;
    let mut is_read = false;
    while let Some(field) = form.next_field().await? {
        if field.name != data {
            return Err(form::unknown(&field.name));
        }
        if mem::replace(&mut is_read, true) {
            return Err(form::duplicate(data));
        }
        while let Some(bytes) = form.chunk().await? {
            part.write(bytes).await.map_err(refused)?;
        }
    }
    if !is_read {
        return Err(form::missing(data));
    }
    let part = part.finish().await.map_err(refused)?;
    Ok(json(StatusCode::OK, &part))
}

async fn complete(
    State(app): State<Arc<App>>,
    target: Target,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let request: CompleteUploadRequest = read_json(&head.headers, app.incoming(body)).await?;
    let id = target.id.clone();
    let upload = app.with_store(move |store| store.complete(&id, &request)).await;
    upload.map(|upload| json(StatusCode::OK, &upload)).map_err(|refused| target.refusal(refused))
}

async fn cancel(State(app): State<Arc<App>>, target: Target) -> Result<Response, Refusal> {
    let id = target.id.clone();
    let upload = app.with_store(move |store| store.cancel(&id)).await;
    upload.map(|upload| json(StatusCode::OK, &upload)).map_err(|refused| target.refusal(refused))
}
