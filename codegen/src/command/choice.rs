//! The arguments that choose operations.

use serde::Deserialize;

use crate::slice::Selection;

/// The arguments that choose operations. Each may be given several times.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case", expecting = "a table of lists")]
#[command(next_help_heading = "Operations (each option may be given several times)")]
pub struct Choice {
    /// Use the operations with this tag
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Use this operation, by its operationId or as 'post /uploads'
    #[arg(long, value_name = "ID")]
    pub operation: Vec<String>,
    /// Use the operations with a path like this: * matches anything within a step, ** any number of steps
    #[arg(long, value_name = "PATTERN")]
    pub path: Vec<String>,
    /// Leave out the operations with this tag
    #[arg(long, value_name = "TAG")]
    pub not_tag: Vec<String>,
    /// Leave out this operation
    #[arg(long, value_name = "ID")]
    pub not_operation: Vec<String>,
    /// Leave out the operations with a path like this
    #[arg(long, value_name = "PATTERN")]
    pub not_path: Vec<String>,
}

impl Choice {
    /// This choice, and of `other` the lists that are empty here.
    pub(super) fn or(self, other: Self) -> Self {
        let or = |own: Vec<String>, other| if own.is_empty() { other } else { own };
        Self {
            tag: or(self.tag, other.tag),
            operation: or(self.operation, other.operation),
            path: or(self.path, other.path),
            not_tag: or(self.not_tag, other.not_tag),
            not_operation: or(self.not_operation, other.not_operation),
            not_path: or(self.not_path, other.not_path),
        }
    }
}

impl From<Choice> for Selection {
    fn from(choice: Choice) -> Self {
        let Choice { tag, operation, path, not_tag, not_operation, not_path } = choice;
        Self {
            tags: tag,
            operations: operation,
            paths: path,
            not_tags: not_tag,
            not_operations: not_operation,
            not_paths: not_path,
        }
    }
}
