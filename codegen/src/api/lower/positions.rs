//! Multipart bodies whose parts have no names: arrays, with a part for each element (OpenAPI 3.2 §4.14.5).

use crate::document::openapi::{Encoding, MediaType};
use crate::document::schema::{CountLimit, strictest_count};
use crate::document::{Member, Node, Schema, View as _};

use super::super::model::{Field, FormKind, Kind, Struct, Type};
use super::Lowering;
use super::all_of::Part;
use super::describe::description;
use super::media_type::MULTIPART;
use super::place::Place;
use super::sending::{Sending, part_type};

/// The longest title that names a part.
const MAX_TITLE: usize = 40;

/// What describes the parts: the members of a media type, or of the encoding of a part that has parts.
#[derive(Clone)]
pub(super) struct Positions<'d> {
    /// The schema of the array.
    pub(super) schema: Option<Part<'d>>,
    /// The schema of each element: `itemSchema`.
    pub(super) items: Option<Part<'d>>,
    /// The encodings of the first parts.
    pub(super) prefix_encoding: Option<Member<'d>>,
    /// The encoding of the other parts.
    pub(super) item_encoding: Option<Member<'d>>,
}

impl<'d> Lowering<'d> {
    /// Whether the parts of a body have positions and not names: its media type is a multipart one, and its schema one
    /// of an array or of each part.
    pub(super) fn has_positions(&mut self, place: &Place, bare: &str, media: MediaType<'d>) -> bool {
        if !bare.starts_with("multipart/") {
            return false;
        }
        let schema = media.schema().map(|schema| (place.child(schema.key), schema.schema()));
        let schema =
            schema.and_then(|(place, schema)| self.quietly(|lowering| lowering.innermost_of(place, schema)));
        match schema {
            Some((_, schema)) if !schema.only_annotates() => is_array(schema),
            _ => [media.item_schema(), media.prefix_encoding(), media.item_encoding()]
                .iter()
                .any(Option::is_some),
        }
    }

    /// The type of a body whose parts have positions.
    pub(super) fn parts(&mut self, place: &Place, bare: &str, media: MediaType<'d>) -> Type {
        if let Some(encoding) = media.encoding() {
            let message = "these parts have no names; `prefixEncoding` and `itemEncoding` describe them";
            self.warning(&place.child(encoding.key), "unexpressed-encoding", message, None);
        }
        let at = |member: Option<Member<'d>>| Some((place.child(member?.key), member?.schema()));
        let described = Positions {
            schema: at(media.schema()),
            items: at(media.item_schema()),
            prefix_encoding: media.prefix_encoding(),
            item_encoding: media.item_encoding(),
        };
        let ty = self.positions(&place.child("schema"), place, described);
        if bare == MULTIPART && !self.are_all_named(&ty) {
            let message = format!("the parts of `{MULTIPART}` have names, and those of an array have none");
            let help = "give each part a header `Content-Disposition`, or use `multipart/mixed`";
            self.warning(place, "unexpressed-form", message, Some(help));
        }
        ty
    }

    /// Whether each part has the header that names it.
    fn are_all_named(&self, ty: &Type) -> bool {
        let fields = |ty: &Type| match ty {
            Type::Named(id) => match &self.types[*id].kind {
                Kind::Struct(structure) if structure.form.is_some() => structure.fields.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        fields(ty).iter().all(|field| {
            let part = match &field.ty {
                Type::Array(element) => element,
                ty => ty,
            };
            fields(part).iter().any(|header| header.name.eq_ignore_ascii_case("content-disposition"))
        })
    }

    /// The type of a multipart body whose parts have positions. `made` is its place, `at` that of the encodings.
    pub(super) fn positions(&mut self, made: &Place, at: &Place, described: Positions<'d>) -> Type {
        let array = described.schema.and_then(|(place, schema)| self.innermost_of(place, schema));
        let first = match &array {
            Some((place, schema)) => self.schemas_at(place, schema.prefix_items()),
            None => Vec::new(),
        };
        let count = |limit| array.as_ref().and_then(|(_, schema)| strictest_count(&[*schema], limit));
        let (least, most) = (count(CountLimit::MIN_ITEMS), count(CountLimit::MAX_ITEMS));
        let is_full = most.is_some_and(|most| most <= first.len() as i128);
        let rest = match (described.items, array.as_ref().and_then(|(_, schema)| schema.items())) {
            (Some(items), _) => Some(items),
            (None, Some(items)) if items.is(false) => None,
            (None, Some(items)) => array.as_ref().map(|(place, _)| (place.child(items.key), items.schema())),
            (None, None) => {
                let is_open = first.is_empty() || described.item_encoding.is_some();
                is_open.then(|| (at.child("items"), Schema::of(const { &Node::Bool(true) })))
            }
        };
        let rest = rest.filter(|_| !is_full);
        let encodings = self.encodings(at, described.prefix_encoding);

        let schema = array.as_ref().map_or(Schema::of(const { &Node::Null }), |(_, schema)| *schema);
        let id = self.declare(made, schema);
        let mut structure = Struct::default();
        let mut schemas = first.clone();
        if let Some(rest) = &rest {
            schemas.extend(vec![rest.clone(); encodings.len().saturating_sub(first.len())]);
        }
        for (index, (place, _)) in encodings.iter().enumerate().skip(schemas.len()) {
            let message = format!("there is no part {}, so that this encoding has no effect", index + 1);
            self.warning(place, "unexpressed-encoding", message, None);
        }
        for (index, schema) in schemas.into_iter().enumerate() {
            let is_required = (index as i128) < least.unwrap_or(first.len() as i128);
            let name = position_name(schema.1, index);
            let encoding = encodings.get(index).cloned();
            let mut field = self.part_field(made, &name, schema, encoding);
            field.required = is_required;
            structure.fields.push(field);
        }
        let item_encoding = described.item_encoding.map(|own| (at.child(own.key), Encoding::of(own.value)));
        if let Some((place, encoding)) = &item_encoding {
            self.check_part_encoding(place, *encoding);
            if rest.is_none() {
                let message =
                    "there are no parts beyond those of `prefixItems`, so that this encoding has no effect";
                self.warning(place, "unexpressed-encoding", message, None);
            }
        }
        let has_rest = rest.is_some();
        if let Some(schema) = rest {
            let name = if structure.fields.is_empty() { "parts" } else { "rest" };
            let mut field = self.part_field(made, name, schema, item_encoding);
            field.required = structure.fields.is_empty()
                || least.is_some_and(|least| least > structure.fields.len() as i128);
            field.ty = Type::Array(Box::new(field.ty));
            field.nullable = false;
            structure.fields.push(field);
        }
        structure.form = Some(FormKind::Positions { has_rest });
        self.types.complete(id, Kind::Struct(structure));
        Type::Named(id)
    }

    /// The encodings of an array.
    fn encodings(&mut self, at: &Place, encodings: Option<Member<'d>>) -> Vec<(Place, Encoding<'d>)> {
        let Some((place, encodings)) = self.array_at(at, encodings) else { return Vec::new() };
        let encodings = encodings.iter().enumerate();
        let encodings: Vec<(Place, Encoding<'d>)> =
            encodings.map(|(index, own)| (place.index(index), Encoding::of(own))).collect();
        for (place, encoding) in &encodings {
            self.check_part_encoding(place, *encoding);
        }
        encodings
    }

    /// Reports what is wrong with the encoding of a part without a name, and the styles, which only names have.
    fn check_part_encoding(&mut self, place: &Place, encoding: Encoding<'d>) {
        self.check_members(place, encoding);
        if encoding.style().is_some() || encoding.explode().is_some() || encoding.allow_reserved().is_some() {
            let message = "a style is for fields with names; this part goes by its content type";
            self.warning(place, "unexpressed-encoding", message, None);
        }
    }

    /// The field for a part, or for each of the parts after those with positions of their own.
    fn part_field(
        &mut self,
        made: &Place,
        name: &str,
        (place, schema): Part<'d>,
        encoding: Option<(Place, Encoding<'d>)>,
    ) -> Field {
        let media_types = encoding.as_ref().and_then(|(_, encoding)| encoding.content_type());
        let sending = Sending { encoding, has_parts: true, is_whole: true };
        let mut field = match self.innermost_of(place.clone(), schema) {
            // What its own parts are is found below.
            Some((_, inner)) if is_array(inner) && sending.is_multipart() => {
                Field { description: description(schema.node()), ..Field::new(name, Type::Any) }
            }
            _ => self.field(made, name, &[(place.clone(), schema)], true),
        };
        self.make_part(made, &mut field, (place, schema), &sending);
        if field.description.is_empty() {
            field.description = match media_types {
                Some(types) if part_type(types).is_none() => format!("Of the media type `{types}`."),
                _ => String::new(),
            };
        }
        field
    }
}

/// Whether a schema is one of an array.
pub(super) fn is_array(schema: Schema<'_>) -> bool {
    match schema.single_type() {
        Some(kind) => kind == "array",
        None => schema.items().is_some() || schema.prefix_items().is_some(),
    }
}

/// The name of a part: its title, that of the component that it is, or its position.
fn position_name(schema: Schema<'_>, index: usize) -> String {
    let title = schema.title().filter(|title| title.len() <= MAX_TITLE).map(str::to_owned);
    title.or_else(|| schema.referenced_name()).unwrap_or_else(|| format!("part {}", index + 1))
}
