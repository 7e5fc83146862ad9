//! Providers that read tokens on this machine: from a command, and from a file.

mod command;
mod file;
mod output;

pub use command::TokenCommand;
pub use file::TokenFile;
