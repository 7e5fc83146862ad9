//! Operations: where they are, their parameters, bodies and responses.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::value::{Value, elements, member, members, root, settled};
use super::{Breaks, Comparison, Direction, Effect, Scope, Side, Sides};
use crate::document::openapi::METHODS;
use crate::document::{Document, Node};

/// An operation and its path.
#[derive(Clone)]
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    item: Value<'a>,
    value: Value<'a>,
}

impl<'a> Operation<'a> {
    fn id(&self) -> Option<&'a str> {
        self.value.node.get("operationId").and_then(Node::as_str)
    }

    fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.node.get("tags").and_then(Node::as_array).into_iter().flatten().filter_map(Node::as_str)
    }
}

/// Compares all operations of our document.
pub(super) fn compare(comparison: &mut Comparison<'_>, scope: Scope) {
    let (ours, published) = (comparison.ours, comparison.published);
    if scope == Scope::Everything {
        comparison.servers();
    }
    let our_paths = member(&root(ours), "paths").unwrap_or(root(ours));
    let their_paths = member(&root(published), "paths").unwrap_or(root(published));
    let our_operations = operations(ours, &our_paths);
    let their_operations = operations(published, &their_paths);
    let mut found = BTreeSet::new();
    for our in &our_operations {
        let same_id = |their: &&Operation<'_>| our.id().is_some() && their.id() == our.id();
        let same_place = |their: &&Operation<'_>| (their.path, their.method) == (our.path, our.method);
        // A duplicate id is made distinct by the path.
        let their = their_operations.iter().find(|their| same_id(their) && same_place(their));
        let their = their.or_else(|| their_operations.iter().find(same_id));
        let their = their.or_else(|| their_operations.iter().find(same_place));
        match their {
            Some(their) => {
                found.insert((their.path, their.method));
                comparison.operations(our, their);
            }
            None => comparison.note_part(
                (&our_paths, &their_paths),
                &[our.path, our.method],
                (Some(&our.value), None),
                Some(Breaks::Both),
            ),
        }
    }
    let tags: BTreeSet<&str> = our_operations.iter().flat_map(Operation::tags).collect();
    for their in &their_operations {
        let is_in_scope = scope == Scope::Everything || their.tags().any(|tag| tags.contains(tag));
        if !found.contains(&(their.path, their.method)) && is_in_scope {
            let parts = (None, Some(&their.value));
            comparison.note_part((&our_paths, &their_paths), &[their.path, their.method], parts, None);
        }
    }
}

fn operations<'a>(document: &'a Document, paths: &Value<'a>) -> Vec<Operation<'a>> {
    members(paths)
        .flat_map(|(path, item)| {
            let item = settled(document, item);
            let more = member(&item, "additionalOperations");
            let more: Vec<_> = more.iter().flat_map(members).collect();
            members(&item)
                .filter(|(method, _)| METHODS.contains(method))
                .chain(more)
                .map(|(method, value)| Operation { path, method, item: item.clone(), value })
                .collect::<Vec<_>>()
        })
        .collect()
}

impl Comparison<'_> {
    /// Compares the URLs of the servers. A document without servers has `/`.
    fn servers(&mut self) {
        let urls = |document: &Document| -> Vec<Node> {
            let servers = document.root().get("servers").and_then(Node::as_array).into_iter().flatten();
            let urls: Vec<Node> = servers.filter_map(|server| server.get("url").cloned()).collect();
            if urls.is_empty() { vec![Node::String("/".to_owned())] } else { urls }
        };
        let (our, their) = (urls(self.ours), urls(self.published));
        if our != their {
            let breaks = (!their.contains(&our[0])).then_some(Breaks::Requests);
            let (ours, published) = (root(self.ours), root(self.published));
            let places =
                [&ours, &published].map(|root| member(root, "servers").unwrap_or_else(|| root.clone()));
            let sides = Sides {
                ours: Side { place: &places[0], node: Some(Node::Array(our)) },
                published: Side { place: &places[1], node: Some(Node::Array(their)) },
            };
            self.note(&ours, &["servers"], sides, breaks);
        }
    }

    fn operations(&mut self, ours: &Operation<'_>, published: &Operation<'_>) {
        let place = |operation: &Operation<'_>| {
            Some(Node::String(format!("{} {}", operation.method, plain_path(operation.path))))
        };
        if place(ours) != place(published) {
            let sides = Sides {
                ours: Side { place: &ours.value, node: place(ours) },
                published: Side { place: &published.value, node: place(published) },
            };
            self.note(&ours.value, &["path"], sides, Some(Breaks::Both));
        }
        if ours.id() != published.id() {
            let id = |operation: &Operation<'_>| operation.id().map(|id| Node::String(id.to_owned()));
            let sides = Sides {
                ours: Side { place: &ours.value, node: id(ours) },
                published: Side { place: &published.value, node: id(published) },
            };
            self.note(&ours.value, &["operationId"], sides, None);
        }
        self.flag(&ours.value, &published.value, "deprecated", None);
        self.security(ours, published);
        self.parameters(ours, published);
        match (request_body(self.ours, ours), request_body(self.published, published)) {
            (Some(our), Some(their)) => {
                self.flag(&our, &their, "required", Some(Breaks::Requests));
                self.contents(&our, &their, Direction::Request);
            }
            (None, None) => {}
            (our, their) => {
                let parts = (our.as_ref(), their.as_ref());
                self.note_part(
                    (&ours.value, &published.value),
                    &["requestBody"],
                    parts,
                    Some(Breaks::Requests),
                );
            }
        }
        self.responses(ours, published);
    }

    /// Compares a flag that is `false` when it is missing. `breaks`: the effect if it becomes `true`.
    fn flag(&mut self, ours: &Value<'_>, published: &Value<'_>, name: &str, breaks: Option<Breaks>) {
        let flag = |value: &Value<'_>| value.node.get(name).and_then(Node::as_bool).unwrap_or(false);
        if flag(ours) == flag(published) {
            return;
        }
        let (our_place, their_place) = (member(ours, name), member(published, name));
        let sides = Sides {
            ours: Side { place: our_place.as_ref().unwrap_or(ours), node: Some(Node::Bool(flag(ours))) },
            published: Side {
                place: their_place.as_ref().unwrap_or(published),
                node: Some(Node::Bool(flag(published))),
            },
        };
        self.note(ours, &[name], sides, breaks.filter(|_| flag(published)));
    }

    fn parameters(&mut self, ours: &Operation<'_>, published: &Operation<'_>) {
        let our_parameters = parameters(self.ours, ours);
        let their_parameters = parameters(self.published, published);
        let parents = (&ours.value, &published.value);
        for (key, our) in &our_parameters {
            let name = ["parameters", &*key.0, &*key.1];
            let Some(their) = their_parameters.get(key) else {
                self.note_part(parents, &name, (Some(our), None), Some(Breaks::Requests));
                continue;
            };
            self.flag(our, their, "required", Some(Breaks::Requests));
            self.flag(our, their, "deprecated", None);
            self.flag(our, their, "allowReserved", Some(Breaks::Requests));
            for keyword in ["style", "explode"] {
                let (our_node, their_node) = (effective(our, keyword), effective(their, keyword));
                if our_node != their_node {
                    let sides = Sides {
                        ours: Side { place: our, node: Some(our_node) },
                        published: Side { place: their, node: Some(their_node) },
                    };
                    self.note(our, &[keyword], sides, Some(Breaks::Requests));
                }
            }
            self.value_schemas(our, their, Direction::Request);
        }
        for (key, their) in &their_parameters {
            if !our_parameters.contains_key(key) {
                let is_required = their.node.get("required").and_then(Node::as_bool) == Some(true);
                let breaks = is_required.then_some(Breaks::Requests);
                self.note_part(parents, &["parameters", &*key.0, &*key.1], (None, Some(their)), breaks);
            }
        }
    }

    /// Compares the `schema` or else the `content` of two parameters or headers.
    fn value_schemas(&mut self, ours: &Value<'_>, published: &Value<'_>, direction: Direction) {
        match (member(ours, "schema"), member(published, "schema")) {
            (Some(our), Some(their)) => self.schemas(&our, &their, direction),
            (None, None) => self.contents(ours, published, direction),
            (our, their) => {
                let parts = (our.as_ref(), their.as_ref());
                self.note_part((ours, published), &["schema"], parts, Effect::Other.breaks(direction));
            }
        }
    }

    /// Compares the content types of two bodies, and the content of each.
    fn contents(&mut self, ours: &Value<'_>, published: &Value<'_>, direction: Direction) {
        let (our_types, their_types) = (contents(ours), contents(published));
        for (name, our) in &our_types {
            let Some(their) = their_types.get(name) else {
                let breaks = Effect::Other.breaks(direction);
                self.note_part((ours, published), &["content", name], (Some(our), None), breaks);
                continue;
            };
            for key in ["schema", "itemSchema"] {
                match (member(our, key), member(their, key)) {
                    (Some(our), Some(their)) => self.schemas(&our, &their, direction),
                    (None, None) => {}
                    (our_schema, their_schema) => {
                        let effect = if their_schema.is_some() { Effect::Tighter } else { Effect::Looser };
                        let parts = (our_schema.as_ref(), their_schema.as_ref());
                        self.note_part((our, their), &[key], parts, effect.breaks(direction));
                    }
                }
            }
            self.encodings(our, their, direction);
        }
        for (name, their) in &their_types {
            if !our_types.contains_key(name) {
                self.note_part((ours, published), &["content", name], (None, Some(their)), None);
            }
        }
    }

    fn encodings(&mut self, ours: &Value<'_>, published: &Value<'_>, direction: Direction) {
        let encodings = |value: &Value<'_>| -> BTreeMap<String, Node> {
            let encoding = value.node.get("encoding").and_then(Node::as_object);
            encoding.into_iter().flatten().map(|(name, encoding)| (name.clone(), encoding.clone())).collect()
        };
        for key in ["prefixEncoding", "itemEncoding"] {
            let (our, their) = (member(ours, key), member(published, key));
            if our.as_ref().map(|own| own.node) != their.as_ref().map(|own| own.node) {
                let parts = (our.as_ref(), their.as_ref());
                self.note_part((ours, published), &[key], parts, Effect::Other.breaks(direction));
            }
        }
        let (our, their) = (encodings(ours), encodings(published));
        let names: BTreeSet<&String> = our.keys().chain(their.keys()).collect();
        for name in names {
            if our.get(name) != their.get(name) {
                let sides = Sides {
                    ours: Side { place: ours, node: our.get(name).cloned() },
                    published: Side { place: published, node: their.get(name).cloned() },
                };
                self.note(ours, &["encoding", name], sides, Effect::Other.breaks(direction));
            }
        }
    }

    fn responses(&mut self, ours: &Operation<'_>, published: &Operation<'_>) {
        let our_responses = responses(self.ours, ours);
        let their_responses = responses(self.published, published);
        let parents = (&ours.value, &published.value);
        for (status, our) in &our_responses {
            let Some(their) = their_responses.get(status) else {
                let breaks = status.starts_with('2').then_some(Breaks::Replies);
                self.note_part(parents, &["responses", &status.to_lowercase()], (Some(our), None), breaks);
                continue;
            };
            self.headers(our, their);
            self.contents(our, their, Direction::Reply);
        }
        for (status, their) in &their_responses {
            if !our_responses.contains_key(status) {
                self.note_part(parents, &["responses", &status.to_lowercase()], (None, Some(their)), None);
            }
        }
    }

    fn headers(&mut self, ours: &Value<'_>, published: &Value<'_>) {
        let (our_headers, their_headers) = (headers(self.ours, ours), headers(self.published, published));
        for (name, our) in &our_headers {
            let Some(their) = their_headers.get(name) else {
                self.note_part(
                    (ours, published),
                    &["headers", name],
                    (Some(our), None),
                    Some(Breaks::Replies),
                );
                continue;
            };
            self.value_schemas(our, their, Direction::Reply);
        }
        for (name, their) in &their_headers {
            if !our_headers.contains_key(name) {
                self.note_part((ours, published), &["headers", name], (None, Some(their)), None);
            }
        }
    }

    /// Compares the authentication: the alternatives, each as the kinds of its schemes.
    fn security(&mut self, ours: &Operation<'_>, published: &Operation<'_>) {
        let (our, their) = (security(self.ours, ours), security(self.published, published));
        if our != their {
            // Whoever has what one alternative asks for still has what another one of fewer schemes asks for.
            let schemes = |alternative: &Node| alternative.as_array().unwrap_or_default().to_vec();
            let is_enough = |had: &[Node]| {
                let alternatives = their.as_array().into_iter().flatten();
                alternatives.map(schemes).any(|needed| needed.iter().all(|scheme| had.contains(scheme)))
            };
            let ours_had: Vec<Vec<Node>> = our.as_array().into_iter().flatten().map(schemes).collect();
            let nothing_needed = their.as_array().is_none_or(|alternatives| alternatives.is_empty());
            let still_works = nothing_needed
                || if ours_had.is_empty() {
                    is_enough(&[])
                } else {
                    ours_had.iter().all(|had| is_enough(had))
                };
            let sides = Sides {
                ours: Side { place: &ours.value, node: Some(our) },
                published: Side { place: &published.value, node: Some(their) },
            };
            self.note(&ours.value, &["security"], sides, (!still_works).then_some(Breaks::Requests));
        }
    }
}

fn request_body<'a>(document: &'a Document, operation: &Operation<'a>) -> Option<Value<'a>> {
    member(&operation.value, "requestBody").map(|body| settled(document, body))
}

/// The responses of an operation, by status: `200`, `2XX` or `DEFAULT`.
fn responses<'a>(document: &'a Document, operation: &Operation<'a>) -> IndexMap<String, Value<'a>> {
    let responses = member(&operation.value, "responses").map(|responses| settled(document, responses));
    let responses = responses.iter().flat_map(members);
    responses.map(|(status, response)| (status.to_ascii_uppercase(), settled(document, response))).collect()
}

/// The headers of a response, by name in lower case.
fn headers<'a>(document: &'a Document, response: &Value<'a>) -> IndexMap<String, Value<'a>> {
    let headers = member(response, "headers");
    let headers = headers.iter().flat_map(members);
    headers.map(|(name, header)| (name.to_ascii_lowercase(), settled(document, header))).collect()
}

/// A path without the names of its parameters, since these are local names.
fn plain_path(path: &str) -> String {
    let mut plain = String::new();
    for (at, piece) in path.split('{').enumerate() {
        match piece.split_once('}') {
            Some((_, rest)) if at > 0 => {
                plain.push_str("{}");
                plain.push_str(rest);
            }
            _ => plain.push_str(piece),
        }
    }
    plain
}

/// The parameters of an operation and of its path, by location and name. Path parameters are identified by their
/// position.
fn parameters<'a>(
    document: &'a Document,
    operation: &Operation<'a>,
) -> IndexMap<(String, String), Value<'a>> {
    let own = |value: &Value<'a>| member(value, "parameters").iter().flat_map(elements).collect::<Vec<_>>();
    let mut parameters = IndexMap::new();
    for parameter in own(&operation.item).into_iter().chain(own(&operation.value)) {
        let parameter = settled(document, parameter);
        let text = |key: &str| parameter.node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let (place, mut name) = (text("in"), text("name"));
        if place == "header" {
            name.make_ascii_lowercase();
        }
        parameters.insert((place, name), parameter);
    }
    parameters
}

/// The `style` or `explode` of a parameter, or its default.
fn effective(parameter: &Value<'_>, keyword: &str) -> Node {
    let text = |key: &str| parameter.node.get(key).and_then(Node::as_str);
    let style = text("style").unwrap_or(match text("in") {
        Some("query" | "cookie") => "form",
        _ => "simple",
    });
    match (keyword, parameter.node.get("explode")) {
        ("style", _) => Node::String(style.to_owned()),
        (_, Some(explode)) => explode.clone(),
        (_, None) => Node::Bool(style == "form"),
    }
}

/// The content types of a body, by name without parameters.
fn contents<'a>(body: &Value<'a>) -> IndexMap<String, Value<'a>> {
    let content = member(body, "content");
    let content = content.iter().flat_map(members);
    content
        .map(|(name, media)| (name.split(';').next().unwrap_or(name).trim().to_ascii_lowercase(), media))
        .collect()
}

fn security(document: &Document, operation: &Operation<'_>) -> Node {
    let requirements = operation.value.node.get("security").or(document.root().get("security"));
    let schemes = document.root().get("components").and_then(|components| components.get("securitySchemes"));
    let kind = |name: &String| {
        let scheme = schemes.and_then(|schemes| schemes.get(name));
        let text = |key: &str| scheme.and_then(|scheme| scheme.get(key)).and_then(Node::as_str);
        let words = [text("type"), text("scheme"), text("in"), text("name")];
        Node::String(words.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase())
    };
    let alternatives = requirements.and_then(Node::as_array).into_iter().flatten();
    let alternatives = alternatives.filter_map(Node::as_object);
    Node::Array(alternatives.map(|schemes| Node::Array(schemes.keys().map(kind).collect())).collect())
}
