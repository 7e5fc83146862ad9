//! Faults in words, for people.

use std::time::Duration;

use axum::http::HeaderMap;

use super::when::Pick;
use super::{BatchFault, Effect, Fault, When};

/// What a fault does to a request.
pub(super) fn fault(fault: &Fault) -> String {
    match &fault.effect {
        Effect::Fail { status, headers } => format!("Answer {}{}", status.as_u16(), header_list(headers)),
        Effect::Delay(time) => format!("Wait {}", duration(*time)),
        Effect::CutRequest(0) => "Close the connection after the headers".to_owned(),
        Effect::CutRequest(after) => format!("Close the connection after {} of the body", bytes(*after)),
        Effect::CutReply(0) => "Handle the request, close the connection instead of responding".to_owned(),
        Effect::CutReply(after) => {
            format!("Handle the request, close the connection after {} of the response", bytes(*after))
        }
        Effect::Stall(0) => "Never respond".to_owned(),
        Effect::Stall(after) => format!("Read {} of the body, never respond", bytes(*after)),
        Effect::Forget => "Delete the upload, file or batch that the request names".to_owned(),
    }
}

/// What a fault does to a batch.
pub(super) fn batch_fault(fault: BatchFault) -> String {
    match fault {
        BatchFault::FailValidation => "Fail the validation".to_owned(),
        BatchFault::TokenLimit => "Fail with token_limit_exceeded".to_owned(),
        BatchFault::Expire(share) => format!("Expire after {} of the requests", percent(share)),
        BatchFault::FailLines(share) => format!("Fail {} of the requests", percent(share)),
        BatchFault::EmptyIds => "Use empty strings as ids of missing files".to_owned(),
        BatchFault::Slow(factor) => format!("Take {factor} times as long"),
        BatchFault::Cancel(share) => format!("Cancel after {} of the requests", percent(share)),
    }
}

/// What a rate limit does.
pub(super) fn rate(bytes_per_second: u64) -> String {
    format!("Limit the rate to {}/s", bytes(bytes_per_second))
}

/// Which requests or batches a fault applies to. `noun` is singular and plural.
pub(super) fn when(when: &When, noun: (&str, &str)) -> String {
    let (one, many) = noun;
    let picked = match when.pick {
        Pick::Always | Pick::Every(1) => format!("every {one}"),
        Pick::Every(n) => format!("1 {one} in {n}"),
        Pick::Share(share) => format!("{} of {many}", percent(share)),
        Pick::First(1) | Pick::Nth(1) => format!("the first {one}"),
        Pick::First(n) => format!("the first {n} {many}"),
        Pick::Nth(n) => format!("{one} {n}"),
    };
    match &when.operation {
        Some(operation) => format!("{picked} for {operation}"),
        None => picked,
    }
}

fn header_list(headers: &HeaderMap) -> String {
    headers
        .iter()
        .map(|(name, value)| format!(", {name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect()
}

fn duration(time: Duration) -> String {
    match time.as_millis() {
        milliseconds if milliseconds.is_multiple_of(1000) => format!("{} s", milliseconds / 1000),
        milliseconds => format!("{milliseconds} ms"),
    }
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

/// A number of bytes in the largest unit that divides it.
fn bytes(count: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "KB")];
    let unit = units.into_iter().find(|(size, _)| count >= *size && count.is_multiple_of(*size));
    unit.map_or(format!("{count} bytes"), |(size, name)| format!("{} {name}", count / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_and_conditions_read_as_sentences() {
        assert_eq!(fault(&Fault::fail(429).header("retry-after", "1")), "Answer 429, retry-after: 1");
        assert_eq!(fault(&Fault::delay(Duration::from_millis(1500))), "Wait 1500 ms");
        assert_eq!(fault(&Fault::cut_request(64_000)), "Close the connection after 64 KB of the body");
        assert_eq!(fault(&Fault::stall(65_536)), "Read 65536 bytes of the body, never respond");
        assert_eq!(batch_fault(BatchFault::FailLines(0.125)), "Fail 12.5 % of the requests");
        assert_eq!(rate(20_000_000), "Limit the rate to 20 MB/s");
        let noun = ("request", "requests");
        assert_eq!(when(&When::every(3).on("addUploadPart"), noun), "1 request in 3 for addUploadPart");
        assert_eq!(when(&When::share(0.1), noun), "10 % of requests");
        assert_eq!(when(&When::nth(1), ("batch", "batches")), "the first batch");
    }
}
