//! The API as meant: references resolved, anonymous schemas named, cycles found. This room knows neither how the
//! document was written nor how Rust spells it.

mod ambiguous;
mod cycles;
mod explode;
mod lower;
mod model;
mod operation;
mod pages;
mod paging;
mod style;
mod tags;
mod usage;

pub use lower::{LoweredSchema, lower, lower_with_schemas};
pub use model::{
    Bound, Constant, EnumValue, Enumeration, Field, FieldDefault, FormKind, GivenName, Integer, Kind, Name,
    Named, Struct, Type, TypeId, Union, Variant,
};
pub use operation::{
    Body, BodyContent, Callback, ErrorReply, EventForm, Header, KeyLocation, Operation, Parameter,
    ReplyContent, SecurityKind, SecurityScheme, Server, ServerVariable, Success, Tag, UntypedError,
};
pub use paging::{PageForm, Paging, Path};
pub use style::{ArrayFormat, Location, Style, StyleKind};

use crate::formats::Formats;

/// An API: its operations and their types.
#[derive(Debug)]
pub struct Api {
    /// The title of the document.
    pub title: String,
    /// The description of the document.
    pub description: String,
    /// The document's own version.
    pub version: String,
    /// The servers. The first is the default; there is at least one.
    pub servers: Vec<Server>,
    /// The authentication schemes.
    pub security_schemes: Vec<SecurityScheme>,
    /// The operations by tag, in the order of the document.
    pub tags: Vec<Tag>,
    /// The webhooks: requests that the server sends.
    pub webhooks: Vec<Callback>,
    /// Every named type, in the order of the document.
    pub types: Vec<Named>,
    /// The Rust types of strings with a format.
    pub formats: Formats,
}

impl Api {
    /// The named type with an id.
    pub fn named(&self, id: TypeId) -> &Named {
        &self.types[id.0]
    }

    /// All operations.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.tags.iter().flat_map(|tag| &tag.operations)
    }

    /// A type with aliases followed to what they stand for.
    pub fn resolved<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut ty = ty;
        while let Type::Named(id) = ty
            && let Named { kind: Kind::Alias(target), recursive: false, .. } = self.named(*id)
        {
            ty = target;
        }
        ty
    }
}
