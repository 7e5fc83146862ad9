//! The Uploads API: each operation as the spec has it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::app::App;
use super::body::json;
use super::refusal::{Refusal, excerpt};
use super::route::{Target, route};
use super::{part_form, reply};
use crate::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use crate::models::create_upload_request::Purpose;
use crate::models::file_expiration_after::Anchor;
use crate::models::{CompleteUploadRequest, CreateUploadRequest, FileExpirationAfter};
use crate::runtime::Operation;

/// The operations that [`routes`] answers.
pub(super) static OPERATIONS: [&Operation; 4] =
    [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD, &CANCEL_UPLOAD];

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_UPLOAD, create))
        .merge(route(&ADD_UPLOAD_PART, add_part))
        .merge(route(&COMPLETE_UPLOAD, complete))
        .merge(route(&CANCEL_UPLOAD, cancel))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let request: CreateUploadRequest = json(&head.headers, app.arrival(body)).await?;
    check(&request)?;
    let upload = app.store(move |store| store.create(request)).await;
    upload
        .map(|upload| reply::json(StatusCode::OK, &upload))
        .map_err(|refused| Refusal::of_upload(refused, "", ""))
}

async fn add_part(
    State(app): State<Arc<App>>,
    target: Target,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let refused = |refused| target.refusal(refused);
    let mut arriving = app.store.add_part(&target.id).map_err(refused)?;
    part_form::read(&head.headers, app.arrival(body), &mut arriving, refused).await?;
    let part = arriving.finish().await.map_err(refused)?;
    Ok(reply::json(StatusCode::OK, &part))
}

async fn complete(
    State(app): State<Arc<App>>,
    target: Target,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let request: CompleteUploadRequest = json(&head.headers, app.arrival(body)).await?;
    let id = target.id.clone();
    let upload = app.store(move |store| store.complete(&id, &request)).await;
    upload.map(|upload| reply::json(StatusCode::OK, &upload)).map_err(|refused| target.refusal(refused))
}

async fn cancel(State(app): State<Arc<App>>, target: Target) -> Result<Response, Refusal> {
    let id = target.id.clone();
    let upload = app.store(move |store| store.cancel(&id)).await;
    upload.map(|upload| reply::json(StatusCode::OK, &upload)).map_err(|refused| target.refusal(refused))
}

/// Refuses what the schema forbids and serde lets through: values that are none of an enumeration, numbers out
/// of bounds.
fn check(request: &CreateUploadRequest) -> Result<(), Refusal> {
    let CreateUploadRequest { purpose, bytes, expires_after, .. } = request;
    if !purpose.is_known() {
        let param = field_name!(CreateUploadRequest, purpose).to_owned();
        return Err(none_of(param, purpose.as_str(), Purpose::KNOWN));
    }
    let most = CreateUploadRequest::BYTES_MAXIMUM;
    if *bytes > most {
        let param = field_name!(CreateUploadRequest, bytes).to_owned();
        return Err(above(param, *bytes, most));
    }
    let Some(FileExpirationAfter { anchor, seconds }) = expires_after else { return Ok(()) };
    let within = |name: &str| format!("{}.{name}", field_name!(CreateUploadRequest, expires_after));
    if !anchor.is_known() {
        let param = within(field_name!(FileExpirationAfter, anchor));
        return Err(none_of(param, anchor.as_str(), Anchor::KNOWN));
    }
    let param = within(field_name!(FileExpirationAfter, seconds));
    let (least, most) = (FileExpirationAfter::SECONDS_MINIMUM, FileExpirationAfter::SECONDS_MAXIMUM);
    match *seconds {
        seconds if seconds < least => {
            let message = format!("Invalid '{param}': expected at least {least}, but got {seconds} instead.");
            Err(Refusal::invalid("integer_below_min_value", message).param(param))
        }
        seconds if seconds > most => Err(above(param, seconds, most)),
        _ => Ok(()),
    }
}

fn none_of(param: String, value: &str, known: &[&str]) -> Refusal {
    let known = known.join("', '");
    let message =
        format!("Invalid value for '{param}': '{}'. Supported values are: '{known}'.", excerpt(value));
    Refusal::invalid("invalid_value", message).param(param)
}

fn above(param: String, value: u64, most: u64) -> Refusal {
    let message = format!("Invalid '{param}': expected at most {most}, but got {value} instead.");
    Refusal::invalid("integer_above_max_value", message).param(param)
}
