//! The server for tests: it starts and stops wherever a test is, and leaves nothing.

use std::time::Duration;

use openai_uploads::apis::uploads_api::{add_upload_part, cancel_upload, create_upload};
use openai_uploads::models::CreateUploadRequest;
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::runtime::Error;
use openai_uploads::server::{Fault, Faults, LocalServer, Server, StartError, When};

use crate::server_fixture::{Client, create, get, head, part, start_with};

fn announcement() -> CreateUploadRequest {
    CreateUploadRequest::new("a".into(), Purpose::Batch, 3, "text/plain".into())
}

#[tokio::test(flavor = "current_thread")]
async fn it_works_in_a_runtime_of_one_thread_that_is_blocked() {
    let server = LocalServer::start().await.unwrap();
    // Blocking the runtime's only thread would hang if the server were on it.
    get(server.local_addr(), "/v1/files").ok();
    let upload = create_upload(&server.configuration(), announcement()).await.unwrap();
    assert_eq!(server.uploads()[0].upload, upload);
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_in_a_runtime_of_many_threads() {
    let server = LocalServer::start().await.unwrap();
    let configuration = server.configuration();
    let upload = create_upload(&configuration, announcement()).await.unwrap();
    let part = add_upload_part(&configuration, &upload.id, b"abc".to_vec()).await.unwrap();
    assert_eq!(server.part(&upload.id, &part.id).unwrap(), b"abc");
    server.stop().await;
    assert!(matches!(cancel_upload(&configuration, &upload.id).await, Err(Error::Transport(_))));
}

#[test]
fn it_stops_when_dropped_in_any_state() {
    let faults = Faults::new().with(Fault::stall(0), When::always());
    let server = start_with(Server::builder().faults(faults));
    let (at, dir) = (server.local_addr(), server.dir().to_owned());
    let mut stalled = Client::connect(at);
    stalled.send(&head("GET", "/v1/files", &[], None));
    let mut idle = Client::connect(at);
    assert!(!idle.is_closed_within(Duration::from_millis(50)));
    drop(server);
    assert!(stalled.is_closed_within(Duration::from_secs(60)));
    assert!(idle.is_closed_within(Duration::from_secs(60)));
    assert!(!dir.exists());
    assert!(std::net::TcpStream::connect(at).is_err());
}

#[tokio::test]
async fn stopping_lets_a_request_in_flight_end() {
    let faults = Faults::new().with(Fault::delay(Duration::from_millis(300)), When::always());
    let server = LocalServer::start_with(Server::builder().faults(faults)).await.unwrap();
    let at = server.local_addr();
    let asked = std::thread::spawn(move || get(at, "/v1/files").ok());
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.stop().await;
    asked.join().unwrap();
    assert!(std::net::TcpStream::connect(at).is_err());
}

#[test]
fn its_key_is_in_its_configuration_and_nowhere_else() {
    let server = start_with(Server::builder().api_key("sk-secret"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(create_upload(&server.configuration(), announcement()).into_future()).unwrap();
    assert!(!format!("{server:?} {:?}", server.requests()).contains("sk-secret"));
}

#[test]
fn a_given_folder_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let server = start_with(Server::builder().dir(dir.path()));
    let id = create(server.local_addr(), 3);
    let only = part(server.local_addr(), &id, b"abc");
    drop(server);
    let server = start_with(Server::builder().dir(dir.path()));
    assert_eq!(server.part(&id, &only).unwrap(), b"abc");
    let ids = [id, create(server.local_addr(), 3), create(server.local_addr(), 3)];
    let listed: Vec<_> = server.uploads().into_iter().map(|stored| stored.upload.id).collect();
    assert_eq!(listed, ids, "oldest first, those of another run too");
}

#[tokio::test]
async fn errors_at_start_are_reported_at_once() {
    let server = LocalServer::start().await.unwrap();
    let taken = Server::builder().listen(server.local_addr());
    let error = LocalServer::start_with(taken).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }), "{error}");
    assert!(error.to_string().contains(&server.local_addr().to_string()), "{error}");

    let error = Server::builder().dir(server.dir()).bind().await.unwrap_err();
    assert!(matches!(error, StartError::InUse { .. }), "{error}");

    let file = server.dir().join("lock");
    for dir in [file.clone(), file.join("below")] {
        let error = Server::builder().dir(&dir).bind().await.unwrap_err();
        assert!(matches!(error, StartError::Folder { .. }), "{error}");
        assert!(error.to_string().contains("lock"), "{error}");
    }
}
