//! The batches that a server has.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use openapi_crate::command::failure::Failure;

/// How often a page is asked for. The server may fail requests on purpose.
const ATTEMPTS: u32 = 100;

/// Counts the batches of each shard, and of each attempt after a token limit.
pub(super) fn count_by_shard(base_url: &str) -> Result<BTreeMap<String, usize>, Failure> {
    let mut counts = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = page(base_url, &after)?;
        let batches = page["data"].as_array().cloned().unwrap_or_default();
        for batch in &batches {
            let shard = batch["metadata"]["openai_uploads_shard"].as_str().unwrap_or("without a shard");
            *counts.entry(shard.to_owned()).or_default() += 1;
        }
        match batches.last().and_then(|batch| batch["id"].as_str()) {
            Some(last) if page["has_more"] == true => after = format!("&after={last}"),
            _ => return Ok(counts),
        }
    }
}

fn page(base_url: &str, after: &str) -> Result<Value, Failure> {
    let address = base_url.trim_start_matches("http://").split('/').next().unwrap_or_default();
    for _ in 0..ATTEMPTS {
        let text = get(address, &format!("/v1/batches?limit=100{after}"))
            .map_err(|error| Failure::new(format!("cannot list the batches at {base_url}: {error}")))?;
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && head.split(' ').nth(1) == Some("200")
        {
            return serde_json::from_str(body)
                .map_err(|error| Failure::new(format!("the list of batches is not JSON: {error}")));
        }
    }
    Err(Failure::new(format!("{base_url} does not list its batches")))
}

/// The whole response. In HTTP/1.0 it ends with the connection.
fn get(address: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer none-is-needed\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}
