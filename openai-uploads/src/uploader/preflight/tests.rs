//! The preflight beside a plain one that builds a `serde_json::Value` of every line, over files made at random.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::*;

fn naive(purpose: &Purpose, file: &[u8]) -> (u64, Vec<(Option<u64>, String)>) {
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    let mut lines = 0;
    let mut faults = Vec::new();
    let mut ids = HashMap::new();
    for (number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
        if line.iter().all(|byte| b" \t\r".contains(byte)) {
            continue;
        }
        lines += 1;
        let of_line: Vec<String> = match serde_json::from_slice::<Value>(line) {
            Err(_) => vec!["not JSON".to_owned()],
            Ok(Value::Object(line)) if *purpose == Purpose::Batch => {
                batch(&Value::Object(line), number, &mut ids)
            }
            Ok(Value::Object(line)) => fine_tune(&Value::Object(line)),
            Ok(other) => vec![format!("must be an object, is {}", kind(&other))],
        };
        faults.extend(of_line.into_iter().map(|fault| (Some(number), fault)));
    }
    if lines == 0 {
        faults.insert(0, (None, "the file holds no line of JSON".to_owned()));
    }
    (lines, faults)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn wrong(member: &str, expected: &str, value: Option<&Value>) -> Option<String> {
    match value {
        None => Some(format!("`{member}` is missing")),
        Some(value) if kind(value) != expected => {
            Some(format!("`{member}` must be {expected}, is {}", kind(value)))
        }
        Some(_) => None,
    }
}

fn batch(line: &Value, number: u64, ids: &mut HashMap<String, u64>) -> Vec<String> {
    let mut faults = Vec::new();
    let [id, method, url, body] = ["custom_id", "method", "url", "body"].map(|name| line.get(name));
    faults.extend(wrong("custom_id", "a string", id).or_else(|| {
        let id = id?.as_str()?;
        let first = *ids.entry(id.to_owned()).or_insert(number);
        (first != number)
            .then(|| format!("`custom_id` \"{}\" is that of line {first} already", id.escape_debug()))
    }));
    faults.extend(wrong("method", "a string", method).or_else(|| {
        let method = method?.as_str()?;
        (method != "POST").then(|| format!("`method` must be POST, is \"{}\"", method.escape_debug()))
    }));
    faults.extend(wrong("url", "a string", url).or_else(|| {
        let url = url?.as_str()?;
        (!url.starts_with("/v1/"))
            .then(|| format!("`url` must be a path below /v1/, is \"{}\"", url.escape_debug()))
    }));
    faults.extend(wrong("body", "an object", body));
    faults
}

fn fine_tune(line: &Value) -> Vec<String> {
    let has = |name: &&str| line.get(*name).is_some();
    let forms = [&["prompt", "completion"][..], &["input", "preferred_output", "non_preferred_output"]];
    if forms.iter().any(|form| form.iter().all(has)) {
        return Vec::new();
    }
    let Some(messages) = line.get("messages") else {
        let mut counted: Vec<_> =
            forms.iter().map(|form| form.iter().filter(|name| has(name)).count()).collect();
        let most = counted.pop().unwrap();
        let meant = if most >= counted[0] { forms[1] } else { forms[0] };
        if !meant.iter().any(has) {
            return vec![FaultKind::NoExample.to_string()];
        }
        return meant.iter().filter(|name| !has(name)).map(|name| format!("`{name}` is missing")).collect();
    };
    let Some(messages) = messages.as_array() else {
        return wrong("messages", "an array", Some(messages)).into_iter().collect();
    };
    for (index, message) in messages.iter().enumerate() {
        if !message.is_object() {
            return vec![format!("`messages[{index}]` must be an object, is {}", kind(message))];
        }
        if !message["role"].is_string() {
            return vec![format!("`messages[{index}]` has no `role`")];
        }
    }
    Vec::new()
}

/// Makes lines that are mostly right, each part of them wrong now and then.
struct Maker(fastrand::Rng);

impl Maker {
    fn rarely(&mut self) -> bool {
        self.0.u8(..12) == 0
    }

    fn space(&mut self) -> &'static str {
        self.0.choice(["", "", "", " ", "\t", "  "]).unwrap()
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
        let text = self.0.choice(["", "plain", "é ü 日本", "😀\"q\"\\", "a\nb", "role", "messages"]).unwrap();
        match self.0.u8(..if depth == 0 { 5 } else { 8 }) {
            0 => "null".into(),
            1 => self.0.choice(["true", "false"]).unwrap().into(),
            2 => self.0.choice(["0", "-1.5e3", "12", "1E+2"]).unwrap().into(),
            3 | 4 => self.string(text),
            5 => format!("[{}]", self.several(|maker| maker.value(depth - 1))),
            _ => {
                let members = self.several(|maker| {
                    let name = maker.0.choice(["role", "content", "custom_id", "x", "messages"]).unwrap();
                    let name = maker.string(name);
                    format!("{name}{}:{}{}", maker.space(), maker.space(), maker.value(depth - 1))
                });
                format!("{{{members}}}")
            }
        }
    }

    fn several(&mut self, mut one: impl FnMut(&mut Self) -> String) -> String {
        let separator = format!("{},{}", self.space(), self.space());
        let items: Vec<_> = (0..self.0.u8(..4)).map(|_| one(self)).collect();
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
            let id = format!("\"request {}\"", self.0.u8(..60));
            let url = self.0.choice(["\"/v1/responses\"", "\"/v1/chat/completions\"", "\"/v2/x\""]).unwrap();
            let method = self.0.choice(["\"POST\"", "\"POST\"", "\"PO\\u0053T\"", "\"GET\""]).unwrap();
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
            for name in self.0.choice(form).unwrap() {
                let right = if *name == "messages" { messages.clone() } else { self.value(2) };
                members.push(self.member(name, &right));
            }
        }
        self.0.shuffle(&mut members);
        if self.rarely() {
            members.pop();
        }
        if self.rarely() {
            let again = self.0.choice(["custom_id", "messages", "role", "url"]).unwrap();
            members.push(self.member(again, "\"again\""));
        }
        let mut line = format!("{}{{{}}}{}", self.space(), members.join(","), self.space()).into_bytes();
        if self.rarely() && !line.is_empty() {
            let at = self.0.usize(..line.len());
            match self.0.u8(..4) {
                0 => line.truncate(at),
                1 => line[at] = self.0.u8(..),
                2 => drop(line.remove(at)),
                _ => line.insert(at, *b"{}[]\",:\\\xff0e".get(self.0.usize(..11)).unwrap()),
            }
        }
        line
    }

    fn file(&mut self, purpose: &Purpose) -> Vec<u8> {
        let mut file = if self.rarely() { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        for _ in 0..self.0.u8(..40) {
            if !self.rarely() {
                file.extend(self.line(purpose));
            }
            file.extend(self.0.choice([&b"\n"[..], b"\n", b"\r\n"]).unwrap());
        }
        if self.0.bool() {
            file.pop();
        }
        file
    }
}

#[test]
fn finds_what_a_plain_implementation_finds_wherever_the_blocks_end() {
    let seed = std::env::var("PREFLIGHT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("PREFLIGHT_SEED={seed}");
    let mut maker = Maker(fastrand::Rng::with_seed(seed));
    let mut wrong = 0;
    for _ in 0..600 {
        let purpose = maker.0.choice([Purpose::Batch, Purpose::FineTune]).unwrap();
        let file = maker.file(&purpose);
        if file.starts_with(&[0xff, 0xfe]) || file.starts_with(&[0xfe, 0xff]) {
            continue;
        }
        let (lines, faults) = naive(&purpose, &file);
        wrong += faults.len();
        let mut preflight = Preflight::new(purpose);
        for block in [1, 7, 64, BLOCK] {
            preflight.block = block;
            let report = preflight.bytes(&file);
            let found: Vec<_> = report
                .faults
                .iter()
                .map(|fault| match &fault.kind {
                    FaultKind::NotJson { .. } | FaultKind::NotUtf8 { .. } => {
                        (fault.line, "not JSON".to_owned())
                    }
                    kind => (fault.line, kind.to_string()),
                })
                .collect();
            let text = String::from_utf8_lossy(&file);
            assert_eq!(
                found,
                faults[..faults.len().min(20)],
                "blocks of {block}, {:?}:\n{text}",
                preflight.purpose
            );
            assert_eq!(report.fault_count, faults.len() as u64, "{text}");
            assert_eq!((report.lines, report.bytes), (lines, file.len() as u64), "{text}");
            assert_eq!(report, preflight.bytes(&file), "the same twice");
        }
    }
    assert!(wrong > 500, "too few faults to mean anything: {wrong}");
}

fn batch_line(id: &str) -> String {
    format!("{{\"custom_id\":\"{id}\",\"method\":\"POST\",\"url\":\"/v1/responses\",\"body\":{{}}}}\n")
}

fn told(purpose: Purpose, file: impl AsRef<[u8]>) -> String {
    Preflight::new(purpose).bytes(file.as_ref()).to_string()
}

#[test]
fn lists_twenty_faults_and_counts_the_rest() {
    let report = Preflight::new(Purpose::FineTune).bytes("[]\n".repeat(33).as_bytes());
    assert_eq!((report.faults.len(), report.fault_count, report.more()), (20, 33, 13));
    assert_eq!(report.faults[19].to_string(), "line 20: must be an object, is an array");
    assert!(report.to_string().ends_with("\nand 13 more"));
}

#[test]
fn takes_what_windows_editors_write() {
    let file = format!("\u{feff}{}", batch_line("1").replace('\n', "\r\n")) + batch_line("2").trim_end();
    let report = Preflight::new(Purpose::Batch).bytes(file.as_bytes());
    assert!(report.is_fit(), "{report}");
    assert_eq!((report.lines, report.warnings), (2, vec![Warning::ByteOrderMark]));
    let utf_16: Vec<u8> = format!("\u{feff}{file}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(told(Purpose::Batch, utf_16), "the file is UTF-16; save it as UTF-8");
}

#[test]
fn blank_lines_keep_their_number_and_do_not_count() {
    let file = format!("{}\n \r\n{}[]\n\n", batch_line("1"), batch_line("2"));
    let report = Preflight::new(Purpose::Batch).bytes(file.as_bytes());
    assert_eq!(report.lines, 3);
    assert_eq!(
        report.to_string(),
        "line 5: must be an object, is an array\nwarning: blank lines: 3, the first of them line 2"
    );
}

#[test]
fn an_empty_file_holds_nothing() {
    for file in ["", "\n", "\u{feff}", " \r\n\r\n"] {
        let report = Preflight::new(Purpose::FineTune).bytes(file.as_bytes());
        assert_eq!(report.faults, [Fault { line: None, kind: FaultKind::Empty }], "{file:?}");
    }
}

#[test]
fn ids_that_differ_only_far_from_their_beginning_are_told_apart() {
    let long = "x".repeat(200);
    let file: String = [&*long, &*format!("{long}1"), &*format!("{long}2"), &long[..80], &long[..81]]
        .map(batch_line)
        .concat();
    assert_eq!(told(Purpose::Batch, &file), "");
    let again = file + &batch_line(&format!("{long}2"));
    let said = told(Purpose::Batch, &again);
    assert!(said.starts_with("line 6: ") && said.ends_with(" is that of line 3 already"), "{said}");
}

#[test]
fn finds_an_id_again_after_fifty_thousand_lines_and_says_that_they_are_too_many() {
    let mut file: String = (0..50_000).map(|id| batch_line(&format!("request-{id}"))).collect();
    assert_eq!(told(Purpose::Batch, &file), "");
    file.push_str(&batch_line("request-\\u0030"));
    assert_eq!(
        told(Purpose::Batch, &file),
        "the file has 50001 lines, 50000 is the most\n\
         line 50001: `custom_id` \"request-0\" is that of line 1 already"
    );
}

#[test]
fn a_batch_of_more_than_200_mb_is_too_large() {
    let padding = |bytes: u64| io::repeat(b' ').take(bytes).chain(b"\n{}".as_slice());
    let most = Batch::BYTES_MAXIMUM.unwrap();
    let fits = Preflight::new(Purpose::Batch).reader(padding(most - 3)).unwrap();
    assert!(fits.faults.iter().all(|fault| fault.line == Some(2)), "{fits}");
    let over = Preflight::new(Purpose::Batch).reader(padding(most - 2)).unwrap();
    assert_eq!(over.faults[0].to_string(), "the file has 200000001 bytes, 200000000 is the most");
}

#[test]
fn the_last_of_two_members_counts() {
    let twice = r#"{"custom_id":1,"method":"GET","method":"POST","url":"/v1/a","body":{},"custom_id":"x"}"#;
    assert_eq!(told(Purpose::Batch, twice), "");
    let twice = r#"{"messages":[{}],"messages":[{"role":1,"role":"user"}]}"#;
    assert_eq!(told(Purpose::FineTune, twice), "");
}

#[test]
fn other_purposes_do_not_read() {
    struct Never;
    impl Read for Never {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("was read")
        }
    }
    for purpose in [Purpose::Assistants, Purpose::Vision, Purpose::Other("user_data".into())] {
        assert_eq!(Preflight::new(purpose).reader(Never).unwrap(), Report::default());
    }
}

#[test]
fn a_name_or_type_that_does_not_fit_warns_and_no_more() {
    let preflight =
        Preflight::new(Purpose::Batch).file_name("requests.json").mime_type("text/csv; charset=utf-8");
    let report = preflight.bytes(batch_line("1").as_bytes());
    assert!(report.is_fit());
    assert_eq!(
        report.to_string(),
        "warning: `batch` takes .jsonl files, and this is named requests.json\n\
         warning: `batch` takes JSON Lines (for instance text/jsonl), and the MIME type is \
         text/csv; charset=utf-8"
    );
    let right =
        Preflight::new(Purpose::Batch).file_name("REQUESTS.JSONL").mime_type("text/jsonl; charset=utf-8");
    assert_eq!(right.bytes(batch_line("1").as_bytes()).warnings, []);
}
