//! Follows `$ref`s and pointers to the values that they name.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use url::Url;

use super::reference::{Fragment, Reference, ReferenceError};
use super::{Document, Node, Pointer, Source};

/// How many `$ref`s a JSON pointer may pass through.
const MAX_HOPS: usize = 64;

/// How often a similar name is searched for. A search takes as long as there are names.
const MAX_SUGGESTIONS: usize = 100;

/// The target of a `$ref`. The value may itself be a `$ref`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target<'a> {
    /// The value.
    pub node: &'a Node,
    /// The file that contains it.
    pub file: &'a str,
    /// The pointer to it in that file.
    pub pointer: Pointer,
}

impl Document {
    /// The files that `$ref`s refer to and that were not given yet.
    ///
    /// Names are relative to the same folder as the document's own name. Something that only looks like a `$ref`, such
    /// as in an example, counts too. A missing file is not a fault until its `$ref` is followed.
    pub fn external_files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for (file, source) in &self.sources {
            source.each_reference(&mut |reference, base| {
                if self.resource(base, reference).is_none()
                    && let Ok(Reference { file: Some(file), .. }) = Reference::parse(reference, file)
                    && !self.sources.contains_key(&file)
                {
                    files.insert(file);
                }
            });
        }
        files
    }

    /// Follows a `$ref` of the file `base_file`, once. The target may be a `$ref` again.
    ///
    /// # Errors
    ///
    /// A `$ref` that is malformed, that refers to another machine, whose file was not given, or whose target does not
    /// exist.
    pub fn resolve(&self, base_file: &str, reference: &str) -> Result<Target<'_>, ReferenceError> {
        self.resolve_at(base_file, &Pointer::root(), reference)
    }

    /// Follows a `$ref` of the schema at `pointer`, once. It is relative to the innermost `$id` around it.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve).
    pub fn resolve_at(
        &self,
        base_file: &str,
        pointer: &Pointer,
        reference: &str,
    ) -> Result<Target<'_>, ReferenceError> {
        self.follow(base_file, pointer, reference, MAX_HOPS)
    }

    /// The value at a pointer of the document, through the `$ref`s on the way.
    pub(crate) fn target_at(&self, pointer: &Pointer) -> Option<Target<'_>> {
        let root = Target { node: self.root(), file: &self.file, pointer: Pointer::root() };
        self.walk(root, pointer, "", MAX_HOPS).ok()
    }

    /// As [`target_at`](Self::target_at), and behind the `$ref`s that are at the end.
    pub(crate) fn final_target_at(&self, pointer: &Pointer) -> Option<Target<'_>> {
        let mut target = self.target_at(pointer)?;
        for _ in 0..MAX_HOPS {
            let Some(reference) = target.node.get("$ref").and_then(Node::as_str) else { return Some(target) };
            target = self.resolve_at(target.file, &target.pointer, reference).ok()?;
        }
        None
    }

    fn follow(
        &self,
        base_file: &str,
        base_pointer: &Pointer,
        reference: &str,
        hops: usize,
    ) -> Result<Target<'_>, ReferenceError> {
        if hops == 0 {
            return Err(ReferenceError {
                code: "ref-cycle",
                message: format!("`$ref` to `{reference}` leads back to itself"),
                help: None,
            });
        }
        let base = self.sources.get(base_file).map(|source| source.identifiers().enclosing(base_pointer));
        if let Some((file, resource)) = base.and_then(|base| self.resource(&base.uri, reference)) {
            let (file, source) = self.source_of(reference, file)?;
            let fragment = Fragment::of(reference)?;
            let root = if *resource == Pointer::root() {
                Target { node: source.root(), file, pointer: Pointer::root() }
            } else {
                self.walk(
                    Target { node: source.root(), file, pointer: Pointer::root() },
                    resource,
                    reference,
                    hops,
                )?
            };
            return match fragment {
                Fragment::Pointer(pointer) => self.walk(root, &pointer, reference, hops).or_else(|error| {
                    // In OpenAPI documents a pointer beside an `$id` is often relative to the document's root all the
                    // same.
                    let file_root = Target { node: source.root(), file, pointer: Pointer::root() };
                    self.walk(file_root, &pointer, reference, hops).map_err(|_| error)
                }),
                Fragment::Anchor(name) => self.anchored(file, source, resource, &name, reference, hops),
            };
        }
        let Reference { file, fragment } = Reference::parse(reference, base_file)?;
        let (file, source) = self.source_of(reference, file.as_deref().unwrap_or(base_file))?;
        match fragment {
            Fragment::Pointer(pointer) => self.walk(
                Target { node: source.root(), file, pointer: Pointer::root() },
                &pointer,
                reference,
                hops,
            ),
            Fragment::Anchor(name) => self.anchored(file, source, &Pointer::root(), &name, reference, hops),
        }
    }

    /// The file and pointer of the schema that a `$ref` names by its URI, without the fragment.
    fn resource(&self, base: &Url, reference: &str) -> Option<(&str, &Pointer)> {
        if self.resources.is_empty() {
            return None;
        }
        let mut uri = base.join(reference).ok()?;
        uri.set_fragment(None);
        self.resources.get(uri.as_str()).map(|(file, pointer)| (file.as_str(), pointer))
    }

    fn source_of(&self, reference: &str, file: &str) -> Result<(&str, &Source), ReferenceError> {
        let found = self.sources.get_key_value(file).map(|(file, source)| (file.as_str(), source));
        found.ok_or_else(|| ReferenceError {
            code: "missing-file",
            message: format!("`$ref` to `{reference}`: there is no file `{file}`"),
            help: Some("the path of a `$ref` is relative to the file that contains it".to_owned()),
        })
    }

    fn anchored<'a>(
        &'a self,
        file: &'a str,
        source: &'a Source,
        resource: &Pointer,
        name: &str,
        reference: &str,
        hops: usize,
    ) -> Result<Target<'a>, ReferenceError> {
        let anchor = source.identifiers().anchor(resource, name);
        let pointer = anchor.ok_or_else(|| dangling(reference, file, None))?;
        self.walk(Target { node: source.root(), file, pointer: Pointer::root() }, pointer, reference, hops)
    }

    /// Follows a pointer from a value, through the `$ref`s on the way.
    fn walk<'a>(
        &'a self,
        mut target: Target<'a>,
        pointer: &Pointer,
        reference: &str,
        mut hops: usize,
    ) -> Result<Target<'a>, ReferenceError> {
        for token in pointer.tokens() {
            while child(target.node, token).is_none()
                && let Some(inner) = target.node.get("$ref").and_then(Node::as_str)
            {
                hops = hops.saturating_sub(1);
                target = self.follow(target.file, &target.pointer, inner, hops)?;
            }
            match child(target.node, token) {
                Some(node) => {
                    target.node = node;
                    target.pointer.push(token);
                }
                None => return Err(dangling(reference, target.file, self.near(&target, token))),
            }
        }
        Ok(target)
    }

    /// The pointer to the member of a value whose name is most similar to `token`.
    fn near(&self, value: &Target<'_>, token: &str) -> Option<String> {
        if self.suggestions.fetch_add(1, Ordering::Relaxed) >= MAX_SUGGESTIONS {
            return None;
        }
        let keys = value.node.as_object()?.keys().map(String::as_str);
        crate::near::nearest(token, keys).map(|key| value.pointer.child(key).to_string())
    }
}

fn child<'a>(node: &'a Node, token: &str) -> Option<&'a Node> {
    match node {
        Node::Object(members) => members.get(token),
        Node::Array(elements) => elements.get(token.parse::<usize>().ok()?),
        _ => None,
    }
}

fn dangling(reference: &str, file: &str, near: Option<String>) -> ReferenceError {
    ReferenceError {
        code: "dangling-ref",
        message: format!("`$ref` to `{reference}` leads nowhere in `{file}`"),
        help: near.map(|near| format!("did you mean `#{near}`?")),
    }
}
