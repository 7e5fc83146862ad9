//! The operations of the tag `Vector stores`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::app::App;
use super::super::http::{ErrorResponse, field_name, json, read_json};
use super::super::store::{FileToIndex, StoreError};
use super::list::{ListQuery, Listing};
use super::path_params::{PathParam, PathParams};
use super::{check, errors, route};
use crate::apis::vector_stores_api::{
    CREATE_VECTOR_STORE, CREATE_VECTOR_STORE_FILE_BATCH, GET_VECTOR_STORE, GET_VECTOR_STORE_FILE_BATCH,
    LIST_FILES_IN_VECTOR_STORE_BATCH,
};
use crate::models::list_files_in_vector_store_batch::Filter;
use crate::models::vector_store_expiration_after::Anchor;
use crate::models::vector_store_file_attributes::Value;
use crate::models::{
    ChunkingStrategyRequestParam, CreateVectorStoreFileBatchRequest, CreateVectorStoreRequest,
    ListVectorStoreFilesResponse, StaticChunkingStrategy, VectorStoreExpirationAfter,
    VectorStoreFileAttributes, VectorStoreFileObject,
};

const LISTING: Listing =
    Listing { default_limit: 20, max_limit: 100, others: &["order", "before", "filter"] };

/// The bounds of attributes, as the description of their schema gives them.
const MAX_ATTRIBUTES: u64 = 16;
const MAX_ATTRIBUTE_NAME: u64 = 64;
const MAX_ATTRIBUTE_TEXT: u64 = 512;

pub(in super::super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_VECTOR_STORE, create))
        .merge(route(&GET_VECTOR_STORE, retrieve))
        .merge(route(&CREATE_VECTOR_STORE_FILE_BATCH, create_batch))
        .merge(route(&GET_VECTOR_STORE_FILE_BATCH, retrieve_batch))
        .merge(route(&LIST_FILES_IN_VECTOR_STORE_BATCH, list_files))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let request: CreateVectorStoreRequest = read_json(&head.headers, app.incoming(body)).await?;
    let CreateVectorStoreRequest { file_ids, expires_after, chunking_strategy, metadata, .. } = &request;
    let count = file_ids.as_ref().map_or(0, |ids| ids.len() as u64);
    let param = field_name!(CreateVectorStoreRequest, file_ids);
    check::bounds(param, count, 0, CreateVectorStoreRequest::FILE_IDS_MAX_ITEMS)?;
    if let Some(after) = expires_after {
        let member = |name: &str| format!("{}.{name}", field_name!(CreateVectorStoreRequest, expires_after));
        let anchor = member(field_name!(VectorStoreExpirationAfter, anchor));
        check::enum_value(&anchor, after.anchor.as_str(), Anchor::KNOWN)?;
        let (min, max) = (VectorStoreExpirationAfter::DAYS_MINIMUM, VectorStoreExpirationAfter::DAYS_MAXIMUM);
        check::bounds(&member(field_name!(VectorStoreExpirationAfter, days)), after.days, min, max)?;
    }
    check_chunks(chunking_strategy.as_ref())?;
    metadata.as_ref().and_then(Option::as_ref).map_or(Ok(()), check::metadata)?;
    let takes = app.work_time();
    let created = app.with_store(move |store| store.create_vector_store(request, takes)).await;
    let created = created.map_err(|error| vector_store_error(error, &PathParam::default()))?;
    Ok(json(StatusCode::OK, &created))
}

async fn retrieve(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let found = app.with_store(move |store| store.vector_store(&id)).await;
    found.map(|found| json(StatusCode::OK, &found)).map_err(|error| vector_store_error(error, &path))
}

async fn create_batch(
    State(app): State<Arc<App>>,
    path: PathParam,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let request: CreateVectorStoreFileBatchRequest = read_json(&head.headers, app.incoming(body)).await?;
    let files = files_of(request)?;
    let (id, takes) = (path.id.clone(), app.work_time());
    let created = app.with_store(move |store| store.create_file_batch(&id, files, takes)).await;
    created.map(|batch| json(StatusCode::OK, &batch)).map_err(|error| vector_store_error(error, &path))
}

/// The files of a request, each with its options.
fn files_of(request: CreateVectorStoreFileBatchRequest) -> Result<Vec<FileToIndex>, ErrorResponse> {
    let CreateVectorStoreFileBatchRequest { file_ids, files, chunking_strategy, attributes, .. } = request;
    let attributes = attributes.flatten();
    check_chunks(chunking_strategy.as_ref())?;
    check_attributes(attributes.as_ref())?;
    let (param, to_index): (_, Vec<_>) = match (file_ids, files) {
        (Some(ids), None) => {
            let to_index = ids.into_iter().map(|id| FileToIndex {
                id,
                chunking_strategy: chunking_strategy.clone(),
                attributes: attributes.clone(),
            });
            (field_name!(CreateVectorStoreFileBatchRequest, file_ids), to_index.collect())
        }
        (None, Some(files)) => {
            for file in &files {
                check_chunks(file.chunking_strategy.as_ref())?;
                check_attributes(file.attributes.as_ref().and_then(Option::as_ref))?;
            }
            let to_index = files.into_iter().map(|file| FileToIndex {
                id: file.file_id,
                chunking_strategy: file.chunking_strategy,
                attributes: file.attributes.flatten(),
            });
            (field_name!(CreateVectorStoreFileBatchRequest, files), to_index.collect())
        }
        _ => {
            let message = "Exactly one of 'file_ids' and 'files' is needed.";
            let param = field_name!(CreateVectorStoreFileBatchRequest, file_ids);
            return Err(ErrorResponse::invalid("missing_required_parameter", message).param(param));
        }
    };
    let (min, max) = (
        CreateVectorStoreFileBatchRequest::FILE_IDS_MIN_ITEMS,
        CreateVectorStoreFileBatchRequest::FILE_IDS_MAX_ITEMS,
    );
    check::bounds(param, to_index.len() as u64, min, max)?;
    Ok(to_index)
}

fn check_chunks(strategy: Option<&ChunkingStrategyRequestParam>) -> Result<(), ErrorResponse> {
    let param = field_name!(CreateVectorStoreFileBatchRequest, chunking_strategy);
    let chunks = match strategy {
        Some(ChunkingStrategyRequestParam::Static(chunks)) => &chunks.r#static,
        Some(ChunkingStrategyRequestParam::Auto(_)) | None => return Ok(()),
        Some(_) => {
            let message = format!("Invalid '{param}': expected the type 'auto' or 'static'.");
            return Err(ErrorResponse::invalid("invalid_value", message).param(param));
        }
    };
    let member = |name: &str| format!("{param}.static.{name}");
    let (min, max) = (
        StaticChunkingStrategy::MAX_CHUNK_SIZE_TOKENS_MINIMUM,
        StaticChunkingStrategy::MAX_CHUNK_SIZE_TOKENS_MAXIMUM,
    );
    let size = chunks.max_chunk_size_tokens;
    check::bounds(&member(field_name!(StaticChunkingStrategy, max_chunk_size_tokens)), size, min, max)?;
    let overlap = member(field_name!(StaticChunkingStrategy, chunk_overlap_tokens));
    check::bounds(&overlap, chunks.chunk_overlap_tokens, 0, size / 2)
}

fn check_attributes(attributes: Option<&VectorStoreFileAttributes>) -> Result<(), ErrorResponse> {
    let Some(attributes) = attributes else { return Ok(()) };
    let is_long = |text: &str, max: u64| text.chars().count() as u64 > max;
    let problem = if attributes.len() as u64 > MAX_ATTRIBUTES {
        format!("at most {MAX_ATTRIBUTES} attributes")
    } else if attributes.keys().any(|name| is_long(name, MAX_ATTRIBUTE_NAME)) {
        format!("names of at most {MAX_ATTRIBUTE_NAME} characters")
    } else if attributes
        .values()
        .any(|value| matches!(value, Value::String(text) if is_long(text, MAX_ATTRIBUTE_TEXT)))
    {
        format!("texts of at most {MAX_ATTRIBUTE_TEXT} characters")
    } else {
        return Ok(());
    };
    let param = field_name!(CreateVectorStoreFileBatchRequest, attributes);
    Err(ErrorResponse::invalid("invalid_value", format!("Invalid '{param}': expected {problem}."))
        .param(param))
}

async fn retrieve_batch(State(app): State<Arc<App>>, params: PathParams) -> Result<Response, ErrorResponse> {
    let (store_id, batch_id) = params.two();
    let found = app.with_store(move |store| store.file_batch(&store_id, &batch_id)).await;
    found.map(|found| json(StatusCode::OK, &found)).map_err(|error| file_batch_error(error, &params))
}

async fn list_files(
    State(app): State<Arc<App>>,
    params: PathParams,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let query = ListQuery::read(request.uri().query().unwrap_or_default(), LISTING)?;
    if let Some(filter) = &query.filter {
        check::enum_value("filter", filter, Filter::KNOWN)?;
    }
    let (store_id, batch_id) = params.two();
    let files = app.with_store(move |store| store.files_of_batch(&store_id, &batch_id)).await;
    let mut files = files.map_err(|error| file_batch_error(error, &params))?;
    files.retain(|file| query.filter.as_deref().is_none_or(|filter| file.status.as_str() == filter));
    let (files, has_more) = query.page(files, |file| &file.id);
    let id = |file: Option<&VectorStoreFileObject>| file.map(|file| file.id.clone());
    let (first_id, last_id) = (id(files.first()), id(files.last()));
    let page = ListVectorStoreFilesResponse::new("list".to_owned(), files, first_id, last_id, has_more);
    Ok(json(StatusCode::OK, &page))
}

fn file_batch_error(error: StoreError, params: &PathParams) -> ErrorResponse {
    match (error, params.0.last()) {
        (StoreError::NoFileBatch, Some(path)) => ErrorResponse::not_found("file batch", &path.name, &path.id),
        (other, _) => vector_store_error(other, params.0.first().unwrap_or(&PathParam::default())),
    }
}

fn vector_store_error(error: StoreError, path: &PathParam) -> ErrorResponse {
    match error {
        StoreError::NotFound => ErrorResponse::not_found("vector store", &path.name, &path.id),
        StoreError::VectorStoreExpired => {
            let message = "The vector store is expired, so no files can be added.";
            ErrorResponse::invalid("vector_store_expired", message).param(path.name.clone())
        }
        StoreError::NoFileToIndex(id) => {
            ErrorResponse::not_found("file", field_name!(CreateVectorStoreFileBatchRequest, file_ids), &id)
        }
        other => errors::from_store(other, &path.name, &path.id),
    }
}
