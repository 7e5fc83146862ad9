//! Strings with a format, with each choice of `--format`: values are read, written and sent as they are.

use cases::runtime::{Error, Rfc3339};
use cases::{
    formats_of_values as chrono_types, formats_of_values_as_jiff as jiff_types,
    formats_of_values_as_text as texts, formats_of_values_as_time as time_types,
};
use serde_json::{Value, json};

use super::wire::{ok, serve_once};

/// The value after it was read as a model `F` and written again.
macro_rules! round_trip {
    ($case:ident, $value:expr) => {
        serde_json::to_value(serde_json::from_value::<$case::models::F>($value).unwrap()).unwrap()
    };
}

/// What the decode error of a reply says.
macro_rules! decode_error {
    ($case:ident, $body:expr) => {{
        let (configuration, _request) = serve_once(&ok("application/json", $body)).await;
        match $case::apis::default_api::get_f(&configuration, Default::default()).await {
            Err(Error::Decode(error)) => error.to_string(),
            other => panic!("{other:?} is not a decode error"),
        }
    }};
}

fn value() -> Value {
    json!({
        "big": "9007199254740993", "price": "0.10", "span": "PT1H30M", "clock": "10:00:00", "ip": "::1",
        "number64": 1.5, "u64": u64::MAX, "huge": u64::MAX, "tiny": 255, "f32": 51.503_541,
        "when": "2026-01-02T03:04:05Z", "day": "2026-01-02", "either": "x", "ms": 9_007_199_254_740_993_i64,
        "id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    })
}

#[test]
fn formats_without_a_type_change_no_value() {
    let mut value = value();
    value["span"] = json!("P1D");
    value["clock"] = json!("10:00:00Z");
    assert_eq!(round_trip!(chrono_types, value.clone()), value);
}

#[test]
fn the_chosen_types_read_and_write_the_same_text() {
    assert_eq!(round_trip!(jiff_types, value()), value());
    assert_eq!(round_trip!(time_types, value()), value());
    assert_eq!(round_trip!(texts, value()), value());
}

#[test]
fn the_values_are_of_the_chosen_types() {
    let jiff: jiff_types::models::F = serde_json::from_value(value()).unwrap();
    assert_eq!(jiff.when, "2026-01-02T03:04:05Z".parse::<jiff::Timestamp>().unwrap());
    assert_eq!(jiff.day, Some(jiff::civil::date(2026, 1, 2)));
    assert_eq!(jiff.clock, Some(jiff::civil::time(10, 0, 0, 0)));
    assert_eq!(jiff.span, Some(jiff::SignedDuration::from_mins(90)));
    assert_eq!(jiff.price, Some(rust_decimal::Decimal::new(10, 2)));
    let time: time_types::models::F = serde_json::from_value(value()).unwrap();
    assert_eq!(time.when.unix_timestamp(), 1_767_323_045);
    assert_eq!(time.day.map(|day| day.to_julian_day()), Some(2_461_043));
    assert_eq!(time.clock, Some(Rfc3339(time::Time::from_hms(10, 0, 0).unwrap())));
}

#[test]
fn dates_of_the_crate_time_keep_fractions_and_offsets() {
    for when in ["2026-01-02T03:04:05.123456789+01:30", "0001-01-01T00:00:00-12:00", "9999-12-31T23:59:59Z"] {
        let read: Rfc3339<time::OffsetDateTime> = serde_json::from_value(json!(when)).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), when);
        assert_eq!(read.to_string(), when);
    }
    let clock: Rfc3339<time::Time> = serde_json::from_value(json!("23:59:59.5")).unwrap();
    assert_eq!(serde_json::to_value(clock).unwrap(), "23:59:59.5");
    for clock in ["10:00:00Z", "10:00:00+01:00", "10:00", ""] {
        assert!(serde_json::from_value::<Rfc3339<time::Time>>(json!(clock)).is_err(), "{clock}");
    }
    for day in ["2026-01-02T00:00:00Z", "2026-02-30", "2026-1-2", "", "é026-01-02"] {
        assert!(serde_json::from_value::<Rfc3339<time::Date>>(json!(day)).is_err(), "{day}");
    }
    let before_christ = Rfc3339(time::Date::from_calendar_date(-1, time::Month::May, 1).unwrap());
    assert!(serde_json::to_value(before_christ).is_err());
}

#[tokio::test]
async fn parameters_of_the_chosen_types_are_sent_as_text() {
    let reply = ok("application/json", r#"{"when":"2026-01-02T03:04:05Z"}"#);
    let (configuration, request) = serve_once(&reply).await;
    let params = time_types::apis::default_api::GetFParams {
        since: Some(time::Date::from_ordinal_date(2026, 2).unwrap().into()),
        at: Some(time::OffsetDateTime::UNIX_EPOCH.into()),
        span: None,
    };
    time_types::apis::default_api::get_f(&configuration, params).await.unwrap();
    let sent = request.await.unwrap();
    assert!(sent.starts_with("GET /f?since=2026-01-02&at=1970-01-01T00%3A00%3A00Z HTTP"), "{sent}");
    let (configuration, request) = serve_once(&reply).await;
    let params = jiff_types::apis::default_api::GetFParams {
        since: Some(jiff::civil::date(2026, 1, 2)),
        at: Some(jiff::Timestamp::UNIX_EPOCH),
        span: Some(jiff::SignedDuration::from_mins(90)),
    };
    jiff_types::apis::default_api::get_f(&configuration, params).await.unwrap();
    let sent = request.await.unwrap();
    let query = "GET /f?since=2026-01-02&at=1970-01-01T00%3A00%3A00Z&span=PT1H30M HTTP";
    assert!(sent.starts_with(query), "{sent}");
}

#[tokio::test]
async fn a_text_in_another_format_is_reported_with_field_and_option() {
    const GOOD: &str = "2026-01-02T03:04:05Z";
    for (field, text, option) in [
        ("when", "2026-01-02T03:04:05", "date-time"),
        ("when", "2026-01-02", "date-time"),
        ("when", "2026-01-02 03:04", "date-time"),
        ("when", "2026-13-02T03:04:05Z", "date-time"),
        ("day", "02.01.2026", "date"),
        ("day", "2026-01-02T03:04:05Z", "date"),
        ("id", "7", "uuid"),
        ("clock", "10:00:00Z", "time"),
        ("span", "P1Y", "duration"),
        ("price", "a lot", "decimal"),
    ] {
        let mut body = json!({ "when": GOOD });
        body[field] = json!(text);
        let body = body.to_string();
        let mut shown = Vec::new();
        if !["clock", "span", "price"].contains(&field) {
            shown.push(decode_error!(chrono_types, &body));
        }
        shown.push(decode_error!(jiff_types, &body));
        if !["span", "price"].contains(&field) {
            shown.push(decode_error!(time_types, &body));
        }
        for shown in shown {
            assert!(shown.contains(&format!(" at {field}: ")), "{shown}");
            assert!(shown.contains(&format!("`--format {option}=string`")), "{shown}");
            assert!(shown.contains(&format!("`\"{text}\"`")), "{shown}");
        }
    }
    for body in [r#"{"when":7}"#, "{}"] {
        let shown = [
            decode_error!(chrono_types, body),
            decode_error!(jiff_types, body),
            decode_error!(time_types, body),
        ];
        assert!(shown.iter().all(|shown| !shown.contains("--format")), "{shown:?}");
    }
}

#[tokio::test]
async fn a_date_time_without_an_offset_is_kept_as_text_by_choice() {
    let body = r#"{"when":"2026-01-02T03:04:05"}"#;
    let (configuration, _request) = serve_once(&ok("application/json", body)).await;
    let params = texts::apis::default_api::GetFParams::default();
    let read = texts::apis::default_api::get_f(&configuration, params).await.unwrap();
    assert_eq!(read.when, "2026-01-02T03:04:05");
}
