//! The file as a whole: its name, its encoding, its lines.

use super::*;

#[test]
fn the_same_fault_on_several_lines_is_listed_once() {
    let report = Preflight::new(Purpose::Batch).bytes("[]\n".repeat(33).as_bytes());
    assert_eq!((report.faults.len(), report.fault_count, report.more()), (1, 33, 0));
    assert_eq!(report.to_string(), "line 1: must be an object, is an array (and on 32 more lines)");
    let two = self::report(Purpose::Batch, "[]\n[]\n");
    assert_eq!(two, "line 1: must be an object, is an array (and on 1 more line)");
}

#[test]
fn twenty_faults_are_listed_and_the_rest_is_counted() {
    let file: String = (0..33).map(|n| response("x").replace("POST", &format!("M{n}"))).collect();
    let file = file.lines().zip(0..).map(|(line, n)| line.replace("\"x\"", &format!("\"{n}\"")) + "\n");
    let report = Preflight::new(Purpose::Batch).bytes(file.collect::<String>().as_bytes());
    assert_eq!((report.faults.len(), report.fault_count, report.more()), (20, 33, 13));
    assert!(report.to_string().ends_with("line 20: `method` must be POST, is \"M19\"\nand 13 more"));
}

#[test]
fn crlf_and_a_last_line_without_line_feed_are_fine() {
    let file = response("1").replace('\n', "\r\n") + response("2").trim_end();
    let report = Preflight::new(Purpose::Batch).bytes(file.as_bytes());
    assert_eq!((report.lines, report.to_string()), (2, String::new()));
}

#[test]
fn blank_lines_are_fine_at_the_end_only() {
    let file = format!("{}\n \r\n{}[]\n\n\t\n", response("1"), response("2"));
    let report = Preflight::new(Purpose::Batch).bytes(file.as_bytes());
    assert_eq!(report.lines, 3);
    assert_eq!(
        report.to_string(),
        "line 2: a blank line (and on 1 more line)\nline 5: must be an object, is an array\n\
         warning: 2 blank lines at the end, from line 6"
    );
    let other = Preflight::new(Purpose::Batch).with_provider(Provider::Other);
    let file = format!("{}\n{}", response("1"), response("2"));
    assert_eq!(other.bytes(file.as_bytes()).to_string(), "warning: line 2: a blank line");
}

#[test]
fn an_input_that_is_split_may_have_blank_lines_and_a_byte_order_mark() {
    let file = format!("\u{feff}\r\n{}\n \r\n{}[]\n\n", response("1"), response("2"));
    let preflight = Preflight::new(Purpose::Batch).for_several_batches();
    for block in [8, 9, BLOCK] {
        let report = Preflight { block, ..preflight.clone() }.bytes(file.as_bytes());
        assert_eq!(report.lines, 3);
        assert_eq!(
            report.to_string(),
            "line 6: must be an object, is an array\nwarning: the byte order mark at the start is left out\n\
             warning: 4 blank lines are left out, the first is line 1"
        );
    }
    let one = preflight.bytes(format!("\n{}", response("1")).as_bytes());
    assert_eq!(one.to_string(), "warning: 1 blank line is left out, the first is line 1");
}

#[test]
fn an_empty_file_has_no_line_of_json() {
    for file in ["", "\n", " \r\n\r\n", " "] {
        for purpose in [Purpose::Batch, Purpose::FineTune, Purpose::Other("evals".into())] {
            assert_eq!(report(purpose, file), "the file has no line of JSON", "{file:?}");
        }
    }
}

#[test]
fn other_encodings_are_named() {
    let text = response("1") + &response("2");
    let utf_16: Vec<u16> = text.encode_utf16().collect();
    let utf_32: Vec<u32> = text.chars().map(u32::from).collect();
    let bytes = |mark: &[u8], bytes: Vec<u8>| [mark, &*bytes].concat();
    let le_16: Vec<u8> = utf_16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let be_16: Vec<u8> = utf_16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let le_32: Vec<u8> = utf_32.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let be_32: Vec<u8> = utf_32.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for (file, encoding) in [
        (bytes(&[], le_16.clone()), "UTF-16"),
        (bytes(&[], be_16.clone()), "UTF-16"),
        (bytes(&[0xff, 0xfe], le_16), "UTF-16"),
        (bytes(&[0xfe, 0xff], be_16), "UTF-16"),
        (bytes(&[], le_32.clone()), "UTF-32"),
        (bytes(&[], be_32.clone()), "UTF-32"),
        (bytes(&[0xff, 0xfe, 0, 0], le_32), "UTF-32"),
        (bytes(&[0, 0, 0xfe, 0xff], be_32), "UTF-32"),
    ] {
        for purpose in [Purpose::Batch, Purpose::FineTune] {
            assert_eq!(report(purpose, &file), format!("the file is {encoding}; save it as UTF-8"));
        }
    }
}

#[test]
fn binary_formats_are_named() {
    for (start, format) in [
        (&b"\x1f\x8b\x08\0"[..], "gzip"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"PAR1", "Parquet"),
    ] {
        let text = report(Purpose::FineTune, start);
        assert!(text.starts_with(&format!("the file is {format}, not JSON Lines; ")), "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_a_fault_except_for_other_providers() {
    let file = format!("\u{feff}{}", response("1"));
    let expected = "the file begins with a byte order mark; save it as UTF-8 without BOM";
    for provider in [Provider::OpenAi, Provider::Azure] {
        let preflight = Preflight::new(Purpose::Batch).with_provider(provider);
        assert_eq!(preflight.bytes(file.as_bytes()).to_string(), expected);
    }
    let other = Preflight::new(Purpose::Batch).with_provider(Provider::Other).bytes(file.as_bytes());
    assert_eq!((other.is_fit(), other.to_string()), (true, format!("warning: {expected}")));
    let inside = format!("{}\u{feff}{}", response("1"), response("2"));
    assert_eq!(report(Purpose::Batch, inside), "line 2: not JSON at byte 1: expected a value");
}

#[test]
fn carriage_returns_alone_are_named() {
    let file = [response("1"), response("2")].concat().replace('\n', "\r");
    let expected = "the lines end in a carriage return (CR) alone; end them with a line feed (LF)";
    assert_eq!(report(Purpose::Batch, &file), expected);
    let mut preflight = Preflight::new(Purpose::Batch);
    for block in 1..20 {
        preflight.block = block;
        assert_eq!(preflight.bytes(file.as_bytes()).to_string(), expected);
    }
}

#[test]
fn an_array_and_pretty_printed_objects_are_named() {
    let array = "the file is a JSON array; write each item on its own line, without brackets and commas";
    for file in [
        "[{\"a\":1}]",
        "[\n{\"a\":1},\n{\"a\":2}\n]\n",
        "[{\"a\":1},\n{\"a\":2}]",
        " [ { } ]",
        "[\n  {\n  }\n]",
    ] {
        assert_eq!(report(Purpose::FineTune, file), array, "{file}");
    }
    let pretty = "the file is pretty-printed JSON; write each object on one line";
    for file in [
        "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
        "{\n}",
        "{\"a\":\n1}",
        "{ \"a\": 1,\n\"b\": 2}",
        "\n{\n\n\"a\":1}",
    ] {
        assert_eq!(report(Purpose::Batch, file), pretty, "{file}");
    }
    let first = format!("{{\"a\":\n{}", response("1"));
    assert_eq!(
        report(Purpose::Batch, first),
        "line 1: not JSON at byte 6: the line ends before the value does"
    );
    let only = report(Purpose::Batch, "{\"a\":");
    assert_eq!(only, "line 1: not JSON at byte 6: the line ends before the value does");
}

#[test]
fn a_nul_byte_is_named() {
    let file = response("1") + &"\0".repeat(40);
    let expected = "line 2: not JSON at byte 1: a NUL byte; the file may be damaged or not be UTF-8";
    assert_eq!(report(Purpose::Batch, file), expected);
}

#[test]
fn the_extension_is_a_fault_and_the_mime_type_a_warning() {
    let preflight = |name: &str, mime_type: &str| {
        let preflight = Preflight::new(Purpose::Batch).with_file_name(name).with_mime_type(mime_type);
        preflight.bytes(response("1").as_bytes()).to_string()
    };
    assert_eq!(
        preflight("requests.json", "text/jsonl"),
        "`batch` takes .jsonl files, but this one is named requests.json"
    );
    assert_eq!(preflight("jsonl", "text/jsonl"), "`batch` takes .jsonl files, but this one is named jsonl");
    assert_eq!(
        preflight("a.jsonl", "text/csv; charset=utf-8"),
        "warning: `batch` takes JSON Lines (for instance text/jsonl), but the MIME type is \
         text/csv; charset=utf-8"
    );
    assert_eq!(preflight("REQUESTS.JSONL", "text/jsonl; charset=utf-8"), "");
    let other = Preflight::new(Purpose::Batch).with_provider(Provider::Other).with_file_name("a.txt");
    assert!(other.bytes(response("1").as_bytes()).is_fit());
    assert_eq!(Preflight::new(Purpose::Batch).with_file_name("a.txt").name().fault_count, 1);
    assert!(Preflight::new(Purpose::Assistants).with_file_name("a.txt").name().is_fit());
}

#[test]
fn a_file_for_another_purpose_is_not_read() {
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
fn evals_are_lines_of_json_objects() {
    let evals = || Purpose::Other("evals".into());
    assert_eq!(report(evals(), "{\"item\":{}}\n{\"item\":{},\"sample\":{}}\n"), "");
    assert_eq!(report(evals(), "{}\n1\n"), "line 2: must be an object, is a number");
}

#[test]
fn lines_are_passed_with_their_place_and_contents() {
    let first = request("é", "/v1/embeddings", "\"input\":[\"a\",\"b\"],\"model\":\"m\"");
    let second = request("2", "/v1/embeddings", "\"model\":\"n\",\"input\":[1,2,3]");
    let file = format!("\u{feff}{first}\r\n{second}not JSON\n{{\"custom_id\":3}}");
    let mut found = Vec::new();
    let preflight = Preflight::new(Purpose::Batch).for_several_batches();
    let report = preflight.lines(file.as_bytes(), |line| {
        let bytes = usize::try_from(line.bytes.start).unwrap()..usize::try_from(line.bytes.end).unwrap();
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        found.push((
            line.number,
            file[bytes].to_owned(),
            [line.custom_id, line.url, line.model].map(text).join(" "),
            line.inputs,
            line.is_fit,
        ));
    });
    let expected = [
        (1, first.trim_end(), "é /v1/embeddings m", 2, true),
        (3, second.trim_end(), "2 /v1/embeddings n", 1, true),
        (4, "not JSON", "- - -", 0, false),
        (5, "{\"custom_id\":3}", "- - -", 0, false),
    ];
    let expected = expected.map(|(number, text, facts, inputs, is_fit)| {
        (number, text.to_owned(), facts.to_owned(), inputs, is_fit)
    });
    assert_eq!(found, expected);
    assert_eq!(report.unwrap().lines, 4);
}
