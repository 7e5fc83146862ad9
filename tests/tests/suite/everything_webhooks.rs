//! Webhooks: verified, and read by their names.

use std::time::{SystemTime, UNIX_EPOCH};

use everything::apis::webhooks::WebhookEvent;
use everything::runtime::{Webhook, WebhookError, WebhookSecret};
use reqwest::header::HeaderMap;
use serde_json::json;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The headers of a webhook that is signed now.
fn headers(body: &[u8]) -> HeaderMap {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let signature = WebhookSecret::new(SECRET).unwrap().sign("msg_1", now, body);
    let pairs =
        [("webhook-id", "msg_1"), ("webhook-timestamp", &now.to_string()), ("webhook-signature", &signature)];
    pairs
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

#[test]
fn a_webhook_is_read_by_its_name() {
    let body = json!({ "order": 7 }).to_string();
    let event = WebhookEvent::read("printed", body.as_bytes()).unwrap();
    assert_eq!(event.name(), "printed");
    assert!(matches!(event, WebhookEvent::Printed(_)), "{event:?}");
    let event = WebhookEvent::read("bound", b"[1]").unwrap();
    assert_eq!(event, WebhookEvent::Other("bound".to_owned(), json!([1])));
    WebhookEvent::read("printed", b"[1]").unwrap_err();
}

#[test]
fn an_event_is_verified_before_it_is_read() {
    let secret = WebhookSecret::new(SECRET).unwrap();
    let body = json!({ "type": "bound", "sheets": 3 }).to_string();
    let headers = headers(body.as_bytes());
    let event: WebhookEvent = secret.event(&headers, body.as_bytes()).unwrap();
    assert_eq!(event.name(), "bound");
    let error = secret.event::<WebhookEvent>(&headers, b"{}").unwrap_err();
    assert!(matches!(error, WebhookError::Signature), "{error}");
    let nameless = b"{\"kind\": 1}";
    let error = secret.event::<WebhookEvent>(&self::headers(nameless), nameless).unwrap_err();
    assert!(matches!(error, WebhookError::Body(_)), "{error}");
}
