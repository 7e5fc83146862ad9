//! The positions of values in a JSON text. They are computed from the text only when asked for.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One member or element, as byte ranges of the text.
pub(crate) struct Entry<'text> {
    /// The key, if this is a member of an object.
    pub key: Option<Cow<'text, str>>,
    /// The key with its quotes.
    pub key_range: Option<Range<usize>>,
    pub value_range: Range<usize>,
}

/// The members of an object or the elements of an array. None for a scalar.
///
/// `range` is the range of the value in `text`, which must be JSON.
pub(crate) fn entries(text: &str, range: Range<usize>) -> Vec<Entry<'_>> {
    let Ok(Raw(raw)) = serde_json::from_str(&text[range.clone()]) else { return Vec::new() };
    let mut end = range.start;
    raw.into_iter()
        .map(|(key, value)| {
            let value_start = value.get().as_ptr() as usize - text.as_ptr() as usize;
            let value_range = value_start..value_start + value.get().len();
            let key_range = key.is_some().then(|| {
                let between = &text[end..value_start];
                let open = between.find('"').map_or(value_start, |at| end + at);
                let close = between.rfind('"').map_or(value_start, |at| end + at + 1);
                open..close
            });
            end = value_range.end;
            Entry { key, key_range, value_range }
        })
        .collect()
}

struct Raw<'text>(Vec<(Option<Cow<'text, str>>, &'text RawValue)>);

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(value) = access.next_element()? {
            entries.push((None, value));
        }
        Ok(Raw(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(key), value)) = access.next_entry()? {
            entries.push((Some(key), value));
        }
        Ok(Raw(entries))
    }
}

/// A key, borrowed unless it contains escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'text>(#[serde(borrow)] Cow<'text, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_found_at_their_positions() {
        let text = r#" { "a" : [1, {"b": "c\"d"}],
            "\u00e9": null } "#;
        let found = entries(text, 0..text.len());
        let shown: Vec<_> = found
            .iter()
            .map(|entry| {
                let key = entry.key.as_deref().unwrap();
                (key, &text[entry.key_range.clone().unwrap()], &text[entry.value_range.clone()])
            })
            .collect();
        assert_eq!(shown, [("a", "\"a\"", "[1, {\"b\": \"c\\\"d\"}]"), ("é", "\"\\u00e9\"", "null")]);
        let elements = entries(text, found[0].value_range.clone());
        assert_eq!(&text[elements[1].value_range.clone()], r#"{"b": "c\"d"}"#);
        assert!(entries(text, elements[0].value_range.clone()).is_empty());
    }
}
