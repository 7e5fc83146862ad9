//! Lists with cursor paging.

use super::super::http::{ErrorResponse, excerpt};
use super::check;

/// The query parameters of a list.
#[derive(Debug)]
pub(super) struct ListQuery {
    pub(super) after: Option<String>,
    pub(super) limit: usize,
    pub(super) purpose: Option<String>,
    pub(super) before: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) is_ascending: bool,
}

/// The parameters of a list operation, and their bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    pub(super) default_limit: u64,
    pub(super) max_limit: u64,
    /// Which of `purpose`, `order`, `before` and `filter` the operation has.
    pub(super) others: &'static [&'static str],
}

impl ListQuery {
    pub(super) fn read(query: &str, listing: Listing) -> Result<Self, ErrorResponse> {
        let limit = usize::try_from(listing.default_limit).unwrap_or(usize::MAX);
        let mut read =
            Self { after: None, limit, purpose: None, before: None, filter: None, is_ascending: false };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let is_known = listing.others.contains(&&*name);
            match &*name {
                "after" => read.after = Some(value.into_owned()),
                "limit" => read.limit = limit_of(&value, listing.max_limit)?,
                "purpose" if is_known => read.purpose = Some(value.into_owned()),
                "before" if is_known => read.before = Some(value.into_owned()),
                "filter" if is_known => read.filter = Some(value.into_owned()),
                "order" if is_known => {
                    check::enum_value("order", &value, &["asc", "desc"])?;
                    read.is_ascending = value == "asc";
                }
                // Newer clients may send parameters that this server does not know.
                _ => {}
            }
        }
        Ok(read)
    }

    /// One page of `objects`, which are in ascending order, and whether there are more.
    pub(super) fn page<T>(&self, mut objects: Vec<T>, id: impl Fn(&T) -> &str) -> (Vec<T>, bool) {
        if !self.is_ascending {
            objects.reverse();
        }
        if let Some(after) = &self.after {
            let position = objects.iter().position(|object| id(object) == after);
            objects = position.map(|position| objects.split_off(position + 1)).unwrap_or_default();
        }
        if let Some(before) = &self.before {
            let position = objects.iter().position(|object| id(object) == before);
            objects.truncate(position.unwrap_or_default());
            // The client goes backwards: the page ends at `before`.
            let start = if self.after.is_none() { objects.len().saturating_sub(self.limit) } else { 0 };
            objects.drain(..start);
        }
        let has_more = objects.len() > self.limit;
        objects.truncate(self.limit);
        (objects, has_more)
    }
}

fn limit_of(value: &str, max: u64) -> Result<usize, ErrorResponse> {
    let limit = value.parse().ok().filter(|limit| (1..=max).contains(limit));
    limit.and_then(|limit| usize::try_from(limit).ok()).ok_or_else(|| {
        let message = format!(
            "Invalid 'limit': expected a number from 1 to {max}, but got '{}' instead.",
            excerpt(value)
        );
        ErrorResponse::invalid("invalid_value", message).param("limit")
    })
}
