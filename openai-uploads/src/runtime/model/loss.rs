//! How much of a value is lost while it is read.
//!
//! A union without a property that selects the type reads the value as each of them and keeps the one that loses
//! the least. Objects may be nested in each other, and serde's traits have no place for such a count, so it is kept per
//! thread for the time of one reading.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

thread_local! {
    /// The loss so far; `None` where nobody asks for it.
    static LOSS: Cell<Option<Loss>> = const { Cell::new(None) };
}

/// How much of a value is lost while it is read. The smaller, the better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Loss {
    /// The skipped values; those in arrays and objects count one by one, `null` does not count.
    skipped: usize,
    /// The required properties that are missing, and read as `null` or as their only value.
    absent: usize,
    /// The values that are kept although the document does not name them: of an enumeration, of a union's tag, and of
    /// properties without a field.
    unnamed: usize,
}

impl Loss {
    /// Nothing is lost.
    pub(super) const NONE: Self = Self { skipped: 0, absent: 0, unnamed: 0 };

    /// Whether a required property is missing.
    pub(super) fn lacks_properties(self) -> bool {
        self.absent > 0
    }
}

/// Reads something and measures how much is lost.
pub(super) fn measure<T>(read: impl FnOnce() -> T) -> (T, Loss) {
    let outer = LOSS.replace(Some(Loss::NONE));
    let value = read();
    (value, LOSS.replace(outer).unwrap_or_default())
}

/// Adds to the loss of the reading in progress.
pub(super) fn add(loss: Loss) {
    if let Some(before) = LOSS.get() {
        LOSS.set(Some(Loss {
            skipped: before.skipped + loss.skipped,
            absent: before.absent + loss.absent,
            unnamed: before.unnamed + loss.unnamed,
        }));
    }
}

/// Notes that a value is kept although the document does not name it.
pub(super) fn note_unnamed() {
    add(Loss { unnamed: 1, ..Loss::NONE });
}

/// Notes that a required property is missing.
pub(super) fn note_absent() {
    add(Loss { absent: 1, ..Loss::NONE });
}

/// A value that is skipped, and counted if the loss is measured.
#[derive(Debug)]
pub(super) struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match LOSS.get() {
            None => IgnoredAny::deserialize(deserializer).map(|_| Self),
            Some(_) => deserializer.deserialize_any(Self),
        }
    }
}

impl Skipped {
    #[expect(clippy::unnecessary_wraps, reason = "the visitor's methods return a result")]
    fn one<E>() -> Result<Self, E> {
        add(Loss { skipped: 1, ..Loss::NONE });
        Ok(Self)
    }
}

impl<'de> Visitor<'de> for Skipped {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _value: bool) -> Result<Self, E> {
        Self::one()
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Self, E> {
        Self::one()
    }

    fn visit_u64<E>(self, _value: u64) -> Result<Self, E> {
        Self::one()
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Self, E> {
        Self::one()
    }

    fn visit_str<E>(self, _value: &str) -> Result<Self, E> {
        Self::one()
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Self::one()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<IgnoredAny, Self>()?.is_some() {}
        Self::one()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss_of(json: &str) -> Loss {
        measure(|| serde_json::from_str::<Skipped>(json).unwrap()).1
    }

    #[test]
    fn each_value_within_a_skipped_one_counts_except_null() {
        for (json, skipped) in [
            ("null", 0),
            ("1", 1),
            (r#""a""#, 1),
            ("[]", 1),
            ("[1,2.5,null,true]", 4),
            (r#"{"a":{"b":-1}}"#, 3),
        ] {
            assert_eq!(loss_of(json), Loss { skipped, ..Loss::NONE }, "{json}");
        }
    }

    #[test]
    fn a_nested_measurement_does_not_change_the_outer_one() {
        let ((), outer) = measure(|| {
            note_unnamed();
            assert_eq!(loss_of("1").skipped, 1);
        });
        assert_eq!(outer, Loss { unnamed: 1, ..Loss::NONE });
    }

    #[test]
    fn a_lost_value_counts_more_than_an_unknown_member() {
        assert!(Loss { unnamed: 9, ..Loss::NONE } < Loss { absent: 1, ..Loss::NONE });
        assert!(Loss { absent: 9, ..Loss::NONE } < Loss { skipped: 1, ..Loss::NONE });
    }
}
