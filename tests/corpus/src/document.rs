//! A document, and what the generator makes of it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use openapi_crate::{Generated, Input, Options, Output, schema_types};
use serde_json::Value;

/// A document, and what the generator makes of it.
pub struct Document {
    /// A name that is a Rust identifier.
    pub name: String,
    /// The document as a value.
    pub value: Value,
    /// The Rust type of each schema, by its JSON pointer.
    pub types: BTreeMap<String, String>,
    /// The crate.
    pub generated: Generated,
    /// How long the generator took, without reading and writing files.
    pub time: Duration,
}

impl Document {
    /// Generates from the document at `path`.
    ///
    /// # Errors
    ///
    /// The generator refuses the document, or panics.
    pub fn generate(name: &str, path: &Path) -> Result<Self, String> {
        Self::corrected(name, path, None)
    }

    /// Generates from the document at `path`, corrected by an overlay.
    ///
    /// # Errors
    ///
    /// The generator refuses the document or the overlay, or panics.
    pub fn corrected(name: &str, path: &Path, overlay: Option<&Path>) -> Result<Self, String> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let file = Path::new(path.file_name().unwrap_or_default());
        let mut input = Input::read_in(folder, file).map_err(|error| format!("{error:?}"))?;
        if let Some(overlay) = overlay {
            input = input.overlay(overlay).map_err(|error| format!("{error:?}"))?;
        }
        let options = Options { output: Output::Crate { name: name.to_owned() }, ..Options::default() };
        let text = input.text.clone();
        let all = Options {
            file: input.name.clone(),
            files: input.files.clone(),
            overlays: input.overlays.clone(),
            ..options.clone()
        };
        let document = input.document().map_err(|errors| errors.render(false))?;
        // Through text, since a value cannot hold every number.
        let value = serde_json::from_str(&document.root().to_json()).map_err(|error| error.to_string())?;
        drop(document);
        let begun = Instant::now();
        let generated = catch_unwind(AssertUnwindSafe(|| input.generate(options)));
        let time = begun.elapsed();
        let generated = generated.map_err(|_| "the generator panicked".to_owned())?;
        let generated = generated.map_err(|errors| errors.render(false))?;
        let types = schema_types(&text, &all).map_err(|errors| errors.render(false))?;
        Ok(Self { name: name.to_owned(), value, types, generated, time })
    }

    /// The warnings, counted by their code.
    pub fn warnings(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for warning in self.generated.warnings.iter() {
            *counts.entry(warning.code).or_default() += 1;
        }
        counts
    }

    /// The links of the reference pages that lead nowhere, without those that descriptions in the document have.
    pub fn dead_links(&self) -> Vec<String> {
        let document = self.value.to_string();
        let files = self.generated.package.files();
        let pages = files.filter_map(|(path, text)| Some((path.strip_prefix("docs/")?, text)));
        let mut found = crate::links::dead_links(&pages.collect());
        found.retain(|link| {
            link.split_once(": ").is_none_or(|(_, link)| !document.contains(&format!("]({link})")))
        });
        found
    }
}
