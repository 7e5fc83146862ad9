//! The program `openapi-crate`, run as its users run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod choice;
mod config;
mod explain;
mod features;
mod fixture;
mod generate;
mod output;
mod overlay;
mod slice_and_diff;
