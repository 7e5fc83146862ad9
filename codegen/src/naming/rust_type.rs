//! A type as Rust writes it.

use std::fmt;

/// A type as Rust writes it, in a module that imports what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RustType {
    /// A type that needs no import: `bool`, `serde_json::Value`.
    Plain(&'static str),
    /// A type of the module itself.
    Local(String),
    /// A model by its path: `models::Upload`.
    Model(String),
    /// A type of the runtime with its arguments: `FileOr<String>`.
    Runtime(&'static str, Vec<RustType>),
    /// `Option<T>`
    Option(Box<RustType>),
    /// `Vec<T>`
    Vec(Box<RustType>),
    /// `Box<T>`
    Box(Box<RustType>),
    /// `BTreeMap<String, T>`
    Map(Box<RustType>),
    /// `(A, B)`
    Tuple(Vec<RustType>),
    /// `impl Into<T>`, which only an argument can be.
    Into(Box<RustType>),
}

impl RustType {
    /// `Option` of the type.
    pub(crate) fn optional(self) -> Self {
        Self::Option(Box::new(self))
    }

    /// Visits this type and every type within it, the outer ones first.
    pub(crate) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Plain(_) | Self::Local(_) | Self::Model(_) => {}
            Self::Runtime(_, inner) | Self::Tuple(inner) => inner.iter().for_each(|inner| inner.walk(visit)),
            Self::Option(inner)
            | Self::Vec(inner)
            | Self::Box(inner)
            | Self::Map(inner)
            | Self::Into(inner) => {
                inner.walk(visit);
            }
        }
    }
}

impl fmt::Display for RustType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(name) => f.write_str(name),
            Self::Local(name) | Self::Model(name) => f.write_str(name),
            Self::Runtime(name, arguments) if arguments.is_empty() => f.write_str(name),
            Self::Runtime(name, arguments) => {
                write!(f, "{name}<")?;
                list(f, arguments)?;
                f.write_str(">")
            }
            Self::Option(inner) => write!(f, "Option<{inner}>"),
            Self::Vec(inner) => write!(f, "Vec<{inner}>"),
            Self::Box(inner) => write!(f, "Box<{inner}>"),
            Self::Map(value) => write!(f, "BTreeMap<String, {value}>"),
            Self::Tuple(elements) => {
                f.write_str("(")?;
                list(f, elements)?;
                f.write_str(if elements.len() == 1 { ",)" } else { ")" })
            }
            Self::Into(inner) => write!(f, "impl Into<{inner}>"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, types: &[RustType]) -> fmt::Result {
    types.iter().enumerate().try_for_each(|(index, ty)| {
        f.write_str(if index == 0 { "" } else { ", " })?;
        write!(f, "{ty}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_printed_as_rust_writes_it() {
        let text = || RustType::Plain("String");
        let model = || RustType::Model("models::Upload".to_owned());
        for (ty, printed) in [
            (text(), "String"),
            (model().optional(), "Option<models::Upload>"),
            (RustType::Vec(Box::new(RustType::Box(Box::new(model())))), "Vec<Box<models::Upload>>"),
            (RustType::Map(Box::new(text())), "BTreeMap<String, String>"),
            (RustType::Tuple(vec![text(), model()]), "(String, models::Upload)"),
            (RustType::Tuple(vec![text()]), "(String,)"),
            (RustType::Tuple(Vec::new()), "()"),
            (RustType::Runtime("FileOr", vec![text()]), "FileOr<String>"),
            (RustType::Into(Box::new(RustType::Runtime("Binary", Vec::new()))), "impl Into<Binary>"),
        ] {
            assert_eq!(ty.to_string(), printed);
        }
    }
}
