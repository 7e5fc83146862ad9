//! Texts in a number of columns.

use console::measure_text_width;

/// The text with spaces after it, up to `width` columns.
pub(super) fn pad_end(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

/// How many bytes all these names begin with.
pub(super) fn shared_start(names: &[&str]) -> usize {
    let [first, others @ ..] = names else { return 0 };
    if others.is_empty() {
        return 0;
    }
    let is_shared = |(at, character): &(usize, char)| {
        others.iter().all(|other| other.get(*at..).is_some_and(|rest| rest.starts_with(*character)))
    };
    first
        .char_indices()
        .take_while(is_shared)
        .map(|(at, character)| at + character.len_utf8())
        .last()
        .unwrap_or(0)
}

/// The name in at most `width` columns. It is cut in the middle, and so that what comes after the first `shared`
/// bytes can be read: the names of shards differ there.
pub(super) fn cut_name(name: &str, shared: usize, width: usize) -> String {
    const MIN_START: usize = 3;
    if measure_text_width(name) <= width || width == 0 {
        return take_start(name, width).to_owned();
    }
    let room = width - 1;
    let rest = name.get(shared..).unwrap_or_default();
    let wanted = measure_text_width(rest);
    // Without others to differ from, the end of a name says as much as its start.
    let end = if shared == 0 { room.div_ceil(2) } else { wanted.max(room / 2) };
    if end + MIN_START <= room || shared == 0 {
        return format!("{}…{}", take_start(name, room - end), take_end(name, end));
    }
    let start = MIN_START.min(room / 2);
    format!("{}…{}", take_start(name, start), cut_end(rest, room - start))
}

/// The text in at most `width` columns, an ellipsis in place of what is cut from its end.
pub(super) fn cut_end(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    if width == 0 { String::new() } else { format!("{}…", take_start(text, width - 1)) }
}

fn take_start(text: &str, width: usize) -> &str {
    let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
    let end = ends.take_while(|end| measure_text_width(&text[..*end]) <= width).last();
    &text[..end.unwrap_or(0)]
}

fn take_end(text: &str, width: usize) -> &str {
    let starts = text.char_indices().rev().map(|(at, _)| at);
    let start = starts.take_while(|start| measure_text_width(&text[*start..]) <= width).last();
    &text[start.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_in_the_middle() {
        assert_eq!(cut_name("train-2026-part-00017.jsonl", 0, 16), "train-2…17.jsonl");
        assert_eq!(cut_name("日本語の名前.jsonl", 0, 10), "日本…jsonl");
        assert_eq!(cut_name("short", 0, 5), "short");
        assert_eq!(cut_name("short", 0, 1), "…");
        assert_eq!(cut_name("short", 0, 0), "");
    }

    #[test]
    fn the_cut_names_of_shards_still_differ() {
        let names = ["train-2026-00001-of-00025.jsonl", "train-2026-00002-of-00025.jsonl"];
        let shared = shared_start(&names);
        assert_eq!(names[0].split_at(shared).1, "1-of-00025.jsonl");
        assert_eq!(
            names.map(|name| cut_name(name, shared, 24)),
            ["train-2…1-of-00025.jsonl", "train-2…2-of-00025.jsonl"]
        );
        assert_eq!(names.map(|name| cut_name(name, shared, 12)), ["tra…1-of-00…", "tra…2-of-00…"]);
        assert_eq!(shared_start(&["one"]), 0);
        assert_eq!(shared_start(&["ä", "ö"]), 0, "these share a byte and no character");
    }
}
