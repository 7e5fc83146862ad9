//! The clients of the documents with every feature, run against a server: each operation, with each content type,
//! each authentication scheme and each reply, sends and reads what the document declares.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::Value;

use super::agreement_spec::members;
use super::agreement_values::seed;
use super::everything_client::{Arguments, CallSelector, Caller, Outcome, Target};
use super::everything_document::{DeclaredOperation, Direction, Everything};
use super::everything_replies::{self, Declared};
use super::everything_requests::{self, Expected};
use super::everything_server::Proxy;
use super::everything_styles::Written;
use super::everything_values::Drawing;
use super::received_request::block_on;
use super::{everything_calls, everything_calls_earlier};

/// How many times each reply is drawn.
const TIMES: usize = 6;

#[test]
fn calls_match_the_document_with_every_feature() {
    let document = Everything::read("everything.yaml", &["stock.yaml"]);
    let found = disagreements(&document, everything_calls::call, seed(), TIMES);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn calls_match_a_document_of_openapi_3_0() {
    let document = Everything::read("earlier.json", &[]);
    let found = disagreements(&document, everything_calls_earlier::call, seed(), TIMES);
    assert!(found.is_empty(), "{found:#?}");
}

/// The disagreements between a client and a document, each once.
fn disagreements(document: &Everything, call: Caller, seed: u64, times: usize) -> BTreeSet<String> {
    disagreements_of(document, call, seed, times, |_| true)
}

/// The disagreements for the operations whose id `is_meant` accepts.
pub(crate) fn disagreements_of(
    document: &Everything,
    call: Caller,
    seed: u64,
    times: usize,
    is_meant: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut run =
        Run { document, call, proxy: Proxy::start(), rng: Rng::with_seed(seed), found: BTreeSet::new() };
    for operation in document.operations().into_iter().filter(|operation| is_meant(operation.id)) {
        run.operation(&operation, times);
    }
    run.found
}

struct Run<'a> {
    document: &'a Everything,
    call: Caller,
    proxy: Proxy,
    rng: Rng,
    found: BTreeSet<String>,
}

impl<'a> Run<'a> {
    fn operation(&mut self, operation: &DeclaredOperation<'a>, times: usize) {
        let replies = everything_replies::declared(self.document, operation, times, &mut self.rng);
        let body = operation.node.get("requestBody").map(|body| self.document.resolve(body));
        let contents: Vec<_> = body.iter().flat_map(|body| members(&body["content"])).map(Some).collect();
        let contents = if contents.is_empty() { vec![None] } else { contents };
        let mut alternatives = self.document.security(operation);
        if alternatives.is_empty() {
            alternatives.push(Vec::new());
        }
        if replies.is_empty() {
            self.found.insert(format!("{}: it has no replies", operation.id));
        }
        for reply in &replies {
            for content in &contents {
                for schemes in &alternatives {
                    let omitted = body.is_some_and(|body| body["required"] != true) && self.rng.bool();
                    self.exchange(operation, *content, schemes, reply, omitted);
                }
            }
        }
    }

    fn exchange(
        &mut self,
        operation: &DeclaredOperation<'a>,
        content: Option<(&'a str, &'a Value)>,
        schemes: &[(&'a str, &'a Value)],
        reply: &Declared<'a>,
        omitted: bool,
    ) {
        let given = self.given(operation, content.filter(|_| !omitted));
        // An operation without security sends no credentials at all.
        let all = || members(&self.document.root["components"]["securitySchemes"]).collect();
        let asked = !self.document.security(operation).is_empty();
        let schemes_given = if asked { schemes.to_vec() } else { all() };
        let target = Target { client: self.proxy.client(), schemes: schemes_given };
        let body = content.map(|(media, _)| media);
        let meant = CallSelector { id: operation.id, body, reply: reply.media };
        let Some(sending) = (self.call)(&meant, &target, &given) else {
            self.found.insert(format!("{}: there is no call with {body:?}", operation.id));
            return;
        };
        self.proxy.answer_next(reply.answer.clone());
        let outcome = block_on(sending);
        if let Outcome::Refused(error) = &outcome {
            self.proxy.skip();
            self.found.insert(format!("{}: {given:?} is refused: {error}", operation.id));
            return;
        }
        let received = self.proxy.received();
        let success = reply.success && operation.method != "head";
        let expected = Expected {
            document: self.document,
            operation,
            body: content,
            schemes,
            given: &given,
            reply: reply.media.filter(|_| success),
        };
        let reported = everything_requests::disagreements(&expected, &received).into_iter();
        let reported =
            reported.chain(everything_replies::disagreement(reply, operation.method == "head", &outcome));
        self.found.extend(reported.map(|what| format!("{} {}: {what}", operation.id, reply.status)));
    }

    /// The arguments of a call, drawn from the document.
    fn given(
        &mut self,
        operation: &DeclaredOperation<'a>,
        content: Option<(&'a str, &'a Value)>,
    ) -> Arguments {
        let mut drawing = Drawing::new(self.document, Direction::Sent, &mut self.rng);
        let mut given = Arguments::default();
        for parameter in &operation.parameters {
            if parameter["required"] == true || drawing.rng.u8(..3) > 0 {
                let written = Written::of(self.document, parameter);
                given.parameters.insert(written.name.to_owned(), drawing.draw(written.schema));
            }
        }
        if let Some((_, content)) = content {
            given.body = match content.get("schema") {
                Some(schema) => drawing.draw(schema),
                None => Value::from("bytes of any kind"),
            };
        }
        given
    }
}
