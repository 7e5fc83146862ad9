//! The data of server-sent events that `contentSchema` describes: text in the event, and a value in Rust.

use foldhash::HashSet;

use crate::document::openapi::{METHODS, MediaType, Operation, PathItem, Response, Root};
use crate::document::{Member, Node, Schema, View as _};

use super::Lowering;
use super::media_type::{bare, is_json};
use super::place::Place;

/// How deep schemas of events are searched.
const MAX_DEPTH: usize = 8;

/// The places of the schemas of data that is JSON.
pub(super) type EventData = HashSet<Place>;

impl<'d> Lowering<'d> {
    /// Finds the data of the events that `itemSchema` describes. It is lowered as its `contentSchema`.
    pub(super) fn find_event_data(&mut self) {
        let Some(paths) = Root::of(self.document.root()).paths() else { return };
        let place = self.root().child(paths.key);
        for (path, item) in paths.entries() {
            let Some((place, item)) = self.follow_silently(&place.child(path), item) else { continue };
            let own = item.as_object().into_iter().flatten();
            let own = own.filter(|(method, _)| METHODS.contains(&method.as_str()));
            let own = own.map(|(method, operation)| (place.child(method), operation));
            let more = PathItem::of(item).additional_operations().into_iter().flat_map(|more| {
                let place = place.child(more.key);
                more.entries().map(move |(method, operation)| (place.child(method), operation))
            });
            for (place, operation) in own.chain(more).collect::<Vec<_>>() {
                if let Some((place, operation)) = self.follow_silently(&place, operation) {
                    self.event_data_of(&place, Operation::of(operation));
                }
            }
        }
    }

    fn event_data_of(&mut self, place: &Place, operation: Operation<'d>) {
        for (status, response) in operation.responses().into_iter().flat_map(Member::entries) {
            let place = place.child("responses").child(status);
            let Some((place, response)) = self.follow_silently(&place, response) else { continue };
            for (place, media_type, media) in self.members_at(&place, Response::of(response).content()) {
                if bare(media_type) == "text/event-stream"
                    && let Some((place, media)) = self.follow_silently(&place, media)
                    && let Some(item) = MediaType::of(media).item_schema()
                {
                    self.event_data_in(&place.child(item.key), item.value, MAX_DEPTH);
                }
            }
        }
    }

    /// Notes the data of an event, in the schemas that its schema combines too.
    fn event_data_in(&mut self, place: &Place, event: &'d Node, depth: usize) {
        let Some((place, event)) = self.follow_silently(place, event).filter(|_| depth > 0) else { return };
        let schema = Schema::of(event);
        if let Some(properties) = schema.properties()
            && let Some(data) = properties.value.get("data")
        {
            let place = place.child(properties.key).child("data");
            let is_json =
                Schema::of(data).content_media_type().is_none_or(|media_type| is_json(&bare(media_type)));
            if is_json && Schema::of(data).content_schema().is_some() {
                self.event_data.insert(place);
            }
        }
        for member in [schema.all_of(), schema.any_of(), schema.one_of()].into_iter().flatten() {
            for (index, part) in member.elements().iter().enumerate() {
                self.event_data_in(&place.child(member.key).index(index), part, depth - 1);
            }
        }
    }

    /// The schema of the value that is written as text at a place.
    pub(super) fn data_schema(&self, place: &Place, schema: Schema<'d>) -> Option<(Place, Schema<'d>)> {
        let content = schema.content_schema().filter(|_| self.event_data.contains(place))?;
        Some((place.child(content.key), content.schema()))
    }
}
