//! The lines of a manifest.

use serde::{Deserialize, Serialize};

use crate::version::Version;

/// A line of a manifest, which is a JSON object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    Uploaded(Uploaded),
    Started(Started),
    Run(RunStart),
}

/// A file that is on the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Uploaded {
    /// As it was named, or the URL of an object without its query.
    pub(super) path: String,
    #[serde(flatten)]
    pub(super) version: Version,
    /// The MD5 in hexadecimal, where it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) md5: Option<String>,
    pub(super) file_id: String,
    pub(super) purpose: String,
    pub(super) base_url: String,
}

/// A file whose upload begins. If nothing follows about it, it may be on the server nevertheless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Started {
    pub(super) started: String,
    #[serde(flatten)]
    pub(super) version: Version,
}

/// A run that begins. What the server has of it is newer than this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RunStart {
    /// When the newest file of the server was created, by the server's clock.
    pub(super) newest_created_at: u64,
    /// The files of that second.
    pub(super) newest_ids: Vec<String>,
    pub(super) purpose: String,
    pub(super) base_url: String,
}

impl Line {
    /// The purpose and the base URL of the run that wrote it.
    fn target(&self) -> Option<(&str, &str)> {
        match self {
            Self::Uploaded(Uploaded { purpose, base_url, .. })
            | Self::Run(RunStart { purpose, base_url, .. }) => Some((purpose, base_url)),
            Self::Started(_) => None,
        }
    }
}

/// Reads the text of a manifest of runs with this purpose and server. Returns its lines and the length of those that
/// are whole: a process that is killed leaves a part of one.
pub(super) fn parse(text: &[u8], purpose: &str, base_url: &str) -> Result<(Vec<Line>, usize), String> {
    let length = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (whole, rest) = text.split_at(length);
    if length == 0 && !rest.is_empty() && !rest.starts_with(b"{") {
        return Err("it is not a manifest".to_owned());
    }
    let mut lines = Vec::new();
    for (number, line) in whole.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty())
    {
        let line: Line = serde_json::from_slice(line)
            .map_err(|_| format!("it is not a manifest: line {} has another form", number + 1))?;
        if let Some(target) = line.target().filter(|target| *target != (purpose, base_url)) {
            let (purpose, base_url) = target;
            return Err(format!("it is of another run: for the purpose {purpose} at {base_url}"));
        }
        lines.push(line);
    }
    Ok((lines, length))
}

/// The text of a line.
pub(super) fn text(line: &Line) -> Vec<u8> {
    let mut text = crate::stdout::json(line).into_bytes();
    text.push(b'\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let (purpose, base_url) = ("batch".to_owned(), "http://h/v1".to_owned());
        let version = Version { bytes: 5, modified_ns: Some(7), e_tag: None };
        vec![
            Line::Run(RunStart {
                newest_created_at: 3,
                newest_ids: vec!["file-0".to_owned()],
                purpose: purpose.clone(),
                base_url: base_url.clone(),
            }),
            Line::Started(Started { started: "a".to_owned(), version: version.clone() }),
            Line::Uploaded(Uploaded {
                path: "a".to_owned(),
                version,
                md5: Some("0".to_owned()),
                file_id: "file-1".to_owned(),
                purpose,
                base_url,
            }),
        ]
    }

    #[test]
    fn lines_are_read_as_they_were_written_and_a_cut_one_is_left_out() {
        let text: Vec<u8> = lines().iter().flat_map(super::text).collect();
        assert_eq!(parse(&text, "batch", "http://h/v1").unwrap(), (lines(), text.len()));
        for end in 0..text.len() {
            let (read, length) = parse(&text[..end], "batch", "http://h/v1").unwrap();
            assert!(read.len() < 3 && length <= end && lines().starts_with(&read), "{end}");
        }
    }

    #[test]
    fn text_that_is_not_a_manifest_and_a_manifest_of_another_run_are_errors() {
        let text: Vec<u8> = lines().iter().flat_map(super::text).collect();
        for (text, purpose, words) in [
            (&b"id,name\n1,a\n"[..], "batch", "line 1 has another form"),
            (b"{\"a\":1}\n", "batch", "line 1 has another form"),
            (b"no line", "batch", "not a manifest"),
            (&text, "fine-tune", "another run: for the purpose batch at http://h/v1"),
        ] {
            let error = parse(text, purpose, "http://h/v1").unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
