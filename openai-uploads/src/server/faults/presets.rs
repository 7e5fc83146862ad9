//! Faults that every server has and that are off until someone switches them on.

use std::time::Duration;

use super::{BatchFault, Fault, When};

/// The faults of requests.
pub(super) fn requests() -> Vec<(Fault, When)> {
    vec![
        (Fault::fail(503), When::always()),
        (Fault::fail(429).header("retry-after", "1"), When::every(3)),
        (Fault::fail(401), When::always()),
        (Fault::delay(Duration::from_secs(1)), When::always()),
        (Fault::cut_request(64_000), When::every(2)),
        (Fault::cut_reply(0), When::every(3)),
        (Fault::stall(0), When::every(5)),
    ]
}

/// The faults of batches.
pub(super) fn batches() -> Vec<(BatchFault, When)> {
    let faults = [
        BatchFault::FailValidation,
        BatchFault::TokenLimit,
        BatchFault::FailLines(0.1),
        BatchFault::Expire(0.5),
        BatchFault::Cancel(0.5),
        BatchFault::Slow(10.0),
        BatchFault::EmptyIds,
    ];
    faults.map(|fault| (fault, When::always())).into()
}
