//! The programs that upload the same file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use serde_json::{Value, json};

use super::measurement::{Cost, measured};
use openapi_crate::command::failure::Failure;

/// The file to upload.
pub(crate) struct Load {
    pub(crate) file: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) concurrency: usize,
    /// The parts of our own plan as files, for programs that cannot read a part of a file.
    pub(crate) parts: Vec<PathBuf>,
    /// A folder for scratch files.
    pub(crate) scratch: PathBuf,
}

pub(crate) enum Contender {
    Ours {
        program: PathBuf,
        md5: bool,
    },
    /// With `md5`, `md5sum` computes the digest at the same time. Our command computes it itself.
    Curl {
        md5: bool,
    },
    Python {
        interpreter: PathBuf,
    },
}

const PYTHON: &str = "\
import sys, openai
from pathlib import Path
client = openai.OpenAI()
upload = client.uploads.upload_file_chunked(
    file=Path(sys.argv[1]), mime_type='application/octet-stream', purpose='assistants')
assert upload.file.bytes == int(sys.argv[2]), upload
";

impl Contender {
    /// The installed programs, ours first.
    pub(crate) fn all(program: &Path) -> Vec<Self> {
        let ours = |md5| Self::Ours { program: program.to_owned(), md5 };
        let mut all = vec![ours(true), ours(false)];
        if succeeds(Command::new("curl").arg("--version")) {
            all.push(Self::Curl { md5: false });
            if succeeds(Command::new("md5sum").arg("--version")) {
                all.push(Self::Curl { md5: true });
            }
        }
        let interpreter = std::env::var_os("OPENAI_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
        if succeeds(Command::new(&interpreter).args(["-c", "import openai"])) {
            all.push(Self::Python { interpreter });
        }
        all
    }

    pub(crate) fn name(&self, concurrency: usize) -> String {
        match self {
            Self::Ours { md5: true, .. } => format!("openai-uploads, {concurrency} in flight"),
            Self::Ours { md5: false, .. } => format!("openai-uploads --no-md5, {concurrency} in flight"),
            Self::Curl { md5: false } => format!("curl, {concurrency} in flight, parts split beforehand"),
            Self::Curl { md5: true } => {
                format!("curl and md5sum, {concurrency} in flight, parts split beforehand")
            }
            Self::Python { .. } => "openai-python, upload_file_chunked".to_owned(),
        }
    }

    /// Uploads the file once.
    pub(crate) fn run(&self, load: &Load, base_url: &str) -> Result<Cost, Failure> {
        match self {
            Self::Ours { program, md5 } => {
                let mut command = Command::new(program);
                command
                    .args(["upload", "--purpose", "assistants", "--quiet", "--no-resume", "--concurrency"])
                    .arg(load.concurrency.to_string())
                    .args((!md5).then_some("--no-md5"))
                    .arg(&load.file)
                    .envs([("OPENAI_BASE_URL", base_url), ("OPENAI_API_KEY", "any")]);
                Ok(measured(&mut command)?.1)
            }
            Self::Curl { md5: false } => curl(load, base_url, None),
            Self::Curl { md5: true } => thread::scope(|scope| {
                let md5sum = scope.spawn(|| measured(Command::new("md5sum").arg(&load.file)));
                curl(load, base_url, Some(md5sum))
            }),
            Self::Python { interpreter } => {
                let mut command = Command::new(interpreter);
                command
                    .args(["-c", PYTHON])
                    .arg(&load.file)
                    .arg(load.bytes.to_string())
                    .envs([("OPENAI_BASE_URL", base_url), ("OPENAI_API_KEY", "any")]);
                Ok(measured(&mut command)?.1)
            }
        }
    }
}

/// The output of `md5sum`.
type Md5Sum<'scope> = ScopedJoinHandle<'scope, Result<(String, Cost), Failure>>;

/// Creates the upload, sends its parts in parallel from one process, and completes it, with the digest if there is
/// one.
fn curl(load: &Load, base_url: &str, md5sum: Option<Md5Sum>) -> Result<Cost, Failure> {
    let begun = Instant::now();
    let upload = json!({
        "filename": "file.bin", "purpose": "assistants", "bytes": load.bytes,
        "mime_type": "application/octet-stream",
    });
    let (created, mut cost) = post(&format!("{base_url}/uploads"), &upload)?;
    let id = created["id"].as_str().ok_or_else(|| Failure::new("curl: no id in the answer"))?;
    let answer = |index: usize| load.scratch.join(format!("curl-{index}.json"));
    let mut config = String::new();
    for (index, part) in load.parts.iter().enumerate() {
        let lines = [
            format!("url = \"{base_url}/uploads/{id}/parts\""),
            format!("form = \"data=@{}\"", part.display()),
            format!("output = \"{}\"", answer(index).display()),
            "header = \"Expect:\"\nheader = \"authorization: Bearer any\"\nfail".to_owned(),
        ];
        config.push_str(if index > 0 { "next\n" } else { "" });
        config.push_str(&lines.join("\n"));
        config.push('\n');
    }
    let path = load.scratch.join("curl.config");
    fs::write(&path, config).map_err(|error| Failure::io("write", &path, &error))?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--parallel", "--parallel-immediate", "--parallel-max"]);
    command.arg(load.concurrency.to_string()).arg("--config").arg(&path);
    cost = cost.and(measured(&mut command)?.1);
    let mut part_ids = Vec::new();
    for index in 0..load.parts.len() {
        let path = answer(index);
        let text = fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
        let part: Value = serde_json::from_slice(&text).unwrap_or_default();
        part_ids.push(part["id"].clone());
    }
    let mut completion = json!({ "part_ids": part_ids });
    if let Some(md5sum) = md5sum {
        let (digest, own) = md5sum.join().map_err(|_| Failure::new("cannot wait for md5sum"))??;
        completion["md5"] = digest.split(' ').next().into();
        cost = cost.and(own);
    }
    let (completed, last) = post(&format!("{base_url}/uploads/{id}/complete"), &completion)?;
    if completed["file"]["bytes"] != load.bytes {
        return Err(Failure::new(format!("curl: the upload is not completed: {completed}")));
    }
    // The programs ran at the same time, so their wall times do not add up.
    Ok(Cost { wall: begun.elapsed(), ..cost.and(last) })
}

fn post(url: &str, body: &Value) -> Result<(Value, Cost), Failure> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--header", "content-type: application/json"]);
    command.args(["--header", "authorization: Bearer any", "--data", &body.to_string(), url]);
    let (text, cost) = measured(&mut command)?;
    Ok((serde_json::from_str(&text).unwrap_or_default(), cost))
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
