//! The wire agrees with the document: each operation's request, received on a socket, matches the document, and each
//! declared reply is read.

use std::collections::BTreeSet;
use std::pin::Pin;

use fastrand::Rng;
use openai_uploads::apis::batch_api::{
    ListBatchesParams, cancel_batch, create_batch, list_batches, retrieve_batch,
};
use openai_uploads::apis::configuration::{BASE_PATH, Configuration};
use openai_uploads::apis::files_api::{
    ListFilesParams, create_file, delete_file, download_file, list_files, retrieve_file,
};
use openai_uploads::apis::fine_tuning_api::{
    ListFineTuningEventsParams, create_fine_tuning_job, list_fine_tuning_events, retrieve_fine_tuning_job,
};
use openai_uploads::apis::uploads_api::{add_upload_part, cancel_upload, complete_upload, create_upload};
use openai_uploads::apis::vector_stores_api::{
    ListFilesInVectorStoreBatchParams, create_vector_store, create_vector_store_file_batch, get_vector_store,
    get_vector_store_file_batch, list_files_in_vector_store_batch,
};
use openai_uploads::runtime::{Binary, Call, Error, ErrorBody};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::agreement_spec::{Content, Spec, SpecOperation, elements, members, without_nulls};
use super::agreement_values::{draw, seed};
use super::received_request::{ReceivedRequest, SingleRequestServer, block_on, configuration, file_request};

/// How many times each operation is called for each reply that it can have.
const CALLS: usize = 12;

const KEY: &str = "sk-of-the-test";

/// The arguments of a call: the values of the operation's parameters and of its body.
struct Arguments {
    /// By name. Optional ones may be missing.
    parameters: Vec<(String, Value)>,
    body: Value,
}

impl Arguments {
    /// The only path parameter.
    fn parameter(&self) -> Result<&str, String> {
        let first = self.parameters.first().and_then(|(_, value)| value.as_str());
        first.ok_or_else(|| "there is no parameter".to_owned())
    }

    fn query<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let value = self.parameters.iter().find(|(parameter, _)| parameter == name);
        let value = value.map(|(_, value)| serde_json::from_value(value.clone()));
        value.transpose().map_err(|error| error.to_string())
    }

    fn body<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_value(self.body.clone()).map_err(|error| error.to_string())
    }

    /// The bytes of a form that has nothing else.
    fn bytes(&self) -> Result<Binary, String> {
        let mut properties = members(&self.body);
        match (properties.next().and_then(|(_, value)| value.as_str()), properties.next()) {
            (Some(bytes), None) => Ok(Binary::bytes(bytes.to_owned())),
            _ => Err("a part is bytes and nothing else".to_owned()),
        }
    }
}

/// The reply, as JSON.
enum Reply {
    Success(Value),
    Failure { status: u16, entity: Option<Value> },
}

type Sending = Pin<Box<dyn Future<Output = Result<Reply, String>>>>;

type Caller = fn(&Configuration, &Arguments) -> Result<Sending, String>;

/// The function of each operation.
const FUNCTIONS: [(&str, Caller); 21] = [
    ("createFile", |to, given| Ok(sending(create_file(to, file_request(&given.body)?)))),
    ("listFiles", |to, given| {
        let params = ListFilesParams {
            after: given.query("after")?,
            limit: given.query("limit")?,
            order: given.query("order")?,
            purpose: given.query("purpose")?,
        };
        Ok(sending(list_files(to, params)))
    }),
    ("retrieveFile", |to, given| Ok(sending(retrieve_file(to, given.parameter()?)))),
    ("deleteFile", |to, given| Ok(sending(delete_file(to, given.parameter()?)))),
    ("downloadFile", |to, given| {
        let call = download_file(to, given.parameter()?);
        Ok(Box::pin(async {
            match call.await {
                Ok(stream) => {
                    let bytes = stream.bytes().await.map_err(|error| error.to_string())?;
                    Ok(Reply::Success(json!(String::from_utf8_lossy(&bytes))))
                }
                Err(error) => failure(error),
            }
        }))
    }),
    ("createBatch", |to, given| Ok(sending(create_batch(to, given.body()?)))),
    ("listBatches", |to, given| {
        let params = ListBatchesParams { after: given.query("after")?, limit: given.query("limit")? };
        Ok(sending(list_batches(to, params)))
    }),
    ("retrieveBatch", |to, given| Ok(sending(retrieve_batch(to, given.parameter()?)))),
    ("cancelBatch", |to, given| Ok(sending(cancel_batch(to, given.parameter()?)))),
    ("createUpload", |to, given| Ok(sending(create_upload(to, given.body()?)))),
    ("addUploadPart", |to, given| Ok(sending(add_upload_part(to, given.parameter()?, given.bytes()?)))),
    ("completeUpload", |to, given| Ok(sending(complete_upload(to, given.parameter()?, given.body()?)))),
    ("cancelUpload", |to, given| Ok(sending(cancel_upload(to, given.parameter()?)))),
    ("createVectorStore", |to, given| Ok(sending(create_vector_store(to, given.body()?)))),
    ("getVectorStore", |to, given| Ok(sending(get_vector_store(to, given.parameter()?)))),
    ("createVectorStoreFileBatch", |to, given| {
        Ok(sending(create_vector_store_file_batch(to, given.parameter()?, given.body()?)))
    }),
    ("getVectorStoreFileBatch", |to, given| {
        let batch_id: Option<String> = given.query("batch_id")?;
        Ok(sending(get_vector_store_file_batch(to, given.parameter()?, &batch_id.unwrap_or_default())))
    }),
    ("listFilesInVectorStoreBatch", |to, given| {
        let batch_id: Option<String> = given.query("batch_id")?;
        let params = ListFilesInVectorStoreBatchParams {
            limit: given.query("limit")?,
            order: given.query("order")?,
            after: given.query("after")?,
            before: given.query("before")?,
            filter: given.query("filter")?,
        };
        let batch_id = batch_id.unwrap_or_default();
        Ok(sending(list_files_in_vector_store_batch(to, given.parameter()?, &batch_id, params)))
    }),
    ("createFineTuningJob", |to, given| Ok(sending(create_fine_tuning_job(to, given.body()?)))),
    ("retrieveFineTuningJob", |to, given| Ok(sending(retrieve_fine_tuning_job(to, given.parameter()?)))),
    ("listFineTuningEvents", |to, given| {
        let params =
            ListFineTuningEventsParams { after: given.query("after")?, limit: given.query("limit")? };
        Ok(sending(list_fine_tuning_events(to, given.parameter()?, params)))
    }),
];

fn sending<T, E, V>(call: Call<T, E, V>) -> Sending
where
    T: Serialize + 'static,
    E: ErrorBody + Serialize + 'static,
    V: 'static,
{
    Box::pin(async {
        match call.await {
            Ok(reply) => Ok(Reply::Success(json!(reply))),
            Err(error) => failure(error),
        }
    })
}

fn failure<E: Serialize>(error: Error<E>) -> Result<Reply, String> {
    match error {
        Error::Api(error) => Ok(Reply::Failure {
            status: error.status.as_u16(),
            entity: error.entity.map(|entity| json!(entity)),
        }),
        Error::Decode(error) => Err(error.to_string()),
        Error::Transport(error) => Err(error.to_string()),
        Error::Input(error) => Err(error.to_string()),
        _ => Err("an error of a new kind".to_owned()),
    }
}

#[test]
fn every_operation_agrees_with_the_document() {
    let disagreements = disagreements(&Spec::own(), seed(), CALLS);
    assert!(disagreements.is_empty(), "{disagreements:#?}");
}

/// The disagreements between the functions and a document, each once, for a number of calls for each reply.
pub(crate) fn disagreements(spec: &Spec, seed: u64, calls: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if spec.root()["servers"][0]["url"] != BASE_PATH {
        found.insert(format!("the default server is {BASE_PATH}"));
    }
    let operations = spec.operations();
    let gone = FUNCTIONS.iter().filter(|(id, _)| operations.iter().all(|operation| operation.id != *id));
    found.extend(gone.map(|(id, _)| format!("{id}: no operation")));
    for operation in &operations {
        let Some((id, call)) = FUNCTIONS.iter().find(|(id, _)| *id == operation.id) else {
            found.insert(format!("{}: no function", operation.id));
            continue;
        };
        let mut rng = Rng::with_seed(seed);
        let reported = of_operation(spec, operation, *call, calls, &mut rng);
        found.extend(reported.into_iter().map(|what| format!("{id}: {what}")));
    }
    found
}

fn of_operation(
    spec: &Spec,
    operation: &SpecOperation<'_>,
    call: Caller,
    calls: usize,
    rng: &mut Rng,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let contents = spec.request(operation);
    let content = contents.first();
    for (status, replies) in spec.replies(operation) {
        for reply in &replies {
            let drawn = (0..calls).map(|_| draw(spec, reply.schema, rng)).collect::<Vec<_>>();
            let accepts = spec.validator(reply.schema);
            for value in reply.example.into_iter().chain(&drawn) {
                if !accepts.is_valid(value) {
                    found.insert(format!("the example of {status} is not accepted: {value}"));
                }
                let given = given(spec, operation, content, rng);
                let status = match status.parse() {
                    Ok(status) => status,
                    // 407 comes from a proxy, never from the API.
                    Err(_) => {
                        let statuses: Vec<u16> = (400..600).filter(|status| *status != 407).collect();
                        statuses[rng.usize(..statuses.len())]
                    }
                };
                let catcher = match (reply.media_type, value.as_str()) {
                    ("application/octet-stream", Some(bytes)) => SingleRequestServer::answering(
                        status,
                        "content-type: application/octet-stream\r\n",
                        bytes,
                    ),
                    _ => SingleRequestServer::json(status, value),
                };
                let to = configuration().with_base_path(format!("{}/v1", catcher.url));
                let to = to.with_bearer_access_token(KEY);
                let sending = match call(&to, &given) {
                    Ok(sending) => sending,
                    Err(error) => {
                        found.insert(format!("cannot be called: {error}"));
                        continue;
                    }
                };
                let read = block_on(sending);
                let received = catcher.received();
                found.extend(of_request(spec, operation, content, &given, &received));
                let accepted = received.header("accept").unwrap_or_default();
                let is_success = status < 300;
                if is_success && accepted != reply.media_type {
                    found.insert(format!("asks for {accepted}, not {}", reply.media_type));
                }
                found.extend(of_reply(read, status, value));
            }
        }
    }
    found
}

fn given(
    spec: &Spec,
    operation: &SpecOperation<'_>,
    content: Option<&Content<'_>>,
    rng: &mut Rng,
) -> Arguments {
    let mut value = |parameter: &&Value| {
        let schema = spec.resolve(&parameter["schema"]);
        if parameter["required"] != true && rng.bool() {
            return None;
        }
        let name = parameter["name"].as_str().expect("a parameter has a name").to_owned();
        if schema["type"] != "string" || schema.get("enum").is_some() {
            return Some((name, draw(spec, schema, rng)));
        }
        let examples = ["a/b?c=d#e", "%2e%2e", "é 😀", "{upload_id}", "a;b,c&d+e", "\\\"\n"];
        let own = parameter["example"].as_str();
        let text = rng.choice(examples.into_iter().chain(own).collect::<Vec<_>>()).unwrap();
        Some((name, json!(text)))
    };
    let parameters = operation.parameters.iter().filter_map(&mut value).collect();
    let body = content.map_or(Value::Null, |content| match content.example {
        Some(example) if rng.u8(..4) == 0 => example.clone(),
        _ => draw(spec, content.schema, rng),
    });
    Arguments { parameters, body }
}

/// The differences between a request and the document.
fn of_request(
    spec: &Spec,
    operation: &SpecOperation<'_>,
    content: Option<&Content<'_>>,
    given: &Arguments,
    received: &ReceivedRequest,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            found.insert(format!("{what}: {} {}", received.method, received.target));
        }
    };
    check(received.method.eq_ignore_ascii_case(operation.method), "the method differs");
    let (path, query) = received.target.split_once('?').unwrap_or((&received.target, ""));
    check(received.target.is_ascii() && !received.target.contains(['#', ' ']), "the target is not a URL");
    check(path_is(operation, given, path), "the path differs");
    check(query_is(operation, given, query), "the query differs");
    let wanted: Vec<_> = spec.security(operation).concat();
    let bearer = wanted.iter().any(|(_, scheme)| scheme["type"] == "http" && scheme["scheme"] == "bearer");
    let shown = bearer.then(|| format!("Bearer {KEY}"));
    check(received.header("authorization") == shown.as_deref(), "the key is not shown as is wanted");
    check(!received.all_but_header("authorization").contains(KEY), "the key is shown where it should not be");
    let length = received.body.len().to_string();
    let sent_length = received.header("content-length");
    let needs_length = operation.method == "post" || !received.body.is_empty();
    check(sent_length.map_or(!needs_length, |sent| sent == length), "the length of the body is not sent");
    check(received.header("transfer-encoding").is_none(), "the body comes in chunks");
    let media_type = received.header("content-type").map(|value| value.split(';').next().unwrap_or_default());
    check(media_type == content.map(|content| content.media_type), "the content type differs");
    if let Some(content) = content {
        let body = match content.media_type {
            "multipart/form-data" => received.form().unwrap_or_else(Value::String),
            _ => serde_json::from_slice(&received.body).unwrap_or(Value::Null),
        };
        check(spec.validator(content.schema).is_valid(&body), "the body is not accepted");
        check(without_nulls(&body) == without_nulls(&given.body), "the body is not what was given");
    } else {
        check(received.body.is_empty(), "there is a body");
    }
    found
}

/// Whether a path is the operation's with each parameter in one segment.
fn path_is(operation: &SpecOperation<'_>, given: &Arguments, path: &str) -> bool {
    let expected: Vec<String> = format!("/v1{}", operation.path)
        .split('/')
        .map(|segment| {
            let parameter = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
            let Some(name) = parameter else { return segment.to_owned() };
            let value = given.parameters.iter().find(|(parameter, _)| parameter == name);
            let value = value.and_then(|(_, value)| value.as_str());
            value.map_or_else(|| format!("no parameter {name}"), str::to_owned)
        })
        .collect();
    path.split('/').map(decoded).collect::<Vec<_>>() == expected
}

/// Whether a query has each query parameter that is given, once, and nothing else.
fn query_is(operation: &SpecOperation<'_>, given: &Arguments, query: &str) -> bool {
    let is_in_query = |name: &str| {
        let mut parameters = operation.parameters.iter();
        parameters.any(|parameter| parameter["name"] == name && parameter["in"] == "query")
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let expected = given.parameters.iter().filter(|(name, _)| is_in_query(name));
    let expected: BTreeSet<_> = expected.map(|(name, value)| (name.clone(), text(value))).collect();
    let pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    let found: BTreeSet<_> = pairs
        .iter()
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(&value.replace('+', " ")))
        })
        .collect();
    pairs.len() == found.len() && found == expected
}

/// A segment without its percent signs (RFC 3986 §2.1).
pub(crate) fn decoded(segment: &str) -> String {
    let mut bytes = segment.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let hex: Vec<u8> = if byte == b'%' { bytes.by_ref().take(2).collect() } else { Vec::new() };
        let hex = std::str::from_utf8(&hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(hex.unwrap_or(byte));
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The differences between the reply that was sent and the one that was read.
fn of_reply(read: Result<Reply, String>, sent_status: u16, sent: &Value) -> Option<String> {
    let success = (200..300).contains(&sent_status);
    match read {
        Err(error) => Some(format!("a reply is refused: {error}")),
        Ok(Reply::Success(read)) if success && without_nulls(&read) == without_nulls(sent) => None,
        Ok(Reply::Failure { status, entity: Some(read) })
            if !success && status == sent_status && without_nulls(&read) == without_nulls(sent) =>
        {
            None
        }
        Ok(Reply::Success(read)) => Some(format!("{sent} is read as {read}")),
        Ok(Reply::Failure { status, entity }) => {
            Some(format!("{sent_status} {sent} is read as {status} {entity:?}"))
        }
    }
}

#[test]
fn the_document_declares_what_these_tests_check() {
    let spec = Spec::own();
    let operations = spec.operations();
    assert!(!operations.is_empty());
    for operation in &operations {
        let replies = spec.replies(operation);
        assert!(replies.iter().any(|(status, _)| *status == "default"), "{}: no errors", operation.id);
        assert!(replies.iter().any(|(status, contents)| status.starts_with('2')
            && contents.iter().any(|content| content.example.is_some())));
        assert!(elements(&operation.node["tags"]).next().is_some());
    }
}
