//! Operations: their names, methods, paths, parameters and servers.

use cases::runtime::Configuration;
use cases::{a_head_request_with_declared_content as head, headers_and_cookies as headers};
use cases::{a_relative_server as relative, servers_of_operations as servers};
use cases::{alternatives_of_security as security, path_parameters_of_every_kind as paths};
use cases::{an_operation_id_given_twice as twice, parameters_of_the_same_name as same_names};
use cases::{operation_ids_that_are_odd_names as odd, operation_ids_that_become_one_name as one_name};

use super::wire::serve_once;

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn first_line(request: &str) -> &str {
    request.lines().next().unwrap_or_default()
}

#[tokio::test]
async fn operations_with_the_same_name_are_numbered() {
    use one_name::apis::web_hooks_all_api::{webhook_dispatches_get, webhook_dispatches_get_2};
    let (configuration, request) = serve_once(NO_CONTENT).await;
    webhook_dispatches_get(&configuration).await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "GET /a HTTP/1.1");
    let (configuration, request) = serve_once(NO_CONTENT).await;
    webhook_dispatches_get_2(&configuration).await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "GET /b HTTP/1.1");
    let [warning] = one_name::REPORT else { panic!("{:?}", one_name::REPORT) };
    assert!(warning.contains("`webhook_dispatches_get_2`"), "{warning}");
}

#[tokio::test]
async fn an_id_given_twice_is_numbered_and_both_places_are_named() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    twice::apis::default_api::get_2(&configuration).await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "GET /two HTTP/1.1");
    let [warning] = twice::REPORT else { panic!("{:?}", twice::REPORT) };
    assert!(warning.contains("GET /one") && warning.contains("GET /two"), "{warning}");
}

#[tokio::test]
async fn odd_ids_become_functions() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    odd::apis::_2fa_api::_2fa(&configuration).await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "GET /h HTTP/1.1");
    assert_eq!(odd::REPORT, &[] as &[&str]);
}

#[tokio::test]
async fn a_head_request_gives_its_headers_and_reads_no_body() {
    let (configuration, request) =
        serve_once("HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 9\r\n\r\n").await;
    let response = head::apis::default_api::head_h(&configuration).response().await.unwrap();
    assert_eq!(response.headers["etag"], "\"1\"");
    let () = response.body;
    assert_eq!(first_line(&request.await.unwrap()), "HEAD /h HTTP/1.1");
}

#[tokio::test]
async fn parameters_of_the_same_name_say_where_they_go() {
    use same_names::apis::default_api::{PutItemParams, put_item};
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let params = PutItemParams {
        id_header: Some("h".to_owned()),
        id_cookie: Some("c".to_owned()),
        user_id: Some("u".to_owned()),
        user_id_query: Some("q".to_owned()),
        ..PutItemParams::default()
    };
    let body = same_names::models::put_item::Request::new(5);
    put_item(&configuration, "p", 2, 3, "conf", body, params).await.unwrap();
    let request = request.await.unwrap();
    assert_eq!(first_line(&request), "PUT /items/p?depth=2&id=3&configuration=conf&userId=q HTTP/1.1");
    for line in ["id: h\r\n", "cookie: id=c\r\n", "user-id: u\r\n"] {
        assert!(request.contains(line), "{line} in {request}");
    }
    assert!(request.ends_with("{\"id\":5}"), "{request}");
}

#[tokio::test]
async fn a_path_parameter_is_one_segment() {
    use paths::apis::default_api::{archive_thing, get_doc, get_odd};
    let (configuration, request) = serve_once(NO_CONTENT).await;
    get_doc(&configuration, "a/b c?d#e%f", 1).await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "GET /repos/a%2Fb%20c%3Fd%23e%25f/docs/1 HTTP/1.1");
    let (configuration, request) = serve_once(NO_CONTENT).await;
    archive_thing(&configuration, "x").await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "POST /things/x:archive HTTP/1.1");
    let (configuration, request) = serve_once(NO_CONTENT).await;
    get_odd(&configuration, "1", "2", "3", "4").await.unwrap();
    assert_eq!(first_line(&request.await.unwrap()), "GET /odd/1/2/3/4 HTTP/1.1");
    for climbing in [".", ".."] {
        let (configuration, _request) = serve_once(NO_CONTENT).await;
        assert!(get_doc(&configuration, climbing, 1).await.is_err(), "{climbing}");
    }
}

#[tokio::test]
async fn headers_and_cookies_have_their_styles() {
    use headers::apis::default_api::{GetHParams, get_h};
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let params = GetHParams {
        x_ids: Some(vec![1, 2]),
        x_obj: Some(headers::models::get_h::XObj { a: Some(1), b: Some("x".to_owned()) }),
        sid: Some("s".to_owned()),
        prefs: Some(vec!["a".to_owned(), "b".to_owned()]),
        ..GetHParams::default()
    };
    get_h(&configuration, "word", params).await.unwrap();
    let request = request.await.unwrap();
    for line in ["x-ids: 1,2\r\n", "x-obj: a=1,b=x\r\n", "x-word: word\r\n", "cookie: sid=s; prefs=a,b\r\n"] {
        assert!(request.contains(line), "{line} in {request}");
    }
    for refused in ["a\r\nb", "\u{0}"] {
        let (configuration, _request) = serve_once(NO_CONTENT).await;
        assert!(get_h(&configuration, refused, GetHParams::default()).await.is_err(), "{refused:?}");
    }
}

#[tokio::test]
async fn credentials_of_another_http_scheme_follow_its_name() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let configuration = configuration.with_api_key("shared", "k");
    security::apis::default_api::get_other_scheme(&configuration).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.contains("authorization: SharedKey k\r\n"), "{request}");
}

#[tokio::test]
async fn credentials_are_those_of_one_alternative() {
    use security::apis::default_api::{get_either, get_none, get_optional, get_pair};
    let with = |configuration: Configuration| Configuration {
        bearer_access_token: Some("token".to_owned().into()),
        api_keys: [("keyId", "k"), ("secret", "s"), ("inQuery", "q")]
            .map(|(name, key)| (name.to_owned(), key.to_owned().into()))
            .into(),
        ..configuration
    };
    let (configuration, request) = serve_once(NO_CONTENT).await;
    get_pair(&with(configuration)).await.unwrap();
    let request = request.await.unwrap();
    assert!(
        request.contains("access-key-id: k\r\n") && request.contains("secret-access-key: s\r\n"),
        "{request}"
    );
    let (configuration, request) = serve_once(NO_CONTENT).await;
    get_either(&with(configuration)).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.contains("authorization: Bearer token") && !request.contains("key=q"), "{request}");
    let (configuration, request) = serve_once(NO_CONTENT).await;
    get_none(&with(configuration)).await.unwrap();
    assert!(!request.await.unwrap().contains("authorization"));
    let (configuration, request) = serve_once(NO_CONTENT).await;
    get_optional(&with(configuration)).await.unwrap();
    assert!(request.await.unwrap().contains("authorization: Bearer token"));
}

#[test]
fn the_variables_of_a_server_have_their_defaults() {
    use servers::apis::configuration::{BASE_PATH, base_path};
    assert_eq!(BASE_PATH, "https://eu.example.org/v2");
    assert_eq!(base_path("us", "v3"), "https://us.example.org/v3");
}

#[test]
fn a_relative_server_keeps_its_path_and_is_warned_of() {
    assert!(relative::apis::configuration::BASE_PATH.ends_with("/api/v2"));
    let [warning] = relative::REPORT else { panic!("{:?}", relative::REPORT) };
    assert!(warning.contains("relative-server"), "{warning}");
}
