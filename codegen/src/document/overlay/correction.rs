//! A document that the actions of overlays change, one after the other.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::Pointer;
use super::action::{Action, Change};
use super::json_path::value_of;
use super::merge::{Mismatch, update};
use super::trace::Trace;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::limits::{MAX_DEPTH, MAX_VALUES};
use crate::document::source::value_at;
use crate::document::{Node, yaml};

/// A document and what was done to it so far.
pub(super) struct Correction<'a> {
    root: Node,
    /// The same document as queries read it.
    mirror: Value,
    trace: Trace,
    /// No fewer values than the document has.
    values: usize,
    /// The names of the overlays.
    names: &'a [&'a str],
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Correction<'a> {
    pub(super) fn of(root: Node, names: &'a [&'a str], found: &'a mut Vec<Diagnostic>) -> Self {
        let (mirror, values) = (value_of(&root), yaml::size(&root));
        Self { root, mirror, trace: Trace::default(), values, names, found }
    }

    pub(super) fn end(self) -> (Node, Trace) {
        (self.root, self.trace)
    }

    /// Applies an action.
    pub(super) fn run(&mut self, action: Action) {
        if self.values > MAX_VALUES {
            return;
        }
        let targets = action.target.select(&self.mirror);
        if targets.is_empty() {
            let message =
                format!("`{}` selects nothing, so this action changes nothing", action.target.text());
            let help = match action.target.longest_match(&self.mirror) {
                Some(begin) => format!("`{begin}` is the longest part of it that selects something"),
                None => "correct the query, or remove the action".to_owned(),
            };
            self.warning("overlay-no-match", &action, &action.target_pointer, message, help);
            return;
        }
        match &action.change {
            Change::Remove => self.remove(&action, targets),
            Change::Update(value, trace) => self.update(&action, &targets, value, trace),
            Change::Copy(query) => match query.select(&self.mirror).as_slice() {
                [source] => {
                    let trace = self.trace.subtree(source.tokens());
                    if let Some(value) = value_at(&mut self.root, source).cloned() {
                        self.update(&action, &targets, &value, &trace);
                    }
                }
                found => {
                    let text = query.text();
                    let message = match found.len() {
                        0 => format!("`{text}` selects nothing to copy"),
                        many => format!("`{text}` selects {many} values, and only one can be copied"),
                    };
                    self.error(
                        "overlay-target",
                        &action,
                        &action.change_pointer,
                        message,
                        "correct the query",
                    );
                }
            },
        }
    }

    fn update(&mut self, action: &Action, targets: &[Pointer], value: &Node, trace: &Trace) {
        self.values = self.values.saturating_add(yaml::size(value).saturating_mul(targets.len()));
        if self.values > MAX_VALUES {
            let message = format!("with this action the document has more than {MAX_VALUES} values");
            self.error("too-large", action, &action.change_pointer, message, "choose fewer targets");
            return;
        }
        let height = yaml::height(value);
        for target in targets {
            // An array holds the value one level deeper.
            if target.tokens().len() + height + 1 > MAX_DEPTH {
                let message = format!("with this action more than {MAX_DEPTH} objects and arrays are nested");
                self.error(
                    "too-deep",
                    action,
                    &action.change_pointer,
                    message,
                    "choose targets that are less deep",
                );
                return;
            }
            let Some(node) = value_at(&mut self.root, target) else { continue };
            let done = update(node, self.trace.below(target.tokens()), value, trace);
            if let Some(mirror) = self.mirror.pointer_mut(&target.to_string()) {
                *mirror = value_of(node);
            }
            if let Err(Mismatch { path, message }) = done {
                let place = path.iter().fold(target.clone(), |pointer, token| pointer.child(token));
                let message = format!("{message}, at `#{place}`");
                let help = "remove the value in an action before this one to replace it";
                self.error("overlay-mismatch", action, &action.change_pointer, message, help);
            }
        }
    }

    fn remove(&mut self, action: &Action, targets: Vec<Pointer>) {
        // The targets by what they are in, the innermost first, so that each is still where it was selected.
        let mut groups: BTreeMap<(usize, Pointer), HashSet<String>> = BTreeMap::new();
        for target in targets {
            let Some((last, parent)) = target.tokens().split_last() else {
                let message = "the whole document cannot be removed";
                self.error(
                    "overlay-action",
                    action,
                    &action.target_pointer,
                    message,
                    "select something in it",
                );
                return;
            };
            let parent = parent.iter().fold(Pointer::root(), |pointer, token| pointer.child(token));
            groups.entry((parent.tokens().len(), parent)).or_default().insert(last.clone());
        }
        for ((_, parent), gone) in groups.into_iter().rev() {
            let Some(node) = value_at(&mut self.root, &parent) else { continue };
            match node {
                Node::Object(members) => {
                    members.retain(|key, _| !gone.contains(key));
                    self.trace.forget_members(parent.tokens(), &gone);
                }
                Node::Array(elements) => {
                    self.trace.forget_elements(parent.tokens(), &gone, elements.len());
                    let mut index = 0..;
                    elements
                        .retain(|_| index.next().is_some_and(|at: usize| !gone.contains(&at.to_string())));
                }
                _ => {}
            }
            if let Some(mirror) = self.mirror.pointer_mut(&parent.to_string()) {
                *mirror = value_of(node);
            }
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        action: &Action,
        at: &Pointer,
        message: impl Into<String>,
        help: &str,
    ) {
        self.report(Severity::Error, code, action, at, message.into(), help.to_owned());
    }

    fn warning(&mut self, code: &'static str, action: &Action, at: &Pointer, message: String, help: String) {
        self.report(Severity::Warning, code, action, at, message, help);
    }

    fn report(
        &mut self,
        severity: Severity,
        code: &'static str,
        action: &Action,
        at: &Pointer,
        message: String,
        help: String,
    ) {
        let file = self.names[action.overlay].to_owned();
        let pointer = at.clone();
        self.found.push(Diagnostic {
            severity,
            code,
            message,
            file,
            pointer,
            position: None,
            help: Some(help),
        });
    }
}
