//! The Rust types of strings with a `format`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A `format` of strings whose Rust type can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A date and time with an offset (RFC 3339).
    DateTime,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A duration (ISO 8601).
    Duration,
    /// A UUID.
    Uuid,
    /// A decimal number.
    Decimal,
}

/// A crate that has a type for a format, or `String`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatType {
    /// `String`: the text as it is.
    String,
    /// The crate `chrono`.
    Chrono,
    /// The crate `jiff`.
    Jiff,
    /// The crate `time`.
    Time,
    /// The crate `uuid`.
    Uuid,
    /// The crate `rust_decimal`.
    RustDecimal,
}

/// The type that each format has. By default `date-time` and `date` are of `chrono`, `uuid` is of `uuid`, and the others
/// are strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct Formats(BTreeMap<Format, FormatType>);

/// The formats by name, and the types that each can have, the default first.
const CHOICES: [(&str, Format, &[FormatType]); 6] = {
    use FormatType::{Chrono, Jiff, RustDecimal, String, Time, Uuid};
    [
        ("date-time", Format::DateTime, &[Chrono, String, Jiff, Time]),
        ("date", Format::Date, &[Chrono, String, Jiff, Time]),
        ("time", Format::Time, &[String, Chrono, Jiff, Time]),
        ("duration", Format::Duration, &[String, Jiff]),
        ("uuid", Format::Uuid, &[Uuid, String]),
        ("decimal", Format::Decimal, &[String, RustDecimal]),
    ]
};

impl Format {
    /// The format that a document calls `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        CHOICES.iter().find(|(known, ..)| *known == name).map(|(_, format, _)| *format)
    }
}

impl FormatType {
    fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Chrono => "chrono",
            Self::Jiff => "jiff",
            Self::Time => "time",
            Self::Uuid => "uuid",
            Self::RustDecimal => "rust_decimal",
        }
    }
}

impl Formats {
    /// The type of a format.
    pub fn of(&self, format: Format) -> FormatType {
        let default = || CHOICES.iter().find(|(_, known, _)| *known == format).map(|(.., types)| types[0]);
        self.0.get(&format).copied().or_else(default).unwrap_or(FormatType::String)
    }

    /// Chooses the type of a format, both by name.
    ///
    /// # Errors
    ///
    /// The format or type is unknown. The message lists the known ones.
    pub fn choose(&mut self, format: &str, ty: &str) -> Result<(), String> {
        let Some((_, known, types)) = CHOICES.iter().find(|(name, ..)| *name == format) else {
            let names: Vec<String> = CHOICES.iter().map(|(name, ..)| format!("`{name}`")).collect();
            return Err(format!("there is no format `{format}`; there are {}", names.join(", ")));
        };
        let Some(chosen) = types.iter().find(|known| known.name() == ty) else {
            let names: Vec<String> = types.iter().map(|known| format!("`{}`", known.name())).collect();
            return Err(format!("`{format}` cannot be `{ty}`; it can be {}", names.join(", ")));
        };
        self.0.insert(*known, *chosen);
        Ok(())
    }

    /// These choices, and those of `other` for the formats that are not chosen here.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for (format, ty) in other.0 {
            self.0.entry(format).or_insert(ty);
        }
        self
    }
}

impl TryFrom<BTreeMap<String, String>> for Formats {
    type Error = String;

    fn try_from(table: BTreeMap<String, String>) -> Result<Self, String> {
        let mut formats = Self::default();
        table.iter().try_for_each(|(format, ty)| formats.choose(format, ty))?;
        Ok(formats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_choice_is_refused_with_the_known_ones() {
        let mut formats = Formats::default();
        formats.choose("date-time", "string").unwrap();
        assert_eq!(formats.of(Format::DateTime), FormatType::String);
        assert_eq!(formats.of(Format::Date), FormatType::Chrono);
        let fault = formats.choose("date", "uuid").unwrap_err();
        assert_eq!(fault, "`date` cannot be `uuid`; it can be `chrono`, `string`, `jiff`, `time`");
        assert!(formats.choose("dates", "string").unwrap_err().contains("`date-time`, `date`, `time`"));
    }
}
