//! Messages to people, on stderr.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

use console::style;

/// An error, and what to do about it.
pub(crate) fn error(message: &str, help: Option<&str>) -> String {
    let help = help.map_or(String::new(), |help| format!("\n{}", self::help(help)));
    format!("{} {message}{help}", style("error:").red().bold().for_stderr())
}

/// What to do.
pub(crate) fn help(help: &str) -> String {
    format!("{} {help}", style("help:").cyan().for_stderr())
}

/// Something that may be a mistake.
pub(crate) fn warning(message: &str) -> String {
    format!("{} {message}", style("warning:").yellow().bold().for_stderr())
}

/// Writes a line to stderr. Nobody can be informed if that fails.
pub(crate) fn write(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A path on one line that is safe on a terminal: control characters are escaped.
pub(crate) fn path(path: &Path) -> String {
    word(&path.to_string_lossy())
}

/// An id or a name on one line that is safe on a terminal: control characters are escaped.
pub(crate) fn word(word: &str) -> String {
    escape(word, |character| !character.is_control())
}

/// Text that is safe on a terminal: control characters are escaped, line feeds stay.
pub(crate) fn text(text: &str) -> String {
    escape(text, |character| !character.is_control() || character == '\n')
}

fn escape(text: &str, is_harmless: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmless(character) {
            escaped.push(character);
        } else {
            escaped.extend(character.escape_default());
        }
    }
    escaped
}

/// Text that is safe on one line of a terminal.
pub(crate) fn one_line(text: &str) -> String {
    self::text(&text.replace('\n', " "))
}

/// A word as it is typed in a shell.
pub(crate) fn shell_word(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    // Only a null byte cannot be quoted, and arguments have none.
    shlex::try_quote(&word).map_or_else(|_| word.to_string(), Cow::into_owned)
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, what: &str) -> String {
    let ending = match number {
        1 => "",
        _ if what.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{number} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(path(Path::new("a\u{1b}[2Jb\rc\u{9b}")), "a\\u{1b}[2Jb\\rc\\u{9b}");
        assert_eq!(path(Path::new("a\nb")), "a\\nb");
        assert_eq!((&*word("file-1\nfile-2"), &*text("one\ntwo\t")), ("file-1\\nfile-2", "one\ntwo\\t"));
        assert_eq!(path(Path::new("日本 é.jsonl")), "日本 é.jsonl");
    }
}
