//! What a file or object is recognised by.

use serde::{Deserialize, Serialize};

/// Identifies a file or an object with its content, to recognise it when an upload is resumed.
///
/// Two identities are of the same file if length, modification time and leading bytes agree. Path and inode do not
/// count: a file in a folder that was moved, a copy that keeps the time and a restored backup are the same file.
///
/// Two identities are of the same object if URL, length and `ETag` agree. Where the server gives no `ETag`, the time of
/// the last modification counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileIdentity {
    /// The absolute path without symbolic links, or the URL of the object without its query. Bytes that are not UTF-8
    /// are replaced.
    pub path: String,
    /// The length in bytes.
    pub length: u64,
    /// The time of the last modification, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// The MD5 of the first 64 KiB, in hexadecimal. Where it is missing, the paths are compared instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_md5: Option<String>,
    /// The `ETag` of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e_tag: Option<String>,
}

impl FileIdentity {
    /// Whether both are of the same file with the same content.
    pub fn is_same_file(&self, other: &Self) -> bool {
        if self.e_tag.is_some() || other.e_tag.is_some() {
            return (&self.path, self.length, &self.e_tag) == (&other.path, other.length, &other.e_tag);
        }
        let has_same_head = match (&self.head_md5, &other.head_md5) {
            (Some(one), Some(other)) => one == other,
            _ => self.path == other.path,
        };
        (self.length, self.modified_ns) == (other.length, other.modified_ns) && has_same_head
    }
}
