//! A program in WebAssembly that uses two generated clients: a module for the Files API, and a crate for the document that
//! has everything.
//!
//! `tests/tests/suite/web.rs` checks it, and runs it in Node.js against the local server.

#[rustfmt::skip]
mod client;

use std::rc::Rc;
use std::time::Duration;

use client::apis::configuration::Configuration;
use client::apis::files_api::{ListFilesParams, create_file, download_file, list_files, retrieve_file};
use client::models::{CreateFileRequest, create_file_request::Purpose};
use client::runtime::futures_util::TryStreamExt;
use client::runtime::futures_util::future::LocalBoxFuture;
use client::runtime::{
    Binary, Error, PollPolicy, RetryPolicy, Token, Transport, TransportErrorKind, TransportRequest,
    TransportResult, default_client, reqwest,
};
use everything::apis::webhooks::WebhookEvent;
use everything::apis::{orders_api, proofs_api};
use everything::runtime::{Webhook, WebhookSecret};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Uploads two files, lists them in pages, reads one of them back, and returns its text. The server fails where a retry
/// helps, and is slow where a timeout is expected.
#[wasm_bindgen]
pub async fn exchange(base_url: String) -> Result<String, JsError> {
    let configuration = Configuration::at(base_url)
        .with_token_provider(|| {
            // A future that holds a value of this thread.
            let token = Rc::new("any");
            async move { Ok(Token::new(*token)) }
        })
        .with_transport(Around(default_client()));
    let mut ids = Vec::new();
    for name in ["one.txt", "\"two\" ü.txt"] {
        let file = Binary::bytes(format!("the text of {name}")).file_name(name).content_type("text/plain");
        let file = create_file(&configuration, CreateFileRequest::new(file, Purpose::UserData)).await?;
        require(file.filename == name, &file.filename)?;
        ids.push(file.id);
    }

    let page = ListFilesParams { limit: Some(1), ..ListFilesParams::default() };
    let listed: Vec<_> = list_files(&configuration, page).items().try_collect().await?;
    let mut listed: Vec<String> = listed.into_iter().map(|file| file.id).collect();
    listed.sort();
    ids.sort();
    require(listed == ids, &format!("{listed:?}"))?;

    let is_there = |file: &client::models::OpenAiFile| file.bytes > 0;
    retrieve_file(&configuration, &ids[0]).poll_until(is_there, PollPolicy::default()).await?;
    let late = retrieve_file(&configuration, &ids[1]).timeout(Duration::from_millis(100));
    let late = late.retry(RetryPolicy::never()).await;
    let is_late = matches!(&late, Err(Error::Transport(error)) if error.kind == TransportErrorKind::Timeout);
    require(is_late, &format!("{late:?}"))?;
    let missing = retrieve_file(&configuration, "file-0").await.expect_err("there is no such file");
    require(missing.api().is_some_and(|error| error.status == 404), &missing.to_string())?;
    let nowhere = Configuration::at("http://127.0.0.1:1");
    let unreachable = retrieve_file(&nowhere, "file-0").await.expect_err("there is no server");
    require(matches!(unreachable, Error::Transport(_)), &unreachable.to_string())?;

    let content = download_file(&configuration, &ids[0]).await?.bytes().await?;
    Ok(String::from_utf8_lossy(&content).into_owned())
}

/// Compiled only: what the other document has besides.
#[wasm_bindgen]
pub async fn order(base_url: String, signature: String) -> Result<(), JsError> {
    let configuration = everything::apis::configuration::Configuration::at(base_url);
    let mut events = orders_api::watch_order(&configuration, 7).await?;
    while let Some(event) = events.try_next().await? {
        require(false, &format!("{event:?}"))?;
    }
    let proofs = proofs_api::list_proofs(&configuration).await?;
    require(proofs.is_empty(), "there are proofs")?;
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("webhook-signature", signature.parse()?);
    WebhookSecret::new("whsec_AAAA")?.verify(&headers, b"{}")?;
    require(WebhookEvent::read("printed", b"{}")?.name() == "printed", "another webhook")
}

/// A transport around a client.
struct Around(reqwest::Client);

impl Transport for Around {
    fn send(&self, request: TransportRequest) -> LocalBoxFuture<'_, TransportResult> {
        self.0.send(request)
    }
}

fn require(is_right: bool, found: &str) -> Result<(), JsError> {
    if is_right { Ok(()) } else { Err(JsError::new(found)) }
}
