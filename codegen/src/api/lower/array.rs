//! Arrays: lists of one type, and tuples.

use crate::document::schema::{CountLimit, strictest_count};
use crate::document::{Member, Node, Schema};

use super::super::model::Type;
use super::Lowering;
use super::all_of::{Part, schemas_of};
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The type of an array that matches all of `parts`.
    pub(super) fn array(&mut self, place: &Place, parts: &[Part<'d>]) -> Type {
        let mut first: Vec<Vec<Part<'d>>> = Vec::new();
        let mut items: Vec<Part<'d>> = Vec::new();
        for (place, schema) in parts {
            for (index, part) in self.schemas_at(place, schema.prefix_items()).into_iter().enumerate() {
                match first.get_mut(index) {
                    Some(schemas) => schemas.push(part),
                    None => first.push(vec![part]),
                }
            }
            let rest = schema.items().into_iter().chain(unevaluated_items(*schema));
            items.extend(rest.map(|member| (place.child(member.key), member.schema())));
        }
        if !first.is_empty() {
            return self.tuple(place, parts, first, &items);
        }
        let item = match items.as_slice() {
            [] => Type::Any,
            [(place, schema)] => self.schema(place, *schema),
            schemas => {
                let place = self.made_place(place, "item");
                self.all(&place, schemas)
            }
        };
        Type::Array(Box::new(item))
    }

    /// An array whose first elements have their own schemas. If its length is not fixed, it is a list.
    fn tuple(
        &mut self,
        place: &Place,
        parts: &[Part<'d>],
        first: Vec<Vec<Part<'d>>>,
        items: &[Part<'d>],
    ) -> Type {
        let schemas = schemas_of(parts);
        let length = first.len() as i128;
        let is_closed = items.iter().any(|(_, item)| *item.node() == Node::Bool(false));
        let at_most = strictest_count(&schemas, CountLimit::MAX_ITEMS).filter(|most| *most <= length);
        let most = at_most.or(is_closed.then_some(length));
        let types = first.iter().enumerate().map(|(index, schemas)| match schemas.as_slice() {
            [(place, schema)] => self.schema(place, *schema),
            schemas => {
                let place = self.made_place(place, &format!("item {}", index + 1));
                self.all(&place, schemas)
            }
        });
        let mut types: Vec<Type> = types.collect();
        if let Some(most) = most
            && most > 0
            && strictest_count(&schemas, CountLimit::MIN_ITEMS).is_some_and(|least| least >= most)
        {
            types.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            return Type::Tuple(types);
        }
        if most.is_none() {
            let rest = match items {
                [] => Type::Any,
                [(place, schema)] => self.schema(place, *schema),
                schemas => {
                    let place = self.made_place(place, "item");
                    self.all(&place, schemas)
                }
            };
            types.push(rest);
        }
        types.dedup();
        if let [only] = types.as_slice() {
            return Type::Array(Box::new(only.clone()));
        }
        let message = "the length of this array is not fixed; it is read as a list of anything";
        let help = "`items: false` with `minItems` makes it a tuple";
        let place = parts.last().map_or(place, |(place, _)| place);
        self.warning(place, "open-tuple", message, Some(help));
        Type::Array(Box::new(Type::Any))
    }
}

/// The schema of the elements after `prefixItems`, where nothing else in the schema can evaluate them.
fn unevaluated_items(schema: Schema<'_>) -> Option<Member<'_>> {
    let is_alone = schema.items().is_none()
        && schema.contains().is_none()
        && schema.condition().is_none()
        && schema.all_of().is_none()
        && !schema.is_union()
        && !schema.refers()
        && schema.dependent_schemas().is_none();
    schema.unevaluated_items().filter(|_| is_alone && schema.prefix_items().is_some())
}
