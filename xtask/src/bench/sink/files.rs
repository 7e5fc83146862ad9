//! The files that were sent in one request: their names and lengths, without their content.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The files of the server, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<Value>);

impl Files {
    /// Adds the file of a multipart form.
    pub(super) fn add(&mut self, form: &[u8]) -> Value {
        let created_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let (filename, bytes) = file_in(form).unwrap_or_default();
        let file = json!({
            "id": format!("file-{}", self.0.len()), "object": "file", "purpose": "assistants", "status": "processed",
            "created_at": created_at, "filename": filename, "bytes": bytes,
        });
        self.0.push(file.clone());
        file
    }

    /// A page of the list, the newest first.
    pub(super) fn list(&self, query: &str) -> Value {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let limit = value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10_000);
        let newest_first = self.0.iter().rev();
        let after = value("after").and_then(|id| newest_first.clone().position(|file| file["id"] == id));
        let rest: Vec<_> = newest_first.skip(after.map_or(0, |index| index + 1)).collect();
        let page = &rest[..rest.len().min(limit)];
        let id = |file: Option<&&Value>| file.map(|file| file["id"].clone());
        json!({
            "object": "list", "data": page, "has_more": page.len() < rest.len(),
            "first_id": id(page.first()), "last_id": id(page.last()),
        })
    }

    /// The names in the order of their arrival.
    pub(super) fn names(&self) -> Vec<&Value> {
        self.0.iter().map(|file| &file["filename"]).collect()
    }
}

/// The name and the length of the file in a form.
fn file_in(form: &[u8]) -> Option<(String, usize)> {
    let find = |text: &[u8], words: &[u8]| text.windows(words.len()).position(|window| window == words);
    let boundary = form.get(..find(form, b"\r\n")?)?;
    let name = form.get(find(form, b"filename=\"")? + b"filename=\"".len()..)?;
    let filename = String::from_utf8_lossy(name.get(..find(name, b"\"")?)?).into_owned();
    let content = name.get(find(name, b"\r\n\r\n")? + 4..)?;
    Some((filename, find(content, &[b"\r\n", boundary].concat())?))
}
