//! The operations of the tag `Files`.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::super::app::App;
use super::super::http::{
    ErrorResponse, Field, IncomingBody, Multipart, RequestedRange, field_name, json, read_value,
};
use super::super::store::{FileProperties, FileWriter, StoreError, lifetime};
use super::list::{ListQuery, Listing};
use super::path_params::PathParam;
use super::{check, errors, form, route};
use crate::apis::files_api::{CREATE_FILE, DELETE_FILE, DOWNLOAD_FILE, LIST_FILES, RETRIEVE_FILE};
use crate::models::create_file_request::Purpose;
use crate::models::{
    CreateFileRequest, DeleteFileResponse, FileExpirationAfter, ListFilesResponse, OpenAiFile,
};

const LISTING: Listing = Listing { default_limit: 10_000, max_limit: 10_000, others: &["purpose", "order"] };

pub(in super::super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(route(&CREATE_FILE, create))
        .merge(route(&LIST_FILES, list))
        .merge(route(&RETRIEVE_FILE, retrieve))
        .merge(route(&DOWNLOAD_FILE, download))
        .merge(route(&DELETE_FILE, delete))
}

async fn create(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let (head, body) = request.into_parts();
    let max_bytes = CreateFileRequest::FILE_MAX_LENGTH;
    let mut form = form::open(&head.headers, app.incoming(body), max_bytes, errors::file_too_large)?;
    let mut fields = FormFields::default();
    while let Some(field) = form.next_field().await? {
        fields.read(&app, &mut form, field).await?;
    }
    let (content, properties) = fields.finish()?;
    let file = content.finish(properties).await;
    let file = file.map_err(|error| errors::from_store(error, "", ""))?;
    Ok(json(StatusCode::OK, &file))
}

/// The fields of the form of a new file.
#[derive(Debug, Default)]
struct FormFields {
    file: Option<(String, FileWriter)>,
    purpose: Option<String>,
    expires_after: Option<Map<String, Value>>,
}

impl FormFields {
    async fn read(
        &mut self,
        app: &App,
        form: &mut Multipart<IncomingBody>,
        field: Field,
    ) -> Result<(), ErrorResponse> {
        let name = field.name.as_str();
        let expires_after = field_name!(CreateFileRequest, expires_after);
        if name == field_name!(CreateFileRequest, file) {
            if self.file.is_some() {
                return Err(form::duplicate(name));
            }
            let error = |error| errors::from_store(error, name, "");
            let mut content = app.store.create_file(CreateFileRequest::FILE_MAX_LENGTH).map_err(error)?;
            while let Some(bytes) = form.chunk().await? {
                content.write(bytes).await.map_err(error)?;
            }
            self.file = Some((field.file_name.unwrap_or_else(|| "upload".to_owned()), content));
        } else if name == field_name!(CreateFileRequest, purpose) {
            let purpose = form::text(form, name).await?;
            if self.purpose.replace(purpose).is_some() {
                return Err(form::duplicate(name));
            }
        } else if name == expires_after {
            let object = form::text(form, name).await?;
            let invalid =
                || ErrorResponse::invalid("invalid_type", format!("Invalid '{name}': expected an object."));
            let object = serde_json::from_str(&object).map_err(|_| invalid().param(name))?;
            if self.expires_after.replace(object).is_some() {
                return Err(form::duplicate(name));
            }
        } else if let Some(member) = form::member(name, expires_after) {
            let text = form::text(form, name).await?;
            let value = text.parse::<u64>().map_or(Value::String(text), Value::from);
            if self.expires_after.get_or_insert_default().insert(member.to_owned(), value).is_some() {
                return Err(form::duplicate(name));
            }
        } else {
            return Err(form::unknown(name));
        }
        Ok(())
    }

    /// Checks the fields.
    fn finish(self) -> Result<(FileWriter, FileProperties), ErrorResponse> {
        let purpose_param = field_name!(CreateFileRequest, purpose);
        let (filename, content) =
            self.file.ok_or_else(|| form::missing(field_name!(CreateFileRequest, file)))?;
        let purpose = self.purpose.ok_or_else(|| form::missing(purpose_param))?;
        check::enum_value(purpose_param, &purpose, Purpose::KNOWN)?;
        let mut expires_after = None;
        if let Some(members) = self.expires_after {
            let param = field_name!(CreateFileRequest, expires_after);
            let after: FileExpirationAfter = read_value(param, &Value::Object(members))?;
            check::expiry(param, after.anchor.as_str(), after.seconds)?;
            expires_after = Some(after);
        }
        let lifetime = lifetime(&purpose, expires_after.as_ref());
        Ok((content, FileProperties { filename, purpose: purpose.as_str().into(), lifetime }))
    }
}

async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Response, ErrorResponse> {
    let query = ListQuery::read(request.uri().query().unwrap_or_default(), LISTING)?;
    let files = app.with_store(|store| Ok(store.files())).await;
    let mut files = files.map_err(|error| errors::from_store(error, "", ""))?;
    let after = query.after.as_ref();
    files.retain(|file| {
        // The cursor counts even if it has another purpose.
        let has_purpose = query.purpose.as_ref().is_none_or(|purpose| file.purpose.as_str() == purpose);
        has_purpose || after == Some(&file.id)
    });
    let (files, has_more) = query.page(files, |file| &file.id);
    let id = |file: Option<&OpenAiFile>| file.map(|file| file.id.clone());
    let (first_id, last_id) = (id(files.first()), id(files.last()));
    let page = ListFilesResponse::new("list".to_owned(), files, first_id, last_id, has_more);
    Ok(json(StatusCode::OK, &page))
}

async fn retrieve(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let file = app.with_store(move |store| store.file(&id)).await;
    file.map(|file| json(StatusCode::OK, &file)).map_err(|error| file_error(error, &path))
}

async fn delete(State(app): State<Arc<App>>, path: PathParam) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    app.with_store(move |store| store.delete_file(&id)).await.map_err(|error| file_error(error, &path))?;
    let deleted = DeleteFileResponse::new(path.id, true);
    Ok(json(StatusCode::OK, &deleted))
}

async fn download(
    State(app): State<Arc<App>>,
    path: PathParam,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let id = path.id.clone();
    let content = app.with_store(move |store| Ok((store.file(&id)?, store.content(&id)?))).await;
    let (file, content) = content.map_err(|error| file_error(error, &path))?;
    let length = content.length();
    let (status, range) = match RequestedRange::of(&headers, length) {
        RequestedRange::Whole => (StatusCode::OK, 0..length),
        RequestedRange::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        RequestedRange::OutOfBounds => {
            let message = format!("The requested range is outside the {length} bytes of the file.");
            return Err(ErrorResponse::new(StatusCode::RANGE_NOT_SATISFIABLE, message)
                .code("invalid_range")
                .header(header::CONTENT_RANGE, header_value(&format!("bytes */{length}"))));
        }
    };
    let mut headers: Vec<(HeaderName, HeaderValue)> = vec![
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start)),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (header::CONTENT_DISPOSITION, header_value(&content_disposition(&file.filename))),
    ];
    if status == StatusCode::PARTIAL_CONTENT {
        let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        headers.push((header::CONTENT_RANGE, header_value(&shown)));
    }
    let headers: HeaderMap = headers.into_iter().collect();
    Ok((status, headers, Body::from_stream(content.stream(range))).into_response())
}

/// A `Content-Disposition` with any file name, percent-encoded (RFC 6266, RFC 8187).
fn content_disposition(filename: &str) -> String {
    const PLAIN: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
    format!("attachment; filename*=UTF-8''{}", percent_encoding::utf8_percent_encode(filename, PLAIN))
}

fn header_value(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("these headers consist of digits, letters and punctuation")
}

fn file_error(error: StoreError, path: &PathParam) -> ErrorResponse {
    match error {
        StoreError::NotFound => ErrorResponse::not_found("file", &path.name, &path.id),
        // Another program changed the folder.
        StoreError::UnknownPart(part) => {
            ErrorResponse::disk(&std::io::Error::other(format!("{part} is missing in the folder")))
        }
        other => path.error(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_name_can_add_a_header() {
        assert_eq!(content_disposition("a b\r\n\"ä"), "attachment; filename*=UTF-8''a%20b%0D%0A%22%C3%A4");
    }
}
