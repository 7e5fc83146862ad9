//! What a schema is called: by the component or operation it stands in and the way from there, so that a name
//! changes only when the schema moves.

use crate::document::Node;

use super::super::Name;
use super::class::is_null;
use super::form::URL_ENCODED;
use super::media_type::{essence, is_json, is_open};
use super::operation::id_of;
use super::{Lowering, Place, alternative};

impl Lowering<'_> {
    pub(super) fn name_of(&mut self, place: &Place) -> Name {
        if let Some(name) = self.names.get(place) {
            return name.clone();
        }
        let mut name = self.make_name(place);
        // What depends on another schema is named after that one.
        let owner =
            place.scope.as_ref().and_then(|scope| scope.values().next()).map(|owner| self.make_name(owner));
        if let Some(owner) = owner {
            name.path.insert(0, std::mem::replace(&mut name.root, owner.root));
            name.operation = owner.operation;
        }
        self.names.insert(place.clone(), name.clone());
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
                let id = walk.node.get("operationId").and_then(Node::as_str).map(str::to_owned);
                let root = id.unwrap_or_else(|| match method {
                    "parameters" | "$ref" => path.to_owned(),
                    _ if section == "webhooks" => path.to_owned(),
                    method => id_of(method, path),
                });
                (root, true)
            }

            (Some(first), second, third) => {
                // A file of its own: by its own key, or by its own name.
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
        // A part of a component's `allOf` that a `$ref` names.
        if walk.path.is_empty() && !operation && tokens.len() > 3 {
            let title = walk.node.get("title").and_then(Node::as_str);
            let index = tokens.last().map(String::as_str).unwrap_or_default();
            walk.path.push(title.map_or_else(|| format!("part {index}"), str::to_owned));
        }
        Name { root, operation, path: walk.path }
    }
}

/// The operation that a value stands in, where that is not below `paths` but in a file of operations or path items, or
/// among the components: its id, itself, and how many steps of
/// the pointer lead to it.
fn operation_elsewhere<'a>(root: &'a Node, tokens: &[String]) -> Option<(String, &'a Node, usize)> {
    let mut steps = tokens.iter().map(String::as_str);
    match (steps.next(), steps.next()) {
        (Some("components"), Some("pathItems")) => {}
        (Some("components" | "paths" | "webhooks"), _) => return None,
        _ => {}
    }
    let mut node = root;
    for (depth, token) in tokens.iter().enumerate() {
        let id = node.get("operationId").and_then(Node::as_str);
        if let Some(id) = id.filter(|_| node.get("responses").is_some()) {
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

/// What the next step of a pointer is.
#[derive(Clone, Copy)]
enum Next {
    /// A keyword of OpenAPI or JSON Schema, or the index of an element.
    Keyword,
    /// A name that the document's author chose.
    Name,
    /// A media type.
    MediaType,
    /// The name of a callback, which is followed by where it goes.
    Callback,
    /// Something that no name is made of.
    Nothing,
}

impl<'a> Walk<'a> {
    /// Goes one step down, and notes what it is called where the step says so.
    fn step(&mut self, token: &str) {
        let parent = self.node;
        self.enter(token);
        let word = match std::mem::replace(&mut self.next, Next::Keyword) {
            Next::Name => Some(token.to_owned()),
            Next::MediaType => media_type(parent, token),
            Next::Nothing => None,
            Next::Callback => {
                self.next = Next::Nothing;
                Some(token.to_owned())
            }
            Next::Keyword => match token {
                "properties" | "patternProperties" | "$defs" | "definitions" | "schemas" => {
                    self.next = Next::Name;
                    None
                }
                "callbacks" => {
                    self.next = Next::Callback;
                    None
                }
                "content" => {
                    self.next = Next::MediaType;
                    None
                }
                // What is in one of the parts is in the whole.
                "allOf" => {
                    self.next = Next::Nothing;
                    None
                }
                "schema" | "anyOf" | "oneOf" | "prefixItems" | "components" | "parameters" | "paths" => None,
                "requestBody" => Some("request".to_owned()),
                "responses" => Some("response".to_owned()),
                "items" => Some("item".to_owned()),
                "additionalProperties" => Some("value".to_owned()),
                // What a response is taken for.
                "200" | "201" => None,
                token => match token.parse::<usize>() {
                    Ok(index) if parent.as_array().is_some() => self.element(parent, index),
                    _ => Some(token.to_owned()),
                },
            },
        };
        self.path.extend(word);
    }

    /// What an element of `anyOf`, `parameters` … is called.
    fn element(&self, parent: &Node, index: usize) -> Option<String> {
        let Some(elements) = parent.as_array() else { return Some(index.to_string()) };
        if let Some(name) = self.node.get("name").and_then(Node::as_str)
            && self.node.get("in").is_some()
        {
            return Some(name.to_owned());
        }
        // The only one that is not `null` has the name of the whole.
        let others = elements.iter().filter(|element| !is_null(element)).count();
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

/// What tells a body or reply of one media type from those of the others: nothing, where it is JSON or the first.
fn media_type(content: &Node, token: &str) -> Option<String> {
    let types = || content.as_object().into_iter().flat_map(|content| content.keys());
    let is_json = |essence: &str| is_json(essence) || is_open(essence);
    let preferred = types().find(|media_type| is_json(&essence(media_type))).or_else(|| types().next());
    if preferred.is_none_or(|preferred| preferred == token) {
        return None;
    }
    let essence = essence(token);
    Some(match essence.as_str() {
        URL_ENCODED => "form".to_owned(),
        "text/event-stream" => "event".to_owned(),
        multipart if multipart.starts_with("multipart/") => "multipart".to_owned(),
        other => other.rsplit('/').next().unwrap_or_default().trim_start_matches("x-").to_owned(),
    })
}
