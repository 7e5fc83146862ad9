//! Published documents, and the crates generated from them. The crates stay below `target`, so that only changes are
//! compiled the next time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use openapi_crate::{Options, Output, generate, schema_types};
use serde_json::Value;

use crate::probe;
use crate::skipped::skipped;

/// A published document, and the crate generated from it.
pub(crate) static OPENAI: Source = Source {
    name: "openai",
    path: "../shared/corpus/openai.yaml",
    variable: "OPENAI_SPEC",
    read: OnceLock::new(),
};

pub(crate) static GITHUB: Source = Source {
    name: "github",
    path: "target/documents/github.json",
    variable: "GITHUB_SPEC",
    read: OnceLock::new(),
};

pub(crate) static BLOCKFROST: Source = Source {
    name: "blockfrost",
    path: "target/documents/blockfrost.yaml",
    variable: "BLOCKFROST_SPEC",
    read: OnceLock::new(),
};

static SOURCES: [&Source; 3] = [&OPENAI, &GITHUB, &BLOCKFROST];

/// A document that somebody publishes.
pub(crate) struct Source {
    /// Its name: of its crate, of the program that uses it, and of its list of known mistakes.
    pub(crate) name: &'static str,
    /// The default path, relative to the workspace's root. `.ci/run` downloads what is below `target`.
    path: &'static str,
    /// The environment variable that contains another path.
    variable: &'static str,
    read: OnceLock<Option<Published>>,
}

/// The content of a published document, and the crate generated from it.
pub(crate) struct Published {
    /// The document.
    pub(crate) document: Value,
    /// The Rust type of each schema, by its JSON pointer.
    pub(crate) types: BTreeMap<String, String>,
    /// The crate's folder.
    pub(crate) folder: PathBuf,
}

/// The output of cargo for a crate and for the program that uses it.
#[derive(Default)]
pub(crate) struct Built {
    /// The warnings and errors of rustc, as it formats them.
    pub(crate) reported: Vec<String>,
    /// The program.
    pub(crate) program: PathBuf,
}

impl Source {
    /// The document and its crate. `None`, with a message: the document is missing.
    pub(crate) fn published(&'static self) -> Option<&'static Published> {
        let named = std::env::var_os(self.variable).map(PathBuf::from);
        let path = named.unwrap_or_else(|| workspace().join(self.path));
        let published = self.read.get_or_init(|| path.is_file().then(|| Published::read(self.name, &path)));
        if published.is_none() {
            skipped(&format!("no document at {}; name one with {}", path.display(), self.variable));
        }
        published.as_ref()
    }

    /// The crate and the program that reads and writes its types. All crates are built at once, for all tests: rustc
    /// compiles a large crate on one core.
    pub(crate) fn built(&'static self) -> &'static Built {
        static BUILT: OnceLock<BTreeMap<&'static str, Built>> = OnceLock::new();
        &BUILT.get_or_init(build)[self.name]
    }
}

pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member's folder is in the workspace")
}

impl Published {
    fn read(name: &str, path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let options = Options {
            file: path.file_name().unwrap().to_str().unwrap().to_owned(),
            output: Output::Crate { name: format!("{name}-api") },
            ..Options::default()
        };
        let document = openapi_crate::document::Document::parse(&options.file, &text).unwrap();
        // Through text, since a value cannot hold every number.
        let document = serde_json::from_str(&document.root().to_json()).unwrap();
        let types = schema_types(&text, &options).unwrap();
        let folder = target().join(format!("{name}-api"));
        generate(&text, &options).unwrap().package.compare(&folder).unwrap().write().unwrap();
        Self { document, types, folder }
    }
}

pub(crate) fn target() -> PathBuf {
    let below =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    workspace().join(below).join("published")
}

fn build() -> BTreeMap<&'static str, Built> {
    let folder = target().join("probes");
    let found = SOURCES.iter().filter_map(|source| Some((source.name, source.published()?)));
    let found: BTreeMap<_, _> = found.collect();
    probe::write(&folder, &found);

    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).args(["build", "--quiet", "--keep-going", "--message-format", "json"]);
    cargo.env("CARGO_TARGET_DIR", target().with_file_name("probes")).stderr(Stdio::inherit());
    let output = cargo.output().expect("cargo runs, since it runs this test").stdout;

    let mut built: BTreeMap<_, _> = found.into_keys().map(|name| (name, Built::default())).collect();
    for message in serde_json::Deserializer::from_slice(&output).into_iter::<Value>() {
        let message = message.unwrap();
        let target = message["target"]["name"].as_str().unwrap_or_default();
        let Some(built) = built.get_mut(target.trim_end_matches("_api")) else { continue };
        built.reported.extend(message["message"]["rendered"].as_str().map(str::to_owned));
        if let Some(program) = message["executable"].as_str() {
            built.program = PathBuf::from(program);
        }
    }
    built
}
