//! The operations of the tag `Fine-tuning`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::super::app::App;
use super::super::http::{Refusal, field_name, json, read_json};
use super::super::store::Refused;
use super::list::{ListQuery, Listing};
use super::target::{Target, route};
use super::{check, refusal};
use crate::apis::fine_tuning_api::{
    CREATE_FINE_TUNING_JOB, LIST_FINE_TUNING_EVENTS, RETRIEVE_FINE_TUNING_JOB,
};
use crate::models::fine_tune_method::Type;
use crate::models::fine_tuning_job::Hyperparameters;
use crate::models::{CreateFineTuningJobRequest, FineTuneMethod, ListFineTuningJobEventsResponse};

const LISTING: Listing = Listing { default_limit: 20, max_limit: 100, others: &[] };

/// The hyperparameters with their bounds: more than the first, or at least it, and at most the second.
const HYPERPARAMETERS: [(&str, Bounds); 4] = [
    ("batch_size", Bounds { least: 1.0, is_exclusive: false, most: 256.0 }),
    ("learning_rate_multiplier", Bounds { least: 0.0, is_exclusive: true, most: f64::INFINITY }),
    ("n_epochs", Bounds { least: 1.0, is_exclusive: false, most: 50.0 }),
    ("beta", Bounds { least: 0.0, is_exclusive: true, most: 2.0 }),
];

struct Bounds {
    least: f64,
    is_exclusive: bool,
    most: f64,
}

pub(in super::super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_FINE_TUNING_JOB, create))
        .merge(route(&RETRIEVE_FINE_TUNING_JOB, retrieve))
        .merge(route(&LIST_FINE_TUNING_EVENTS, list_events))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let request: CreateFineTuningJobRequest = read_json(&head.headers, app.incoming(body)).await?;
    let CreateFineTuningJobRequest { suffix, seed, method, metadata, .. } = &request;
    if let Some(suffix) = suffix.as_ref().and_then(Option::as_ref) {
        let (least, most) =
            (CreateFineTuningJobRequest::SUFFIX_MIN_LENGTH, CreateFineTuningJobRequest::SUFFIX_MAX_LENGTH);
        let length = suffix.chars().count() as u64;
        check::is_within(field_name!(CreateFineTuningJobRequest, suffix), length, least, most)?;
    }
    if let Some(seed) = seed.as_ref().and_then(Option::as_ref) {
        let most = CreateFineTuningJobRequest::SEED_MAXIMUM;
        check::is_within(field_name!(CreateFineTuningJobRequest, seed), *seed, 0, most)?;
    }
    metadata.as_ref().and_then(Option::as_ref).map_or(Ok(()), check::metadata)?;
    let hyperparameters = method.as_ref().map_or_else(|| Ok(Hyperparameters::default()), check_method)?;
    let takes = app.work_time();
    let job = app.with_store(move |store| store.create_job(request, hyperparameters, takes)).await;
    let job = job.map_err(|refused| refusal_of(refused, &Target::default()))?;
    Ok(json(StatusCode::OK, &job))
}

/// Checks the method and returns its hyperparameters.
fn check_method(method: &FineTuneMethod) -> Result<Hyperparameters, Refusal> {
    let param = field_name!(CreateFineTuningJobRequest, method);
    check::is_known(&format!("{param}.type"), method.r#type.as_str(), Type::KNOWN)?;
    let supervised = method.supervised.as_ref().and_then(|method| method.hyperparameters.as_ref());
    let dpo = method.dpo.as_ref().and_then(|method| method.hyperparameters.as_ref());
    let supervised = check_hyperparameters(&format!("{param}.supervised"), supervised)?;
    let dpo = check_hyperparameters(&format!("{param}.dpo"), dpo)?;
    let chosen = if method.r#type == Type::Dpo { dpo } else { supervised };
    Ok(serde_json::from_value(chosen).unwrap_or_default())
}

/// Checks hyperparameters, each of which is `auto` or a number, and returns them as JSON.
fn check_hyperparameters(param: &str, given: Option<&impl Serialize>) -> Result<Value, Refusal> {
    let given = serde_json::to_value(given).unwrap_or_default();
    for (name, bounds) in HYPERPARAMETERS {
        let param = format!("{param}.hyperparameters.{name}");
        let is_right = match given.get(name) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text == "auto",
            Some(value) => value.as_f64().is_some_and(|number| {
                let is_above = number > bounds.least || (!bounds.is_exclusive && number >= bounds.least);
                is_above && number <= bounds.most
            }),
        };
        if !is_right {
            let least = if bounds.is_exclusive { "more than" } else { "at least" };
            let most =
                if bounds.most.is_finite() { format!(" and at most {}", bounds.most) } else { String::new() };
            let message = format!("Invalid '{param}': expected 'auto' or {least} {}{most}.", bounds.least);
            return Err(Refusal::invalid("invalid_value", message).param(param));
        }
    }
    Ok(given)
}

async fn retrieve(State(app): State<Arc<App>>, target: Target) -> Result<Response, Refusal> {
    let id = target.id.clone();
    let job = app.with_store(move |store| store.job(&id)).await;
    job.map(|job| json(StatusCode::OK, &job)).map_err(|refused| refusal_of(refused, &target))
}

async fn list_events(
    State(app): State<Arc<App>>,
    target: Target,
    request: Request,
) -> Result<Response, Refusal> {
    let query = ListQuery::read(request.uri().query().unwrap_or_default(), LISTING)?;
    let id = target.id.clone();
    let events = app.with_store(move |store| store.job_events(&id)).await;
    let events = events.map_err(|refused| refusal_of(refused, &target))?;
    let (events, has_more) = query.page(events, |event| &event.id);
    Ok(json(StatusCode::OK, &ListFineTuningJobEventsResponse::new(events, has_more)))
}

fn refusal_of(refused: Refused, target: &Target) -> Refusal {
    match refused {
        Refused::NotFound => Refusal::not_found("fine-tuning job", &target.param, &target.id),
        Refused::NoTrainingFile(param) => {
            Refusal::invalid("invalid_value", format!("The file in '{param}' does not exist.")).param(param)
        }
        Refused::TrainingPurpose(param, purpose) => {
            let message =
                format!("The file in '{param}' has the purpose '{purpose}', but it must be 'fine-tune'.");
            Refusal::invalid("invalid_purpose", message).param(param)
        }
        other => refusal::from_store(other, &target.param, &target.id),
    }
}
