//! The MD5 of local files.

use std::io::{self, Read};
use std::path::Path;

use md5::{Digest, Md5};
use tokio::task::spawn_blocking;

use crate::objects::is_url;
use crate::version::Version;

/// A longer file without an MD5 is not read again for it.
const MAX_DIGESTED: u64 = 8 * 1024 * 1024;

/// The MD5 of a file that went to the server in one request, which has none. `None` if the file has changed since.
pub(super) async fn digest_of_small(path: &Path, version: &Version) -> Option<String> {
    if is_url(path) || version.bytes > MAX_DIGESTED {
        return None;
    }
    let (path, version) = (path.to_owned(), version.clone());
    let digest = spawn_blocking(move || {
        let md5 = md5_of(&path).ok()?;
        let is_same = path.metadata().is_ok_and(|metadata| Version::of(&metadata) == version);
        is_same.then_some(md5)
    });
    digest.await.ok()?
}

/// The MD5 of a file, in hexadecimal.
pub(super) fn md5_of(path: &Path) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut md5, mut buffer) = (Md5::new(), vec![0; 256 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(format!("{:032x}", u128::from_be_bytes(md5.finalize().into()))),
            read => md5.update(&buffer[..read]),
        }
    }
}
