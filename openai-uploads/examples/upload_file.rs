//! Uploads a file by hand: announced, sent in two parts, put together.
//!
//! ```sh
//! cargo run -p openai-uploads --example upload_file --features server -- FILE
//! ```
//!
//! needs no key: it goes to a server in this very process. With `--remote` it goes to OpenAI, or wherever
//! `OPENAI_BASE_URL` says, with the key in `OPENAI_API_KEY`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::uploads_api::{add_upload_part, complete_upload, create_upload};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::{AddUploadPartRequest, CompleteUploadRequest, CreateUploadRequest, OpenAiFile};
use openai_uploads::runtime::Binary;
use openai_uploads::server::LocalServer;
use sha2::{Digest, Sha256};

#[tokio::main]
async fn main() -> ExitCode {
    let (remote, arguments): (Vec<_>, Vec<_>) =
        std::env::args_os().skip(1).partition(|arg| arg == "--remote");
    let [file] = arguments.as_slice() else {
        eprintln!("usage: upload_file [--remote] FILE");
        return ExitCode::from(2);
    };
    let file = PathBuf::from(file);
    let uploaded = if remote.is_empty() { to_a_local_server(&file).await } else { to_openai(&file).await };
    match uploaded {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}

async fn to_openai(path: &Path) -> Result<(), Box<dyn Error>> {
    let file = upload(&Configuration::from_env()?, path).await?;
    println!("{}", file.id);
    Ok(())
}

async fn to_a_local_server(path: &Path) -> Result<(), Box<dyn Error>> {
    let server = LocalServer::start().await?;
    let file = upload(&server.configuration(), path).await?;
    println!("{}", file.id);
    println!("SHA-256 of what arrived  {}", sha256(&server.content(&file.id)?));
    println!("SHA-256 of the file      {}", sha256(&std::fs::read(path)?));
    Ok(())
}

/// The four steps, or three of them: the fourth, `cancel_upload`, is for an upload that is given up.
async fn upload(configuration: &Configuration, path: &Path) -> Result<OpenAiFile, Box<dyn Error>> {
    let name = path.file_name().ok_or("a file has a name")?.to_string_lossy().into_owned();
    let bytes = std::fs::metadata(path)?.len();
    if bytes > 2 * AddUploadPartRequest::DATA_MAX_LENGTH {
        return Err("two parts are not enough for it; see `Uploader` for any file".into());
    }
    let announcement = CreateUploadRequest::new(name, Purpose::Assistants, bytes, "text/plain".to_owned());
    let upload = create_upload(configuration, announcement).await?;

    let half = bytes / 2;
    // At the same time, and in any order: it is the list below that puts them in theirs.
    let (first, second) = tokio::try_join!(
        add_upload_part(configuration, &upload.id, Binary::range(path, 0..half)),
        add_upload_part(configuration, &upload.id, Binary::range(path, half..bytes)),
    )?;
    let parts = CompleteUploadRequest::new(vec![first.id, second.id]);
    let upload = complete_upload(configuration, &upload.id, parts).await?;
    Ok(upload.file.ok_or("a completed upload has a file")?)
}

fn sha256(bytes: &[u8]) -> String {
    let digits: Vec<_> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}
