//! The names of types in one module.

use crate::api::{Api, Integer, Kind, Type, TypeId};

use crate::formats::{Format, FormatType};

use super::names::{Names, is_written};
use super::rust_type::RustType;

/// The names of types in one module.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) api: &'a Api,
    pub(crate) names: &'a Names,
    module: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// The scope of a module below `models`, or of a module elsewhere.
    pub(crate) fn new(api: &'a Api, names: &'a Names, module: Option<&'a str>) -> Self {
        Self { api, names, module }
    }

    /// A type's name.
    pub(crate) fn ty(&self, ty: &Type) -> RustType {
        match ty {
            Type::Any => RustType::Plain("serde_json::Value"),
            Type::Nullable(inner) => self.ty(inner).optional(),
            Type::Boolean => RustType::Plain("bool"),
            Type::Integer(integer) => RustType::Plain(integer_name(*integer)),
            Type::Double => RustType::Plain("f64"),
            Type::String => RustType::Plain("String"),
            Type::DateTime => match self.api.formats.of(Format::DateTime) {
                FormatType::Jiff => RustType::Plain("jiff::Timestamp"),
                FormatType::Time => rfc3339("time::OffsetDateTime"),
                _ => RustType::Plain("chrono::DateTime<chrono::FixedOffset>"),
            },
            Type::Date => match self.api.formats.of(Format::Date) {
                FormatType::Jiff => RustType::Plain("jiff::civil::Date"),
                FormatType::Time => rfc3339("time::Date"),
                _ => RustType::Plain("chrono::NaiveDate"),
            },
            Type::Time => match self.api.formats.of(Format::Time) {
                FormatType::Jiff => RustType::Plain("jiff::civil::Time"),
                FormatType::Time => rfc3339("time::Time"),
                _ => RustType::Plain("chrono::NaiveTime"),
            },
            Type::Duration => RustType::Plain("jiff::SignedDuration"),
            Type::Uuid => RustType::Plain("uuid::Uuid"),
            Type::Decimal => RustType::Plain("rust_decimal::Decimal"),
            Type::Base64 => RustType::Runtime("Base64", Vec::new()),
            Type::Secret => RustType::Runtime("SecretString", Vec::new()),
            Type::Binary => RustType::Runtime("Binary", Vec::new()),
            Type::FileOr(other) => RustType::Runtime("FileOr", vec![self.ty(other)]),
            Type::Array(element) => RustType::Vec(Box::new(self.ty(element))),
            Type::Tuple(elements) => {
                RustType::Tuple(elements.iter().map(|element| self.ty(element)).collect())
            }
            Type::Map(value) => RustType::Map(Box::new(self.ty(value))),
            Type::Named(id) => self.named(*id),
        }
    }

    /// A type's name in a `Box`. An `Option` stays outside.
    pub(crate) fn boxed(&self, ty: &Type, boxed: bool) -> RustType {
        match ty {
            _ if !boxed => self.ty(ty),
            Type::Nullable(inner) => self.boxed(inner, true).optional(),
            ty => RustType::Box(Box::new(self.ty(ty))),
        }
    }

    /// The type of an argument: strings are borrowed.
    pub(crate) fn argument(&self, ty: &Type) -> RustType {
        match self.api.resolved(ty) {
            Type::String => RustType::Plain("&str"),
            _ => self.ty(ty),
        }
    }

    fn named(&self, id: TypeId) -> RustType {
        if !is_written(self.api, id)
            && let Kind::Alias(target) = &self.api.named(id).kind
        {
            return self.ty(target);
        }
        let path = self.names.of(id);
        let name = &path.name;
        match self.module == Some(&path.module) {
            true => RustType::Local(name.clone()),
            false if path.exported => RustType::Model(format!("models::{name}")),
            false => RustType::Model(format!("models::{}::{name}", path.module)),
        }
    }
}

/// A type of the crate `time`, which needs a wrapper to be read and written.
fn rfc3339(inner: &'static str) -> RustType {
    RustType::Runtime("Rfc3339", vec![RustType::Plain(inner)])
}

/// The name of an integer's type.
pub(crate) fn integer_name(integer: Integer) -> &'static str {
    match integer {
        Integer::I8 => "i8",
        Integer::I16 => "i16",
        Integer::I32 => "i32",
        Integer::I64 => "i64",
        Integer::U8 => "u8",
        Integer::U16 => "u16",
        Integer::U32 => "u32",
        Integer::U64 => "u64",
    }
}
