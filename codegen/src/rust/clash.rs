//! Functions of one module that would have the same name.

use std::collections::HashMap;

use crate::api::{Api, Operation};

use super::body::body_suffix;
use super::identifier::snake;

/// A function that would have the name of another.
pub(crate) struct Clash<'a> {
    /// The operation that came later.
    pub(crate) operation: &'a Operation,
    /// The one that has the name.
    pub(crate) other: &'a Operation,
    /// The name.
    pub(crate) name: String,
}

/// The operations whose functions would have a name that is taken in their module. A number behind the name would
/// move from one to the other when the document's order changes, so the document has to tell them apart.
pub(crate) fn clashes(api: &Api) -> Vec<Clash<'_>> {
    let mut found = Vec::new();
    for tag in &api.tags {
        let mut taken: HashMap<String, &Operation> = HashMap::new();
        for operation in &tag.operations {
            for name in function_names(operation) {
                match taken.get(&name) {
                    Some(other) => found.push(Clash { operation, other, name }),
                    None => drop(taken.insert(name, operation)),
                }
            }
        }
    }
    found
}

fn function_names(operation: &Operation) -> Vec<String> {
    let others = (1..operation.bodies.len()).map(|index| body_suffix(operation, index));
    let suffixes = std::iter::once(String::new()).chain(others);
    suffixes.map(|suffix| snake(&format!("{} {suffix}", operation.id))).collect()
}
