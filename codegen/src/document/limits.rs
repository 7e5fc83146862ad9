//! How large a document may be. Real ones stay far below; what is above is refused before it costs memory.

/// Objects and arrays inside each other. What walks a document by recursion relies on this.
pub(super) const MAXIMUM_DEPTH: usize = 128;

/// Values in one file. The largest published documents have some hundred thousand; tests need not wait for so many.
pub(super) const MAXIMUM_VALUES: usize = if cfg!(test) { 500_000 } else { 2_500_000 };

/// Values that stand in the tree because a YAML alias or merge key repeats them.
pub(super) const MAXIMUM_ALIASED_VALUES: usize = 400_000;
