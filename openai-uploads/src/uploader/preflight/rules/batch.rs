//! `batch`: each line is a request.

use super::ids::Ids;
use super::{Findings, expect, other_format};
use crate::uploader::preflight::alike::Fit;
use crate::uploader::preflight::json::Kind;
use crate::uploader::preflight::place::Place;
use crate::uploader::preflight::provider::{BatchLimits, Provider};
use crate::uploader::preflight::record::{MAX_TEXT, Record};
use crate::uploader::preflight::report::FaultKind;

const MEMBERS: [(Place, &[Kind]); 4] = [
    (Place::CustomId, &[Kind::String]),
    (Place::Method, &[Kind::String]),
    (Place::Url, &[Kind::String]),
    (Place::Body, &[Kind::Object]),
];

/// The maximum number of texts in one request for embeddings.
const MAX_INPUT_ITEMS: u64 = 2048;

/// An endpoint that a batch can have.
struct Endpoint {
    /// The path without `/v1`.
    path: &'static str,
    /// Whether the model has no default.
    needs_model: bool,
    /// The members of the body of which a request needs at least one, with their kinds.
    needs: &'static [(Place, &'static [Kind])],
}

const TEXT: &[Kind] = &[Kind::String];
const TEXT_OR_ARRAY: &[Kind] = &[Kind::String, Kind::Array];

const ENDPOINTS: [Endpoint; 8] = [
    Endpoint {
        path: "/chat/completions",
        needs_model: true,
        needs: &[(Place::BodyMessages, &[Kind::Array])],
    },
    Endpoint {
        path: "/responses",
        needs_model: true,
        needs: &[
            (Place::BodyInput, TEXT_OR_ARRAY),
            (Place::BodyPrompt, &[Kind::Object]),
            (Place::BodyPreviousResponseId, TEXT),
            (Place::BodyConversation, &[Kind::String, Kind::Object]),
        ],
    },
    Endpoint { path: "/embeddings", needs_model: true, needs: &[(Place::BodyInput, TEXT_OR_ARRAY)] },
    Endpoint { path: "/completions", needs_model: true, needs: &[(Place::BodyPrompt, TEXT_OR_ARRAY)] },
    Endpoint { path: "/moderations", needs_model: false, needs: &[(Place::BodyInput, TEXT_OR_ARRAY)] },
    Endpoint { path: "/images/generations", needs_model: false, needs: &[(Place::BodyPrompt, TEXT)] },
    Endpoint { path: "/images/edits", needs_model: false, needs: &[(Place::BodyPrompt, TEXT)] },
    Endpoint { path: "/videos", needs_model: false, needs: &[(Place::BodyPrompt, TEXT)] },
];

/// The rules for a batch, and what they have to remember.
#[derive(Debug)]
pub(in super::super) struct Batch {
    provider: Option<Provider>,
    /// The limits of the one batch that the file becomes, or `None` if it will be split.
    limits: Option<BatchLimits>,
    ids: Ids,
    url: Option<First>,
    model: Option<First>,
    inputs: u64,
    inputs_of_line: u64,
}

/// The first value of a member that all lines must share.
#[derive(Debug)]
struct First {
    value: Box<str>,
    line: u64,
}

impl Batch {
    pub(in super::super) fn new(provider: Option<Provider>, is_split: bool) -> Self {
        let limits = provider.unwrap_or(Provider::OpenAi).batch_limits();
        Self {
            provider,
            limits: (!is_split).then_some(limits),
            ids: Ids::compared(),
            url: None,
            model: None,
            inputs: 0,
            inputs_of_line: 0,
        }
    }

    /// The rules for a section of a file: its ids are compared when it is added to what comes before it.
    pub(super) fn for_section(self) -> Self {
        Self { ids: Ids::collected(), ..self }
    }

    pub(super) fn inputs_of_line(&self) -> u64 {
        self.inputs_of_line
    }

    pub(super) fn line(&mut self, line: u64, record: &Record, findings: &mut Findings) {
        self.inputs_of_line = 0;
        let has_envelope = MEMBERS.iter().all(|(place, _)| record.has(*place));
        if !has_envelope && let Some(fault) = other_format::recognise(other_format::NOT_A_BATCH, record) {
            return findings.line(line, fault);
        }
        if let Some(place) = record.repeated {
            findings.line(line, FaultKind::Repeated { member: place.path() });
        }
        let [id, method, url, body] = MEMBERS.map(|(place, kinds)| match expect(record, place, kinds) {
            Err(fault) => {
                findings.line(line, fault);
                false
            }
            Ok(()) => true,
        });
        if id {
            self.custom_id(line, record, findings);
        }
        if method && record.method.bytes() != b"POST" {
            findings.line(line, FaultKind::Method { found: record.method.shown() });
        }
        let endpoint = if url { self.endpoint(line, record, findings) } else { None };
        if body {
            self.body(line, endpoint, record, findings);
        }
    }

    pub(super) fn alike(&mut self, line: u64, fit: &Fit<'_, '_>) -> bool {
        let is_first = fit.custom_id.is_some_and(|id| self.remember(id, line).is_ok());
        if is_first {
            self.inputs_of_line = fit.about.inputs;
            self.inputs += fit.about.inputs;
        }
        is_first
    }

    pub(super) fn end(&self, findings: &mut Findings) {
        let Some(limits) = self.limits else { return };
        let (lines, bytes, inputs) = (findings.report.lines, findings.report.bytes, self.inputs);
        if lines > limits.lines {
            findings.file(FaultKind::TooManyLines { lines, limit: limits.lines });
        }
        if bytes > limits.bytes {
            findings.file(FaultKind::TooManyBytes { bytes, limit: limits.bytes });
        }
        if inputs > limits.inputs {
            findings.file(FaultKind::TooManyInputs { inputs, limit: limits.inputs });
        }
    }

    /// Adds what the lines after `lines` lines have. Returns whether it could: no id is in both, and both have the
    /// same endpoint and model.
    pub(super) fn append(&mut self, mut other: Self, lines: u64) -> bool {
        let differs = |mine: &Option<First>, its: &Option<First>| {
            mine.as_ref().zip(its.as_ref()).is_some_and(|(mine, its)| mine.value != its.value)
        };
        if differs(&self.url, &other.url) || differs(&self.model, &other.model) {
            return false;
        }
        if let (Ids::Collected(ids), Some(limits)) = (&other.ids, self.limits)
            && !self.ids.append(ids, lines, limits.lines)
        {
            return false;
        }
        for first in [&mut other.url, &mut other.model].into_iter().flatten() {
            first.line += lines;
        }
        self.url = self.url.take().or(other.url);
        self.model = self.model.take().or(other.model);
        self.inputs += other.inputs;
        true
    }

    fn custom_id(&mut self, line: u64, record: &Record, findings: &mut Findings) {
        let Some(id) = record.custom_id.whole() else {
            return findings.line(line, too_long(Place::CustomId));
        };
        if id.is_empty() {
            return findings.line(line, FaultKind::EmptyMember { member: Place::CustomId.path() });
        }
        if let Err(first_line) = self.remember(id, line) {
            let custom_id = record.custom_id.shown();
            findings.line(line, FaultKind::RepeatedId { custom_id, first_line });
        }
    }

    /// Remembers the line of an id, or returns the line that had it before.
    fn remember(&mut self, id: &str, line: u64) -> Result<(), u64> {
        // An input that will be split has any number of ids, and splitting keeps its own index of them.
        self.limits.map_or(Ok(()), |limits| self.ids.add(id.as_bytes(), line, limits.lines))
    }

    fn endpoint(&mut self, line: u64, record: &Record, findings: &mut Findings) -> Option<&'static Endpoint> {
        let Some(url) = record.url.whole() else {
            findings.line(line, too_long(Place::Url));
            return None;
        };
        let path = url.strip_prefix("/v1").filter(|path| path.starts_with('/'));
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.path == path.unwrap_or(url));
        match (endpoint, self.provider) {
            (Some(_), Some(Provider::Azure | Provider::Other)) => {}
            (Some(_), _) if path.is_none() => {
                findings.line(line, FaultKind::AzureUrl { found: record.url.shown() });
            }
            (Some(_), _) => {}
            (None, Some(Provider::Other)) if url.starts_with('/') => {}
            (None, _) => findings.line(line, FaultKind::Url { found: record.url.shown() }),
        }
        if self.limits.is_some() {
            let normal = path.unwrap_or(url);
            if let Some(first) = First::differs(&mut self.url, normal, line) {
                let first_line = first.line;
                let (found, first) = (record.url.shown(), with_v1(&first.value, path.is_some()));
                findings.line(line, FaultKind::Mixed { member: "url", found, first, first_line });
            }
        }
        endpoint
    }

    fn body(
        &mut self,
        line: u64,
        endpoint: Option<&'static Endpoint>,
        record: &Record,
        findings: &mut Findings,
    ) {
        self.model(line, endpoint, record, findings);
        if record.streams {
            findings.line(line, FaultKind::Stream);
        }
        let Some(endpoint) = endpoint else { return };
        for fault in needs(endpoint, record) {
            findings.line(line, fault);
        }
        match endpoint.path {
            "/chat/completions" => {
                for fault in record.conversation(Place::BodyMessages).faults(Place::BodyMessages) {
                    match fault.is_about_arguments() {
                        // The API takes what a model has written, and models write bad JSON.
                        true => findings.doubt(line, fault),
                        false => findings.line(line, fault),
                    }
                }
            }
            "/embeddings" => self.embeddings(line, record, findings),
            _ => {}
        }
    }

    fn model(
        &mut self,
        line: u64,
        endpoint: Option<&'static Endpoint>,
        record: &Record,
        findings: &mut Findings,
    ) {
        let member = Place::BodyModel.path();
        match record.kind(Place::BodyModel) {
            Some(Kind::String) => match record.model.whole() {
                None => findings.line(line, too_long(Place::BodyModel)),
                Some("") => findings.line(line, FaultKind::EmptyMember { member }),
                Some(model) => {
                    if self.limits.is_some()
                        && let Some(first) = First::differs(&mut self.model, model, line)
                    {
                        let (found, first_line) = (record.model.shown(), first.line);
                        let first = first.value.chars().take(80).flat_map(char::escape_debug).collect();
                        findings.line(line, FaultKind::Mixed { member, found, first, first_line });
                    }
                }
            },
            Some(found) => {
                findings.line(line, FaultKind::WrongKind { member, expected: &[Kind::String], found });
            }
            // A stored prompt names its model.
            None if record.has(Place::BodyPrompt) && endpoint.is_some_and(|it| it.path == "/responses") => {}
            None if endpoint.is_some_and(|endpoint| !endpoint.needs_model) => {
                findings.doubt(line, FaultKind::Missing { member });
            }
            None => match record.misnamed(Place::BodyModel) {
                Some(found) => findings.line(line, FaultKind::Misnamed { member, found }),
                None => findings.line(line, FaultKind::Missing { member }),
            },
        }
    }

    fn embeddings(&mut self, line: u64, record: &Record, findings: &mut Findings) {
        let inputs = record.input_count();
        self.inputs_of_line = inputs;
        self.inputs += inputs;
        if inputs > MAX_INPUT_ITEMS {
            findings.line(line, FaultKind::InputItems { inputs, limit: MAX_INPUT_ITEMS });
        }
        if let Some(found) = record.wrong_input_item() {
            findings.line(line, FaultKind::InputItem { found });
        }
    }
}

impl First {
    /// Remembers the first value. Returns it if this value is another one.
    fn differs<'a>(first: &'a mut Option<Self>, value: &str, line: u64) -> Option<&'a Self> {
        let first = first.get_or_insert_with(|| Self { value: value.into(), line });
        (*first.value != *value).then_some(first)
    }
}

/// Faults of the members that the endpoint needs.
fn needs(endpoint: &'static Endpoint, record: &Record) -> impl Iterator<Item = FaultKind> {
    let is_there = endpoint.needs.iter().any(|(place, _)| record.has(*place));
    let missing = if is_there { None } else { expect(record, endpoint.needs[0].0, &[]).err() };
    let wrong = endpoint
        .needs
        .iter()
        .filter(|(place, _)| record.has(*place))
        .filter_map(|(place, kinds)| expect(record, *place, kinds).err());
    let is_empty = match endpoint.needs[0].0 {
        Place::BodyMessages => record.conversation(Place::BodyMessages).count == 0,
        _ => endpoint.path == "/embeddings" && record.input_count() == 0,
    };
    let is_array = record.kind(endpoint.needs[0].0) == Some(Kind::Array);
    let empty = (is_array && is_empty).then(|| FaultKind::EmptyMember { member: endpoint.needs[0].0.path() });
    missing.into_iter().chain(wrong).chain(empty)
}

fn too_long(place: Place) -> FaultKind {
    FaultKind::TooLong { member: place.path(), limit: MAX_TEXT }
}

fn with_v1(path: &str, has_v1: bool) -> String {
    let shown: String = path.chars().take(80).flat_map(char::escape_debug).collect();
    if has_v1 { format!("/v1{shown}") } else { shown }
}
