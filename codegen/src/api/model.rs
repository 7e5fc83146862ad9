//! The types of JSON, and the types that the document names.

use super::style::Style;
use crate::document::Pointer;

/// A Rust name that the document gives with `x-rust-name`, and where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenName {
    /// The name.
    pub name: String,
    /// The file.
    pub file: String,
    /// The pointer to `x-rust-name`.
    pub pointer: Pointer,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Any JSON value.
    Any,
    /// `null` or the type.
    Nullable(Box<Type>),
    /// A boolean.
    Boolean,
    /// An integer.
    Integer(Integer),
    /// A number with a fraction: 64 bits, for the format `float` too. Servers send digits that 32 bits would lose.
    Double,
    /// A string.
    String,
    /// A date and time (RFC 3339).
    DateTime,
    /// A date (RFC 3339 `full-date`).
    Date,
    /// A UUID (RFC 9562).
    Uuid,
    /// A time of day.
    Time,
    /// A duration (ISO 8601).
    Duration,
    /// A decimal number as text.
    Decimal,
    /// Bytes, encoded in Base64 (RFC 4648 §4).
    Base64,
    /// A string that must not be shown.
    Secret,
    /// Bytes of a form, streamed.
    Binary,
    /// Bytes of a form, streamed, or a value of the type.
    FileOr(Box<Type>),
    /// An array.
    Array(Box<Type>),
    /// An array of a fixed length with a type for each element.
    Tuple(Vec<Type>),
    /// An object with any keys.
    Map(Box<Type>),
    /// A named type.
    Named(TypeId),
}

impl Type {
    /// The same type, or `null`.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self {
            Self::Nullable(_) | Self::Any => self,
            other => Self::Nullable(Box::new(other)),
        }
    }

    /// The id, if this is a named type.
    pub fn id(&self) -> Option<TypeId> {
        match self {
            Self::Named(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether it is a file, or may be one.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::Binary | Self::FileOr(_))
    }

    /// Whether it is an array whose elements are files, or may be.
    pub fn is_files(&self) -> bool {
        matches!(self, Self::Array(element) if element.is_file())
    }

    /// Visits this type and every type within it, the outer ones first. Does not look into named types.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Nullable(inner) | Self::FileOr(inner) | Self::Array(inner) | Self::Map(inner) => {
                inner.walk(visit);
            }
            Self::Tuple(elements) => elements.iter().for_each(|element| element.walk(visit)),
            Self::Any
            | Self::Boolean
            | Self::Integer(_)
            | Self::Double
            | Self::String
            | Self::DateTime
            | Self::Date
            | Self::Uuid
            | Self::Time
            | Self::Duration
            | Self::Decimal
            | Self::Base64
            | Self::Secret
            | Self::Binary
            | Self::Named(_) => {}
        }
    }
}

/// The range of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is Rust's type of that name")]
pub enum Integer {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
}

/// The index of a [`Named`] type in [`Api::types`](super::Api::types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A named type.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name, in the words of the document.
    pub name: Name,
    /// Its Rust name, if the document gives one.
    pub given: Option<GivenName>,
    /// Its description.
    pub description: String,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Its kind.
    pub kind: Kind,
    /// Whether it contains itself through aliases alone, so that it must be a type of its own.
    pub recursive: bool,
    /// Whether a request contains it.
    pub sent: bool,
    /// Whether a reply contains it.
    pub received: bool,
    /// Whether nothing uses it, because a form has a file in its place.
    pub unused: bool,
    /// Examples from the document, as JSON.
    pub examples: Vec<String>,
}

/// The name of a type: the component or operation that contains it, and the way from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The name of the component or operation.
    pub root: String,
    /// Whether `root` is an operation, which is a module of types but not a type.
    pub operation: bool,
    /// The way from the root to an anonymous schema. Empty for a component.
    pub path: Vec<String>,
}

/// The kind of a [`Named`] type.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Another name for a type.
    Alias(Type),
    /// Known properties.
    Struct(Struct),
    /// One of several strings.
    Enumeration(Enumeration),
    /// One of several types.
    Union(Union),
}

impl Kind {
    /// Visits every type within a type of this kind, as [`Type::walk`] does.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Type)) {
        match self {
            Self::Alias(ty) => ty.walk(visit),
            Self::Struct(structure) => {
                structure.fields.iter().for_each(|field| field.ty.walk(visit));
                structure.additional.iter().for_each(|ty| ty.walk(visit));
            }
            Self::Enumeration(_) => {}
            Self::Union(union) => union.variants.iter().for_each(|variant| variant.ty.walk(visit)),
        }
    }
}

/// An object with known properties.
#[derive(Clone, Debug, Default)]
pub struct Struct {
    /// The properties.
    pub fields: Vec<Field>,
    /// The type of other properties, if they are kept.
    pub additional: Option<Type>,
    /// Whether the schema allows no other properties.
    pub closed: bool,
    /// What it is in the body of a form or of another multipart type, where its files stream. `None`: it is JSON only.
    pub form: Option<FormKind>,
    /// The constants in `x-constants`.
    pub constants: Vec<Constant>,
}

impl Struct {
    /// Whether it contains files or parts, which only a form and other multipart types can.
    pub fn has_files(&self) -> bool {
        let is_file = |ty: &Type| ty.is_file() || ty.is_files();
        matches!(self.form, Some(FormKind::Positions { .. } | FormKind::Part))
            || self.fields.iter().any(|field| field.is_part || is_file(&field.ty))
            || self.additional.as_ref().is_some_and(is_file)
    }
}

/// What a struct is in the body of a form or of another multipart type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// Fields with names.
    Fields,
    /// Parts without names, in order.
    Positions {
        /// Whether the last field has all the parts that come after those of the others.
        has_rest: bool,
    },
    /// A part: its content, then its headers.
    Part,
}

/// A property.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in JSON.
    pub name: String,
    /// The Rust name, if the document gives one.
    pub given: Option<GivenName>,
    /// The type, without `null`.
    pub ty: Type,
    /// Whether the property is required.
    pub required: bool,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// Whether the type needs a `Box` here, so that its size is finite.
    pub boxed: bool,
    /// The description.
    pub description: String,
    /// Whether the property is deprecated.
    pub deprecated: bool,
    /// The numbers, booleans or strings that the document lists and the type does not express, as JSON without
    /// quotes.
    pub values: Vec<String>,
    /// Whether a missing property and `null` are different states.
    pub keeps_null: bool,
    /// The value of a property that a reply lacks.
    pub default: FieldDefault,
    /// Whether only replies have it.
    pub read_only: bool,
    /// Whether only requests have it.
    pub write_only: bool,
    /// The limits of its values.
    pub bounds: Vec<Bound>,
    /// The media type of its part in a form, from the document's `encoding`.
    pub content_type: Option<String>,
    /// The style of the field in a form, or of a part's header.
    pub style: Option<Style>,
    /// Whether its type, or that of its elements, is a struct of a part with headers or of parts within a part.
    pub is_part: bool,
    /// An example from the document, as JSON.
    pub example: Option<String>,
}

impl Field {
    /// A required field that has a name and a type, and nothing else.
    pub(super) fn new(name: &str, ty: Type) -> Self {
        Self {
            name: name.to_owned(),
            given: None,
            ty,
            required: true,
            nullable: false,
            boxed: false,
            description: String::new(),
            deprecated: false,
            values: Vec::new(),
            keeps_null: false,
            default: FieldDefault::None,
            read_only: false,
            write_only: false,
            bounds: Vec::new(),
            content_type: None,
            style: None,
            is_part: false,
            example: None,
        }
    }
}

/// The value of a property that a reply lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldDefault {
    /// None. A missing required property is an error.
    None,
    /// The only value that the property can have.
    OnlyValue,
    /// None, and that is not an error: the document requires the property but does not describe it. This happens when
    /// an earlier form of the schema left it behind.
    Undescribed,
}

/// A limit that a keyword sets on the values of a property.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The keyword.
    pub keyword: &'static str,
    /// The limit: a value of the property's type, or a count.
    pub value: i128,
    /// Whether the limit is a value of the property's type, and not a count of characters, bytes or elements.
    pub of_value: bool,
}

/// A constant from `x-constants`.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// The number.
    pub value: u64,
    /// The description.
    pub description: String,
}

/// One of several strings, or a string that the document does not list.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// The strings.
    pub values: Vec<EnumValue>,
    /// The index of the default.
    pub default: Option<usize>,
}

/// One value of an [`Enumeration`].
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The string itself.
    pub value: String,
    /// The Rust name, if the document gives one.
    pub given: Option<GivenName>,
    /// The description.
    pub description: String,
}

/// One of several types.
#[derive(Clone, Debug)]
pub struct Union {
    /// The types, in the order in which a value is tried against them.
    pub variants: Vec<Variant>,
    /// The property whose value distinguishes the variants.
    pub tag: Option<String>,
}

/// One type of a [`Union`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name of the variant.
    pub name: String,
    /// The Rust name, if the document gives one.
    pub given: Option<GivenName>,
    /// The type.
    pub ty: Type,
    /// Whether the type needs a `Box` here, so that its size is finite.
    pub boxed: bool,
    /// The values of the tag for this type. An empty string means that the tag may be missing. No values: the tag
    /// does not select this type.
    pub tags: Vec<String>,
    /// Whether a value without the tag, or with one that no variant has, is of this type.
    pub is_default: bool,
    /// Whether the type has no field for the tag, so that the union writes it.
    pub writes_tag: bool,
    /// The property that distinguishes this variant from others with the same tag, and its values for this type.
    pub also: Option<(String, Vec<String>)>,
    /// The description.
    pub description: String,
}
