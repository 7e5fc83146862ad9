//! The client of a document of OpenAPI 3.0, generated as a module when this crate is built.

mod somewhere {
    pub(crate) mod client {
        include!(concat!(env!("OUT_DIR"), "/client/mod.rs"));
    }
}

pub use somewhere::client::{apis, models, runtime};
