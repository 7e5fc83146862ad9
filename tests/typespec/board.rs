//! Reports how each scenario ended.

use std::fmt::Debug;
use std::path::PathBuf;

use clients::runtime::{ByteStream, Call, Configuration, ErrorBody, RetryPolicy};
use serde_json::json;

/// The server, and the files to send.
pub(crate) struct Board {
    address: String,
    assets: PathBuf,
}

/// Scenarios whose names have the same start, and the server to call.
pub(crate) struct Group {
    name: &'static str,
    pub(crate) at: Configuration,
}

/// A scenario, and the function that calls it.
type Get<T, E> = (&'static str, fn(&Configuration) -> Call<T, E>);
type Put<T, E> = (&'static str, fn(&Configuration, T) -> Call<(), E>);

impl Board {
    pub(crate) fn new(address: String, assets: PathBuf) -> Self {
        Self { address, assets }
    }

    /// The address of the server.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A file that the server expects or sends.
    pub(crate) fn asset(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.assets.join(name)).expect("the file is in the package of the scenarios")
    }

    /// The scenarios whose names start with `name` and `_`.
    pub(crate) fn group(&self, name: &'static str) -> Group {
        Group { name, at: Configuration::at(&self.address).with_retry(RetryPolicy::never()) }
    }

    /// Scenarios that the program does not call. A name may end with `*`.
    pub(crate) fn left_out(&self, reason: &str, names: &[&str]) {
        for name in names {
            println!("{}", json!({ "scenario": name, "left out": reason }));
        }
    }
}

impl Group {
    /// Reports a scenario without a value in the reply.
    pub(crate) fn sent<E: Debug>(&self, scenario: &str, reply: Result<(), E>) {
        self.got(scenario, reply, ());
    }

    /// Reports a scenario that replies with `expected`.
    pub(crate) fn got<T: Debug + PartialEq, E: Debug>(
        &self,
        scenario: &str,
        reply: Result<T, E>,
        expected: T,
    ) {
        self.report(
            scenario,
            match reply {
                Ok(value) if value == expected => Ok(()),
                Ok(value) => Err(format!("the reply is {value:?}, not {expected:?}")),
                Err(error) => Err(format!("{error:?}")),
            },
        );
    }

    /// Reports a scenario whose reply is an error, and what `expected` says of it.
    pub(crate) fn refused<T: Debug, E: Debug + PartialEq>(
        &self,
        scenario: &str,
        reply: Result<T, E>,
        expected: E,
    ) {
        self.report(
            scenario,
            match reply {
                Err(error) if error == expected => Ok(()),
                reply => Err(format!("the reply is {reply:?}, not the error {expected:?}")),
            },
        );
    }

    /// Reports a scenario whose reply has the bytes `expected`.
    pub(crate) async fn streamed<E: Debug>(
        &self,
        scenario: &str,
        reply: Result<ByteStream, E>,
        expected: &[u8],
    ) {
        match reply {
            Ok(stream) => self.got(scenario, stream.bytes().await, expected.to_vec().into()),
            Err(error) => self.report(scenario, Err(format!("{error:?}"))),
        }
    }

    /// Calls two scenarios: one replies with `value`, the other expects it as the body.
    pub(crate) async fn pair<T, E>(&self, (get, getter): Get<T, E>, (put, putter): Put<T, E>, value: T)
    where
        T: Clone + Debug + PartialEq + 'static,
        E: ErrorBody + Debug + 'static,
    {
        self.got(get, getter(&self.at).await, value.clone());
        self.sent(put, putter(&self.at, value).await);
    }

    /// Reports how a scenario ended.
    pub(crate) fn report(&self, scenario: &str, outcome: Result<(), String>) {
        let name = format!("{}_{scenario}", self.name);
        match outcome {
            Ok(()) => println!("{}", json!({ "scenario": name })),
            Err(fault) => println!("{}", json!({ "scenario": name, "failed": fault })),
        }
    }
}
