//! Files within values that are written as JSON or text.

use foldhash::HashSet;

use crate::document::{Member, Schema};

use super::Lowering;
use super::all_of::Part;
use super::binary::says_binary;
use super::place::Place;

/// The schemas that are known to have no files.
#[derive(Default)]
pub(super) struct Fileless(HashSet<Place>);

impl<'d> Lowering<'d> {
    /// Finds bytes in a value: the place of their schema.
    pub(super) fn file_within(&mut self, place: Place, schema: Schema<'d>) -> Option<Place> {
        let mut seen = HashSet::default();
        let mut left = vec![(place, schema)];
        while let Some((place, schema)) = left.pop() {
            let followed = self.quietly(|lowering| lowering.follow_schema(&place, schema));
            let Some((place, schema)) = followed else { continue };
            if self.fileless.0.contains(&place) || !seen.insert(place.clone()) {
                continue;
            }
            if says_binary(schema) {
                return Some(place);
            }
            left.extend(within(&place, schema));
        }
        self.fileless.0.extend(seen);
        None
    }
}

/// The schemas of the values within a value that is sent.
fn within<'d>(place: &Place, schema: Schema<'d>) -> Vec<Part<'d>> {
    let lists = [schema.all_of(), schema.one_of(), schema.any_of(), schema.prefix_items()];
    let lists = lists.into_iter().flatten().flat_map(|list| {
        let place = place.child(list.key);
        list.schemas()
            .enumerate()
            .map(move |(index, schema)| (place.index(index), schema))
            .collect::<Vec<_>>()
    });
    let maps = [schema.properties(), schema.pattern_properties()].into_iter().flatten().flat_map(|map| {
        let place = place.child(map.key);
        map.entries().map(move |(name, node)| (place.child(name), Schema::of(node))).collect::<Vec<_>>()
    });
    let others = [schema.items(), schema.additional_properties(), schema.unevaluated_properties()];
    let others = others.into_iter().flatten().map(|own: Member<'d>| (place.child(own.key), own.schema()));
    let all = lists.chain(maps).chain(others);
    all.filter(|(_, schema)| schema.as_object().is_some() && schema.read_only() != Some(true)).collect()
}
