//! The options that a run keeps, so that a command that continues it can say what differs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Limits, Options};
use crate::preflight::Provider;

/// The options that the requests were split by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SplitSettings {
    provider: Option<String>,
    max_lines: Option<u64>,
    max_bytes: Option<u64>,
    /// The limits that follow from them. Requests that are sent again are split by them too.
    pub(super) limits: Limits,
}

/// The options that batches are created with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BatchSettings {
    completion_window: String,
    output_expires_after: Option<u64>,
    metadata: BTreeMap<String, String>,
}

impl SplitSettings {
    pub(super) fn of(options: &Options, provider: Provider) -> Self {
        Self {
            provider: options.provider.map(|provider| provider.to_string()),
            max_lines: options.max_lines,
            max_bytes: options.max_bytes,
            limits: options.limits(provider),
        }
    }

    /// The names of the options that differ from these.
    pub(super) fn changed_in(&self, options: &Options) -> Vec<&'static str> {
        let provider = options.provider.map(|provider| provider.to_string());
        names([
            ("provider", self.provider != provider),
            ("max_lines", self.max_lines != options.max_lines),
            ("max_bytes", self.max_bytes != options.max_bytes),
        ])
    }
}

impl BatchSettings {
    pub(super) fn of(options: &Options) -> Self {
        Self {
            completion_window: options.completion_window.clone(),
            output_expires_after: options.output_expires_after,
            metadata: options.metadata.clone(),
        }
    }

    /// The names of the options that differ from these.
    pub(super) fn changed_in(&self, options: &Options) -> Vec<&'static str> {
        let other = Self::of(options);
        names([
            ("completion_window", self.completion_window != other.completion_window),
            ("output_expires_after", self.output_expires_after != other.output_expires_after),
            ("metadata", self.metadata != other.metadata),
        ])
    }
}

fn names(options: [(&'static str, bool); 3]) -> Vec<&'static str> {
    options.into_iter().filter(|(_, has_changed)| *has_changed).map(|(name, _)| name).collect()
}
