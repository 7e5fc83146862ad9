//! How much a document may ask for. A short one can ask for more than memory holds.

use super::Lowering;
use super::place::Place;

/// How deep schemas may be nested in each other, through `$ref` too. The stack that
/// [`generate`](crate::generate) works on has room for this.
const MAX_DEPTH: usize = 4000;

/// How many schemas `allOf` may combine, and how many properties may result, over the whole document.
const MAX_EFFORT: usize = 2_000_000;

/// What was spent so far.
#[derive(Default)]
pub(super) struct Budget {
    /// How many schemas were combined and properties made.
    effort: usize,
    /// How many schemas the current one is nested in.
    depth: usize,
}

impl Lowering<'_> {
    /// Spends `effort`. Returns whether it was within the budget, and reports the first that is not.
    pub(super) fn can_afford(&mut self, place: &Place, effort: usize) -> bool {
        let before = self.budget.effort;
        self.budget.effort = before.saturating_add(effort);
        if self.budget.effort > MAX_EFFORT && before <= MAX_EFFORT {
            let message =
                "the schemas up to here are made of each other in more ways than can be written out";
            let help = "look for an `allOf` that is in one that is in one";
            self.error(place, "too-large", message, Some(help));
        }
        self.budget.effort <= MAX_EFFORT
    }

    /// Starts a nested schema. Returns whether that is within the budget; then [`leave`](Self::leave) ends it.
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
