//! Calls `TypeSpec`'s HTTP scenarios with generated clients: `typespec http://localhost:PORT ASSETS`.
//!
//! Writes one JSON object a line to stdout: `{"scenario": NAME}`, with `"failed"` or `"left out"` beside it.
//! `cargo xtask bench spector` generates the clients, starts the server, and compares this with what the server says.

mod board;
mod encode;
mod multipart;
mod pages;
mod parameters;
mod payload;
mod responses;
mod routes;
mod service;
mod special_words;
mod streaming;
mod types;
mod versioning;

use board::Board;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let address = std::env::args().nth(1).expect("the address of the server");
    let assets = std::env::args().nth(2).expect("the folder of the files to send");
    let board = Board::new(address, assets.into());
    encode::run(&board).await;
    multipart::run(&board).await;
    pages::run(&board).await;
    parameters::run(&board).await;
    payload::run(&board).await;
    responses::run(&board).await;
    routes::run(&board).await;
    service::run(&board).await;
    special_words::run(&board).await;
    streaming::run(&board).await;
    types::run(&board).await;
    versioning::run(&board).await;
}
