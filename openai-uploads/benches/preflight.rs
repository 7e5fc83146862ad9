//! The speed of the preflight on all cores and on one, compared with parsing every line into a `serde_json::Value`.
//!
//! `cargo bench -p openai-uploads --bench preflight` prints the megabytes a second of each, and the
//! ratio of the last two.

use std::hint::black_box;
use std::time::Instant;

use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::preflight::Preflight;
use serde_json::Value;

const BYTES: usize = 128_000_000;
const RUNS: usize = 5;

fn main() {
    let english =
        "The quick brown fox jumps over the lazy dog.\\nHe said \\\"no\\\" and left, to nobody's surprise. ";
    let mixed = "日本語のテキストはここにあります。 Привет, мир. Über allem: é, à, ü. ";
    let samples = [
        ("batch, 250 bytes a line", Purpose::Batch, lines(|n| request(n, "hi"))),
        ("batch, 2 kB a line", Purpose::Batch, lines(|n| request(n, &english.repeat(10)))),
        ("fine-tune, 130 bytes a line", Purpose::FineTune, lines(|_| example("hi"))),
        ("fine-tune, 1 kB a line", Purpose::FineTune, lines(|_| example(&english.repeat(4)))),
        ("fine-tune, not English", Purpose::FineTune, lines(|_| example(&mixed.repeat(4)))),
        ("fine-tune, all escaped", Purpose::FineTune, lines(|_| example(&"\\u65e5\\u672c\\n".repeat(30)))),
        (
            "fine-tune, numbers",
            Purpose::FineTune,
            lines(|_| {
                format!("{{\"prompt\":\"a\",\"completion\":\"b\",\"x\":[{}1]}}\n", "0.12345, ".repeat(100))
            }),
        ),
    ];
    println!("{:<30} {:>11} {:>11} {:>11} {:>7}", "MB/s", "all cores", "one core", "serde_json", "ratio");
    for (name, purpose, text) in samples {
        let preflight = Preflight::new(purpose);
        let ours = best(&text, |text| black_box(preflight.bytes(text)).lines);
        let one = best(&text, |text| black_box(preflight.reader(text)).map_or(0, |report| report.lines));
        let plain = best(&text, |text| {
            let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            lines.map(|line| u64::from(serde_json::from_slice::<Value>(line).is_ok())).sum()
        });
        println!("{name:<30} {ours:>11.0} {one:>11.0} {plain:>11.0} {:>7.1}", one / plain);
    }
}

fn lines(line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = Vec::with_capacity(BYTES + 10_000);
    for number in 0.. {
        if text.len() >= BYTES {
            break;
        }
        text.extend_from_slice(line(number).as_bytes());
    }
    text
}

fn request(number: usize, content: &str) -> String {
    format!(
        "{{\"custom_id\":\"request-{number}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":\
         {{\"model\":\"gpt-4o-mini\",\"messages\":[{{\"role\":\"system\",\"content\":\"Be brief.\"}},\
         {{\"role\":\"user\",\"content\":\"{content}\"}}],\"max_tokens\":1000}}}}\n"
    )
}

fn example(content: &str) -> String {
    format!(
        "{{\"messages\":[{{\"role\":\"system\",\"content\":\"Be brief.\"}},{{\"role\":\"user\",\"content\":\
         \"{content}\"}},{{\"role\":\"assistant\",\"content\":\"{content}\"}}]}}\n"
    )
}

/// Megabytes a second in the best of some runs. What the work returns is the number of lines, and must be.
#[expect(clippy::cast_precision_loss, reason = "these are megabytes, not money")]
fn best(text: &[u8], work: impl Fn(&[u8]) -> u64) -> f64 {
    let expected = text.iter().filter(|byte| **byte == b'\n').count() as u64;
    let rates = (0..RUNS).map(|_| {
        let begun = Instant::now();
        assert_eq!(work(text), expected);
        text.len() as f64 / 1e6 / begun.elapsed().as_secs_f64()
    });
    rates.fold(0.0, f64::max)
}
