//! The API as meant: references resolved, anonymous schemas named, cycles found. Knows nothing of how the
//! document was written, nor of Rust's spelling.

mod ambiguous;
mod cycles;
mod lower;
mod model;
mod operation;
mod style;
mod tags;
mod usage;

pub use lower::{LoweredSchema, lower, lower_with_schemas};
pub use model::{
    Bound, Constant, EnumValue, Enumeration, Field, FieldDefault, Integer, Kind, Name, Named, Struct, Type,
    TypeId, Union, Variant,
};
pub use operation::{
    Body, BodyContent, Callback, ErrorReply, EventForm, Header, KeyLocation, Operation, Parameter,
    ReplyContent, SecurityKind, SecurityScheme, Server, ServerVariable, Success, Tag, UntypedError,
};
pub use style::{ArrayFormat, Location, Style, StyleKind};

/// An API: what can be asked of it, and of what types that is.
#[derive(Debug)]
pub struct Api {
    /// What the document calls itself.
    pub title: String,
    /// What the document says of itself.
    pub description: String,
    /// The document's own version.
    pub version: String,
    /// The servers, the first being the default; never empty.
    pub servers: Vec<Server>,
    /// The ways to show whose a request is.
    pub security_schemes: Vec<SecurityScheme>,
    /// The operations by tag, in the order of the document.
    pub tags: Vec<Tag>,
    /// The requests that the server sends of its own accord.
    pub webhooks: Vec<Callback>,
    /// Every named type, in the order of the document.
    pub types: Vec<Named>,
}

impl Api {
    /// The named type with an id.
    pub fn named(&self, id: TypeId) -> &Named {
        &self.types[id.0]
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
