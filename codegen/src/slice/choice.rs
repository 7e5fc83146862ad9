//! The operations of a selection.

use glob::{MatchOptions, Pattern};

use super::operation::{Operation, Operations};
use super::{Selection, SliceError};
use crate::near::nearest;

/// `*` matches within one step of a path, and `**` any number of steps.
const BY_STEPS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// The indices of the operations of a selection, in the order of the document.
pub(super) fn chosen(operations: &Operations<'_>, selection: &Selection) -> Result<Vec<usize>, SliceError> {
    let mut faults = Vec::new();
    let Selection { tags, operations: names, paths, not_tags, not_operations, not_paths } = selection;
    let wanted = matching(operations, (tags, names, paths), &mut faults);
    let unwanted = matching(operations, (not_tags, not_operations, not_paths), &mut faults);
    if selection == &Selection::default() {
        faults.push("no operation is selected: name a tag, an operation or a path".to_owned());
    }
    let takes_all = tags.is_empty() && names.is_empty() && paths.is_empty();
    let chosen: Vec<usize> = (0..operations.iter().len())
        .filter(|number| (takes_all || wanted[*number]) && !unwanted[*number])
        .collect();
    if chosen.is_empty() && faults.is_empty() {
        faults.push("the selection leaves no operation".to_owned());
    }
    if faults.is_empty() { Ok(chosen) } else { Err(SliceError { faults }) }
}

/// For each operation, whether one of the tags, names or patterns matches.
fn matching(
    operations: &Operations<'_>,
    (tags, names, paths): (&[String], &[String], &[String]),
    faults: &mut Vec<String>,
) -> Vec<bool> {
    let mut found = vec![false; operations.iter().len()];
    for tag in tags {
        let is_of = |operation: &Operation<'_>| operation.tags().any(|own| operations.is_below(own, tag));
        if !mark(operations, &mut found, is_of) {
            faults.push(unknown("tag", tag, &operations.tags()));
        }
    }
    for name in names {
        let named = operations.named(name);
        named.iter().for_each(|number| found[*number] = true);
        if named.is_empty() {
            faults.push(unknown("operation", name, &operations.ids()));
        }
    }
    for path in paths {
        let pattern = match Pattern::new(path) {
            Ok(pattern) => pattern,
            Err(error) => {
                faults.push(format!("`{path}` is not a pattern of paths: {}", error.msg));
                continue;
            }
        };
        let is_like = |operation: &Operation<'_>| {
            operation.path().is_some_and(|own| pattern.matches_with(own, BY_STEPS))
        };
        if !mark(operations, &mut found, is_like) {
            faults.push(format!("the document has no path like `{path}`"));
        }
    }
    found
}

/// Marks the operations that match. Returns whether any does.
fn mark(operations: &Operations<'_>, found: &mut [bool], matches: impl Fn(&Operation<'_>) -> bool) -> bool {
    let mut any = false;
    for (operation, found) in operations.iter().zip(found) {
        if matches(operation) {
            (*found, any) = (true, true);
        }
    }
    any
}

fn unknown(thing: &str, name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("the document has no {thing} `{name}`, but there is `{near}`"),
        None if names.is_empty() => format!("the document has no {thing} `{name}`, nor any other"),
        None => {
            let shown: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > shown.len() { ", …" } else { "" };
            format!("the document has no {thing} `{name}`; there are {}{more}", shown.join(", "))
        }
    }
}
