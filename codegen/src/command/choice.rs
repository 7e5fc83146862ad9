//! The arguments that choose operations.

use crate::slice::Selection;

/// The arguments that choose operations. Each may be given several times.
#[derive(Clone, Debug, Default, clap::Args)]
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
    /// The arguments that express this choice.
    pub(super) fn arguments(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lists = [
            ("--tag", &self.tag),
            ("--operation", &self.operation),
            ("--path", &self.path),
            ("--not-tag", &self.not_tag),
            ("--not-operation", &self.not_operation),
            ("--not-path", &self.not_path),
        ];
        lists.into_iter().flat_map(|(name, list)| list.iter().map(move |value| (name, &**value)))
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
