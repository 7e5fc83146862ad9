//! The speed of the preflight on all cores and on one, compared with parsing every line into a `serde_json::Value`.
//!
//! `cargo bench -p openai-uploads --bench preflight` prints the megabytes a second of each, and the
//! ratio of the last two. Texts have words and lengths drawn at random.

use std::hint::black_box;
use std::time::Instant;

use fastrand::Rng;
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::preflight::Preflight;
use serde_json::Value;

const BYTES: usize = 128_000_000;
const RUNS: usize = 5;
const SEED: u64 = 1;

const ENGLISH: &str =
    "The quick brown fox jumps over the lazy dog.\\nHe said \\\"no\\\" and left, to nobody's surprise.";
const MIXED: &str = "日本語のテキストはここにあります。 Привет, мир. Über allem: é, à, ü.";
const ESCAPED: &str = r"\u65e5\u672c\n \u041f\u0440\u0438\u0432\u0435\u0442, \ud83d\ude00";

fn main() {
    type LineOf = fn(usize, &mut Rng) -> String;
    let samples: [(&str, Purpose, LineOf); 9] = [
        ("batch, 250 bytes a line", Purpose::Batch, |n, random| request(n, &text(random, ENGLISH, 4))),
        ("batch, 2 kB a line", Purpose::Batch, |n, random| request(n, &text(random, ENGLISH, 600))),
        ("fine-tune, 130 bytes a line", Purpose::FineTune, |_, random| example(random, ENGLISH, 1, 2)),
        ("fine-tune, 1 kB a line", Purpose::FineTune, |_, random| example(random, ENGLISH, 1, 160)),
        ("fine-tune, 1 to 6 turns", Purpose::FineTune, |_, random| {
            let turns = random.usize(1..=6);
            example(random, ENGLISH, turns, 20)
        }),
        ("fine-tune, other members", Purpose::FineTune, |n, random| {
            example(random, ENGLISH, 1, 20).replacen('{', &format!("{{\"{n}\":true,"), 1)
        }),
        ("fine-tune, not English", Purpose::FineTune, |_, random| example(random, MIXED, 1, 50)),
        ("fine-tune, all escaped", Purpose::FineTune, |_, random| example(random, ESCAPED, 1, 20)),
        ("fine-tune, numbers", Purpose::FineTune, |n, _| {
            format!("{{\"prompt\":\"a\",\"completion\":\"b\",\"x\":[{}{n}]}}\n", "0.12345, ".repeat(100))
        }),
    ];
    println!("{:<30} {:>11} {:>11} {:>11} {:>7}", "MB/s", "all cores", "one core", "serde_json", "ratio");
    for (name, purpose, line) in samples {
        let file = lines(line);
        let preflight = Preflight::new(purpose);
        let ours = best(&file, |file| black_box(preflight.bytes(file)).lines);
        let one = best(&file, |file| black_box(preflight.reader(file)).map_or(0, |report| report.lines));
        let plain = best(&file, |file| {
            let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            lines.map(|line| u64::from(serde_json::from_slice::<Value>(line).is_ok())).sum()
        });
        println!("{name:<30} {ours:>11.0} {one:>11.0} {plain:>11.0} {:>7.1}", one / plain);
    }
}

fn lines(line: impl Fn(usize, &mut Rng) -> String) -> Vec<u8> {
    let mut random = Rng::with_seed(SEED);
    let mut file = Vec::with_capacity(BYTES + 10_000);
    for number in 0.. {
        if file.len() >= BYTES {
            break;
        }
        file.extend_from_slice(line(number, &mut random).as_bytes());
    }
    file
}

/// At most so many words, drawn from others.
fn text(random: &mut Rng, from: &str, most: usize) -> String {
    let from: Vec<_> = from.split(' ').collect();
    let count = random.usize(1..=most);
    let words: Vec<_> = (0..count).filter_map(|_| random.choice(&from).copied()).collect();
    words.join(" ")
}

fn request(number: usize, content: &str) -> String {
    format!(
        "{{\"custom_id\":\"request-{number}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":\
         {{\"model\":\"gpt-4o-mini\",\"messages\":[{{\"role\":\"system\",\"content\":\"Be brief.\"}},\
         {{\"role\":\"user\",\"content\":\"{content}\"}}],\"max_tokens\":1000}}}}\n"
    )
}

/// So many questions, each with an answer, and each of at most so many words.
fn example(random: &mut Rng, from: &str, turns: usize, words: usize) -> String {
    let mut messages = String::from("{\"role\":\"system\",\"content\":\"Be brief.\"}");
    for role in ["user", "assistant"].into_iter().cycle().take(2 * turns) {
        let content = text(random, from, words);
        messages.push_str(&format!(",{{\"role\":\"{role}\",\"content\":\"{content}\"}}"));
    }
    format!("{{\"messages\":[{messages}]}}\n")
}

/// Megabytes a second in the best of some runs. What the work returns is the number of lines, and must be.
#[expect(clippy::cast_precision_loss, reason = "these are megabytes, not money")]
fn best(file: &[u8], work: impl Fn(&[u8]) -> u64) -> f64 {
    let expected = file.iter().filter(|byte| **byte == b'\n').count() as u64;
    let rates = (0..RUNS).map(|_| {
        let begun = Instant::now();
        assert_eq!(work(file), expected);
        file.len() as f64 / 1e6 / begun.elapsed().as_secs_f64()
    });
    rates.fold(0.0, f64::max)
}
