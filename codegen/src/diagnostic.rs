//! Diagnostics: what can be wrong with a document, and how it is reported.

mod codes;

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::pointer::Pointer;
pub use codes::{codes, explain};

/// How many diagnostics are shown with their source line. The others are only counted.
const MAX_DRAWN: usize = 100;

/// The maximum number of characters of a source line that are shown.
const MAX_EXCERPT: usize = 160;

/// The maximum number of characters of a message, which may quote the document.
const MAX_MESSAGE: usize = 400;

/// A fault of a document, or something in it that the output cannot express.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Whether this stops generation.
    pub severity: Severity,
    /// A stable name for this kind of fault, in kebab case: `dangling-ref`.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The name of the file, as the caller named it.
    pub file: String,
    /// The value that it is about.
    pub pointer: Pointer,
    /// The line and column of that value, both from 1. `None`: the text could not be read at all.
    pub position: Option<Position>,
    /// What to do about it.
    pub help: Option<String>,
}

/// The severity of a [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The output lacks something that the document has.
    Warning,
    /// There is no output.
    Error,
}

/// A position in a text. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A range within one line. Lines and columns count from 1, columns and length in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub line: u32,
    pub column: u32,
    pub length: u32,
}

impl Mark {
    /// Converts the counts of a parser. A count beyond 32 bits becomes the maximum.
    pub(crate) fn new(line: usize, column: usize, length: usize) -> Self {
        let held = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Self { line: held(line), column: held(column), length: held(length.max(1)) }
    }
}

impl From<Mark> for Position {
    fn from(mark: Mark) -> Self {
        Self { line: mark.line as usize, column: mark.column as usize }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One line, in the format of editors and logs: `file:line:column: error[code]: message`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, code, message, file, .. } = self;
        match self.position {
            Some(position) => write!(f, "{file}:{position}: {severity}[{code}]: {message}"),
            None => write!(f, "{file}: {severity}[{code}]: {message}"),
        }
    }
}

/// Diagnostics in the order of the text, with their source lines.
///
/// Displayed as one line each. `Debug` draws them, since that is what Rust shows of an error that `main` returns.
#[derive(Clone, Default)]
pub struct Diagnostics {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    diagnostic: Diagnostic,
    excerpt: Option<Excerpt>,
}

/// The line that a diagnostic is about, or the part of it that is shown.
#[derive(Clone, Debug)]
struct Excerpt {
    text: String,
    marked: std::ops::Range<usize>,
    /// Whether the line begins before the excerpt, so that columns of the two differ.
    is_cut: bool,
}

impl Diagnostics {
    /// Takes each diagnostic with the position of its value. Sorts errors before warnings, each in the order of the
    /// text. `text` returns the text of a file.
    pub(crate) fn marked<'a>(
        list: Vec<Diagnostic>,
        marks: Vec<Option<Mark>>,
        text: impl Fn(&str) -> Option<&'a str>,
    ) -> Self {
        let mut marked: Vec<(Diagnostic, Option<Mark>)> = list.into_iter().zip(marks).collect();
        for (diagnostic, mark) in &mut marked {
            diagnostic.position = mark.map(Position::from);
            diagnostic.message = one_line(&diagnostic.message);
            diagnostic.help = diagnostic.help.as_deref().map(one_line);
        }
        // Errors come first: they must be fixed, and only the first diagnostics are shown.
        let order = |one: &Diagnostic, other: &Diagnostic| {
            other.severity.cmp(&one.severity).then_with(|| {
                let place = (&one.file, one.position, one.code, &one.message);
                place.cmp(&(&other.file, other.position, other.code, &other.message))
            })
        };
        marked.sort_by(|(one, _), (other, _)| order(one, other));
        // A value that is reached in several ways is reported once.
        marked.dedup_by(|(a, _), (b, _)| a == b);
        let mut lines: (String, Vec<&str>) = Default::default();
        let entries = marked.into_iter().enumerate().map(|(at, (diagnostic, mark))| {
            let excerpt = mark.filter(|_| at < MAX_DRAWN).and_then(|mark| {
                if lines.1.is_empty() || lines.0 != diagnostic.file {
                    lines = (diagnostic.file.clone(), text(&diagnostic.file)?.lines().collect());
                }
                Excerpt::of(lines.1.get(mark.line.checked_sub(1)? as usize)?, mark)
            });
            Entry { diagnostic, excerpt }
        });
        Self { entries: entries.collect() }
    }

    /// The diagnostics.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.entries.iter().map(|entry| &entry.diagnostic)
    }

    /// The number of diagnostics.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no diagnostics.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of diagnostics of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Adds the diagnostics of another set after these.
    pub fn extend(&mut self, others: Self) {
        self.entries.extend(others.entries);
    }

    /// Formats each diagnostic with its source line, as rustc does. The first hundred are shown, the rest counted.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut drawn = String::new();
        for entry in self.entries.iter().take(MAX_DRAWN) {
            drawn.push_str(&renderer.render(&[entry.group()]));
            drawn.push_str("\n\n");
        }
        if let Some(more @ 1..) = self.len().checked_sub(MAX_DRAWN) {
            drawn.extend(["… and ", &more.to_string(), " more\n\n"]);
        }
        drawn
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl Entry {
    fn group(&self) -> Group<'_> {
        let Diagnostic { severity, code, message, file, pointer, position, help } = &self.diagnostic;
        let level = match severity {
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let mut group = Group::with_title(level.primary_title(message.as_str()).id(*code));
        let mut origin = Origin::path(file.as_str());
        if let Some(position) = position {
            origin = origin.line(position.line).char_column(position.column);
        }
        match (&self.excerpt, position) {
            (Some(excerpt), Some(position)) => {
                let mut snippet =
                    Snippet::source(excerpt.text.as_str()).line_start(position.line).fold(false);
                if excerpt.is_cut {
                    group = group.element(origin);
                } else {
                    snippet = snippet.path(file.as_str());
                }
                group =
                    group.element(snippet.annotation(AnnotationKind::Primary.span(excerpt.marked.clone())));
            }
            _ => group = group.element(origin),
        }
        if *pointer != Pointer::root() {
            group = group.element(Level::NOTE.message(one_line(&format!("at `#{pointer}`"))));
        }
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }
}

/// Shortens a text that may quote a document to one line, without control characters.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(MAX_MESSAGE));
    for (at, character) in text.chars().enumerate() {
        if at == MAX_MESSAGE {
            line.push('…');
            break;
        }
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

impl Excerpt {
    fn of(line: &str, mark: Mark) -> Option<Self> {
        let (column, length) = (mark.column.checked_sub(1)? as usize, mark.length as usize);
        let start = line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(column)?;
        let marked: String = line[start..].chars().take(length.min(MAX_EXCERPT / 2)).collect();
        let before: String = {
            let kept = line[..start].chars().rev().take(MAX_EXCERPT / 2);
            kept.collect::<Vec<char>>().into_iter().rev().collect()
        };
        let room = MAX_EXCERPT.saturating_sub(before.chars().count());
        let after: String = line[start..].chars().take(room).collect();
        let marked = before.len()..before.len() + marked.len().min(after.len());
        Some(Self { is_cut: before.len() < start, text: before + &after, marked })
    }
}
