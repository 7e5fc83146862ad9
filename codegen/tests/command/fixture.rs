//! A folder, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A document with two tags.
pub(crate) const PETS: &str = "\
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: https://example.com}]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      tags: [Pets]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: The pet., content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
  /shops:
    get:
      operationId: listShops
      tags: [Shops]
      responses: {'200': {description: Shops., content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Shop'}}}}}}
components:
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}, born: {type: string, format: date}}}
    Shop: {type: object, required: [name], properties: {name: {type: string}, pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
";

/// A folder that is removed again.
pub(crate) struct Folder {
    folder: TempDir,
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Its output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Folder {
    /// A folder with the document of pets, `pets.yaml`.
    pub(crate) fn with_pets() -> Self {
        let folder = Self { folder: tempfile::tempdir().unwrap() };
        folder.write("pets.yaml", PETS);
        folder
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.path(file).parent().unwrap()).unwrap();
        fs::write(self.path(file), text).unwrap();
    }

    /// Whether anything but documents is in the folder.
    pub(crate) fn has_output(&self) -> bool {
        fs::read_dir(self.folder.path()).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            Path::new(&path).is_dir()
        })
    }

    /// Runs `openapi-crate …` in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openapi-crate"));
        let output = command.current_dir(self.folder.path()).args(arguments).output().unwrap();
        let ended = Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
        ended
    }
}
