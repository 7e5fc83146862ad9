//! The known mistakes of the published documents: `docs/published-examples/`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::crate_of_it::workspace;

/// The path of a document's list, relative to the workspace's root.
pub(crate) fn path(name: &str) -> String {
    format!("docs/published-examples/{name}.yaml")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    wrong: String,
    examples: Vec<String>,
}

/// The mistake in each listed example, by its place.
pub(crate) fn listed(name: &str) -> BTreeMap<String, String> {
    let path = path(name);
    let text = std::fs::read_to_string(workspace().join(&path)).unwrap();
    let entries: Vec<Entry> = serde_yaml::from_str(&text).unwrap();
    let mut listed = BTreeMap::new();
    for Entry { wrong, examples } in entries {
        assert!(!wrong.trim().is_empty(), "{path} says what is wrong");
        for place in examples {
            let twice = listed.insert(place.clone(), wrong.clone());
            assert!(twice.is_none(), "{path} lists {place} twice");
        }
    }
    listed
}
