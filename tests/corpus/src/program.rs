//! Reads texts as types of a client, and writes them back.
#![allow(
    deprecated,
    unused,
    confusable_idents,
    mixed_script_confusables,
    uncommon_codepoints,
    reason = "the documents decide, and the program calls nothing"
)]

use std::io::{BufRead, Write};

type Back = fn(&str) -> Result<String, String>;

fn back<T: serde::Serialize + serde::de::DeserializeOwned>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}

fn main() {
    let document = std::env::args().nth(1).expect("the name of a document");
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("text");
        let (number, text) = line.split_once(' ').expect("a number and a text");
        let written = types(&document)[number.parse::<usize>().expect("a number")](text);
        writeln!(out, "{}", serde_json::to_string(&written).expect("strings")).expect("a reader");
    }
}

#[macro_use]
pub mod runtime;
