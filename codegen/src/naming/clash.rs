//! Operations whose functions or types would have the same names.

use std::collections::{HashMap, HashSet};

use crate::api::{Api, Operation};

use super::identifier::{camel, shouty, snake};
use super::operation::body_suffix;

/// An operation with the name of an earlier one.
pub(crate) struct Clash {
    /// The path of the operation.
    pub(crate) path: String,
    /// Its method, in capitals.
    pub(crate) method: String,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) message: String,
}

/// Numbers the operations whose functions or types would have a name that their module has already.
pub(crate) fn number_operations(api: &mut Api) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    for tag in &mut api.tags {
        let mut taken: HashMap<String, String> = HashMap::new();
        // The names that the document gives come first.
        let (given, others): (Vec<_>, Vec<_>) =
            tag.operations.iter_mut().partition(|operation| operation.given.is_some());
        for operation in given.into_iter().chain(others) {
            let this = format!("{} {}", operation.method, operation.path);
            let id = operation.id.clone();
            let same_id = ids.get(&id).cloned();
            ids.entry(id.clone()).or_insert_with(|| this.clone());
            let other = names_of(operation).iter().find_map(|name| taken.get(name).cloned());
            let (base, mut number) = (operation.name.clone(), 2);
            while names_of(operation).iter().any(|name| taken.contains_key(name)) {
                operation.name = format!("{base} {number}");
                number += 1;
            }
            for name in names_of(operation) {
                taken.insert(name, this.clone());
            }
            let numbered = other.is_some().then(|| format!("; its function is `{}`", snake(&operation.name)));
            let message = match (same_id, other) {
                (Some(other), _) => {
                    format!("{this} has the `operationId` of {other}, `{id}`{}", numbered.unwrap_or_default())
                }
                (None, Some(other)) => format!(
                    "`{id}`, the `operationId` of {this}, becomes the same name as that of {other}{}",
                    numbered.unwrap_or_default()
                ),
                (None, None) => continue,
            };
            clashes.push(Clash { path: operation.path.clone(), method: operation.method.clone(), message });
        }
    }
    clashes
}

/// The names of an operation in its module: its functions, its constant and its types.
fn names_of(operation: &Operation) -> HashSet<String> {
    let others = (1..operation.bodies.len()).map(|index| body_suffix(operation, index));
    let suffixes = std::iter::once(String::new()).chain(others);
    let functions = suffixes.map(|suffix| snake(&format!("{} {suffix}", operation.name)));
    let optional = operation.parameters.iter().any(|parameter| !parameter.required);
    let has_types = optional || operation.successes.len() > 1 || operation.errors.len() > 1;
    let types = has_types.then(|| camel(&operation.name));
    functions.chain([shouty(&operation.name)]).chain(types).collect()
}
