//! A union of types, and the values that each type is for.

use std::borrow::Cow;

use serde::de::Deserializer;
use serde_json::Value;

use super::content::Content;

/// Stands for a tag that no variant has. JSON can have this text, but documents do not.
pub(crate) const UNKNOWN_TAG: &str = "\0unknown";

/// A value of one of several types, as `json_union!` implements it.
pub(crate) trait Union: Sized {
    /// The property that selects the type. Empty if none does.
    const TAG: &'static str;
    /// The variants, in their order.
    const VARIANTS: &'static [Variant];

    /// Reads the type of the variant with this number.
    fn read<'de, D: Deserializer<'de>>(variant: usize, deserializer: D) -> Result<Self, D::Error>;

    /// The variant for a value with a tag that no type has. `None` if the types have no tags.
    fn other(value: Value) -> Option<Self>;
}

/// A variant of a union, and the values that it is read for.
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    /// The values of the tag. An empty one stands for a missing tag. If there are none, any tag will do.
    pub(crate) tags: &'static [&'static str],
    /// Other properties and their values.
    pub(crate) also: &'static [(&'static str, &'static [&'static str])],
    /// Whether the type has no field for the tag.
    pub(crate) writes_tag: bool,
}

impl Variant {
    pub(crate) const fn untagged(name: &'static str) -> Self {
        Self { name, tags: &[], also: &[], writes_tag: false }
    }
}

/// The number of the variant that a tag selects. `None` if other properties or types have to be looked at.
pub(super) fn only_variant(variants: &[Variant], tag: &Content<'_>) -> Option<usize> {
    let tag = text_of(tag)?;
    let mut found = None;
    for (number, variant) in variants.iter().enumerate() {
        if variant.tags.is_empty() {
            return None;
        }
        if variant.tags.contains(&&*tag) {
            if found.is_some() || !variant.also.is_empty() {
                return None;
            }
            found = Some(number);
        }
    }
    found
}

/// A tag as a mapping writes it: a string, a number or a boolean. `1.0` is `1`.
pub(super) fn text_of<'a>(tag: &'a Content<'_>) -> Option<Cow<'a, str>> {
    Some(match tag {
        Content::Text(tag) => Cow::Borrowed(tag),
        Content::Bool(tag) => Cow::Owned(tag.to_string()),
        Content::Unsigned(tag) => Cow::Owned(tag.to_string()),
        Content::Signed(tag) => Cow::Owned(tag.to_string()),
        Content::Float(tag) if tag.fract() == 0.0 => Cow::Owned(format!("{tag:.0}")),
        Content::Float(tag) => Cow::Owned(Value::from(*tag).to_string()),
        Content::Null | Content::Array(_) | Content::Object(_) => return None,
    })
}
