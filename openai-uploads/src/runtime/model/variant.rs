//! A union of types, and the values that each type is for.

use std::borrow::Cow;

use serde::de::Deserializer;
use serde_json::Value;

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

/// A tag as a mapping writes it: a string, a number or a boolean. `1.0` is `1`.
pub(super) fn text_of(tag: &Value) -> Option<Cow<'_, str>> {
    match tag {
        Value::String(tag) => Some(Cow::Borrowed(tag)),
        Value::Bool(tag) => Some(Cow::Owned(tag.to_string())),
        Value::Number(tag) => {
            let whole = tag.as_f64().filter(|number| number.fract() == 0.0 && !tag.is_i64() && !tag.is_u64());
            Some(Cow::Owned(whole.map_or_else(|| tag.to_string(), |whole| format!("{whole:.0}"))))
        }
        _ => None,
    }
}
