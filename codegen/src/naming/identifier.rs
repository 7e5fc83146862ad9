//! Turns words of a document into Rust identifiers. No other file does.

use std::borrow::Cow;
use std::collections::HashSet;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// Rust's keywords, including the reserved ones (edition 2024).
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The name of a function, a field, an argument or a module.
pub(crate) fn snake(words: &str) -> String {
    keyword_safe(&identifier(&snake_case(words), words, |text| text.to_snake_case(), "_"))
}

/// The words in snake case. Most names of properties are, and need no second look.
fn snake_case(words: &str) -> Cow<'_, str> {
    let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let is_snake = words.bytes().all(is_plain)
        && !words.starts_with('_')
        && !words.ends_with('_')
        && !words.contains("__");
    if is_snake { Cow::Borrowed(words) } else { Cow::Owned(words.to_snake_case()) }
}

/// The name of a module, which is also a file name. It is ASCII; other letters become their Unicode numbers.
pub(crate) fn module(words: &str) -> String {
    let name = snake(words);
    if name.is_ascii() {
        return name;
    }
    let letter = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => format!("u{:x}", u32::from(letter)),
    };
    name.chars().map(letter).collect()
}

/// The name of a type or a variant.
pub(crate) fn camel(words: &str) -> String {
    let name = identifier(&words.to_upper_camel_case(), words, |text| text.to_upper_camel_case(), "N");
    if name == "Self" { "SelfValue".to_owned() } else { name }
}

/// The name of a constant.
pub(crate) fn shouty(words: &str) -> String {
    identifier(&words.to_shouty_snake_case(), words, |text| text.to_shouty_snake_case(), "N_")
}

/// Splits a text into the words of a name.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.to_snake_case().split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the name, with a number appended if it is taken.
pub(crate) fn unique(name: String, taken: &mut HashSet<String>) -> String {
    if taken.insert(name.clone()) {
        return name;
    }
    let bare = name.strip_prefix("r#").unwrap_or(&name);
    let joins = bare.starts_with(char::is_uppercase) && !bare.contains('_') || bare.ends_with('_');
    let separator = if joins { "" } else { "_" };
    let mut numbered = (2_usize..).map(|number| format!("{bare}{separator}{number}"));
    numbered.find(|candidate| taken.insert(candidate.clone())).unwrap_or(name)
}

/// Keeps what can be in an identifier. A name without letters or digits is spelled out.
fn identifier(cased: &str, words: &str, case: impl Fn(&str) -> String, before_digit: &str) -> String {
    let signed = words.starts_with(['+', '-']) && words[1..].starts_with(|next: char| next.is_ascii_digit());
    let mut name = if cased.is_empty() || signed { case(&spelled(words)) } else { cased.to_owned() };
    name.retain(|letter| letter == '_' || unicode_ident::is_xid_continue(letter));
    match name.chars().next() {
        None => case("empty"),
        Some(first) if unicode_ident::is_xid_start(first) => name,
        Some('_') if name.len() > 1 => name,
        Some(_) => format!("{before_digit}{name}"),
    }
}

/// Replaces signs by their names: `+1` becomes `plus 1`.
fn spelled(words: &str) -> String {
    let mut spelled = String::new();
    for sign in words.chars() {
        let name = match sign {
            '+' => "plus",
            '-' => "minus",
            '*' => "star",
            '/' => "slash",
            '%' => "percent",
            '=' => "equals",
            '<' => "less",
            '>' => "greater",
            '!' => "not",
            '&' => "and",
            '|' => "or",
            '.' => "dot",
            ',' => "comma",
            ':' => "colon",
            '?' => "question",
            '@' => "at",
            '#' => "hash",
            '$' => "dollar",
            '~' => "tilde",
            '^' => "caret",
            '_' => "underscore",
            ' ' => "space",
            other => {
                spelled.push(other);
                continue;
            }
        };
        spelled.push(' ');
        spelled.push_str(name);
        spelled.push(' ');
    }
    let letters: String = spelled.chars().filter(|letter| unicode_ident::is_xid_continue(*letter)).collect();
    if letters.is_empty() && !words.is_empty() {
        // Replaces other signs by their Unicode numbers.
        return words.chars().map(|sign| format!("u{:x} ", u32::from(sign))).collect();
    }
    spelled
}

fn keyword_safe(name: &str) -> String {
    match name {
        // These cannot be raw identifiers.
        "self" | "super" | "crate" | "_" => format!("{name}_"),
        keyword if KEYWORDS.contains(&keyword) => format!("r#{keyword}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_words_become_identifiers() {
        for (words, snake_case, camel_case) in [
            ("createUpload", "create_upload", "CreateUpload"),
            ("OpenAIFile", "open_ai_file", "OpenAiFile"),
            ("type", "r#type", "Type"),
            ("self", "self_", "SelfValue"),
            ("crate", "crate_", "Crate"),
            ("fine-tune", "fine_tune", "FineTune"),
            ("", "empty", "Empty"),
            ("1.5", "_1_5", "N15"),
            ("+1", "plus_1", "Plus1"),
            ("-1", "minus_1", "Minus1"),
            (">=", "greater_equals", "GreaterEquals"),
            ("größe", "größe", "Größe"),
            ("名前", "名前", "名前"),
            ("🦀", "u1f980", "U1f980"),
            ("a\"; drop(b)", "a_drop_b", "ADropB"),
            ("async", "r#async", "Async"),
            ("union", "union", "Union"),
            ("try", "r#try", "Try"),
            ("_", "underscore", "Underscore"),
            ("a b", "a_b", "AB"),
            ("HTTPStatus404", "http_status404", "HttpStatus404"),
            ("$skip", "skip", "Skip"),
            ("*", "star", "Star"),
            ("gen", "r#gen", "Gen"),
        ] {
            assert_eq!((snake(words).as_str(), camel(words).as_str()), (snake_case, camel_case), "{words}");
            for name in [snake(words), camel(words)] {
                assert!(
                    syn::parse_str::<syn::Ident>(name.trim_start_matches("r#")).is_ok()
                        || name.contains("r#")
                );
            }
        }
    }

    #[test]
    fn names_in_snake_case_are_found_without_splitting_them() {
        let letters: Vec<char> = "az09_".chars().collect();
        let mut number = 0;
        // All names of up to 6 of these letters.
        for length in 0..=6 {
            for code in 0..letters.len().pow(length) {
                let name: String = (0..length).map(|at| letters[code / 5_usize.pow(at) % 5]).collect();
                assert_eq!(snake_case(&name), name.to_snake_case(), "{name:?}");
                number += 1;
            }
        }
        assert_eq!(number, 19_531);
    }

    #[test]
    fn module_names_are_valid_file_names() {
        assert_eq!((module("größe").as_str(), module("日本").as_str()), ("gruf6udfe", "u65e5u672c"));
    }

    #[test]
    fn a_repeated_name_gets_a_number() {
        let mut taken = HashSet::new();
        assert_eq!(unique("r#type".to_owned(), &mut taken), "r#type");
        assert_eq!(unique("r#type".to_owned(), &mut taken), "type_2");
        assert_eq!(unique("FooBar".to_owned(), &mut taken), "FooBar");
        assert_eq!(unique("FooBar".to_owned(), &mut taken), "FooBar2");
    }
}
