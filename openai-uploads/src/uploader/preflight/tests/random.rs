//! Files made at random.

use std::fmt::Write as _;

use serde_json::Value;

use super::*;

/// What a line says, read with `serde_json`.
#[derive(Debug, PartialEq)]
struct Facts {
    number: u64,
    is_object: bool,
    custom_id: Option<String>,
    url: Option<String>,
    model: Option<String>,
}

fn facts(file: &[u8]) -> Vec<Facts> {
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    let lines = (1..).zip(file.split(|byte| *byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.iter().all(|byte| b" \t\r".contains(byte)));
    lines
        .map(|(number, line)| {
            let value = serde_json::from_slice::<Value>(line).unwrap_or_default();
            let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
            Facts {
                number,
                is_object: value.is_object(),
                custom_id: text(value.get("custom_id")),
                url: text(value.get("url")),
                model: text(value.pointer("/body/model")),
            }
        })
        .collect()
}

/// Makes lines that are mostly right. One in `one_in` parts is wrong.
struct Maker {
    random: fastrand::Rng,
    one_in: u16,
}

impl Maker {
    fn rarely(&mut self) -> bool {
        self.random.u16(..self.one_in) == 0
    }

    fn space(&mut self) -> &'static str {
        self.random.choice(["", "", "", " ", "\t", "  "]).unwrap()
    }

    fn string(&mut self, text: &str) -> String {
        let mut written = String::from("\"");
        for character in text.chars() {
            if self.rarely() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(written, "\\u{unit:04x}").unwrap();
                }
            } else {
                match character {
                    '"' => written.push_str("\\\""),
                    '\\' => written.push_str("\\\\"),
                    '\n' => written.push_str("\\n"),
                    other => written.push(other),
                }
            }
        }
        written.push('"');
        written
    }

    fn value(&mut self, depth: u8) -> String {
        let text =
            self.random.choice(["", "plain", "é ü 日本", "😀\"q\"\\", "a\nb", "role", "messages"]).unwrap();
        match self.random.u8(..if depth == 0 { 5 } else { 8 }) {
            0 => "null".into(),
            1 => self.random.choice(["true", "false"]).unwrap().into(),
            2 => self.random.choice(["0", "-1.5e3", "12", "1E+2"]).unwrap().into(),
            3 | 4 => self.string(text),
            5 => format!("[{}]", self.several(|maker| maker.value(depth - 1))),
            _ => {
                let members = self.several(|maker| {
                    let name =
                        maker.random.choice(["role", "content", "custom_id", "x", "messages"]).unwrap();
                    let name = maker.string(name);
                    format!("{name}{}:{}{}", maker.space(), maker.space(), maker.value(depth - 1))
                });
                format!("{{{members}}}")
            }
        }
    }

    fn several(&mut self, mut one: impl FnMut(&mut Self) -> String) -> String {
        let separator = format!("{},{}", self.space(), self.space());
        let items: Vec<_> = (0..self.random.u8(..4)).map(|_| one(self)).collect();
        items.join(&separator)
    }

    fn message(&mut self) -> String {
        if self.rarely() {
            return self.value(2);
        }
        let role = if self.rarely() { self.value(1) } else { "\"user\"".into() };
        format!("{{\"content\":{},\"role\":{role}}}", self.value(2))
    }

    fn member(&mut self, name: &str, right: &str) -> String {
        let value = if self.rarely() { self.value(2) } else { right.to_owned() };
        format!("{}{}:{}{value}", self.string(name), self.space(), self.space())
    }

    fn line(&mut self, purpose: &Purpose) -> Vec<u8> {
        if self.rarely() {
            return self.value(3).into_bytes();
        }
        let mut members = Vec::new();
        if *purpose == Purpose::Batch {
            let id = format!("\"request {}\"", self.random.u8(..60));
            let url =
                self.random.choice(["\"/v1/responses\"", "\"/v1/chat/completions\"", "\"/v2/x\""]).unwrap();
            let method = self.random.choice(["\"POST\"", "\"POST\"", "\"PO\\u0053T\"", "\"GET\""]).unwrap();
            let body = format!("{{\"input\":{}}}", self.value(3));
            members.push(self.member("custom_id", &id));
            members.push(self.member("method", method));
            members.push(self.member("url", url));
            members.push(self.member("body", &body));
        } else {
            let messages = format!("[{}]", self.several(Self::message));
            let form = [
                &["messages"][..],
                &["prompt", "completion"],
                &["input", "preferred_output", "non_preferred_output"],
            ];
            for name in self.random.choice(form).unwrap() {
                let right = if *name == "messages" { messages.clone() } else { self.value(2) };
                members.push(self.member(name, &right));
            }
        }
        self.random.shuffle(&mut members);
        if self.rarely() {
            members.pop();
        }
        if self.rarely() {
            let again = self.random.choice(["custom_id", "messages", "role", "url"]).unwrap();
            members.push(self.member(again, "\"again\""));
        }
        let mut line = format!("{}{{{}}}{}", self.space(), members.join(","), self.space()).into_bytes();
        if self.rarely() {
            self.change(&mut line);
        }
        line
    }

    /// Changes one byte.
    fn change(&mut self, line: &mut Vec<u8>) {
        if line.is_empty() {
            return;
        }
        let at = self.random.usize(..line.len());
        match self.random.u8(..4) {
            0 => line.truncate(at),
            1 => line[at] = self.random.u8(..),
            2 => drop(line.remove(at)),
            _ => line.insert(at, *b"{}[]\",:\\\xff0e".get(self.random.usize(..11)).unwrap()),
        }
    }

    /// A line like an earlier one, but for an id and perhaps a byte.
    fn like(&mut self, line: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(line);
        let id = format!("request {}", self.random.u8(..60));
        let mut line = match text.split_once("request ") {
            Some((before, after)) => {
                let after = after.trim_start_matches(|character: char| character.is_ascii_digit());
                format!("{before}{id}{after}").into_bytes()
            }
            None => line.to_vec(),
        };
        if self.random.u8(..4) == 0 {
            self.change(&mut line);
        }
        line
    }

    fn file(&mut self, purpose: &Purpose) -> Vec<u8> {
        let mut file = if self.rarely() { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for _ in 0..self.random.u8(..40) {
            if !self.rarely() {
                let line = match self.random.choice(&lines) {
                    Some(earlier) if self.random.bool() => self.like(&earlier.clone()),
                    _ => self.line(purpose),
                };
                file.extend(&line);
                lines.push(line);
            }
            file.extend(self.random.choice([&b"\n"[..], b"\n", b"\r\n"]).unwrap());
        }
        if self.random.bool() {
            file.pop();
        }
        file
    }
}

#[test]
fn lines_are_read_as_by_serde_json_wherever_the_blocks_end() {
    let seed = std::env::var("PREFLIGHT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("PREFLIGHT_SEED={seed}");
    let mut maker = Maker { random: fastrand::Rng::with_seed(seed), one_in: 0 };
    let mut faults = 0;
    for _ in 0..600 {
        maker.one_in = maker.random.choice([12, 2000]).unwrap();
        let purpose = maker.random.choice([Purpose::Batch, Purpose::FineTune]).unwrap();
        let file = maker.file(&purpose);
        let text = String::from_utf8_lossy(&file);
        let mut preflight = Preflight::new(purpose);
        let expected = preflight.reader(&*file).unwrap();
        faults += expected.faults.len();
        let means_nothing = expected.faults.iter().any(|fault| {
            use FaultKind::{CarriageReturns, JsonArray, NotText, NotUtf8File, PrettyPrinted};
            matches!(
                fault.kind,
                CarriageReturns | JsonArray | NotText { .. } | NotUtf8File { .. } | PrettyPrinted
            )
        });
        for (block, threads, section) in
            [(8, 1, 1), (9, 1, 1), (64, 1, 1), (BLOCK, 1, 1), (8, 2, 1), (64, 3, 100), (9, 3, 500)]
        {
            (preflight.block, preflight.threads, preflight.section) = (block, threads, section);
            let open = |offset: u64| Ok(&file[usize::try_from(offset).unwrap()..]);
            let mut found = Vec::new();
            let mut visit = |line: &Line<'_>| {
                let text = |text: Option<&str>| text.map(str::to_owned);
                let [custom_id, url, model] = [line.custom_id, line.url, line.model].map(text);
                found.push((
                    line.is_fit,
                    Facts { number: line.number, is_object: true, custom_id, url, model },
                ));
            };
            let report = preflight.ranges(file.len() as u64, open, |_| Ok(()), Some(&mut visit));
            let mut report = report.unwrap();
            if means_nothing {
                report.bytes = expected.bytes; // How much was read depends on the blocks.
            }
            assert_eq!(
                report, expected,
                "blocks of {block}, sections of {section}, {:?}:\n{text}",
                preflight.purpose
            );
            if means_nothing {
                continue;
            }
            let facts = facts(&file);
            assert_eq!((report.lines, report.bytes), (facts.len() as u64, file.len() as u64), "{text}");
            for ((is_fit, found), facts) in found.into_iter().zip(facts) {
                assert_eq!(found.number, facts.number, "{text}");
                assert!(facts.is_object || !is_fit, "line {} is not an object:\n{text}", found.number);
                if facts.is_object && is_fit {
                    assert_eq!(found, facts, "{text}");
                }
            }
        }
    }
    assert!(faults > 500, "too few faults to mean anything: {faults}");
}
