//! The scanner beside `serde_json`, with lines cut at every place.

use super::*;

struct Nothing;

impl Visit for Nothing {
    fn key_begins(&mut self, _: u32) -> bool {
        false
    }
    fn key_ends(&mut self, _: u32) {}
    fn value_begins(&mut self, _: u32, _: Kind) -> bool {
        false
    }
    fn text(&mut self, _: &[u8]) {}
    fn container_ends(&mut self, _: u32) {}
}

fn scan(text: &str, piece: usize) -> Result<(), (u64, Problem)> {
    let mut scanner = Scanner::new();
    for piece in text.as_bytes().chunks(piece) {
        scanner.feed(piece, &mut Nothing)?;
    }
    scanner.finish()
}

#[test]
fn accepts_and_refuses_what_serde_json_does_however_it_is_cut() {
    let texts = [
        "{}",
        "[]",
        "0",
        "-0",
        "-",
        "01",
        "1.",
        "1.5",
        "1.5e",
        "1e+",
        "1e5",
        "1E-07",
        ".5",
        "+1",
        "1x",
        "1.2.3",
        "true",
        "tru",
        "truex",
        "nul",
        "null ",
        " null",
        "\"\"",
        "\"",
        "\"\\",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83d\\n\"",
        "\"\\ud83d\\u0041\"",
        "\"\t\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1}",
        "{a:1}",
        "{\"a\":1]",
        "[1}",
        "{} {}",
        "{},",
        "",
        " ",
        "[[[[]]]]",
        "{\"a\":{\"b\":[{}]}}",
        "\u{feff}{}",
        "NaN",
        "]",
        "}",
        "[\"é\",\"日本\"]",
        "{\"a\" : 1 , \"b\" : [ ] }\r",
        "[1\u{b}]",
        "é",
        "\"a\u{7f}b\"",
        "[tr ue]",
        "[-]",
        "[1e]",
    ];
    for text in texts {
        let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
        for piece in [1, 2, 3, 1000] {
            let found = scan(text, piece);
            assert_eq!(found.is_ok(), expected, "{text:?} in pieces of {piece}: {found:?}");
            assert_eq!(found, scan(text, 1000), "{text:?} is told otherwise in pieces of {piece}");
        }
    }
}

#[test]
fn nests_as_deep_as_serde_json_and_no_deeper() {
    for depth in [126, 127, 128, 129, 100_000] {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let expected = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        assert_eq!(scan(&text, 1000).is_ok(), expected, "{depth} deep");
    }
}

#[test]
fn says_at_which_byte_a_line_stops_being_json() {
    assert_eq!(scan("{\"a\":1 \"b\":2}", 4), Err((8, Problem::ObjectEnd)));
    assert_eq!(scan("{\"a\":", 4), Err((6, Problem::Unfinished)));
    assert_eq!(scan("{\"a\":\"x", 4), Err((8, Problem::OpenString)));
    assert_eq!(scan("{\"a\":\"\\q\"}", 4), Err((8, Problem::Escape)));
}
