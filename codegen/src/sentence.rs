//! The first sentence of a description, which is shown where there is no room for all of it.

/// The first sentence, on one line. If the description does not begin with a paragraph, the first line.
pub(crate) fn first(text: &str) -> String {
    let text = text.trim_start();
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| is_prose(line)).collect();
    if paragraph.is_empty() {
        return text.lines().next().unwrap_or_default().trim_end().to_owned();
    }
    let paragraph = paragraph.join(" ");
    let end = paragraph.char_indices().find(|(at, sign)| is_end(&paragraph, *at, *sign));
    paragraph[..end.map_or(paragraph.len(), |(at, sign)| at + sign.len_utf8())].to_owned()
}

/// Whether a line is plain text: not empty, and no list, table, heading, quote or code block.
fn is_prose(line: &str) -> bool {
    let block = ["#", "- ", "* ", "+ ", "> ", "|", "```", "~~~", "---", "==="];
    !line.is_empty() && !block.iter().any(|sign| line.starts_with(sign))
}

/// Whether a sign ends a sentence: it is followed by a space, all brackets are closed, and it does not end an
/// abbreviation.
fn is_end(text: &str, at: usize, sign: char) -> bool {
    let (before, after) = (&text[..at], &text[at + sign.len_utf8()..]);
    let count = |signs: &[char]| before.matches(signs).count();
    let word = before.rsplit([' ', '(']).next().unwrap_or_default();
    let abbreviated =
        sign == '.' && (["e.g", "i.e", "etc", "vs", "ca", "cf"].contains(&word) || word.chars().count() == 1);
    matches!(sign, '.' | '!' | '?')
        && after.chars().next().is_none_or(char::is_whitespace)
        && !abbreviated
        && count(&['`']).is_multiple_of(2)
        && count(&['(', '[']) <= count(&[')', ']'])
}

#[cfg(test)]
mod tests {
    use super::first;

    #[test]
    fn a_sentence_may_span_lines_and_ends_with_its_period() {
        for (text, sentence) in [
            ("", ""),
            ("One line", "One line"),
            ("Goes on\nbelow. And more.", "Goes on below."),
            ("\n  Begins late.\n\nMore.", "Begins late."),
            (
                "Has `a. b` and (e.g. this, i.e. that) in it. More.",
                "Has `a. b` and (e.g. this, i.e. that) in it.",
            ),
            ("Version 1.5 is meant! Not 2.", "Version 1.5 is meant!"),
            ("No period\n\nMore.", "No period"),
            ("Either of:\n- this\n- that", "Either of:"),
            ("# Heading\nText.", "# Heading"),
            ("* one\n* two", "* one"),
            ("句。二", "句。二"),
        ] {
            assert_eq!(first(text), sentence, "{text:?}");
        }
    }
}
