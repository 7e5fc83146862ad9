//! Reads the same replies as generated models and as structs with serde's derives, and prints how long each takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use replies::models;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

mod derived;

/// How often each reply is timed; the fastest counts.
const ROUNDS: usize = 300;

/// How long a reply is read in each round: less than another program is given at a time.
const ROUND: Duration = Duration::from_millis(1);

fn main() {
    compare::<models::File, derived::File>("an object of 9 properties", &file(0));
    compare::<models::ListFilesResponse, derived::ListFilesResponse>("a list of 10,000 files", &list());
    for (name, event) in [("first", event as fn(u64) -> String), ("last", event_with_its_tag_last)] {
        let name = format!("1,000 values of a union of 40 types, the tag {name}");
        let events = format!("[{}]", joined(1000, event));
        compare::<Vec<models::Event>, Vec<derived::Event>>(&name, &events);
    }
}

fn joined(count: u64, item: fn(u64) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

/// A file, with its properties in the document's order.
fn file(number: u64) -> String {
    format!(
        r#"{{"id":"file-{number}","object":"file","bytes":{},"created_at":{},"expires_at":{},"filename":"requests-{number}.jsonl","purpose":"batch","status":"processed","status_details":null}}"#,
        120_000 + number,
        1_677_610_602 + number,
        1_680_202_602 + number,
    )
}

fn list() -> String {
    let files = joined(10_000, file);
    format!(r#"{{"object":"list","data":[{files}],"first_id":"file-0","last_id":"file-9999","has_more":false}}"#)
}

fn event(number: u64) -> String {
    let kind = number % derived::EVENTS;
    format!(r#"{{"type":"response.event.{kind}",{}}}"#, members_of_event(number))
}

fn event_with_its_tag_last(number: u64) -> String {
    let kind = number % derived::EVENTS;
    format!(r#"{{{},"type":"response.event.{kind}"}}"#, members_of_event(number))
}

fn members_of_event(number: u64) -> String {
    format!(
        r#""sequence_number":{number},"item_id":"item_{number}","output_index":0,"delta":"a few words of text","logprobs":[]"#
    )
}

/// Prints a row of the table.
fn compare<Ours, Derived>(name: &str, text: &str)
where
    Ours: DeserializeOwned + Serialize,
    Derived: DeserializeOwned + Serialize,
{
    let reply: Value = serde_json::from_str(text).expect("it is JSON");
    let ours: Ours = serde_json::from_str(text).expect("a model reads it");
    let derived: Derived = serde_json::from_str(text).expect("the derives read it");
    let written = [serde_json::to_value(ours), serde_json::to_value(derived)];
    let [ours, derived] = written.map(|value| without_nulls(value.expect("it is written")));
    assert_eq!(ours, without_nulls(reply), "a model loses nothing");
    assert_eq!(derived, ours, "both keep the same");

    let (mut ours, mut derived) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        ours = ours.min(time::<Ours>(text));
        derived = derived.min(time::<Derived>(text));
    }
    println!("| {name} | {} | {} | {:.2} |", shown(ours), shown(derived), ours / derived);
}

/// The seconds that one reading takes.
fn time<T: DeserializeOwned>(text: &str) -> f64 {
    let begun = Instant::now();
    let mut readings = 0_u32;
    while readings == 0 || begun.elapsed() < ROUND {
        // A clock is slower than a small object.
        for _ in 0..if text.len() < 1000 { 100 } else { 1 } {
            let value: T = serde_json::from_str(black_box(text)).expect("it was read before");
            black_box(value);
            readings += 1;
        }
    }
    begun.elapsed().as_secs_f64() / f64::from(readings)
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect(),
        Value::Array(elements) => elements.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn shown(seconds: f64) -> String {
    match seconds {
        small if small < 1e-5 => format!("{:.0} ns", small * 1e9),
        middle if middle < 1e-2 => format!("{:.0} µs", middle * 1e6),
        large => format!("{:.1} ms", large * 1e3),
    }
}
