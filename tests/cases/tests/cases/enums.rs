//! Enums of strings.

use cases::enum_values_with_close_names as close_names;
use close_names::apis::default_api::{RunQueryParams, run_query};
use close_names::models::run_query::{Code, Op, Order};

use super::wire::serve_once;

#[tokio::test]
async fn values_with_close_names_are_sent_as_the_document_spells_them() {
    let (configuration, request) = serve_once("HTTP/1.1 204 No Content\r\n\r\n").await;
    let params = RunQueryParams { order: Some(Order::CreatedAt2), code: Some(Code::N10) };
    run_query(&configuration, Op::NotEquals, params).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.starts_with("GET /query?op=%21%3D&order=-created_at&code=1.0 HTTP/1.1"), "{request}");
}

#[test]
fn values_with_close_names_need_no_warning() {
    assert_eq!(close_names::REPORT, &[] as &[&str]);
}
