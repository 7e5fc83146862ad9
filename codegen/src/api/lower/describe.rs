//! Descriptions and examples, as the document has them.

use crate::description::closed;
use crate::document::openapi::{Description, Example, ExternalDocs, Reference};
use crate::document::{Member, Node, Schema, View as _};

use super::Lowering;
use super::place::Place;

/// The maximum size of an example of a request, in bytes of JSON.
const MAX_EXAMPLE: usize = 10_000;

impl<'d> Lowering<'d> {
    /// The example of a parameter or media type: the only one, or the first of several. One that cannot be found is
    /// left out.
    pub(super) fn example(
        &self,
        place: &Place,
        one: Option<Member<'d>>,
        several: Option<Member<'d>>,
    ) -> Option<String> {
        let document = self.document;
        let first = || {
            let (_, first) = several?.entries().next()?;
            let example = match Reference::of(first).reference() {
                Some(reference) => document.resolve(&place.file, reference).ok()?.node,
                None => first,
            };
            let example = Example::of(example);
            Some(example.value().or_else(|| example.data_value())?.value)
        };
        let example = one.map(|one| one.value).or_else(first)?.to_json();
        (example.len() <= MAX_EXAMPLE).then_some(example)
    }
}

/// The description of an object, else its title, and a link to further documentation.
pub(super) fn description(node: &Node) -> String {
    let about = Description::of(node);
    let text = |text: Option<&str>| {
        text.map(str::trim).filter(|text| !text.is_empty()).map(|text| closed(text).into_owned())
    };
    let own = text(about.description()).or_else(|| text(about.title())).unwrap_or_default();
    match further_docs(node) {
        None => own,
        Some(more) if own.is_empty() => more,
        Some(more) => format!("{own}\n\n{more}"),
    }
}

/// The sentence that links to the `externalDocs` of an object.
pub(super) fn further_docs(node: &Node) -> Option<String> {
    let docs = ExternalDocs::of(Description::of(node).external_docs()?.value);
    let url = docs.url().map(str::trim);
    let url = url.filter(|url| !url.is_empty() && !url.contains(['<', '>', ' ', '\n']))?;
    let about = docs.description().map(str::trim).and_then(|text| text.lines().next()).unwrap_or_default();
    Some(match about.trim_end_matches('.') {
        "" => format!("See <{url}>."),
        about => format!("{about}: <{url}>."),
    })
}

/// The examples of a schema, as JSON.
pub(super) fn examples(schema: Schema<'_>) -> Vec<String> {
    let several = schema.examples().map(Member::elements).unwrap_or_default();
    let one = schema.example().map(|example| example.value);
    one.into_iter().chain(several).map(Node::to_json).collect()
}
