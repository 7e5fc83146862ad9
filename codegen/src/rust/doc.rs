//! Descriptions as doc comments.

use proc_macro2::TokenStream;
use quote::quote;

use crate::description::for_rustdoc;

/// The doc comment of a description. Empty for an empty description.
pub(crate) fn doc(text: &str) -> TokenStream {
    let text = filled(&for_rustdoc(text));
    let lines = text.lines().map(|line| match line.trim_end() {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote!(#(#[doc = #lines])*)
}

/// A line of the generator itself, whose links are intended.
pub(crate) fn own_doc(text: &str) -> TokenStream {
    let line = format!(" {text}");
    quote!(#[doc = #line])
}

/// The attribute of a deprecated item.
pub(super) fn deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote!(#[deprecated]))
}

/// The width of a paragraph.
const WIDTH: usize = 104;

/// Wraps paragraphs of several short lines. Anything but plain paragraphs stays as it is.
fn filled(text: &str) -> String {
    if !text.contains('\n') || text.contains("```") || text.contains("~~~") {
        return text.to_owned();
    }
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<&str> = paragraph.lines().collect();
        let plain = lines.iter().all(|line| line.len() <= WIDTH && is_plain(line));
        if lines.len() < 2 || !plain { paragraph.to_owned() } else { fill(&lines) }
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Whether a line is plain text: no list, table, heading, quote or break.
fn is_plain(line: &str) -> bool {
    let first_word = line.split(' ').next().unwrap_or_default();
    !starts_a_block(first_word) && !line.starts_with(' ') && !line.ends_with("  ") && !line.ends_with('\\')
}

fn starts_a_block(word: &str) -> bool {
    let numbered = word.trim_end_matches(['.', ')']);
    word.is_empty()
        || word.starts_with(['-', '+', '*', '#', '>', '|', '=', '~', '_', ':', '<'])
        || numbered.len() < word.len() && numbered.bytes().all(|byte| byte.is_ascii_digit())
}

fn fill(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in lines.iter().flat_map(|line| line.split(' ')).filter(|word| !word.is_empty()) {
        if width > 0 && (width + 1 + word.len() <= WIDTH || starts_a_block(word)) {
            out.push(' ');
            width += 1;
        } else if width > 0 {
            out.push('\n');
            width = 0;
        }
        out.push_str(word);
        width += word.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_cannot_be_closed_from_inside() {
        let tokens = doc("ends */ here \" and #[allow(x)] \\ there\r and more").to_string();
        let file = syn::parse_str::<syn::File>(&format!("{tokens} struct S;")).unwrap();
        assert_eq!(file.items.len(), 1);
    }
}
