//! Selects the type of a union's value by reading the value as each type that may fit.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};

use super::content::Content;
use super::in_memory::{Fault, InMemory};
use super::loss::{self, Loss};
use super::variant::{UNKNOWN_TAG, Union, Variant, only_variant, text_of};

/// How many characters of a string an error shows.
const MAX_SHOWN: usize = 120;

/// Reads a value of a union whose types no property distinguishes.
///
/// # Errors
///
/// When the value is of none of the types.
pub(crate) fn read_untagged<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    select(Content::deserialize(deserializer)?)
}

/// Reads a value as the type that its tag selects. Where the tag leaves a choice, or is missing, the type that loses the
/// least of the value is taken; the first of those that lose equally little. Without its tag a value must have all
/// properties that a type requires, which may include the tag.
pub(super) fn select<U: Union, E: Error>(value: Content<'_>) -> Result<U, E> {
    select_from(value).map_err(E::custom)
}

/// The part of `select` that is the same for all deserializers.
fn select_from<U: Union>(mut value: Content<'_>) -> Result<U, String> {
    let only = value.get(U::TAG).and_then(|tag| only_variant(U::VARIANTS, tag));
    if let Some(number) = only.filter(|number| !U::VARIANTS[*number].writes_tag) {
        return U::read(number, InMemory(&value))
            .map_err(|fault| mismatch(&U::VARIANTS[number], &fault, &value));
    }
    let mut best = None;
    let mut read = |number: usize, value: &Content<'_>, is_better: &dyn Fn(Loss) -> bool| {
        let (read, loss) = loss::measure(|| U::read(number, InMemory(value)));
        let read = read?;
        if is_better(loss) {
            best = Some(read);
        }
        Ok(loss)
    };
    let choice = choose(U::TAG, U::VARIANTS, &mut value, &mut read);
    match (choice, best) {
        (Ok(Some(loss)), Some(read)) => {
            loss::add(loss);
            Ok(read)
        }
        (Ok(_), _) => {
            loss::note_unnamed();
            U::other(value.into_json()).ok_or_else(|| "no type has this tag".to_owned())
        }
        (Err(errors), _) => Err(errors),
    }
}

/// Reads a value as the type of the variant with this number. Keeps it if its loss is better, and returns the loss.
type Attempt<'a> = dyn FnMut(usize, &Content<'_>, &dyn Fn(Loss) -> bool) -> Result<Loss, Fault> + 'a;

/// Chooses the variant that a value is read as, and returns its loss. `None` if the tag is one that no variant has.
///
/// It is compiled once: unions differ in how they `read` alone.
fn choose(
    property: &str,
    variants: &[Variant],
    value: &mut Content<'_>,
    read: &mut Attempt<'_>,
) -> Result<Option<Loss>, String> {
    let tag = value.get(property).filter(|_| !property.is_empty()).and_then(text_of).map(Cow::into_owned);
    let numbers = || 0..variants.len();
    let applies = |number: &usize| variants[*number].applies(tag.as_deref().unwrap_or_default(), value);
    let mut selected: Vec<usize> = numbers().filter(applies).collect();
    if selected.is_empty() && tag.is_some() {
        selected.extend(numbers().filter(|number| variants[*number].tags.contains(&UNKNOWN_TAG)));
    }
    let is_known = !selected.is_empty();
    let lacks_tag = tag.is_none() && !is_known;
    let any = |number: &usize| lacks_tag || variants[*number].tags.is_empty();
    let mut errors = Vec::new();
    for (group, lacks_tag) in [(selected, false), (numbers().filter(any).collect(), lacks_tag)] {
        let mut best: Option<Loss> = None;
        for number in group {
            let variant = &variants[number];
            let tag = variant.writes_tag.then(|| take(value, property)).flatten();
            let lacks = |loss: Loss| lacks_tag && !variant.tags.is_empty() && loss.lacks_properties();
            match read(number, value, &|loss| !lacks(loss) && best.is_none_or(|least| loss < least)) {
                Ok(loss) if lacks(loss) => {
                    errors.push(format!("not {}: a required property is missing", variant.name));
                }
                Ok(loss) => best = Some(best.map_or(loss, |least| least.min(loss))),
                Err(fault) => errors.push(mismatch(variant, &fault, value)),
            }
            if let (Some((place, tag)), Content::Object(members)) = (tag, &mut *value) {
                members.insert(place, tag);
            }
            if best == Some(Loss::NONE) {
                break;
            }
        }
        if best.is_some() {
            return Ok(best);
        }
    }
    // Only unions with a tag have a variant for unknown ones.
    if tag.is_some() && !is_known { Ok(None) } else { Err(errors.join("; ")) }
}

/// Removes a member of an object. Returns its place and itself.
fn take<'de>(value: &mut Content<'de>, name: &str) -> Option<(usize, (Cow<'de, str>, Content<'de>))> {
    let Content::Object(members) = value else { return None };
    let place = members.iter().position(|(own, _)| own == name)?;
    Some((place, members.remove(place)))
}

impl Variant {
    /// Whether the tag, or its absence, selects this variant.
    fn applies(&self, tag: &str, value: &Content<'_>) -> bool {
        let has = |(name, values): &(&str, &[&str])| {
            let value = value.get(name).and_then(text_of);
            values.contains(&value.as_deref().unwrap_or_default())
        };
        self.tags.contains(&tag) && self.also.iter().all(has)
    }
}

/// Why a value is not of a variant's type: the place, the error, and the text, which errors of dates do not show.
#[cold]
fn mismatch(variant: &Variant, fault: &Fault, value: &Content<'_>) -> String {
    let path = fault.path();
    let at = if path.is_empty() { path } else { format!("{path}: ") };
    let text = fault.place(value).and_then(Content::as_text).map(quoted);
    format!("not {}: {at}{fault}{}", variant.name, text.unwrap_or_default())
}

/// The text that an error is about, shortened.
fn quoted(text: &str) -> String {
    format!("; it has `{}`", text.chars().take(MAX_SHOWN).collect::<String>())
}
