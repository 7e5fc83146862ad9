//! What a schema is called: by the component or operation it stands in and the way from there, so that a name
//! changes only when the schema moves.

use crate::document::Node;

use super::super::Name;
use super::class::is_null;
use super::{Lowering, Place};

impl Lowering<'_> {
    pub(super) fn name_of(&mut self, place: &Place) -> Name {
        if let Some(name) = self.names.get(place) {
            return name.clone();
        }
        let name = self.make_name(place);
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
        let (root, operation) = match (steps.next(), steps.next(), steps.next()) {
            (Some("components"), Some(kind), Some(name)) => {
                walk.enter("components");
                walk.enter(kind);
                walk.enter(name);
                if kind != "schemas" {
                    walk.path.push(kind.trim_end_matches('s').to_owned());
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
                    method => format!("{method} {path}"),
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
        Name { root, operation, path: walk.path }
    }
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
            Next::Nothing => None,
            Next::Keyword => match token {
                "properties" | "patternProperties" | "$defs" | "definitions" | "schemas" => {
                    self.next = Next::Name;
                    None
                }
                // A media type follows.
                "content" => {
                    self.next = Next::Nothing;
                    None
                }
                "schema" | "allOf" | "anyOf" | "oneOf" | "prefixItems" | "components" | "parameters"
                | "paths" => None,
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

    /// What an element of `allOf`, `anyOf`, `parameters` … is called.
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
        if let Some(title) = self.node.get("title").and_then(Node::as_str)
            && title.len() <= 60
        {
            return Some(title.to_owned());
        }
        let kind = self.node.get("type").and_then(Node::as_str);
        let same_kind =
            elements.iter().filter(|element| element.get("type").and_then(Node::as_str) == kind).count();
        match kind {
            Some(kind) if same_kind == 1 => Some(kind.to_owned()),
            Some(kind) => Some(format!("{kind} {}", index + 1)),
            None => Some(format!("option {}", index + 1)),
        }
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
