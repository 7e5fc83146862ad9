//! Published documents as a whole: OpenAI's, GitHub's and Blockfrost's. Their crates compile, have a function for each
//! operation, and read and write every example. Small documents are compiled together. Skipped with a message if a
//! document is missing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod crate_of_it;
mod examples_survive;
mod listed;
mod operations;
mod probe;
#[path = "../suite/skipped.rs"]
mod skipped;
mod small_documents;
mod typespec;
