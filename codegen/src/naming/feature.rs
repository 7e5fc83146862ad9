//! The cargo features of tags.

use std::collections::HashSet;

use crate::api::Api;

use super::identifier::unique;
use super::operation::{plain, tag_modules};

/// Features that a crate has besides those of its tags.
const OTHERS: [&str; 6] = ["default", "full", "native-tls", "rustls", "testing", "webhooks"];

/// The feature of each tag: the name of its module, without the `api` at its end.
pub(crate) fn feature_names(api: &Api) -> Vec<String> {
    let mut taken: HashSet<String> = OTHERS.map(str::to_owned).into();
    let names = tag_modules(api).into_iter().map(|module| {
        // A module may begin with `_`, and a feature may not begin with `-`.
        let whole = plain(&module).trim_start_matches('_').replace('_', "-");
        let short = whole.strip_suffix("-api").unwrap_or(&whole);
        let name = if OTHERS.contains(&short) { &whole } else { short };
        // `unique` joins with what identifiers have.
        unique(name.to_owned(), &mut taken)
    });
    names.collect()
}
