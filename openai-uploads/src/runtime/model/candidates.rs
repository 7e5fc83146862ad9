//! Selects the type of a union's value by reading the value as each type that may fit.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;
use serde_path_to_error::{Segment, Track};

use super::loss::{self, Loss};
use super::variant::{UNKNOWN_TAG, Union, Variant, text_of};

/// How many characters of a string an error shows.
const MAX_SHOWN: usize = 120;

/// Reads a value of a union whose types no property tells apart.
///
/// # Errors
///
/// When the value is of none of the types.
pub(crate) fn read_untagged<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    select(Value::deserialize(deserializer)?)
}

/// Reads a value as the type that its tag selects. Where the tag leaves a choice, or is missing, the type that loses the
/// least of the value is taken; the first of those that lose equally little. Without its tag a value must have all
/// properties that a type requires, which may include the tag.
pub(super) fn select<U: Union, E: Error>(mut value: Value) -> Result<U, E> {
    let tag = value.get(U::TAG).filter(|_| !U::TAG.is_empty()).and_then(text_of).map(Cow::into_owned);
    let numbers = || 0..U::VARIANTS.len();
    let applies = |number: &usize| U::VARIANTS[*number].applies(tag.as_deref().unwrap_or_default(), &value);
    let mut selected: Vec<usize> = numbers().filter(applies).collect();
    if selected.is_empty() && tag.is_some() {
        selected.extend(numbers().filter(|number| U::VARIANTS[*number].tags.contains(&UNKNOWN_TAG)));
    }
    let is_known = !selected.is_empty();
    let lacks_tag = tag.is_none() && !is_known;
    let any = |number: &usize| lacks_tag || U::VARIANTS[*number].tags.is_empty();
    let mut errors = Vec::new();
    for (group, lacks_tag) in [(selected, false), (numbers().filter(any).collect(), lacks_tag)] {
        if let Some((read, loss)) = best_of(&group, lacks_tag, &mut value, &mut errors) {
            loss::add(loss);
            return Ok(read);
        }
    }
    if tag.is_some() && !is_known {
        loss::note_unnamed();
        if let Some(other) = U::other(value) {
            return Ok(other);
        }
    }
    Err(E::custom(errors.join("; ")))
}

/// Reads the value as the type of each of these variants. Returns the one that loses the least, and its loss.
fn best_of<U: Union>(
    variants: &[usize],
    lacks_tag: bool,
    value: &mut Value,
    errors: &mut Vec<String>,
) -> Option<(U, Loss)> {
    let mut best: Option<(U, Loss)> = None;
    for number in variants {
        let variant = &U::VARIANTS[*number];
        let tag = variant.writes_tag.then(|| value.as_object_mut()?.remove(U::TAG)).flatten();
        match read(*number, value) {
            Ok((_, loss)) if lacks_tag && !variant.tags.is_empty() && loss.lacks_properties() => {
                errors.push(format!("not {}: a required property is missing", variant.name));
            }
            Ok((read, loss)) if best.as_ref().is_none_or(|(_, least)| loss < *least) => {
                best = Some((read, loss));
            }
            Ok(_) => {}
            Err(error) => errors.push(format!("not {}: {error}", variant.name)),
        }
        if let (Some(tag), Some(members)) = (tag, value.as_object_mut()) {
            members.insert(U::TAG.to_owned(), tag);
        }
        if best.as_ref().is_some_and(|(_, least)| *least == Loss::NONE) {
            break;
        }
    }
    best
}

impl Variant {
    /// Whether the tag, or its absence, selects this variant.
    fn applies(&self, tag: &str, value: &Value) -> bool {
        let has = |(name, values): &(&str, &[&str])| {
            let value = value.get(name).and_then(text_of);
            values.contains(&value.as_deref().unwrap_or_default())
        };
        self.tags.contains(&tag) && self.also.iter().all(has)
    }
}

/// Reads the value as the type of a variant, and measures how much is lost.
fn read<U: Union>(variant: usize, value: &Value) -> Result<(U, Loss), String> {
    let mut track = Track::new();
    let deserializer = serde_path_to_error::Deserializer::new(value, &mut track);
    let (read, loss) = loss::measure(|| U::read(variant, deserializer));
    read.map(|read| (read, loss)).map_err(|error| {
        let path = track.path();
        let at = if path.iter().next().is_none() { String::new() } else { format!("{path}: ") };
        format!("{at}{error}{}", offending(value, &path).unwrap_or_default())
    })
}

/// The text of the string at a path, which errors of dates do not show.
fn offending(value: &Value, path: &serde_path_to_error::Path) -> Option<String> {
    let at = path.iter().try_fold(value, |value, segment| match segment {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } => value.get(key),
        _ => None,
    });
    at.and_then(Value::as_str).map(quoted)
}

/// The text that an error is about, shortened.
pub(super) fn quoted(text: &str) -> String {
    format!("; it has `{}`", text.chars().take(MAX_SHOWN).collect::<String>())
}
