//! `TypeSpec`'s HTTP scenarios: a server that checks each request, and a program that calls it with generated clients.

mod documents;
mod packages;
mod program;
mod scoreboard;
mod server;

use std::io;
use std::path::{Path, PathBuf};

pub use packages::PACKAGES;
pub use scoreboard::{Outcome, Row, Scoreboard};

/// The folders of a run.
pub struct TypeSpec {
    /// The workspace, with the program's source in `tests/typespec`.
    pub workspace: PathBuf,
    /// Where everything is written.
    pub folder: PathBuf,
    /// The target folder of cargo.
    pub target: PathBuf,
}

impl TypeSpec {
    /// Installs the npm packages, unless they are there.
    ///
    /// # Errors
    ///
    /// npm is missing or fails.
    pub fn install(&self) -> io::Result<()> {
        packages::install(&self.folder)
    }

    /// Generates the clients, builds the program, and runs it against the server.
    ///
    /// # Errors
    ///
    /// A document is not emitted or not generated, the program does not compile, or the server does not start.
    pub fn run(&self) -> io::Result<Scoreboard> {
        let package = self.folder.join("node_modules/@typespec/http-specs");
        let (specs, assets) = (package.join("specs"), package.join("assets"));
        let documents = documents::emit(&self.folder, &self.source().join("emit.mjs"), &specs)?;
        let clients = self.folder.join("clients");
        documents::generate(&documents, &self.source().join("overlays"), &clients)?;
        let program = program::build(self, &clients)?;
        let server = server::Server::start(&self.folder, &specs)?;
        let calls = program::run(&program, server.address(), &assets);
        let coverage = server.stop()?;
        Scoreboard::new(&coverage, &calls?)
    }

    fn source(&self) -> PathBuf {
        self.workspace.join("tests/typespec")
    }
}

/// The program `node` of the npm package with that name.
fn node(folder: &Path) -> PathBuf {
    folder.join("node_modules/node/bin/node")
}
