//! What is a fault, a warning or fine.

mod batch;
mod file;
mod fine_tune;
mod parallel;
mod random;

use super::*;

/// The report on a file, as text.
fn report(purpose: Purpose, file: impl AsRef<[u8]>) -> String {
    Preflight::new(purpose).bytes(file.as_ref()).to_string()
}

/// A request with an id and the members of its body.
fn request(id: &str, url: &str, body: &str) -> String {
    format!("{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"{url}\",\"body\":{{{body}}}}}\n")
}

fn response(id: &str) -> String {
    request(id, "/v1/responses", "\"model\":\"m\",\"input\":\"Hi\"")
}

/// Ten times the line, which is the minimum for fine-tuning.
fn ten(line: &str) -> String {
    format!("{line}\n").repeat(10)
}
