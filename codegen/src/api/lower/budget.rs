//! Limits on the work that a document causes. Even a short document can describe more types than memory holds.

use super::Lowering;
use super::place::Place;

/// How deep schemas may be nested in each other, through `$ref` too. The stack that
/// [`generate`](crate::generate) works on has room for this.
const MAX_DEPTH: usize = 4000;

/// How many schemas `allOf` may combine, and how many properties may result, over the whole document.
const MAX_EFFORT: usize = 2_000_000;

/// The work so far.
#[derive(Default)]
pub(super) struct Budget {
    /// How many schemas were combined and properties made.
    effort: usize,
    /// How many schemas the current one is nested in.
    depth: usize,
}

impl Lowering<'_> {
    /// Spends `effort`, and returns whether it is within the budget. Reports once if it is not.
    pub(super) fn can_afford(&mut self, place: &Place, effort: usize) -> bool {
        let before = self.budget.effort;
        self.budget.effort = before.saturating_add(effort);
        if self.budget.effort > MAX_EFFORT && before <= MAX_EFFORT {
            let message = format!("`allOf` combines more than {MAX_EFFORT} schemas and properties");
            let help = "look for an `allOf` whose members have an `allOf`, several levels deep";
            self.error(place, "too-large", message, Some(help));
        }
        self.budget.effort <= MAX_EFFORT
    }

    /// Starts a nested schema, which [`leave`](Self::leave) ends. Returns false, and reports, if it is nested too deep.
    pub(super) fn enter(&mut self, place: &Place) -> bool {
        if self.budget.depth >= MAX_DEPTH {
            let message = format!("schemas are nested in each other more than {MAX_DEPTH} deep");
            self.error(place, "too-deep", message, Some("give the inner schemas names under `components`"));
            return false;
        }
        self.budget.depth += 1;
        true
    }

    /// Ends a nested schema.
    pub(super) fn leave(&mut self) {
        self.budget.depth -= 1;
    }
}
