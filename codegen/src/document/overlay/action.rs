//! The actions of an overlay.

use super::Pointer;
use super::json_path::Query;
use super::trace::{Origin, Trace};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Node;
use crate::near::nearest;
use crate::pointer::unescaped;

/// A change to the values that a query selects.
pub(super) struct Action {
    /// The number of its overlay.
    pub overlay: usize,
    /// Where its `target` is in the overlay.
    pub target_pointer: Pointer,
    /// Where the value of its change is in the overlay.
    pub change_pointer: Pointer,
    pub target: Query,
    pub change: Change,
}

/// What an action does to each target.
pub(super) enum Change {
    Remove,
    /// Merges a value of the overlay.
    Update(Node, Trace),
    /// Merges another value of the document.
    Copy(Query),
}

impl Change {
    /// The member of the action that has this change.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Update(..) => "update",
            Self::Copy(_) => "copy",
        }
    }
}

/// Reads the actions of an overlay, and reports what is wrong with it.
pub(super) fn read(file: &str, number: usize, root: &Node, found: &mut Vec<Diagnostic>) -> Vec<Action> {
    let mut reader = Reader { file, number, root, found };
    reader.overlay()
}

struct Reader<'a> {
    file: &'a str,
    number: usize,
    root: &'a Node,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn overlay(&mut self) -> Vec<Action> {
        let top = Pointer::root();
        let Some(version) = self.root.get("overlay") else {
            let message = match self.root.as_object() {
                None => format!("this is not an overlay but {}", self.root.kind()),
                Some(_) => "this is not an overlay: `overlay` is missing".to_owned(),
            };
            self.error("not-overlay", &top, message, "an overlay begins with `overlay: 1.1.0`");
            return Vec::new();
        };
        let is_known = |text: &str| {
            ["1.0", "1.1", "1.2"].iter().any(|known| {
                text.strip_prefix(known).is_some_and(|patch| patch.is_empty() || patch.starts_with('.'))
            })
        };
        if !version.as_str().is_some_and(is_known) {
            let message = format!("version {} of overlays is not supported", version.to_json());
            self.error("not-overlay", &top.child("overlay"), message, "write `overlay: 1.1.0`");
            return Vec::new();
        }
        self.members(&top, self.root, &["overlay", "$self", "info", "extends", "actions", "components"]);
        let at = top.child("actions");
        match self.root.get("actions") {
            Some(Node::Array(actions)) if !actions.is_empty() => {
                let actions = actions.iter().enumerate();
                actions.filter_map(|(index, action)| self.action(&at.child(index), action)).collect()
            }
            Some(Node::Array(_)) | None => {
                self.error(
                    "overlay-action",
                    &at,
                    "the overlay has no actions",
                    "add an action with a `target`",
                );
                Vec::new()
            }
            Some(other) => {
                let message = format!("`actions` must be an array, this is {}", other.kind());
                self.error("overlay-action", &at, message, "begin each action with `- target:`");
                Vec::new()
            }
        }
    }

    fn action(&mut self, pointer: &Pointer, action: &Node) -> Option<Action> {
        if action.as_object().is_none() {
            let message = format!("an action must be an object, this is {}", action.kind());
            self.error(
                "overlay-action",
                pointer,
                message,
                "write `target`, and `update`, `remove` or `copy`",
            );
            return None;
        }
        self.members(pointer, action, &["target", "description", "update", "remove", "copy", "$ref"]);
        let target = self.query(pointer, action, "target");
        let (fields_at, fields) = match action.get("$ref") {
            None => (pointer.clone(), action),
            Some(reference) => self.reusable(&pointer.child("$ref"), reference)?,
        };
        let change = self.change(&fields_at, fields)?;
        Some(Action {
            overlay: self.number,
            target_pointer: pointer.child("target"),
            change_pointer: fields_at.child(change.key()),
            target: target?,
            change,
        })
    }

    /// The fields of the action that a `$ref` names (version 1.2).
    fn reusable(&mut self, at: &Pointer, reference: &Node) -> Option<(Pointer, &'a Node)> {
        let name = reference.as_str().and_then(|text| text.strip_prefix("#/components/actions/"));
        let name = name.map(unescaped);
        let steps = ["components", "actions", name.as_deref().unwrap_or_default(), "fields"];
        let fields = steps.iter().try_fold(self.root, |node, step| node.get(step));
        let Some(fields) = fields else {
            let message = format!("{} is not an action of this overlay", reference.to_json());
            self.error("overlay-action", at, message, "write `#/components/actions/NAME`");
            return None;
        };
        let pointer = steps.iter().fold(Pointer::root(), |pointer, step| pointer.child(step));
        Some((pointer, fields))
    }

    fn change(&mut self, pointer: &Pointer, fields: &Node) -> Option<Change> {
        match fields.get("remove") {
            Some(Node::Bool(true)) => return Some(Change::Remove),
            None | Some(Node::Bool(false)) => {}
            Some(other) => {
                let message = format!("`remove` must be true or false, this is {}", other.kind());
                let at = pointer.child("remove");
                self.error("overlay-action", &at, message, "write `remove: true`");
                return None;
            }
        }
        match (fields.get("update"), fields.get("copy")) {
            (Some(value), None) => {
                let origin = Origin { overlay: Some(self.number), pointer: pointer.child("update") };
                Some(Change::Update(value.clone(), Trace::written_at(origin)))
            }
            (None, Some(_)) => self.query(pointer, fields, "copy").map(Change::Copy),
            (Some(_), Some(_)) => {
                let message = "an action has either `update` or `copy`, this one has both";
                self.error("overlay-action", &pointer.child("copy"), message, "make two actions of it");
                None
            }
            (None, None) => {
                let message = "this action does nothing";
                self.error("overlay-action", pointer, message, "add `update`, `remove: true` or `copy`");
                None
            }
        }
    }

    fn query(&mut self, pointer: &Pointer, object: &Node, key: &str) -> Option<Query> {
        let at = pointer.child(key);
        let help = "write a JSONPath query (RFC 9535) such as `$.paths['/pets'].get`";
        let message = match object.get(key) {
            Some(Node::String(text)) => match Query::parse(text) {
                Ok(query) => return Some(query),
                Err(error) => format!("`{key}` is `{text}`, which is not a JSONPath query: {error}"),
            },
            Some(other) => format!("`{key}` must be a string, this is {}", other.kind()),
            None => {
                self.error("overlay-target", pointer, format!("this action has no `{key}`"), help);
                return None;
            }
        };
        self.error("overlay-target", &at, message, help);
        None
    }

    /// Warns of members that overlays do not have.
    fn members(&mut self, pointer: &Pointer, object: &Node, known: &[&str]) {
        for key in object.as_object().into_iter().flat_map(|members| members.keys()) {
            if known.contains(&&**key) || key.starts_with("x-") {
                continue;
            }
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it, or begin its name with `x-`".to_owned(),
            };
            self.warning(
                "unknown-member",
                &pointer.child(key),
                format!("overlays have no `{key}` here"),
                help,
            );
        }
    }

    fn error(&mut self, code: &'static str, at: &Pointer, message: impl Into<String>, help: &str) {
        self.report(Severity::Error, code, at, message.into(), help.to_owned());
    }

    fn warning(&mut self, code: &'static str, at: &Pointer, message: String, help: String) {
        self.report(Severity::Warning, code, at, message, help);
    }

    fn report(
        &mut self,
        severity: Severity,
        code: &'static str,
        at: &Pointer,
        message: String,
        help: String,
    ) {
        let (file, pointer) = (self.file.to_owned(), at.clone());
        let help = Some(help);
        self.found.push(Diagnostic { severity, code, message, file, pointer, position: None, help });
    }
}
