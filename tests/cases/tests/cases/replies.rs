//! Replies: by status and media type, with headers, without content, and errors.

use by_status::apis::default_api::{StartJobError, StartJobReply, start_job};
use cases::runtime::Error;
use cases::{bodies_of_plain_text as text, media_types_of_json_and_of_any_type as media_types};
use cases::{error_bodies_that_need_chrono_and_uuid as dated, errors_of_another_media_type as errors};
use cases::{
    headers_of_replies as headers, replies_by_status as by_status, replies_without_content as empty,
};

use super::wire::{ok, serve_once};

fn reply(status: &str, content_type: &str, body: &str) -> String {
    ok(content_type, body).replacen("200 OK", status, 1)
}

#[tokio::test]
async fn json_of_any_media_type_is_read() {
    use media_types::apis::default_api::{get_any, post_charset, post_vendor, put_any};
    use media_types::models::Thing;
    let (configuration, request) = serve_once(&ok("application/json; charset=utf-8", "{\"id\":1}")).await;
    assert_eq!(post_charset(&configuration, Thing::new(2)).await.unwrap(), Thing::new(1));
    assert!(request.await.unwrap().contains("content-type: application/json;charset=UTF-8\r\n"));
    let (configuration, request) = serve_once(&ok("application/hal+json", "{\"id\":1}")).await;
    assert_eq!(post_vendor(&configuration, Thing::new(2)).await.unwrap(), Thing::new(1));
    assert!(request.await.unwrap().contains("content-type: application/vnd.acme.v2+json\r\n"));
    let (configuration, _request) = serve_once(&ok("application/json", "{\"id\":1}")).await;
    assert_eq!(get_any(&configuration).await.unwrap(), Thing::new(1));
    let (configuration, request) = serve_once(&ok("application/json", "{\"id\":1}")).await;
    assert_eq!(put_any(&configuration, Thing::new(2)).await.unwrap(), Thing::new(1));
    let request = request.await.unwrap();
    assert!(request.contains("content-type: application/json\r\n"), "{request}");
    assert_eq!(media_types::REPORT, &[] as &[&str]);
}

#[tokio::test]
async fn text_is_the_text_itself_and_json_is_json() {
    use text::apis::default_api::{get_version, post_json_list, post_json_string, post_text};
    let (configuration, request) = serve_once(&ok("text/plain", "1.2 \"x\"")).await;
    assert_eq!(get_version(&configuration).await.unwrap(), "1.2 \"x\"");
    assert!(request.await.unwrap().contains("accept: text/plain\r\n"));
    let (configuration, request) = serve_once(&ok("application/json", "\"back\"")).await;
    assert_eq!(post_text(&configuration, "plain".to_owned()).await.unwrap(), "back");
    assert!(request.await.unwrap().ends_with("\r\n\r\nplain"));
    let (configuration, request) = serve_once("HTTP/1.1 204 No Content\r\n\r\n").await;
    post_json_string(&configuration, "a".to_owned()).await.unwrap();
    assert!(request.await.unwrap().ends_with("\r\n\r\n\"a\""));
    let (configuration, request) = serve_once(&ok("application/json", "7")).await;
    assert_eq!(post_json_list(&configuration, vec![1, 2]).await.unwrap(), 7);
    assert!(request.await.unwrap().ends_with("\r\n\r\n[1,2]"));
}

#[tokio::test]
async fn each_status_has_its_type() {
    let (configuration, _request) =
        serve_once(&reply("202 Accepted", "application/json", "{\"id\":1}")).await;
    assert!(
        matches!(start_job(&configuration).await.unwrap(), StartJobReply::Status202(ticket) if ticket.id == 1)
    );
    let (configuration, _request) = serve_once("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert!(matches!(start_job(&configuration).await.unwrap(), StartJobReply::Status204));
    for (status, expected) in [("404 Not Found", "404"), ("418 Teapot", "4XX"), ("500 Broken", "default")] {
        let (configuration, _request) = serve_once(&reply(status, "application/json", "{}")).await;
        let Err(Error::Api(error)) = start_job(&configuration).await else { panic!("{status} is an error") };
        let found = match error.entity {
            Some(StartJobError::Status404(_)) => "404",
            Some(StartJobError::Status4xx(_)) => "4XX",
            Some(StartJobError::StatusDefault(_)) => "default",
            None => "none",
        };
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn headers_of_a_reply_can_be_read_with_and_without_a_body() {
    use headers::apis::default_api::{add_object, list_objects};
    let created = "HTTP/1.1 201 Created\r\nlocation: /objects/1\r\ncontent-length: 0\r\n\r\n";
    let (configuration, _request) = serve_once(created).await;
    let response = add_object(&configuration).response().await.unwrap();
    assert_eq!(response.headers["location"], "/objects/1");
    let limited = ok("application/json", "[\"a\"]").replacen("\r\n", "\r\nx-rate-limit: 9\r\n", 1);
    let (configuration, _request) = serve_once(&limited).await;
    let response = list_objects(&configuration).response().await.unwrap();
    assert_eq!((response.headers["x-rate-limit"].as_bytes(), response.body.len()), (&b"9"[..], 1));
}

#[tokio::test]
async fn a_reply_without_the_declared_content_is_an_error_that_says_so() {
    use empty::apis::default_api::{delete_none, get_promised, get_undeclared};
    for promised in ["HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"] {
        let (configuration, _request) = serve_once(promised).await;
        let Err(Error::Decode(error)) = get_promised(&configuration).await else { panic!("{promised}") };
        assert!(error.to_string().contains("no content"), "{error}");
    }
    let (configuration, _request) = serve_once(&ok("text/html", "<p>ignored")).await;
    get_undeclared(&configuration).await.unwrap();
    let (configuration, _request) = serve_once("HTTP/1.1 204 No Content\r\n\r\n").await;
    delete_none(&configuration).await.unwrap();
}

#[tokio::test]
async fn an_error_of_another_media_type_keeps_status_and_text() {
    use errors::apis::default_api::get_e;
    let (configuration, _request) = serve_once(&reply("500 Broken", "text/html", "<h1>broken</h1>")).await;
    let Err(Error::Api(error)) = get_e(&configuration).await else { panic!("500 is an error") };
    assert_eq!(error.status.as_u16(), 500);
    assert_eq!(error.body, "<h1>broken</h1>");
    let (configuration, _request) = serve_once(&ok("text/html", "<h1>fine</h1>")).await;
    let Err(Error::Decode(error)) = get_e(&configuration).await else { panic!("HTML is not JSON") };
    assert!(error.to_string().contains("<h1>fine</h1>"), "{error}");
}

#[tokio::test]
async fn the_body_of_an_error_may_have_a_date_time_and_a_uuid() {
    use dated::apis::default_api::{GetAError, get_a};
    let id = "[\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"]";
    let (configuration, _request) = serve_once(&reply("404 Not Found", "application/json", id)).await;
    let Err(Error::Api(error)) = get_a(&configuration).await else { panic!("404 is an error") };
    assert!(matches!(error.entity, Some(GetAError::Status404(ids)) if ids.len() == 1));
}
