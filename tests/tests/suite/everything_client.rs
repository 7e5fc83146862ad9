//! Inputs and outputs of the clients of the documents with every feature.

use std::pin::Pin;

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The credentials of a client.
pub(crate) const TOKEN: &str = "tok-1";
pub(crate) const USER: (&str, &str) = ("setter", "lead type");

/// The server and the credentials of requests.
pub(crate) struct Target<'a> {
    pub(crate) client: reqwest::Client,
    /// The security schemes with credentials.
    pub(crate) schemes: Vec<(&'a str, &'a Value)>,
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) parameters: Map<String, Value>,
    pub(crate) body: Value,
}

/// Selects a call: the operation, and the media types of the request and the reply.
pub(crate) struct CallSelector<'a> {
    pub(crate) id: &'a str,
    pub(crate) body: Option<&'a str>,
    pub(crate) reply: Option<&'a str>,
}

/// The result of a call, with everything written back as it was read.
#[derive(Debug)]
pub(crate) enum Outcome {
    Success {
        status: u16,
        headers: HeaderMap,
        body: Value,
    },
    Failure {
        status: u16,
        headers: HeaderMap,
        body: Vec<u8>,
        entity: Option<Value>,
    },
    /// Nothing was sent.
    Refused(String),
    /// The reply was not read.
    #[expect(dead_code, reason = "it is shown")]
    Unread(String),
}

pub(crate) type Sending = Pin<Box<dyn Future<Output = Outcome>>>;

/// Makes the requested call. `None`: there is no such call.
pub(crate) type Caller = fn(&CallSelector<'_>, &Target<'_>, &Arguments) -> Option<Sending>;

impl Arguments {
    /// A parameter. A missing one is null.
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> T {
        read(self.parameters.get(name).unwrap_or(&Value::Null))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name)
    }

    pub(crate) fn body<T: DeserializeOwned>(&self) -> T {
        read(&self.body)
    }

    /// A property of the body.
    pub(crate) fn part<T: DeserializeOwned>(&self, name: &str) -> T {
        read(&self.body[name])
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value} cannot be given: {error}"))
}

/// The credentials for a scheme that takes a key.
pub(crate) fn key_of(scheme: &str) -> String {
    format!("key/of {}", scheme.to_lowercase())
}

/// Makes the calls of a generated crate and writes their results back.
macro_rules! client {
    ($krate:ident) => {
        use std::future::Future;
        use std::sync::LazyLock;

        use serde::Serialize;
        use serde_json::{Value, json};
        use $krate::apis::configuration::Configuration;
        use $krate::runtime::{ByteStream, Call, Error, ErrorBody};

        use super::everything_client::{
            Arguments, CallSelector, Outcome, Sending, TOKEN, Target, USER, key_of,
        };

        fn configuration(to: &Target<'_>) -> Configuration {
            // Making a client reads the machine's certificates.
            static DEFAULT: LazyLock<Configuration> = LazyLock::new(Configuration::default);
            let configuration = DEFAULT.clone().with_client(to.client.clone());
            // Each request has one prepared answer.
            let configuration = configuration.with_retry($krate::runtime::RetryPolicy::never());
            to.schemes.iter().fold(configuration, |configuration, (name, scheme)| {
                match (scheme["type"].as_str(), scheme["scheme"].as_str()) {
                    (Some("apiKey"), _) => configuration.with_api_key(*name, key_of(name)),
                    (_, Some("basic")) => configuration.with_basic_auth(USER.0, USER.1),
                    (Some("oauth2"), _) => {
                        configuration.with_token_provider(|| async { Ok($krate::runtime::Token::new(TOKEN)) })
                    }
                    _ => configuration.with_bearer_access_token(TOKEN),
                }
            })
        }

        /// A call with one type of reply and one type of error.
        fn plain<T: Serialize + 'static, E: ErrorBody + Serialize + 'static, V: 'static>(
            call: Call<T, E, V>,
        ) -> Sending {
            chosen(call, |body| json!(body), |error| json!(error))
        }

        /// A call with a type of reply or error for each status.
        fn chosen<T: 'static, E: ErrorBody + 'static, V: 'static>(
            call: Call<T, E, V>,
            body: fn(T) -> Value,
            error: fn(E) -> Value,
        ) -> Sending {
            Box::pin(outcome(call, move |read| async move { body(read) }, error))
        }

        fn bytes<E: ErrorBody + Serialize + 'static>(call: Call<ByteStream, E>) -> Sending {
            let whole = |stream: ByteStream| async { json!(stream.bytes().await.unwrap().to_vec()) };
            Box::pin(outcome(call, whole, |error| json!(error)))
        }

        async fn outcome<T, E: ErrorBody, V, F: Future<Output = Value>>(
            call: Call<T, E, V>,
            body: impl FnOnce(T) -> F,
            error: fn(E) -> Value,
        ) -> Outcome {
            match call.response().await {
                Ok(reply) => Outcome::Success {
                    status: reply.status.as_u16(),
                    headers: reply.headers,
                    body: body(reply.body).await,
                },
                Err(Error::Api(api)) => Outcome::Failure {
                    status: api.status.as_u16(),
                    headers: api.headers,
                    body: api.body.to_vec(),
                    entity: api.entity.map(error),
                },
                Err(Error::Input(error)) => Outcome::Refused(error.to_string()),
                Err(other) => Outcome::Unread(other.to_string()),
            }
        }
    };
}

/// The calls with replies of events.
macro_rules! client_of_events {
    ($krate:ident) => {
        use futures_util::StreamExt;
        use $krate::runtime::EventStream;

        fn events<
            T: Serialize + serde::de::DeserializeOwned + 'static,
            E: ErrorBody + Serialize + 'static,
        >(
            call: Call<EventStream<T>, E>,
        ) -> Sending {
            let all = |stream: EventStream<T>| async {
                stream
                    .map(|event| event.map_or_else(|error| json!(error.to_string()), |event| json!(event)))
                    .collect::<Vec<Value>>()
                    .await
                    .into()
            };
            Box::pin(outcome(call, all, |error| json!(error)))
        }
    };
}

pub(crate) use {client, client_of_events};
