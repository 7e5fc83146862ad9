//! The URIs that `$id` gives to schemas, and the names that `$anchor` and `$dynamicAnchor` give within them (JSON
//! Schema 2020-12 §8.2).

use url::Url;

use super::reference::is_url;
use super::{Node, Pointer};

/// Keywords whose members are schemas, by any name.
const NAMED_SCHEMAS: [&str; 6] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas"];

/// Keywords whose values are data and not schemas.
const DATA: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// The schemas of one file that have a URI or a name.
#[derive(Debug)]
pub(super) struct Identifiers {
    /// The file itself first, then the schemas with an `$id`, an outer one before those within it.
    resources: Vec<Resource>,
    anchors: Vec<Anchor>,
}

/// A schema that has a URI of its own, and that a pointer after the URI starts at.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) pointer: Pointer,
    pub(super) uri: Url,
}

/// A schema that has a name.
#[derive(Debug)]
pub(super) struct Anchor {
    pub(super) name: String,
    pub(super) pointer: Pointer,
    pub(super) is_dynamic: bool,
}

impl Identifiers {
    /// Finds the identifiers of a file.
    pub(super) fn of(file: &str, root: &Node, text: &str) -> Self {
        let mut found = Self {
            resources: vec![Resource { pointer: Pointer::root(), uri: own_uri(file, root) }],
            anchors: Vec::new(),
        };
        if ["$id", "$anchor", "$dynamicAnchor"].iter().any(|key| text.contains(key)) {
            found.find(root, &Pointer::root(), 0);
        }
        found
    }

    /// The schemas with an `$id`.
    pub(super) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    pub(super) fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// The innermost resource that contains a value.
    pub(super) fn enclosing(&self, pointer: &Pointer) -> &Resource {
        let holds = |resource: &&Resource| pointer.tokens().starts_with(resource.pointer.tokens());
        self.resources.iter().rev().find(holds).unwrap_or(&self.resources[0])
    }

    /// The schema with a name, searched for in the resource at `resource` first.
    pub(super) fn anchor(&self, resource: &Pointer, name: &str) -> Option<&Pointer> {
        let named = || self.anchors.iter().filter(|anchor| anchor.name == name);
        let mut own = named().filter(|anchor| self.enclosing(&anchor.pointer).pointer == *resource);
        own.next().or_else(|| named().next()).map(|anchor| &anchor.pointer)
    }

    fn find(&mut self, node: &Node, pointer: &Pointer, mut resource: usize) {
        match node {
            Node::Object(members) => {
                if let Some(id) = members.get("$id").and_then(Node::as_str)
                    && let Ok(mut uri) = self.resources[resource].uri.join(id)
                {
                    uri.set_fragment(None);
                    resource = self.resources.len();
                    self.resources.push(Resource { pointer: pointer.clone(), uri });
                }
                for (key, is_dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
                    if let Some(name) = members.get(key).and_then(Node::as_str) {
                        let pointer = pointer.clone();
                        self.anchors.push(Anchor { name: name.to_owned(), pointer, is_dynamic });
                    }
                }
                for (key, child) in members {
                    let pointer = pointer.child(key);
                    match child.as_object().filter(|_| NAMED_SCHEMAS.contains(&key.as_str())) {
                        Some(schemas) => {
                            for (name, schema) in schemas {
                                self.find(schema, &pointer.child(name), resource);
                            }
                        }
                        None if DATA.contains(&key.as_str()) || key.starts_with("x-") => {}
                        None => self.find(child, &pointer, resource),
                    }
                }
            }
            Node::Array(elements) => {
                for (index, child) in elements.iter().enumerate() {
                    self.find(child, &pointer.child(index), resource);
                }
            }
            _ => {}
        }
    }
}

/// The URI of a file: its `$self` if it has one.
fn own_uri(file: &str, root: &Node) -> Url {
    let uri = uri_of(file);
    let own = root.get("$self").and_then(Node::as_str).and_then(|own| uri.join(own).ok());
    let mut own = own.unwrap_or(uri);
    own.set_fragment(None);
    own
}

/// The URI of a file. It is only compared with others and never opened.
pub(super) fn uri_of(file: &str) -> Url {
    let root = || Url::parse("file:///").expect("a URI");
    match Url::parse(file) {
        Ok(uri) if is_url(file) => uri,
        _ => root().join(&file.replace(['#', '?'], "_")).unwrap_or_else(|_| root()),
    }
}
