//! The names of schemas. A name consists of the component or operation that contains the schema and the way from
//! there, so that it changes only when the schema moves.

use foldhash::HashMap;
use heck::ToLowerCamelCase as _;

use crate::document::openapi::{Operation, Parameter};
use crate::document::{Node, Schema, View as _};

use super::super::Name;
use super::media_type::{URL_ENCODED, bare, is_json, is_open};
use super::place::Place;
use super::{Lowering, alternative};

/// The names that were looked up, and those of schemas that no `$ref` can refer to.
#[derive(Default)]
pub(super) struct Names(HashMap<Place, Name>);

impl Names {
    /// Names a schema that no `$ref` can refer to.
    pub(super) fn set(&mut self, place: &Place, name: Name) {
        self.0.insert(place.clone(), name);
    }
}

/// The id of an operation that has none: `getOrdersByOrderLines` for a GET of `/orders/{order}/lines`. It depends on
/// nothing but method and path, so that it stays when other operations come and go.
pub(super) fn operation_id(method: &str, path: &str) -> String {
    let mut words = vec![method.to_owned()];
    for (at, piece) in path.split(['{', '}']).enumerate() {
        // Every other piece is the name of a parameter.
        if at % 2 == 1 {
            words.push("by".to_owned());
        }
        words.push(piece.to_owned());
    }
    if path == "/" {
        words.push("root".to_owned());
    }
    words.join(" ").to_lower_camel_case()
}

impl Lowering<'_> {
    pub(super) fn name_of(&mut self, place: &Place) -> Name {
        if let Some(name) = self.names.0.get(place) {
            return name.clone();
        }
        let mut name = self.make_name(place);
        // A schema whose meaning depends on another one is named after that one.
        let owner =
            place.scope.as_ref().and_then(|scope| scope.values().next()).map(|owner| self.make_name(owner));
        if let Some(owner) = owner {
            name.path.insert(0, std::mem::replace(&mut name.root, owner.root));
            name.operation = owner.operation;
        }
        self.names.set(place, name.clone());
        name
    }

    fn make_name(&self, place: &Place) -> Name {
        let tokens = place.tokens();
        let mut steps = tokens.iter().map(String::as_str);
        let root = Node::Null;
        let resolved = self.document.resolve(&place.file, "#");
        let root_node = resolved.as_ref().map_or(&root, |target| target.node);
        let mut walk = Walk { node: root_node, path: Vec::new(), next: Next::Keyword };
        if let Some((id, operation, depth)) = operation_elsewhere(root_node, &tokens) {
            walk.node = operation;
            tokens[depth..].iter().for_each(|token| walk.step(token));
            return Name { root: id, operation: true, path: walk.path };
        }
        let (root, operation) = match (steps.next(), steps.next(), steps.next()) {
            (Some("components"), Some(kind), Some(name)) => {
                walk.enter("components");
                walk.enter(kind);
                walk.enter(name);
                if kind != "schemas" {
                    let word = if kind == "requestBodies" { "request" } else { kind.trim_end_matches('s') };
                    walk.path.push(word.to_owned());
                }
                (name.to_owned(), false)
            }
            (Some(section @ ("paths" | "webhooks")), Some(path), Some(method)) => {
                walk.enter(section);
                walk.enter(path);
                walk.enter(method);
                let more = if method == "additionalOperations" { steps.next() } else { None };
                more.into_iter().for_each(|method| walk.enter(method));
                let method = more.unwrap_or(method);
                let id = Operation::of(walk.node).operation_id().map(str::to_owned);
                let root = id.unwrap_or_else(|| match method {
                    "parameters" | "$ref" => path.to_owned(),
                    _ if section == "webhooks" => path.to_owned(),
                    method => operation_id(method, path),
                });
                (root, true)
            }

            (Some(first), second, third) => {
                // A value of another file, named by its own key or by the file's name.
                for token in [Some(first), second, third].into_iter().flatten() {
                    walk.step(token);
                }
                let root = if walk.path.is_empty() { first.to_owned() } else { walk.path.remove(0) };
                (root, false)
            }
            (None, ..) => {
                let file = place.file.rsplit('/').next().unwrap_or_default();
                (file.split('.').next().unwrap_or_default().to_owned(), false)
            }
        };
        for token in steps {
            walk.step(token);
        }
        // A member of a component's `allOf`, named by a `$ref`.
        if walk.path.is_empty() && !operation && tokens.len() > 3 {
            let title = Schema::of(walk.node).title();
            let index = tokens.last().map(String::as_str).unwrap_or_default();
            walk.path.push(title.map_or_else(|| format!("part {index}"), str::to_owned));
        }
        Name { root, operation, path: walk.path }
    }
}

/// The operation that contains a value, where it is not below `paths` but in a file of operations or path items, or
/// among the components. Returns its id, the operation, and how many steps of the pointer lead to it.
fn operation_elsewhere<'a>(root: &'a Node, tokens: &[String]) -> Option<(String, &'a Node, usize)> {
    let mut steps = tokens.iter().map(String::as_str);
    match (steps.next(), steps.next()) {
        (Some("components"), Some("pathItems")) => {}
        (Some("components" | "paths" | "webhooks"), _) => return None,
        _ => {}
    }
    let mut node = root;
    for (depth, token) in tokens.iter().enumerate() {
        let operation = Operation::of(node);
        if let Some(id) = operation.operation_id().filter(|_| operation.responses().is_some()) {
            return Some((id.to_owned(), node, depth));
        }
        node = node.get(token)?;
    }
    None
}

struct Walk<'a> {
    node: &'a Node,
    path: Vec<String>,
    next: Next,
}

/// The meaning of the next step of a pointer.
#[derive(Clone, Copy)]
enum Next {
    /// A keyword of OpenAPI or JSON Schema, or the index of an element.
    Keyword,
    /// A name that the document's author chose.
    Name,
    /// A media type.
    MediaType,
    /// The position of a part, counted from zero.
    Part,
    /// The name of a callback, which is followed by its URL.
    Callback,
    /// Something that adds no word.
    Nothing,
}

impl<'a> Walk<'a> {
    /// Goes one step down, and adds the word for it if there is one.
    fn step(&mut self, token: &str) {
        let parent = self.node;
        self.enter(token);
        let word = match std::mem::replace(&mut self.next, Next::Keyword) {
            Next::Name => Some(token.to_owned()),
            Next::MediaType => media_type(parent, token),
            Next::Nothing => None,
            Next::Part => {
                Some(token.parse().map_or(token.to_owned(), |index: usize| format!("part {}", index + 1)))
            }
            Next::Callback => {
                self.next = Next::Nothing;
                Some(token.to_owned())
            }
            Next::Keyword => match token {
                "properties" | "patternProperties" | "$defs" | "definitions" | "schemas" | "encoding"
                | "headers" => {
                    self.next = Next::Name;
                    None
                }
                "prefixEncoding" => {
                    self.next = Next::Part;
                    None
                }
                "itemEncoding" => Some("part".to_owned()),
                "callbacks" => {
                    self.next = Next::Callback;
                    None
                }
                "content" => {
                    self.next = Next::MediaType;
                    None
                }
                // The members of an `allOf` are parts of the whole.
                "allOf" => {
                    self.next = Next::Nothing;
                    None
                }
                "schema" | "contentSchema" | "anyOf" | "oneOf" | "prefixItems" | "components"
                | "parameters" | "paths" => None,
                "requestBody" => Some("request".to_owned()),
                "responses" => Some("response".to_owned()),
                "items" | "itemSchema" => Some("item".to_owned()),
                "additionalProperties" => Some("value".to_owned()),
                // The status that a response is assumed to have.
                "200" | "201" => None,
                token => match token.parse::<usize>() {
                    Ok(index) if parent.as_array().is_some() => self.element(parent, index),
                    _ => Some(token.to_owned()),
                },
            },
        };
        self.path.extend(word);
    }

    /// The word for an element of `anyOf`, `parameters` …
    fn element(&self, parent: &Node, index: usize) -> Option<String> {
        let Some(elements) = parent.as_array() else { return Some(index.to_string()) };
        let parameter = Parameter::of(self.node);
        if let (Some(name), Some(_)) = (parameter.name(), parameter.location()) {
            return Some(name.to_owned());
        }
        // The only element that is not `null` has the name of the whole.
        let others = elements.iter().filter(|element| !Schema::of(element).is_null()).count();
        if others <= 1 {
            return None;
        }
        Some(alternative::name(elements, index))
    }

    fn enter(&mut self, token: &str) {
        const NOTHING: &Node = &Node::Null;
        let child = match self.node {
            Node::Object(members) => members.get(token),
            Node::Array(elements) => token.parse::<usize>().ok().and_then(|index| elements.get(index)),
            _ => None,
        };
        self.node = child.unwrap_or(NOTHING);
    }
}

/// The word that distinguishes a body or reply of one media type from the others. None for JSON or the first.
fn media_type(content: &Node, token: &str) -> Option<String> {
    let types = || content.as_object().into_iter().flat_map(|content| content.keys());
    let is_json = |bare: &str| is_json(bare) || is_open(bare);
    let preferred = types().find(|media_type| is_json(&bare(media_type))).or_else(|| types().next());
    if preferred.is_none_or(|preferred| preferred == token) {
        return None;
    }
    Some(match bare(token).as_str() {
        URL_ENCODED => "form".to_owned(),
        "text/event-stream" => "event".to_owned(),
        multipart if multipart.starts_with("multipart/") => "multipart".to_owned(),
        other => other.rsplit('/').next().unwrap_or_default().trim_start_matches("x-").to_owned(),
    })
}
