//! The parts of a `$ref`: a file and a place in it.

use percent_encoding::percent_decode_str;

use super::Pointer;

/// A parsed `$ref`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    /// The file, relative to the same folder as the document's own name. `None`: the file that contains the `$ref`.
    pub file: Option<String>,
    pub fragment: Fragment,
}

/// The part of a `$ref` after `#`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fragment {
    Pointer(Pointer),
    /// The `$anchor` of a schema.
    Anchor(String),
}

/// Why a `$ref` cannot be followed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceError {
    /// The kind of fault, as in [`Diagnostic::code`](crate::diagnostic::Diagnostic::code).
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Reference {
    /// Parses a `$ref` of the file `base_file`.
    pub(super) fn parse(reference: &str, base_file: &str) -> Result<Self, ReferenceError> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if has_scheme(file) {
            return Err(ReferenceError {
                code: "remote-ref",
                message: format!("`$ref` to `{reference}` leaves this machine"),
                help: Some("save that document beside this one and refer to the file".to_owned()),
            });
        }
        let fragment = Fragment::parse(fragment).ok_or_else(|| malformed(reference))?;
        let file = match file {
            "" => None,
            file => {
                let file = percent_decode_str(file).decode_utf8();
                let file = file.map_err(|_| malformed(reference))?;
                Some(beside(base_file, &file))
            }
        };
        Ok(Self { file, fragment })
    }
}

impl Fragment {
    /// Parses the text after the `#` of a `$ref`. `None`: it is not UTF-8 when decoded.
    fn parse(text: &str) -> Option<Self> {
        let text = percent_decode_str(text).decode_utf8().ok()?;
        Some(match Pointer::parse(&text) {
            Some(pointer) => Self::Pointer(pointer),
            None => Self::Anchor(text.into_owned()),
        })
    }

    /// The fragment of a `$ref`.
    pub(super) fn of(reference: &str) -> Result<Self, ReferenceError> {
        let (_, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        Self::parse(fragment).ok_or_else(|| malformed(reference))
    }
}

fn malformed(reference: &str) -> ReferenceError {
    ReferenceError {
        code: "malformed-ref",
        message: format!("`$ref` is `{reference}`, which is not UTF-8 when decoded"),
        help: Some(
            "write it as `#/components/schemas/Name` or `file.yaml#/components/schemas/Name`".to_owned(),
        ),
    }
}

fn has_scheme(file: &str) -> bool {
    file.starts_with("//")
        || file.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
}

/// Whether a document's text may contain a `$ref` to another file, so that a document without one need not be read
/// twice. `true` may be wrong.
pub fn mentions_other_files(text: &str) -> bool {
    let leads_elsewhere = |(at, found): (usize, &str)| {
        let reference = text[at + found.len()..].trim_start_matches(['"', '\'', ':', ' ', '\t']);
        !reference.starts_with('#')
    };
    text.match_indices("$ref").any(leads_elsewhere)
        || [".yaml#", ".yml#", ".json#"].iter().any(|file| text.contains(file))
}

/// The name of a file that is given relative to another one.
pub(super) fn beside(base_file: &str, file: &str) -> String {
    if file.starts_with('/') {
        return normal(file);
    }
    let folder = base_file.rfind(['/', '\\']).map_or("", |end| &base_file[..=end]);
    normal(&format!("{folder}{file}"))
}

/// Whether a file is named by a URL.
pub(super) fn is_url(file: &str) -> bool {
    file.contains("://")
}

/// Removes `.` and, where possible, `..` from a file name. A URL stays as it is.
pub(super) fn normal(file: &str) -> String {
    if is_url(file) {
        return file.to_owned();
    }
    let root = if file.starts_with('/') { "/" } else { "" };
    let mut steps: Vec<&str> = Vec::new();
    for step in file.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("{root}{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(tokens: &[&str]) -> Fragment {
        Fragment::Pointer(tokens.iter().fold(Pointer::root(), |pointer, token| pointer.child(token)))
    }

    #[test]
    fn a_fragment_is_percent_decoded_before_it_is_split() {
        let reference = Reference::parse("#/paths/~1pets~1%7Bid%7D/get", "api.yaml").unwrap();
        assert_eq!(reference, Reference { file: None, fragment: pointer(&["paths", "/pets/{id}", "get"]) });
    }

    #[test]
    fn a_file_name_is_relative_to_the_file_of_the_reference() {
        for (base, reference, file) in [
            ("api.yaml", "common.yaml#/X", "common.yaml"),
            ("spec/api.yaml", "./common.yaml", "spec/common.yaml"),
            ("spec/parts/a.yaml", "../common.yaml#/X", "spec/common.yaml"),
            ("api.yaml", "../common.yaml", "../common.yaml"),
            ("/srv/api.yaml", "b%20c.yaml#", "/srv/b c.yaml"),
        ] {
            assert_eq!(Reference::parse(reference, base).unwrap().file.as_deref(), Some(file));
        }
    }

    #[test]
    fn references_to_other_files_are_noticed_before_parsing() {
        for text in ["$ref: '#/a'", "{\"$ref\" : \"#/a\"}", "x: $anchor", "$ref: \"#/a\"\nb: {$ref: '#b'}"] {
            assert!(!mentions_other_files(text), "{text}");
        }
        for text in
            ["$ref: 'a.yaml'", "{\"$ref\":\"b.json#/a\"}", "$ref: '#/a'\n$ref: x", "mapping: {a: b.yaml#/x}"]
        {
            assert!(mentions_other_files(text), "{text}");
        }
    }

    #[test]
    fn a_remote_document_is_refused() {
        for reference in ["https://example.com/api.yaml#/X", "//example.com/a", "urn:example:x"] {
            assert_eq!(Reference::parse(reference, "api.yaml").unwrap_err().code, "remote-ref");
        }
    }

    #[test]
    fn a_fragment_without_a_slash_is_an_anchor() {
        assert_eq!(Reference::parse("#pet", "a").unwrap().fragment, Fragment::Anchor("pet".to_owned()));
        assert_eq!(Reference::parse("#", "a").unwrap().fragment, pointer(&[]));
        assert_eq!(Reference::parse("#%ff", "a").unwrap_err().code, "malformed-ref");
    }
}
