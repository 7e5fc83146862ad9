//! The table of documents.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use ::corpus::document::Document;
use ::corpus::round_trip::RoundTrip;

use crate::bench::measurement::seconds;

/// The result for one document.
pub(crate) struct Row {
    pub(crate) title: String,
    pub(crate) version: String,
    /// `Err`: why there is no crate.
    pub(crate) generated: Result<Generated, String>,
    /// The errors of rustc. `None`: not checked.
    pub(crate) errors: Option<Vec<String>>,
    /// How long `cargo check` took, if the document was checked alone.
    pub(crate) check: Option<Duration>,
    pub(crate) examples: Option<RoundTrip>,
    pub(crate) drawn: Option<RoundTrip>,
}

/// What the generator made.
pub(crate) struct Generated {
    pub(crate) operations: usize,
    pub(crate) warnings: BTreeMap<&'static str, usize>,
    pub(crate) dead_links: Vec<String>,
    pub(crate) time: Duration,
}

impl Generated {
    pub(crate) fn of(document: &Document) -> Self {
        Self {
            operations: document.generated.operations,
            warnings: document.warnings(),
            dead_links: document.dead_links(),
            time: document.time,
        }
    }
}

impl Row {
    /// The faults of the generator: panics, errors of rustc, dead links and lost values.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        match &self.generated {
            Ok(generated) => {
                faults.extend(generated.dead_links.iter().map(|link| format!("dead link: {link}")));
            }
            Err(error) => faults.push(error.clone()),
        }
        faults.extend(self.errors.iter().flatten().cloned());
        let values = self.examples.iter().chain(&self.drawn);
        faults.extend(values.flat_map(|trip| &trip.lost).map(|lost| format!("lost: {lost}")));
        faults
    }

    fn cells(&self) -> [String; 9] {
        let mut cells = [const { String::new() }; 9];
        cells[0].clone_from(&self.title);
        cells[1].clone_from(&self.version);
        match &self.generated {
            Err(_) => cells[2].push_str("refused"),
            Ok(generated) => {
                cells[2] = generated.operations.to_string();
                let warnings = generated.warnings.iter().map(|(code, count)| format!("{count} {code}"));
                cells[3] = warnings.collect::<Vec<_>>().join(", ");
                cells[4] = generated.dead_links.len().to_string();
                cells[7] = seconds(generated.time.as_secs_f64());
            }
        }
        cells[5] = kept(self.examples.as_ref());
        cells[6] = kept(self.drawn.as_ref());
        cells[8] = match (&self.errors, self.check) {
            (Some(errors), _) if !errors.is_empty() => format!("fails: {} errors", errors.len()),
            (Some(_), Some(time)) => seconds(time.as_secs_f64()),
            (Some(_), None) => "compiles".to_owned(),
            (None, _) => String::new(),
        };
        cells
    }
}

/// The values that were kept, of those that are valid.
fn kept(trip: Option<&RoundTrip>) -> String {
    trip.map_or_else(String::new, |trip| {
        let valid = trip.read.saturating_sub(trip.invalid.len());
        format!("{} of {valid}", valid.saturating_sub(trip.lost.len()))
    })
}

/// The table, as Markdown.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| document | version | operations | warnings | dead links | valid examples kept | drawn values kept \
         | generate | check |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(text, "| {} |", row.cells().join(" | "));
    }
    text
}
