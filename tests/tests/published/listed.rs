//! The known mistakes of the published document: `docs/openai-examples.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::crate_of_it::workspace;

/// The list, relative to the workspace's root.
pub(crate) const PATH: &str = "docs/openai-examples.yaml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    wrong: String,
    examples: Vec<String>,
}

/// The mistake in each listed example, by its place.
pub(crate) fn listed() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(workspace().join(PATH)).unwrap();
    let entries: Vec<Entry> = serde_yaml::from_str(&text).unwrap();
    let mut listed = BTreeMap::new();
    for Entry { wrong, examples } in entries {
        assert!(!wrong.trim().is_empty(), "{PATH} says what is wrong");
        for place in examples {
            let twice = listed.insert(place.clone(), wrong.clone());
            assert!(twice.is_none(), "{PATH} lists {place} twice");
        }
    }
    listed
}
