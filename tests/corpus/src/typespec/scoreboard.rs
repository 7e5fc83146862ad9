//! What the program and the server say of each scenario.

use std::collections::BTreeMap;
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
    /// The program does not call it, for a reason.
    LeftOut(String),
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
                let reason = left_out.iter_mut().find(|(pattern, _)| matches(pattern, name));
                let outcome = match (called.remove(name.as_str()), reason) {
                    (None, Some((_, (reason, count)))) => {
                        *count += 1;
                        Outcome::LeftOut((*reason).to_owned())
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
        let mut groups: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        let mut total = [0; 3];
        for row in &self.rows {
            let column = match row.outcome {
                Outcome::Passed => 0,
                Outcome::Failed(_) => 1,
                Outcome::LeftOut(_) => 2,
            };
            groups.entry(row.group()).or_default()[column] += 1;
            total[column] += 1;
        }
        let mut table = "| group | passed | failed | left out |\n|---|---:|---:|---:|\n".to_owned();
        for (name, [passed, failed, left_out]) in
            groups.iter().map(|(name, counts)| (name.as_str(), counts)).chain([("**all**", &total)])
        {
            table += &format!("| {name} | {passed} | {failed} | {left_out} |\n");
        }
        table
    }

    /// The scenarios that are left out, by reason, as Markdown.
    pub fn left_out(&self) -> String {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in &self.rows {
            if let Outcome::LeftOut(reason) = &row.outcome {
                reasons.entry(reason).or_default().push(&row.name);
            }
        }
        let mut table = "| reason | scenarios |  |\n|---|---:|---|\n".to_owned();
        for (reason, names) in reasons {
            table += &format!("| {reason} | {} | {} |\n", names.len(), shortened(&names));
        }
        table
    }
}

impl Row {
    /// The first two words of the name: `Type Scalar`.
    fn group(&self) -> String {
        let words: Vec<&str> = self.name.split('_').collect();
        words[..words.len().saturating_sub(1).clamp(1, 2)].join(" ")
    }
}

/// Whether a scenario is meant by a name or by the start of a name and a `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// The names, with the words that all of them start with said once.
fn shortened(names: &[&str]) -> String {
    if names.len() < 5 {
        return names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    }
    let groups: std::collections::BTreeSet<String> = names
        .iter()
        .map(|name| name.rsplit_once('_').map_or(*name, |(start, _)| start))
        .map(|start| {
            let words: Vec<&str> = start.split('_').take(2).collect();
            format!("`{}_*`", words.join("_"))
        })
        .collect();
    groups.into_iter().collect::<Vec<_>>().join(", ")
}
