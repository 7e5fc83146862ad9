//! Validates the input file of a batch as the API does.

use std::collections::HashSet;
use std::io::{self, BufRead};

use serde_json::Value;

use super::super::http::read_value;
use crate::models::batch_request_input::Method;
use crate::models::create_batch_request::Endpoint;
use crate::models::{BatchError, BatchRequestInput, CreateBatchRequest};

/// The maximum number of errors that are reported.
const MAX_ERRORS: usize = 100;

/// A summary of a valid input file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Validated {
    pub(super) requests: u64,
    pub(super) model: Option<String>,
    /// An estimate: a token has four bytes.
    pub(super) tokens: u64,
}

/// Validates the input file of a batch. The inner error lists what is wrong with the file.
pub(super) fn validate(
    mut input: impl BufRead,
    bytes: u64,
    endpoint: &str,
) -> io::Result<Result<Validated, Vec<BatchError>>> {
    let max_bytes = CreateBatchRequest::MAX_INPUT_BYTES;
    if bytes > max_bytes {
        let message = format!("The input file has {bytes} bytes, but at most {max_bytes} are allowed.");
        return Ok(Err(vec![error("file_too_large", message, None, None)]));
    }
    let mut validation = Validation::new(endpoint);
    let mut line = Vec::new();
    while validation.errors.len() < MAX_ERRORS {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        validation.line(&line);
    }
    Ok(validation.finish())
}

#[derive(Debug)]
struct Validation<'a> {
    endpoint: &'a str,
    ids: HashSet<String>,
    line: u64,
    embedding_inputs: u64,
    validated: Validated,
    errors: Vec<BatchError>,
}

impl<'a> Validation<'a> {
    fn new(endpoint: &'a str) -> Self {
        Self {
            endpoint,
            ids: HashSet::new(),
            line: 0,
            embedding_inputs: 0,
            validated: Validated::default(),
            errors: Vec::new(),
        }
    }

    fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        self.validated.requests += 1;
        self.validated.tokens += line.len() as u64 / 4;
        match serde_json::from_slice::<BatchRequestInput>(line) {
            Ok(request) => self.request(request),
            Err(_) => self.unreadable(line),
        }
    }

    fn request(&mut self, request: BatchRequestInput) {
        let BatchRequestInput { custom_id, method, url, body, .. } = request;
        if method != Method::Post {
            let message = format!("The method must be 'POST', not '{method}'.");
            self.error("invalid_method", message, Some("method"));
        }
        if url != self.endpoint {
            let message = format!("The URL '{url}' is not the endpoint of the batch, '{}'.", self.endpoint);
            self.error("mismatched_endpoint", message, Some("url"));
        }
        if custom_id.is_empty() {
            self.error("invalid_value", "The custom_id is empty.".to_owned(), Some("custom_id"));
        } else if let Some(repeated) = self.ids.replace(custom_id) {
            let message = format!("The custom_id '{repeated}' is used by more than one line.");
            self.error("duplicate_custom_id", message, Some("custom_id"));
        }
        match (body.get("model").and_then(Value::as_str), &self.validated.model) {
            (Some(model), None) => self.validated.model = Some(model.to_owned()),
            (Some(model), Some(first)) if model != first => {
                let message = format!("The model is '{model}', but an earlier line has '{first}'.");
                self.error("mismatched_model", message, Some("body.model"));
            }
            (None, _) if self.endpoint != Endpoint::V1Moderations.as_str() => {
                let message = "Missing required parameter: 'body.model'.".to_owned();
                self.error("missing_required_parameter", message, Some("body.model"));
            }
            _ => {}
        }
        if self.endpoint == Endpoint::V1Embeddings.as_str() {
            let inputs = body.get("input").map_or(0, |input| input.as_array().map_or(1, Vec::len));
            self.embedding_inputs += inputs as u64;
        }
    }

    /// Reports why a line is not a request.
    fn unreadable(&mut self, line: &[u8]) {
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            return self.error("invalid_json_line", "This line is not valid JSON.".to_owned(), None);
        };
        if !value.is_object() {
            return self.error("invalid_json_line", "This line is not a JSON object.".to_owned(), None);
        }
        match read_value::<BatchRequestInput>("", &value) {
            Ok(_) => self.error("invalid_json_line", "This line is not a request.".to_owned(), None),
            Err(response) => {
                let wrong = response.body().error;
                let code = wrong.code.unwrap_or_default();
                self.error(&code, wrong.message, wrong.param.as_deref());
            }
        }
    }

    fn error(&mut self, code: &str, message: String, param: Option<&str>) {
        self.errors.push(error(code, message, param, Some(self.line)));
    }

    fn finish(mut self) -> Result<Validated, Vec<BatchError>> {
        let requests = self.validated.requests;
        let (max_requests, max_inputs) =
            (CreateBatchRequest::MAX_REQUESTS, CreateBatchRequest::MAX_EMBEDDING_INPUTS);
        if requests == 0 && self.errors.is_empty() {
            self.errors.push(error("empty_file", "The input file has no request.".to_owned(), None, None));
        }
        if requests > max_requests {
            let message =
                format!("The input file has {requests} requests, but at most {max_requests} are allowed.");
            self.errors.push(error("too_many_requests", message, None, None));
        }
        if self.embedding_inputs > max_inputs {
            let inputs = self.embedding_inputs;
            let message =
                format!("The requests have {inputs} embedding inputs, but at most {max_inputs} are allowed.");
            self.errors.push(error("too_many_embedding_inputs", message, None, None));
        }
        if self.errors.is_empty() { Ok(self.validated) } else { Err(self.errors) }
    }
}

/// A reason why a batch failed.
pub(super) fn error(code: &str, message: String, param: Option<&str>, line: Option<u64>) -> BatchError {
    BatchError { code: Some(code.to_owned()), message: Some(message), param: param.map(str::to_owned), line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validated(lines: &[&str]) -> Result<Validated, Vec<(String, u64)>> {
        let file = lines.join("\n");
        let result = validate(file.as_bytes(), file.len() as u64, "/v1/embeddings").unwrap();
        result.map_err(|errors| {
            let code = |error: BatchError| (error.code.unwrap_or_default(), error.line.unwrap_or_default());
            errors.into_iter().map(code).collect()
        })
    }

    const VALID: &str =
        r#"{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"x"}}"#;

    #[test]
    fn a_valid_file_is_counted() {
        let second = VALID.replace("\"a\"", "\"b\"");
        let found = validated(&[VALID, "", &second]).unwrap();
        assert_eq!((found.requests, found.model.as_deref()), (2, Some("m")));
    }

    #[test]
    fn each_invalid_line_is_reported_with_its_number() {
        for (line, code) in [
            ("{", "invalid_json_line"),
            ("[]", "invalid_json_line"),
            ("\u{feff}{}", "invalid_json_line"),
            (r#"{"custom_id":"b"}"#, "missing_required_parameter"),
            (&VALID.replace("\"a\"", "7"), "invalid_type"),
            (&VALID.replace("\"a\"", "\"\""), "invalid_value"),
            (VALID, "duplicate_custom_id"),
            (&VALID.replace("\"a\"", "\"b\"").replace("POST", "GET"), "invalid_method"),
            (&VALID.replace("\"a\"", "\"b\"").replace("embeddings", "responses"), "mismatched_endpoint"),
            (&VALID.replace("\"a\"", "\"b\"").replace("\"m\"", "\"n\""), "mismatched_model"),
            (&VALID.replace("\"a\"", "\"b\"").replace("model", "mode"), "missing_required_parameter"),
        ] {
            assert_eq!(validated(&[VALID, line]), Err(vec![(code.to_owned(), 2)]), "{line}");
        }
        assert_eq!(validated(&[]), Err(vec![("empty_file".to_owned(), 0)]));
    }

    #[test]
    fn a_file_above_a_limit_is_an_error() {
        let max = usize::try_from(CreateBatchRequest::MAX_REQUESTS).unwrap();
        let lines: Vec<String> = (0..=max).map(|n| VALID.replace("\"a\"", &format!("\"{n}\""))).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(
            validated(&lines[..max]).map(|found| found.requests),
            Ok(CreateBatchRequest::MAX_REQUESTS)
        );
        let errors = validated(&lines).unwrap_err();
        let codes: Vec<&str> = errors.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["too_many_requests", "too_many_embedding_inputs"]);
        let too_large = validate(&b""[..], CreateBatchRequest::MAX_INPUT_BYTES + 1, "").unwrap();
        assert_eq!(too_large.unwrap_err()[0].code.as_deref(), Some("file_too_large"));
    }
}
