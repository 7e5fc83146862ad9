//! Descriptions as Markdown that rustdoc treats as text only, for doc comments and pages.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// Escapes everything in a description that rustdoc would run, link or complain about.
pub(crate) fn for_rustdoc(text: &str) -> String {
    let clean = printable(text);
    let clean = closed(clean.trim_end().trim_start_matches('\n'));
    let clean = &*clean;
    let plain = !clean.bytes().any(|byte| b"[<`~".contains(&byte))
        && !clean.contains("://")
        && !clean.contains("    ");
    if plain {
        return clean.to_owned();
    }
    let mut edits = edits(clean);
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(clean.len() + 64);
    let mut at = 0;
    for (range, replacement) in edits {
        if range.start < at {
            continue;
        }
        out.push_str(&clean[at..range.start]);
        out.push_str(&replacement);
        at = range.end;
    }
    out.push_str(&clean[at..]);
    out
}

/// Closes a block of code that is still open at the end of a description. It would contain whatever follows.
pub(crate) fn closed(text: &str) -> Cow<'_, str> {
    if !text.contains("```") && !text.contains("~~~") {
        return Cow::Borrowed(text);
    }
    // A block within a list or a quote ends with that.
    let (mut depth, mut last) = (0_usize, None);
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => last = Some((range.start, depth)),
            // A block of code, which has no blocks in it, does not count.
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => {}
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let open = last.filter(|(_, depth)| *depth == 0).and_then(|(start, _)| {
        let block = &text[start..];
        let sign = block.chars().next()?;
        let length = block.chars().take_while(|letter| *letter == sign).count();
        let mut lines = block.lines().skip(1);
        let is_end = |line: &str| {
            let line = line.trim();
            line.len() >= length && line.chars().all(|letter| letter == sign)
        };
        (!lines.any(is_end)).then(|| sign.to_string().repeat(length))
    });
    match open {
        None => Cow::Borrowed(text),
        Some(fence) => Cow::Owned(format!("{}\n{fence}", text.trim_end())),
    }
}

/// The text without what a doc comment cannot contain: lone carriage returns and control characters.
fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    let letters = text.chars().map(|letter| match letter {
        '\r' => '\n',
        '\t' => ' ',
        letter if letter.is_control() && letter != '\n' => ' ',
        // They change the direction of text, and rustc refuses them where they could mislead a reader.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        letter => letter,
    });
    letters.collect()
}

type Edit = (Range<usize>, String);

fn edits(text: &str) -> Vec<Edit> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut unresolved: Vec<usize> = Vec::new();
    let mut edits: Vec<Edit> = Vec::new();
    let mut links = 0;
    let mut code = false;
    // rustdoc reads `[word]` as a link to an item. In the document it is text.
    let note = |link: pulldown_cmark::BrokenLink<'_>| {
        unresolved.push(link.span.start);
        None
    };
    for (event, range) in Parser::new_with_broken_link_callback(text, options, Some(note)).into_offset_iter()
    {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                code = true;
                edits.extend(fence(text, range));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                code = true;
                edits.extend(as_text(text, range, &language));
            }
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                links += 1;
                let item = dest_url.chars().all(|letter| letter.is_alphanumeric() || "_!()".contains(letter));
                if item || dest_url.contains("::") {
                    edits.push((range.start..range.start + 1, "\\[".to_owned()));
                }
            }
            Event::End(TagEnd::Link) => links -= 1,
            Event::Html(_) | Event::InlineHtml(_) => edits.extend(escape(text, range, '<')),
            Event::Text(_) if !code && links == 0 => edits.extend(bare_urls(text, range)),
            _ => {}
        }
    }
    edits.extend(unresolved.into_iter().map(|start| (start..start + 1, "\\[".to_owned())));
    edits
}

fn escape(text: &str, range: Range<usize>, sign: char) -> Vec<Edit> {
    let start = range.start;
    text[range].match_indices(sign).map(|(at, _)| (start + at..start + at + 1, format!("\\{sign}"))).collect()
}

/// Turns an indented block into a fenced one, since rustdoc takes it for Rust and runs it.
fn fence(text: &str, range: Range<usize>) -> Vec<Edit> {
    let start = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
    let indent = &text[start..range.start];
    // Four spaces make it a block. More of them belong to the list that contains it.
    let spaces = indent.chars().take_while(|letter| *letter == ' ').count();
    let indent = " ".repeat(spaces.saturating_sub(4));
    let end = range.start + text[range].trim_end().len();
    vec![(start..start, format!("{indent}```text\n")), (end..end, format!("\n{indent}```"))]
}

/// Changes the language of a fenced block if rustdoc would take it for Rust, or could not read it.
fn as_text(text: &str, range: Range<usize>, language: &str) -> Option<Edit> {
    let word = language.split([',', ' ', '{']).next().unwrap_or_default();
    let is_word =
        |text: &str| text.chars().all(|letter| letter.is_alphanumeric() || "_-+.#".contains(letter));
    let other = !word.is_empty()
        && is_word(word)
        && !["rust", "ignore", "no_run", "should_panic", "compile_fail", "custom"].contains(&word)
        && !word.starts_with("edition");
    if other && is_word(language) {
        return None;
    }
    let word = if other { word } else { "text" };
    let line = text[range.clone()].split('\n').next().unwrap_or_default();
    let fence = line.chars().take_while(|letter| matches!(letter, '`' | '~')).count();
    let start = range.start + fence;
    Some((start..range.start + line.len(), word.to_owned()))
}

fn bare_urls(text: &str, range: Range<usize>) -> Vec<Edit> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(scheme) = text[at..range.end].find("://") {
        let before = text[range.start..at + scheme].rfind(|letter: char| !letter.is_ascii_alphabetic());
        let start = before.map_or(range.start, |before| range.start + before + 1);
        let start = (start..=at + scheme).find(|start| text.is_char_boundary(*start)).unwrap_or(at + scheme);
        let rest = &text[start..];
        let length = rest.find(|letter: char| letter.is_whitespace() || "<>\"`)]}|\\*".contains(letter));
        let url =
            rest[..length.unwrap_or(rest.len())].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '_']);
        let is_url = url.starts_with("http://") || url.starts_with("https://");
        if is_url && url.len() > "https://".len() {
            found.push((start..start + url.len(), format!("<{url}>")));
        }
        at = (start + url.len()).max(at + scheme + 3);
        if at >= range.end {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for (text, shown) in [
            ("Plain words.", "Plain words."),
            ("One\r\ntwo\rthree\u{0}\u{202e}four", "One\ntwo\nthree  four"),
            ("An [Upload] and a [link](/docs/x).", "An \\[Upload] and a [link](/docs/x)."),
            ("See https://example.com/a.", "See <https://example.com/a>."),
            ("A <b>word", "A \\<b>word"),
            ("```\nlet x = 1;\n```", "```text\nlet x = 1;\n```"),
            ("```json\n{}\n```", "```json\n{}\n```"),
            ("```json title=\"a\" {1}\n{}\n```", "```json\n{}\n```"),
            ("``` [x] {y} \\\na\n```", "```text\na\n```"),
            ("Code:\n\n    rm -rf\n    x", "Code:\n\n```text\n    rm -rf\n    x\n```"),
            ("`[a]` stays, https://a.b/c[d] too", "`[a]` stays, <https://a.b/c[d>] too"),
        ] {
            assert_eq!(for_rustdoc(text), shown);
        }
    }

    #[test]
    fn code_that_is_not_closed_is_closed() {
        for (text, shown) in [
            ("Code:\n\n```json\n{}", "Code:\n\n```json\n{}\n```"),
            ("````\n```\n", "````\n```\n````"),
            ("~~~ a\n```", "~~~ a\n```\n~~~"),
            ("```json", "```json\n```"),
            ("```\na\n```", "```\na\n```"),
            ("```\na\n```\n\n- b\n  ```\n  c", "```\na\n```\n\n- b\n  ```\n  c"),
            ("Not ```code", "Not ```code"),
        ] {
            assert_eq!(closed(text), shown, "{text}");
        }
    }
}
