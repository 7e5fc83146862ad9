//! The maximum size of a document. Real documents are far below it. A larger document is refused before it uses much memory.

/// The maximum nesting of objects and arrays. Code that walks a document recursively relies on it.
pub(super) const MAX_DEPTH: usize = 128;

/// The maximum number of values in one file. The largest published documents have some hundred thousand. Tests use a
/// lower limit.
pub(super) const MAX_VALUES: usize = if cfg!(test) { 500_000 } else { 2_500_000 };

/// The maximum number of values that YAML aliases and merge keys add to the tree.
pub(super) const MAX_ALIASED_VALUES: usize = 400_000;
