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

/// A path that is safe on a terminal: control characters are escaped.
pub(crate) fn path(path: &Path) -> String {
    text(&path.to_string_lossy())
}

/// Text that is safe on a terminal: control characters are escaped, line feeds stay.
pub(crate) fn text(text: &str) -> String {
    let harmless = |character: char| !character.is_control() || character == '\n';
    if text.chars().all(harmless) {
        return text.to_owned();
    }
    text.chars()
        .map(
            |character| {
                if harmless(character) {
                    character.to_string()
                } else {
                    character.escape_default().to_string()
                }
            },
        )
        .collect()
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
        assert_eq!(path(Path::new("日本 é.jsonl")), "日本 é.jsonl");
    }
}
