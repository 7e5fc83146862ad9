//! The crate that `docs/generator.md` generates from OpenAI's document, as far as `spec/uploads.yaml` has it: the first
//! program in that guide compiles against it.

pub use openai_uploads::{apis, models, runtime};
