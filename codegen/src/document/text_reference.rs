//! Replaces `$ref`s to texts by the texts, such as a description in a file of its own.

use super::{Document, Node, Pointer};

/// Members of OpenAPI objects that are texts.
const TEXTS: [&str; 4] = ["description", "summary", "title", "termsOfService"];

/// How many `$ref`s may lead from one to the next.
const MAX_HOPS: usize = 16;

/// A text that replaces a `$ref`.
struct Replacement {
    file: String,
    pointer: Pointer,
    text: String,
}

/// Whether a file is plain text and not a document.
pub(super) fn is_plain_text(file: &str) -> bool {
    let extension = file.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    ["md", "markdown", "txt"].contains(&extension.as_str())
}

impl Document {
    /// Replaces the `$ref`s that refer to texts, and notes their places.
    pub(super) fn inline_texts(&mut self) {
        let mut found = Vec::new();
        for (file, source) in &self.sources {
            self.find(file, source.root(), &mut Pointer::root(), &mut found);
        }
        for Replacement { file, pointer, text } in found {
            if let Some(source) = self.sources.get_mut(&file) {
                source.replace(&pointer, text);
                self.text_references.push((file, pointer));
            }
        }
    }

    fn find(&self, file: &str, node: &Node, pointer: &mut Pointer, found: &mut Vec<Replacement>) {
        match node {
            Node::Object(members) => {
                for (key, child) in members {
                    let text = if TEXTS.contains(&&**key) { self.text(file, child) } else { None };
                    match text {
                        Some(text) => {
                            found.push(Replacement {
                                file: file.to_owned(),
                                pointer: pointer.child(key),
                                text,
                            });
                        }
                        None if is_scalar(child) => {}
                        None => pointer.within(key, |pointer| self.find(file, child, pointer, found)),
                    }
                }
            }
            Node::Array(elements) => {
                for (index, child) in elements.iter().enumerate().filter(|(_, child)| !is_scalar(child)) {
                    pointer.within(&index.to_string(), |pointer| self.find(file, child, pointer, found));
                }
            }
            _ => {}
        }
    }

    /// The string that a `$ref` leads to.
    fn text(&self, file: &str, node: &Node) -> Option<String> {
        let (mut file, mut node) = (file, node);
        for _ in 0..MAX_HOPS {
            let reference = node.get("$ref").and_then(Node::as_str)?;
            let target = self.resolve(file, reference).ok()?;
            if let Some(text) = target.node.as_str() {
                return Some(text.to_owned());
            }
            (file, node) = (target.file, target.node);
        }
        None
    }
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node, Node::Object(_) | Node::Array(_))
}
