//! The operations of the tag `Fine-tuning`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::super::app::App;
use super::super::http::{ErrorResponse, field_name, json, read_json};
use super::super::store::StoreError;
use super::list::{ListQuery, Listing};
use super::path_params::PathParam;
use super::{check, errors, route};
use crate::apis::fine_tuning_api::{
    CREATE_FINE_TUNING_JOB, LIST_FINE_TUNING_EVENTS, RETRIEVE_FINE_TUNING_JOB,
};
use crate::models::fine_tune_method::Type;
use crate::models::fine_tuning_job::Hyperparameters;
use crate::models::{CreateFineTuningJobRequest, FineTuneMethod, ListFineTuningJobEventsResponse};

const LISTING: Listing = Listing { default_limit: 20, max_limit: 100, others: &[] };

/// The hyperparameters and their bounds.
const HYPERPARAMETERS: [(&str, Bounds); 4] = [
    ("batch_size", Bounds { min: 1.0, is_exclusive: false, max: 256.0 }),
    ("learning_rate_multiplier", Bounds { min: 0.0, is_exclusive: true, max: f64::INFINITY }),
    ("n_epochs", Bounds { min: 1.0, is_exclusive: false, max: 50.0 }),
    ("beta", Bounds { min: 0.0, is_exclusive: true, max: 2.0 }),
];

struct Bounds {
    min: f64,
    /// Whether `min` itself is not allowed.
    is_exclusive: bool,
    max: f64,
}

pub(in super::super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_FINE_TUNING_JOB, create))
        .merge(route(&RETRIEVE_FINE_TUNING_JOB, retrieve))
        .merge(route(&LIST_FINE_TUNING_EVENTS, list_events))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let request: CreateFineTuningJobRequest = read_json(&head.headers, app.incoming(body)).await?;
    let CreateFineTuningJobRequest { suffix, seed, method, metadata, .. } = &request;
    if let Some(suffix) = suffix.as_ref().and_then(Option::as_ref) {
        let (min, max) =
            (CreateFineTuningJobRequest::SUFFIX_MIN_LENGTH, CreateFineTuningJobRequest::SUFFIX_MAX_LENGTH);
        let length = suffix.chars().count() as u64;
        check::bounds(field_name!(CreateFineTuningJobRequest, suffix), length, min, max)?;
    }
    if let Some(seed) = seed.as_ref().and_then(Option::as_ref) {
        let max = CreateFineTuningJobRequest::SEED_MAXIMUM;
        check::bounds(field_name!(CreateFineTuningJobRequest, seed), *seed, 0, max)?;
    }
    metadata.as_ref().and_then(Option::as_ref).map_or(Ok(()), check::metadata)?;
    let hyperparameters = method.as_ref().map_or_else(|| Ok(Hyperparameters::default()), check_method)?;
    let takes = app.work_time();
    let job = app.with_store(move |store| store.create_job(request, hyperparameters, takes)).await;
    let job = job.map_err(|error| job_error(error, &PathParam::default()))?;
    Ok(json(StatusCode::OK, &job))
}

/// Checks the method and returns its hyperparameters.
fn check_method(method: &FineTuneMethod) -> Result<Hyperparameters, ErrorResponse> {
    let param = field_name!(CreateFineTuningJobRequest, method);
    check::enum_value(&format!("{param}.type"), method.r#type.as_str(), Type::KNOWN)?;
    let supervised = method.supervised.as_ref().and_then(|method| method.hyperparameters.as_ref());
    let dpo = method.dpo.as_ref().and_then(|method| method.hyperparameters.as_ref());
    let supervised = check_hyperparameters(&format!("{param}.supervised"), supervised)?;
    let dpo = check_hyperparameters(&format!("{param}.dpo"), dpo)?;
    let chosen = if method.r#type == Type::Dpo { dpo } else { supervised };
    Ok(serde_json::from_value(chosen).unwrap_or_default())
}

/// Checks hyperparameters, each of which is `auto` or a number, and returns them as JSON.
fn check_hyperparameters(param: &str, given: Option<&impl Serialize>) -> Result<Value, ErrorResponse> {
    let given = serde_json::to_value(given).unwrap_or_default();
    for (name, bounds) in HYPERPARAMETERS {
        let param = format!("{param}.hyperparameters.{name}");
        let is_right = match given.get(name) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text == "auto",
            Some(value) => value.as_f64().is_some_and(|number| {
                let is_above = number > bounds.min || (!bounds.is_exclusive && number >= bounds.min);
                is_above && number <= bounds.max
            }),
        };
        if !is_right {
            let min = if bounds.is_exclusive { "more than" } else { "at least" };
            let max =
                if bounds.max.is_finite() { format!(" and at most {}", bounds.max) } else { String::new() };
            let message = format!("Invalid '{param}': expected 'auto' or {min} {}{max}.", bounds.min);
            return Err(ErrorResponse::invalid("invalid_value", message).param(param));
        }
    }
    Ok(given)
}

async fn retrieve(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let job = app.with_store(move |store| store.job(&id)).await;
    job.map(|job| json(StatusCode::OK, &job)).map_err(|error| job_error(error, &path))
}

async fn list_events(
    State(app): State<Arc<App>>,
    path: PathParam,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let query = ListQuery::read(request.uri().query().unwrap_or_default(), LISTING)?;
    let id = path.id.clone();
    let events = app.with_store(move |store| store.job_events(&id)).await;
    let events = events.map_err(|error| job_error(error, &path))?;
    let (events, has_more) = query.page(events, |event| &event.id);
    Ok(json(StatusCode::OK, &ListFineTuningJobEventsResponse::new(events, has_more)))
}

fn job_error(error: StoreError, path: &PathParam) -> ErrorResponse {
    match error {
        StoreError::NotFound => ErrorResponse::not_found("fine-tuning job", &path.name, &path.id),
        StoreError::NoTrainingFile(param) => {
            ErrorResponse::invalid("invalid_value", format!("The file in '{param}' does not exist."))
                .param(param)
        }
        StoreError::TrainingPurpose(param, purpose) => {
            let message =
                format!("The file in '{param}' has the purpose '{purpose}', but it must be 'fine-tune'.");
            ErrorResponse::invalid("invalid_purpose", message).param(param)
        }
        other => errors::from_store(other, &path.name, &path.id),
    }
}
