//! The parts of a document that some operations use.

use std::collections::{BTreeSet, HashSet};

use crate::document::{Document, Fate, Node, Pointer};

use super::operation::{METHODS, MORE, Operations, PATHS};

/// The members about the document as a whole.
const WHOLE: [&str; 6] = ["openapi", "info", "jsonSchemaDialect", "servers", "security", "externalDocs"];

/// The parts to keep.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The kept parts, each by its pointer: operations, paths, components, members of the document.
    parts: HashSet<Pointer>,
    /// The values that contain the kept parts.
    holders: HashSet<Pointer>,
    /// The tags of the kept operations.
    tags: BTreeSet<String>,
}

impl Kept {
    /// What happens to the value at `pointer`, which is in a value that is kept in part.
    pub(super) fn fate(&self, pointer: &Pointer, node: Option<&Node>) -> Fate {
        let stays = |stays| if stays { Fate::Whole } else { Fate::Gone };
        let partly = |stays| if stays { Fate::Partly } else { Fate::Gone };
        let tokens: Vec<&str> = pointer.tokens().iter().map(String::as_str).collect();
        match tokens[..] {
            // A merge key adds members that are written elsewhere.
            [.., "<<"] => Fate::Whole,
            [] | ["paths"] => Fate::Partly,
            ["webhooks" | "components"] | ["components", _] => partly(self.holders.contains(pointer)),
            ["tags"] => partly(!self.tags.is_empty()),
            ["tags", _] => {
                let name = node.and_then(|tag| tag.get("name")).and_then(Node::as_str);
                stays(name.is_some_and(|name| self.tags.contains(name)))
            }
            ["paths" | "webhooks", _] => partly(self.parts.contains(pointer)),
            ["paths" | "webhooks", _, member] if !METHODS.contains(&member) => Fate::Whole,
            [member] if WHOLE.contains(&member) => Fate::Whole,
            _ => stays(self.parts.contains(pointer)),
        }
    }

    /// Marks a part as kept. `false`: it was already.
    fn insert(&mut self, part: Pointer) -> bool {
        for depth in 1..part.tokens().len() {
            self.holders.insert(prefix(part.tokens(), depth));
        }
        self.parts.insert(part)
    }
}

/// What happens to the targets of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    /// They are kept.
    Followed,
    /// They are not kept.
    Ignored,
}

/// Finds the parts to keep, starting with operations.
pub(super) struct Reach<'a> {
    document: &'a Document,
    operations: &'a Operations<'a>,
    links: Links,
    kept: Kept,
    /// Values whose references are not followed yet.
    queue: Vec<&'a Node>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(document: &'a Document, operations: &'a Operations<'a>, links: Links) -> Self {
        let mut reach = Self { document, operations, links, kept: Kept::default(), queue: Vec::new() };
        reach.follow_security(document.root());
        reach
    }

    /// The parts to keep for the operations with these indices.
    pub(super) fn keep_all(mut self, numbers: &[usize]) -> Kept {
        numbers.iter().for_each(|number| self.keep(&self.operations.get(*number).pointer.clone()));
        self.finish()
    }

    /// Follows all references from the kept parts.
    fn finish(mut self) -> Kept {
        while let Some(node) = self.queue.pop() {
            self.follow(node);
        }
        self.kept
    }

    /// Keeps the part of the document that contains a value.
    fn keep(&mut self, pointer: &Pointer) {
        let tokens = pointer.tokens();
        let Some(first) = tokens.first() else { return };
        let root = self.document.root();
        if first == "components" {
            if let Some(part) = at(root, tokens, 3) {
                self.keep_part(prefix(tokens, 3), part);
                self.keep_subtypes(tokens, part);
            }
        } else if PATHS.contains(&&**first) {
            self.keep_in_path(tokens);
        } else if let Some(part) = at(root, tokens, 1)
            && !WHOLE.contains(&&**first)
            && first != "tags"
        {
            self.keep_part(prefix(tokens, 1), part);
        }
    }

    fn keep_in_path(&mut self, tokens: &[String]) {
        let root = self.document.root();
        let Some(path) = at(root, tokens, 2).and_then(Node::as_object) else { return };
        if self.kept.insert(prefix(tokens, 2)) {
            // The members of a path that apply to all its operations are kept with any of them.
            self.queue
                .extend(path.iter().filter(|(key, _)| !METHODS.contains(&&***key)).map(|(_, value)| value));
            if let Some(Node::String(reference)) = path.get("$ref") {
                self.follow_reference(reference);
            }
        }
        match at(root, tokens, 3) {
            Some(operation) if METHODS.contains(&&*tokens[2]) => {
                let tags = operation.get("tags").and_then(Node::as_array).into_iter().flatten();
                self.kept.tags.extend(tags.filter_map(Node::as_str).map(str::to_owned));
                self.keep_part(prefix(tokens, 3), operation);
            }
            // They stay with their path, and what they use was found with it.
            Some(operations) if tokens[2] == MORE => {
                let operations =
                    operations.as_object().into_iter().flat_map(|operations| operations.values());
                let tags = operations.filter_map(|operation| operation.get("tags")?.as_array()).flatten();
                self.kept.tags.extend(tags.filter_map(Node::as_str).map(str::to_owned));
            }
            _ if tokens.len() == 2 => {
                let pointer = prefix(tokens, 2);
                let methods = path.keys().filter(|key| METHODS.contains(&&***key));
                methods.for_each(|method| self.keep(&pointer.child(method)));
            }
            _ => {}
        }
    }

    fn keep_part(&mut self, pointer: Pointer, node: &'a Node) {
        if self.kept.insert(pointer) {
            self.queue.push(node);
        }
    }

    /// Keeps the subtypes of a schema with a discriminator and no alternatives: it stands for all of them.
    fn keep_subtypes(&mut self, tokens: &[String], node: &Node) {
        let [_, section, name, ..] = tokens else { return };
        let is_supertype =
            node.get("discriminator").is_some() && node.get("oneOf").or(node.get("anyOf")).is_none();
        if section != "schemas" || !is_supertype {
            return;
        }
        let supertype = Pointer::root().child("components").child("schemas").child(name);
        let schemas = self.document.root().get("components").and_then(|components| components.get("schemas"));
        for (name, schema) in schemas.and_then(Node::as_object).into_iter().flatten() {
            let parts = schema.get("allOf").and_then(Node::as_array).into_iter().flatten();
            let references = parts.filter_map(|part| part.get("$ref")).filter_map(Node::as_str);
            let is_subtype = references
                .filter_map(|reference| self.document.resolve(self.document.file(), reference).ok())
                .any(|target| target.file == self.document.file() && target.pointer == supertype);
            let subtype = Pointer::root().child("components").child("schemas").child(name);
            if is_subtype && !self.kept.parts.contains(&subtype) {
                self.keep(&subtype);
            }
        }
    }

    fn follow(&mut self, node: &'a Node) {
        match node {
            Node::Object(members) => {
                for (key, value) in members {
                    match (key.as_str(), value) {
                        ("$ref", Node::String(reference)) => self.follow_reference(reference),
                        ("operationRef", Node::String(reference)) => {
                            if self.links == Links::Followed {
                                self.follow_reference(reference);
                            }
                        }
                        ("operationId", Node::String(id)) => self.follow_link(id),
                        ("discriminator", _) => self.follow_mapping(value),
                        _ => self.follow(value),
                    }
                }
                self.follow_security(node);
            }
            Node::Array(elements) => elements.iter().for_each(|element| self.follow(element)),
            _ => {}
        }
    }

    /// Follows the `operationId` of a link. That of an operation leads to itself.
    fn follow_link(&mut self, id: &str) {
        if self.links == Links::Followed {
            for number in self.operations.named(id) {
                self.keep(&self.operations.get(*number).pointer);
            }
        }
    }

    fn follow_reference(&mut self, reference: &str) {
        let file = self.document.file();
        // A dangling reference is reported by the generator.
        if let Ok(target) = self.document.resolve(file, reference)
            && target.file == file
        {
            self.keep(&target.pointer);
        }
        // If it leads through another reference, that one is kept too.
        if let Some(pointer) = reference.strip_prefix('#').and_then(Pointer::parse) {
            self.keep(&pointer);
        }
    }

    fn follow_mapping(&mut self, discriminator: &Node) {
        let mapping = discriminator.get("mapping").and_then(Node::as_object);
        let mapped = mapping.into_iter().flatten().map(|(_, target)| target);
        for target in mapped.chain(discriminator.get("defaultMapping")).filter_map(Node::as_str) {
            if target.contains(['#', '/']) {
                self.follow_reference(target);
            } else {
                self.keep(&Pointer::root().child("components").child("schemas").child(target));
            }
        }
    }

    fn follow_security(&mut self, node: &Node) {
        let requirements = node.get("security").and_then(Node::as_array).into_iter().flatten();
        for scheme in requirements.filter_map(Node::as_object).flat_map(|requirement| requirement.keys()) {
            self.keep(&Pointer::root().child("components").child("securitySchemes").child(scheme));
        }
    }
}

fn at<'a>(root: &'a Node, tokens: &[String], depth: usize) -> Option<&'a Node> {
    tokens.get(..depth)?.iter().try_fold(root, |node, token| node.get(token))
}

fn prefix(tokens: &[String], depth: usize) -> Pointer {
    tokens[..depth].iter().fold(Pointer::root(), |pointer, token| pointer.child(token))
}
