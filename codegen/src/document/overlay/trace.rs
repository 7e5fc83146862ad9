//! Where the values of a changed document are written.

use std::collections::{HashMap, HashSet};

use super::Pointer;

/// The place that a value is written at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// The number of the overlay. `None`: the document itself.
    pub overlay: Option<usize>,
    pub pointer: Pointer,
}

/// The origin of a value, and of the values in it that have another one than the value they are in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    own: Option<Origin>,
    below: HashMap<String, Trace>,
}

impl Origin {
    fn child(&self, token: &str) -> Self {
        Self { overlay: self.overlay, pointer: self.pointer.child(token) }
    }
}

impl Trace {
    /// A value that is written at `origin` with all that is in it.
    pub(super) fn written_at(origin: Origin) -> Self {
        Self { own: Some(origin), below: HashMap::new() }
    }

    /// The origin of the value at `pointer` of a document.
    pub(super) fn origin(&self, pointer: &Pointer) -> Origin {
        self.subtree(pointer.tokens()).own.unwrap_or_default()
    }

    /// The trace of a value below, as one that stands for itself.
    pub(super) fn subtree(&self, tokens: &[String]) -> Self {
        let mut origin = self.own.clone().unwrap_or_default();
        let mut here = Some(self);
        for token in tokens {
            here = here.and_then(|trace| trace.below.get(token));
            origin = match here.and_then(|trace| trace.own.clone()) {
                Some(own) => own,
                None => origin.child(token),
            };
        }
        let below = here.map(|trace| trace.below.clone()).unwrap_or_default();
        Self { own: Some(origin), below }
    }

    /// The trace of the value at `tokens`, to change.
    pub(super) fn below(&mut self, tokens: &[String]) -> &mut Self {
        let mut here = self;
        for token in tokens {
            here = here.below.entry(token.clone()).or_default();
        }
        here
    }

    /// Takes over the origin of another value for this one.
    pub(super) fn set(&mut self, token: &str, trace: Self) {
        self.below.insert(token.to_owned(), trace);
    }

    pub(super) fn replace(&mut self, other: Self) {
        *self = other;
    }

    /// Forgets members of the object at `parent`.
    pub(super) fn forget_members(&mut self, parent: &[String], keys: &HashSet<String>) {
        self.below(parent).below.retain(|key, _| !keys.contains(key));
    }

    /// Forgets elements of the array of `length` elements at `parent`. Those behind them move up.
    pub(super) fn forget_elements(&mut self, parent: &[String], gone: &HashSet<String>, length: usize) {
        let whole = self.subtree(parent);
        let kept = (0..length).map(|index| index.to_string()).filter(|index| !gone.contains(index));
        let below = kept.enumerate().map(|(at, index)| (at.to_string(), whole.subtree(&[index]))).collect();
        self.below(parent).below = below;
    }
}
