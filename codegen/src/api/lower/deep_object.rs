//! Deep objects: OpenAPI says how their members are written, and leaves undefined how arrays and objects in them are.

use crate::document::{Member, Node};

use super::super::model::{Kind, Type};
use super::super::style::ArrayFormat;
use super::Lowering;
use super::place::Place;

/// The extension that says how arrays in a deep object are written.
const EXTENSION: &str = "x-array-format";

impl Lowering<'_> {
    /// How arrays are written in a deep object at `place`, as its extension says.
    pub(super) fn array_format(&mut self, place: &Place, extension: Option<Member<'_>>) -> ArrayFormat {
        match extension.map(|member| Node::as_str(member.value)) {
            None => ArrayFormat::Indices,
            Some(Some("indices")) => ArrayFormat::Indices,
            Some(Some("brackets")) => ArrayFormat::Brackets,
            Some(Some("repeat")) => ArrayFormat::Repeat,
            Some(Some("comma")) => ArrayFormat::Comma,
            Some(_) => {
                let message = format!(
                    "`{EXTENSION}` must be `indices`, `brackets`, `repeat` or `comma`; `indices` is used"
                );
                self.warning(&place.child(EXTENSION), "unknown-array-format", message, None);
                ArrayFormat::Indices
            }
        }
    }

    /// Warns once of all deep objects that have arrays or objects in them.
    pub(super) fn report_deep_objects(&mut self) {
        let places = std::mem::take(&mut self.report.deep_objects);
        let mut undefined = places.iter().filter(|(_, ty)| self.is_undefined(ty));
        let Some((place, _)) = undefined.next() else { return };
        let others = match undefined.count() {
            0 => String::new(),
            1 => ", here and in one other place".to_owned(),
            count => format!(", here and in {count} other places"),
        };
        let message = format!(
            "OpenAPI leaves undefined how arrays and objects within a `deepObject` are written{others}; they are \
             sent as `a[0]=…` and `a[b][c]=…`, unless `{EXTENSION}` says otherwise"
        );
        let help =
            format!("`{EXTENSION}: brackets` sends `a[]=…`, `repeat` sends `a=…&a=…`, `comma` sends `a=…,…`");
        self.warning(place, "undefined-deep-object", message, Some(&help));
    }

    /// Whether a deep object of the type contains something that OpenAPI does not define.
    fn is_undefined(&self, ty: &Type) -> bool {
        match ty {
            Type::Array(_) | Type::Tuple(_) => true,
            Type::Nullable(inner) => self.is_undefined(inner),
            Type::Map(value) => self.is_compound(value),
            Type::Named(id) => match &self.types[*id].kind {
                Kind::Struct(structure) => {
                    let additional = structure.additional.iter().filter(|ty| **ty != Type::Any);
                    structure
                        .fields
                        .iter()
                        .map(|field| &field.ty)
                        .chain(additional)
                        .any(|ty| self.is_compound(ty))
                }
                Kind::Alias(target) => target.id() != Some(*id) && self.is_undefined(target),
                Kind::Union(_) | Kind::Enumeration(_) => false,
            },
            _ => false,
        }
    }

    fn is_compound(&self, ty: &Type) -> bool {
        match ty {
            Type::Array(_) | Type::Tuple(_) | Type::Map(_) => true,
            Type::Nullable(inner) => self.is_compound(inner),
            Type::Named(id) => match &self.types[*id].kind {
                Kind::Struct(_) => true,
                Kind::Alias(target) => target.id() != Some(*id) && self.is_compound(target),
                Kind::Union(_) | Kind::Enumeration(_) => false,
            },
            _ => false,
        }
    }
}
