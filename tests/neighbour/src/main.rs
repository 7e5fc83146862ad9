//! Uses `reqwest` as any other crate of a program does, before and after `openai-uploads` has made a client.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::uploads_api::cancel_upload;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for _ in 0..2 {
        let (head, body) = runtime.block_on(exchange())?;
        // A feature such as `reqwest/gzip` would ask for compressed replies and decompress them.
        assert!(!head.contains("accept-encoding"), "{head}");
        assert_eq!(body, "not really gzip");
        drop(Configuration::default());
    }
    if cfg!(not(any(feature = "rustls", feature = "native-tls"))) {
        // An `https` URL must not be sent in plain text.
        let to = Configuration::at("https://127.0.0.1:1");
        let error = runtime.block_on(cancel_upload(&to, "id").into_future()).expect_err("there is no TLS");
        assert!(matches!(error, openai_uploads::runtime::Error::Input(_)), "{error}");
    }
    println!("unharmed");
    Ok(())
}

/// Sends a request with a client that has only defaults. Returns the head of the request and the body of the reply.
async fn exchange() -> Result<(String, String), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = thread::spawn(move || -> std::io::Result<String> {
        let (mut connection, _) = listener.accept()?;
        let mut head = vec![0; 4096];
        let length = connection.read(&mut head)?;
        connection.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\nnot really gzip",
        )?;
        Ok(String::from_utf8_lossy(&head[..length]).to_lowercase())
    });
    let body = reqwest::Client::new().get(url).send().await?.text().await?;
    let head = server.join().map_err(|_| "the server stopped")??;
    Ok((head, body))
}
