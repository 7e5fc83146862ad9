//! The statistics of the server that discards uploads.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::server::Server;
use openapi_crate::command::failure::Failure;

pub(crate) struct Statistics {
    /// The names of the files that were sent in one request, in the order of their arrival.
    pub(crate) names: Vec<String>,
    /// The seconds that each number of requests was in flight.
    seconds: Vec<f64>,
}

impl Statistics {
    pub(crate) fn of(server: &Server) -> Result<Self, Failure> {
        let reply = get(&server.base_url, "statistics")
            .map_err(|error| Failure::new(format!("cannot read the statistics of the server: {error}")))?;
        let list = |name: &str| reply[name].as_array().cloned().unwrap_or_default();
        let names = list("names").iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect();
        Ok(Self { names, seconds: list("in_flight").iter().filter_map(Value::as_f64).collect() })
    }

    /// The names of the files, each once.
    pub(crate) fn distinct(&self) -> BTreeSet<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    /// The mean number of requests in flight, while there were any.
    #[expect(clippy::cast_precision_loss, reason = "a few dozens")]
    pub(crate) fn mean(&self) -> f64 {
        let total: f64 = self.busy().map(|(number, seconds)| number as f64 * seconds).sum();
        total / self.busy_seconds().max(f64::MIN_POSITIVE)
    }

    /// The share of the time with at least `number` requests in flight, of the time with any.
    pub(crate) fn share_with(&self, number: usize) -> f64 {
        let with = self.busy().filter(|(own, _)| *own >= number).fold(0.0, |sum, (_, seconds)| sum + seconds);
        with / self.busy_seconds().max(f64::MIN_POSITIVE)
    }

    fn busy(&self) -> impl Iterator<Item = (usize, f64)> {
        self.seconds.iter().copied().enumerate().skip(1)
    }

    fn busy_seconds(&self) -> f64 {
        self.busy().map(|(_, seconds)| seconds).sum()
    }
}

fn get(base_url: &str, path: &str) -> std::io::Result<Value> {
    let address = base_url.trim_start_matches("http://").trim_end_matches("/v1");
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /v1/{path} HTTP/1.1\r\nhost: {address}\r\n\r\n")?;
    let (mut reader, mut length) = (BufReader::new(stream), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}
