//! OpenAI's published document as a whole: its crate compiles, has a function for each operation, and reads and
//! writes every example. Skipped with a message if the document is missing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod compare;
mod crate_of_it;
mod examples;
mod examples_survive;
mod listed;
mod operations;
mod pointer;
mod probe;
mod schemas;
#[path = "../suite/skipped.rs"]
mod skipped;
