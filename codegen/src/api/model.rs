//! Types: those that JSON has, and those that the document names.

use super::style::Style;

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Any JSON at all.
    Any,
    /// `null` or the type.
    Nullable(Box<Type>),
    /// A boolean.
    Boolean,
    /// An integer.
    Integer(Integer),
    /// A number of 64 bits.
    Double,
    /// A number of 32 bits.
    Float,
    /// A string.
    String,
    /// A string that is an instant (RFC 3339).
    DateTime,
    /// A string that is a day (RFC 3339 `full-date`).
    Date,
    /// A string that is a UUID (RFC 9562).
    Uuid,
    /// A string that is Base64 (RFC 4648 §4).
    Base64,
    /// A string that is not to be shown.
    Secret,
    /// Bytes in a form, streamed.
    Binary,
    /// Bytes in a form, streamed, or a value of the type in their place.
    FileOr(Box<Type>),
    /// An array.
    Array(Box<Type>),
    /// An array of a known length with a type for each element.
    Tuple(Vec<Type>),
    /// An object whose keys are not known.
    Map(Box<Type>),
    /// A type that has a name.
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

    /// The named type that this is.
    pub fn id(&self) -> Option<TypeId> {
        match self {
            Self::Named(id) => Some(*id),
            _ => None,
        }
    }

    /// Visits this type and every type that it is made of, the outer ones first. Does not look into named types.
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
            | Self::Float
            | Self::String
            | Self::DateTime
            | Self::Date
            | Self::Uuid
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

/// The place of a [`Named`] type in [`Api::types`](super::Api::types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A type that has a name.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name, in the document's words.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Whether it is on its way out.
    pub deprecated: bool,
    /// What it is.
    pub kind: Kind,
    /// Whether it holds itself through aliases alone, so that it must be a type of its own.
    pub recursive: bool,
    /// Whether a request's body or parameters have it.
    pub sent: bool,
    /// Whether a reply has it.
    pub received: bool,
    /// Whether nothing has it: what stood for it in a form is a file.
    pub unused: bool,
    /// Values of it that the document shows, as JSON.
    pub examples: Vec<String>,
}

/// What a type is called: by the component or operation it stands in, and the way from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The component's or operation's name.
    pub root: String,
    /// Whether `root` is an operation, which gives a room to types but is none itself.
    pub operation: bool,
    /// The way from the root to an anonymous schema; empty for a component.
    pub path: Vec<String>,
}

/// What a [`Named`] type is.
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
    /// Visits every type that a type of this kind is made of, as [`Type::walk`] does.
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
    /// The type of the properties that are not known, where they are kept.
    pub additional: Option<Type>,
    /// Whether the schema allows no other properties.
    pub closed: bool,
    /// Whether it is the body of a form: its files stream.
    pub form: bool,
    /// Numbers that the document gives with it.
    pub constants: Vec<Constant>,
}

impl Struct {
    /// Whether it has files, which only a form can hold.
    pub fn has_files(&self) -> bool {
        self.fields.iter().any(|field| match &field.ty {
            Type::Binary | Type::FileOr(_) => true,
            Type::Array(element) => **element == Type::Binary,
            _ => false,
        })
    }
}

/// A property.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: String,
    /// Its type, without the `null` that stands for nothing.
    pub ty: Type,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// Whether its type needs an indirection here, to be of finite size.
    pub boxed: bool,
    /// What it is for.
    pub description: String,
    /// Whether it is on its way out.
    pub deprecated: bool,
    /// The numbers, booleans or strings that it can be, as JSON without quotes, where the document lists them and its
    /// type does not say them.
    pub values: Vec<String>,
    /// Whether a missing property and `null` are kept apart.
    pub keeps_null: bool,
    /// What stands for it when a reply lacks it.
    pub default: FieldDefault,
    /// Whether only replies have it.
    pub read_only: bool,
    /// Whether only requests have it.
    pub write_only: bool,
    /// What its values are bound to.
    pub bounds: Vec<Bound>,
    /// The media type of its part of a form, where the document's `encoding` gives one.
    pub content_type: Option<String>,
    /// How it is written in a form in the URL's encoding, where the document's `encoding` says.
    pub style: Option<Style>,
}

/// What stands for a property that a reply lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldDefault {
    /// Nothing: a required one that is missing is an error.
    None,
    /// The only value that it can have.
    OnlyValue,
    /// Nothing, and that is no error: the document requires it, but says nothing of what it is, which happens to
    /// what is left over from an earlier form of a schema.
    Undescribed,
}

/// A limit that a keyword sets to a property's values.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The keyword.
    pub keyword: &'static str,
    /// The limit, in the property's own type or as a count.
    pub value: i128,
    /// Whether the limit is a value of the property's type, and not a count of characters, bytes or elements.
    pub of_value: bool,
}

/// A number that the document gives in `x-constants`.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// The number.
    pub value: u64,
    /// What it is.
    pub description: String,
}

/// One of several strings, and any other that the server may come to have.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// The strings.
    pub values: Vec<EnumValue>,
    /// The one that is meant where none is given.
    pub default: Option<usize>,
}

/// One value of an [`Enumeration`].
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The string.
    pub value: String,
    /// What it means.
    pub description: String,
}

/// One of several types.
#[derive(Clone, Debug)]
pub struct Union {
    /// The types, in the order in which a value is tried against them.
    pub variants: Vec<Variant>,
    /// The property whose value tells them apart.
    pub tag: Option<String>,
}

/// One type of a [`Union`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// What to call it.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// Whether the type needs an indirection here, to be of finite size.
    pub boxed: bool,
    /// What the tag is for this type; the empty string: it may be missing. Empty: the tag says nothing of it.
    pub tags: Vec<String>,
    /// Whether the type has no field for the tag, so that the union writes it.
    pub writes_tag: bool,
    /// Where another variant has the same tag: the property that tells them apart, and its values for this type.
    pub also: Option<(String, Vec<String>)>,
    /// What it is for.
    pub description: String,
}
