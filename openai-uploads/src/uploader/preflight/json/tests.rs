//! The scanner compared with `serde_json`, with texts cut at every position.

use super::*;

fn scan(text: &str, piece: usize) -> Result<(), (u64, Problem)> {
    let mut scanner = Scanner::new();
    for piece in text.as_bytes().chunks(piece) {
        scanner.feed(piece, &mut Ignore)?;
    }
    scanner.finish()
}

#[test]
fn accepts_and_rejects_what_serde_json_does_in_pieces_of_any_size() {
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
            assert_eq!(found, scan(text, 1000), "{text:?} differs in pieces of {piece}");
        }
    }
}

#[test]
fn the_maximum_depth_is_that_of_serde_json() {
    for depth in [126, 127, 128, 129, 100_000] {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let expected = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        assert_eq!(scan(&text, 1000).is_ok(), expected, "{depth} deep");
    }
}

#[test]
fn an_error_has_the_position_of_its_byte() {
    assert_eq!(scan("{\"a\":1 \"b\":2}", 4), Err((8, Problem::ObjectEnd)));
    assert_eq!(scan("{\"a\":", 4), Err((6, Problem::Unfinished)));
    assert_eq!(scan("{\"a\":\"x", 4), Err((8, Problem::OpenString)));
    assert_eq!(scan("{\"a\":\"\\q\"}", 4), Err((8, Problem::Escape)));
}

#[test]
fn common_mistakes_have_their_own_messages() {
    for (text, at, problem) in [
        ("{'a':1}", 2, Problem::SingleQuote),
        ("['a']", 2, Problem::SingleQuote),
        ("{\"a\":NaN}", 6, Problem::NotAJsonLiteral),
        ("{\"a\":None}", 6, Problem::NotAJsonLiteral),
        ("{\"a\":-Infinity}", 7, Problem::Number),
        ("{},", 3, Problem::TrailingComma),
        ("{}{}", 3, Problem::SecondValue),
        ("{} x", 4, Problem::Trailing),
        ("{\"a\":\0}", 6, Problem::Nul),
        ("\"\0\"", 2, Problem::Nul),
    ] {
        for piece in [1, 1000] {
            assert_eq!(scan(text, piece), Err((at, problem)), "{text:?}");
        }
    }
}
