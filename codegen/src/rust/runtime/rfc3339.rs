//! Dates and times of the crate `time` as JSON has them: in the format of RFC 3339.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::Visitor;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Rfc3339 as WellKnown;

/// A date or time that JSON has as text in the format of RFC 3339.
///
/// It dereferences to the value, which is also the public field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rfc3339<T>(pub T);

/// A type that RFC 3339 has a format for: `OffsetDateTime`, `Date` and `Time`.
pub trait Rfc3339Format: Sized {
    /// The `format` in the document.
    const FORMAT: &'static str;

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When the text has another format.
    fn parse(text: &str) -> Result<Self, time::error::Parse>;

    /// Writes the text.
    ///
    /// # Errors
    ///
    /// When the year is not between 0 and 9999, or the offset has seconds.
    fn write(&self) -> Result<String, time::error::Format>;
}

impl Rfc3339Format for time::OffsetDateTime {
    const FORMAT: &'static str = "date-time";

    fn parse(text: &str) -> Result<Self, time::error::Parse> {
        Self::parse(text, &WellKnown)
    }

    fn write(&self) -> Result<String, time::error::Format> {
        self.format(&WellKnown)
    }
}

/// The date whose time is read and written, since a date alone has no format of RFC 3339 in `time`.
const EPOCH: time::Date = time::OffsetDateTime::UNIX_EPOCH.date();

impl Rfc3339Format for time::Date {
    const FORMAT: &'static str = "date";

    fn parse(text: &str) -> Result<Self, time::error::Parse> {
        Ok(time::OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &WellKnown)?.date())
    }

    fn write(&self) -> Result<String, time::error::Format> {
        let mut text = self.midnight().assume_utc().format(&WellKnown)?;
        text.truncate("YYYY-MM-DD".len());
        Ok(text)
    }
}

impl Rfc3339Format for time::Time {
    const FORMAT: &'static str = "time";

    fn parse(text: &str) -> Result<Self, time::error::Parse> {
        Ok(time::OffsetDateTime::parse(&format!("1970-01-01T{text}Z"), &WellKnown)?.time())
    }

    fn write(&self) -> Result<String, time::error::Format> {
        let text = EPOCH.with_time(*self).assume_utc().format(&WellKnown)?;
        Ok(text["YYYY-MM-DDT".len()..].trim_end_matches('Z').to_owned())
    }
}

impl<T> From<T> for Rfc3339<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Rfc3339<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Rfc3339<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Rfc3339Format> fmt::Display for Rfc3339<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.write().map_err(|_| fmt::Error)?)
    }
}

impl<T: Rfc3339Format> Serialize for Rfc3339<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write().map_err(S::Error::custom)?)
    }
}

impl<'de, T: Rfc3339Format> Deserialize<'de> for Rfc3339<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(std::marker::PhantomData<T>);

        impl<T: Rfc3339Format> Visitor<'_> for Text<T> {
            type Value = Rfc3339<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a {} of RFC 3339", T::FORMAT)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::parse(text).map(Rfc3339).map_err(|error| {
                    E::custom(format_args!("a {} of RFC 3339 was expected: {error}", T::FORMAT))
                })
            }
        }

        deserializer.deserialize_str(Text(std::marker::PhantomData))
    }
}
