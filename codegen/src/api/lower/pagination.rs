//! The pages of operations, once all types are known.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Node, View as _, openapi};

use super::super::Api;
use super::super::pages;
use super::super::paging::Paging;
use super::Lowering;
use super::place::Place;
use super::report::diagnostic;

const EXTENSION: &str = "x-pagination";

/// The operations with `x-pagination`, by method and path.
#[derive(Default)]
pub(super) struct Declared<'d>(HashMap<(String, String), (Place, &'d Node)>);

impl<'d> Lowering<'d> {
    /// Notes what an operation says about its pages.
    pub(super) fn note_pagination(
        &mut self,
        place: &Place,
        written: openapi::Operation<'d>,
        (method, path): (&str, &str),
    ) {
        if let Some(node) = written.node().get(EXTENSION) {
            let key = (method.to_uppercase(), path.to_owned());
            self.pagination.0.insert(key, (place.child(EXTENSION), node));
        }
    }
}

impl Declared<'_> {
    /// Finds the pages of each operation.
    pub(super) fn find(&self, api: &mut Api) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let find = |operation| match self.of(api, operation)? {
            Ok(paging) => Some(paging),
            Err((place, message)) => {
                let help = "see \"Pages\" in docs/clients.md for what `x-pagination` has";
                diagnostics.push(diagnostic(
                    Severity::Warning,
                    place,
                    "unusable-pagination",
                    message,
                    Some(help),
                ));
                None
            }
        };
        let found: Vec<_> = api.tags.iter().flat_map(|tag| &tag.operations).map(find).collect();
        let operations = api.tags.iter_mut().flat_map(|tag| &mut tag.operations);
        operations.zip(found).for_each(|(operation, paging)| operation.paging = paging);
        diagnostics
    }

    fn of(&self, api: &Api, operation: &super::super::Operation) -> Option<Result<Paging, (&Place, String)>> {
        let key = (operation.method.clone(), operation.path.clone());
        let Some((place, node)) = self.0.get(&key) else { return pages::recognised(api, operation).map(Ok) };
        match node {
            Node::Bool(false) | Node::Null => None,
            node => Some(
                members(node)
                    .and_then(|members| pages::declared(api, operation, &members))
                    .map_err(|message| (place, message)),
            ),
        }
    }
}

/// The members of `x-pagination` as text.
fn members(node: &Node) -> Result<BTreeMap<String, String>, String> {
    let wrong = || format!("`{EXTENSION}` must be an object or `false`, this is {}", node.kind());
    let members = node.as_object().ok_or_else(wrong)?;
    let text = |node: &Node| node.as_str().map_or_else(|| node.to_json(), str::to_owned);
    Ok(members.iter().map(|(name, value)| (name.clone(), text(value))).collect())
}
