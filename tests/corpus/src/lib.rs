//! Tests the clients of OpenAPI documents with the values in the documents: each example, and values drawn from the
//! schemas, are read as the type of their schema and written back.

pub mod clients;
pub mod compare;
pub mod document;
pub mod examples;
pub mod links;
pub mod package;
pub mod pointer;
pub mod round_trip;
pub mod schemas;
pub mod typespec;
pub mod values;
