//! What the program and the server say of each scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::Value;

/// All scenarios of the server, ordered by name.
pub struct Scoreboard {
    /// The scenarios.
    pub rows: Vec<Row>,
}

/// A scenario.
pub struct Row {
    /// Its name: `Type_Scalar_String_get`.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a scenario ended.
#[derive(PartialEq)]
pub enum Outcome {
    /// The server accepted each request, and the program each reply.
    Passed,
    /// The reason.
    Failed(String),
    /// The program does not call it.
    LeftOut {
        /// Why.
        reason: String,
        /// The name that the program gives, which may end with `*`.
        pattern: String,
    },
}

impl Scoreboard {
    /// `coverage` is the server's file. `calls` are the lines of the program: `{"scenario": NAME}` with `"failed"` or
    /// `"left out"` beside it. A name that is left out may end with `*`.
    pub(super) fn new(coverage: &Value, calls: &[Value]) -> io::Result<Self> {
        let mut called: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        let mut left_out: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
        for call in calls {
            let name = call["scenario"].as_str().unwrap_or_default();
            match call["left out"].as_str() {
                Some(reason) => drop(left_out.insert(name, (reason, 0))),
                None => {
                    let before = called.remove(name).flatten();
                    called.insert(name, before.or(call["failed"].as_str()));
                }
            }
        }
        let mut rows = Vec::new();
        for report in coverage.as_array().into_iter().flatten() {
            for (name, status) in report["results"].as_object().into_iter().flatten() {
                let passed = status == "pass";
                let reason = left_out.iter_mut().find(|(pattern, _)| is_meant(pattern, name));
                let outcome = match (called.remove(name.as_str()), reason) {
                    (None, Some((pattern, (reason, count)))) => {
                        *count += 1;
                        Outcome::LeftOut { reason: (*reason).to_owned(), pattern: (*pattern).to_owned() }
                    }
                    (None, None) => Outcome::Failed("the program does not call it".to_owned()),
                    (Some(_), Some(_)) => Outcome::Failed("called, and listed as left out".to_owned()),
                    (Some(None), None) if passed => Outcome::Passed,
                    (Some(None), None) => Outcome::Failed(format!("the server reports: {status}")),
                    (Some(Some(fault)), None) => Outcome::Failed(fault.to_owned()),
                };
                rows.push(Row { name: name.clone(), outcome });
            }
        }
        let unknown =
            called.keys().chain(left_out.iter().filter(|(_, (_, count))| *count == 0).map(|(name, _)| name));
        let unknown: Vec<&str> = unknown.copied().collect();
        if !unknown.is_empty() {
            return Err(io::Error::other(format!(
                "the server has no such scenarios: {}",
                unknown.join(", ")
            )));
        }
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { rows })
    }

    /// The scenarios that failed, a line each.
    pub fn failures(&self) -> Vec<String> {
        let failed = self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Failed(fault) => Some(format!("{}: {fault}", row.name)),
            _ => None,
        });
        failed.collect()
    }

    /// The numbers of each group of scenarios, as Markdown.
    pub fn groups(&self) -> String {
        let mut groups: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        let mut total = [0; 3];
        for row in &self.rows {
            let column = match row.outcome {
                Outcome::Passed => 0,
                Outcome::Failed(_) => 1,
                Outcome::LeftOut { .. } => 2,
            };
            groups.entry(row.group()).or_default()[column] += 1;
            total[column] += 1;
        }
        groups.insert("**all**", total);
        let mut table = "| group | passed | failed | left out |\n|---|---:|---:|---:|\n".to_owned();
        for (name, [passed, failed, left_out]) in groups {
            table += &format!("| {name} | {passed} | {failed} | {left_out} |\n");
        }
        table
    }

    /// The scenarios that are left out, by reason, as Markdown.
    pub fn left_out(&self) -> String {
        let mut reasons: BTreeMap<&str, (usize, BTreeSet<String>)> = BTreeMap::new();
        for row in &self.rows {
            if let Outcome::LeftOut { reason, pattern } = &row.outcome {
                let (count, patterns) = reasons.entry(reason).or_default();
                *count += 1;
                patterns.insert(format!("`{pattern}`"));
            }
        }
        let mut table = "| reason | number | scenarios |\n|---|---:|---|\n".to_owned();
        for (reason, (count, patterns)) in reasons {
            let patterns: Vec<String> = patterns.into_iter().collect();
            table += &format!("| {reason} | {count} | {} |\n", patterns.join(", "));
        }
        table
    }
}

impl Row {
    /// The first word of the name: `Type`.
    fn group(&self) -> &str {
        self.name.split_once('_').map_or(&self.name, |(first, _)| first)
    }
}

/// Whether a scenario is meant by a name or by the start of a name and a `*`.
fn is_meant(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
