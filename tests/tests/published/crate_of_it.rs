//! The crate generated from the published document. It stays below `target`, so that only changes are compiled the
//! next time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use openapi_crate::{Options, Output, generate, schema_types};
use serde_json::Value;

use crate::probe;
use crate::skipped::skipped;

/// The name of the crate.
const NAME: &str = "openai-api";

/// The published document and the crate generated from it.
pub(crate) struct Published {
    /// The document.
    pub(crate) document: Value,
    /// The Rust type of each schema, by its JSON pointer.
    pub(crate) types: BTreeMap<String, String>,
    /// The crate's folder.
    pub(crate) folder: PathBuf,
}

/// The output of cargo for the crate and for the program that uses it.
pub(crate) struct Built {
    /// The warnings and errors of rustc, as it formats them.
    pub(crate) reported: Vec<String>,
    /// The program.
    pub(crate) program: PathBuf,
}

/// The published document: `OPENAI_SPEC` or `../shared/corpus/openai.yaml`. `None`, with a message: it is missing.
pub(crate) fn published() -> Option<&'static Published> {
    static PUBLISHED: OnceLock<Option<Published>> = OnceLock::new();
    let path = path();
    let published = PUBLISHED.get_or_init(|| path.is_file().then(|| Published::read(&path)));
    if published.is_none() {
        skipped(&format!("no published document at {}; name one with OPENAI_SPEC", path.display()));
    }
    published.as_ref()
}

fn path() -> PathBuf {
    let named = std::env::var_os("OPENAI_SPEC").map(PathBuf::from);
    named.unwrap_or_else(|| workspace().join("../shared/corpus/openai.yaml"))
}

pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member's folder is in the workspace")
}

impl Published {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let options = Options {
            file: "openai.yaml".to_owned(),
            output: Output::Crate { name: NAME.to_owned() },
            ..Options::default()
        };
        let document = openapi_crate::document::Document::parse(&options.file, &text).unwrap();
        // Through text, since a value cannot hold every number.
        let document = serde_json::from_str(&document.root().to_json()).unwrap();
        let types = schema_types(&text, &options).unwrap();
        let folder = target().join(NAME);
        generate(&text, &options).unwrap().package.compare(&folder).unwrap().write().unwrap();
        Self { document, types, folder }
    }

    /// The crate and the program that reads and writes its types, built once for all tests.
    pub(crate) fn built(&self) -> &'static Built {
        static BUILT: OnceLock<Built> = OnceLock::new();
        BUILT.get_or_init(|| {
            let folder = target().join("probe");
            probe::write(&folder, self);
            build(&folder)
        })
    }
}

fn target() -> PathBuf {
    let below =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    workspace().join(below).join("published")
}

fn build(folder: &Path) -> Built {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).args(["build", "--quiet", "--message-format", "json"]);
    cargo.env("CARGO_TARGET_DIR", target().with_file_name("probes")).stderr(Stdio::inherit());
    let built = cargo.output().expect("cargo runs, since it runs this test");
    let messages =
        || serde_json::Deserializer::from_slice(&built.stdout).into_iter::<Value>().map(Result::unwrap);
    let reported = messages().filter(|message| message["reason"] == "compiler-message");
    let reported =
        reported.filter_map(|message| Some(message["message"]["rendered"].as_str()?.to_owned())).collect();
    let program =
        messages().filter_map(|message| Some(message.get("executable")?.as_str()?.to_owned())).last();
    Built { reported, program: program.map(PathBuf::from).unwrap_or_default() }
}
