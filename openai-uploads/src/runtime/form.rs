//! Forms: `multipart/form-data` (RFC 7578) and `application/x-www-form-urlencoded`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

use super::binary::Binary;
use super::error::InputError;
use super::file_or::FileOr;
use super::multipart::{Part, Parts};
use super::parameter::{Style, plain, query_pairs};

/// The fields of a form, in order.
#[derive(Debug, Default)]
pub struct Form {
    fields: Vec<Field>,
    error: Option<String>,
}

#[derive(Debug)]
struct Field {
    name: Cow<'static, str>,
    content_type: Option<&'static str>,
    style: Option<Style>,
    value: FieldValue,
}

impl Field {
    /// A field with the media type and style that its value has by default.
    fn of(name: impl Into<Cow<'static, str>>, value: FieldValue) -> Self {
        Self { name: name.into(), content_type: None, style: None, value }
    }
}

#[derive(Debug)]
enum FieldValue {
    Json(Value),
    Binary(Binary),
    Part(Part),
}

impl Form {
    /// A form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field: a string, number or boolean as its text, each element of an array as a field of its own,
    /// and an object as JSON (OpenAPI 3.1 §4.8.14.4). `None` adds nothing.
    #[must_use]
    pub fn field(self, name: &'static str, value: &impl Serialize) -> Self {
        self.with(name, None, None, value)
    }

    /// Adds a field in a style of the document's `encoding`, in place of its media type: as the parts or pairs that
    /// it would have in a query.
    #[must_use]
    pub fn styled_field(self, name: &'static str, style: Style, value: &impl Serialize) -> Self {
        self.with(name, None, Some(style), value)
    }

    /// Adds a field of the media type `content_type` from the document's `encoding`. If that is JSON, an array is one
    /// field, otherwise a field for each element.
    #[must_use]
    pub fn encoded_field(
        self,
        name: &'static str,
        content_type: &'static str,
        value: &impl Serialize,
    ) -> Self {
        self.with(name, Some(content_type), None, value)
    }

    /// Adds a field for each of `others`, as [`field`](Self::field) does.
    #[must_use]
    pub fn others(self, others: &BTreeMap<String, impl Serialize>) -> Self {
        others.iter().fold(self, |form, (name, value)| form.with(name.clone(), None, None, value))
    }

    /// Adds files, each under a name of its own.
    #[must_use]
    pub fn other_files(mut self, files: impl IntoIterator<Item = (String, Binary)>) -> Self {
        self.fields.extend(files.into_iter().map(|(name, file)| Field::of(name, FieldValue::Binary(file))));
        self
    }

    /// Adds files, or fields as [`field`](Self::field) does, each under a name of its own.
    #[must_use]
    pub fn other_files_or<T: Serialize>(self, values: impl IntoIterator<Item = (String, FileOr<T>)>) -> Self {
        values.into_iter().fold(self, |form, (name, value)| match value {
            FileOr::File(file) => form.other_files([(name, file)]),
            FileOr::Other(value) => form.with(name, None, None, &value),
        })
    }

    fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        content_type: Option<&'static str>,
        style: Option<Style>,
        value: &impl Serialize,
    ) -> Self {
        let name = name.into();
        match serde_json::to_value(value) {
            Ok(Value::Null) => {}
            Ok(value) => {
                self.fields.push(Field { name, content_type, style, value: FieldValue::Json(value) });
            }
            Err(error) => {
                let message = format!("the field `{name}` cannot be written: {error}");
                self.error.get_or_insert(message);
            }
        }
        self
    }

    /// Adds a file. `None` adds nothing.
    #[must_use]
    pub fn file(self, name: &'static str, file: impl Into<Option<Binary>>) -> Self {
        self.files(name, file.into())
    }

    /// Adds a file of the media type `content_type`, unless it has its own. `None` adds nothing.
    #[must_use]
    pub fn file_of(
        self,
        name: &'static str,
        content_type: &'static str,
        file: impl Into<Option<Binary>>,
    ) -> Self {
        self.files(name, file.into().map(|file| file.or_content_type(content_type)))
    }

    /// Adds files under one name, each of the media type `content_type`, unless it has its own.
    #[must_use]
    pub fn files_of(
        self,
        name: &'static str,
        content_type: &'static str,
        files: impl IntoIterator<Item = Binary>,
    ) -> Self {
        self.files(name, files.into_iter().map(|file| file.or_content_type(content_type)))
    }

    /// Adds a file, or a field as [`field`](Self::field) does. `None` adds nothing.
    #[must_use]
    pub fn file_or<T: Serialize>(self, name: &'static str, value: impl Into<Option<FileOr<T>>>) -> Self {
        self.files_or(name, value.into())
    }

    /// Adds a file of the media type `content_type`, unless it has its own, or a field as [`field`](Self::field)
    /// does. `None` adds nothing.
    #[must_use]
    pub fn file_or_of<T: Serialize>(
        self,
        name: &'static str,
        content_type: &'static str,
        value: impl Into<Option<FileOr<T>>>,
    ) -> Self {
        self.files_or_of(name, content_type, value.into())
    }

    /// Adds files, or fields as [`field`](Self::field) does, under one name.
    #[must_use]
    pub fn files_or<T: Serialize>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = FileOr<T>>,
    ) -> Self {
        values.into_iter().fold(self, |form, value| match value {
            FileOr::File(file) => form.file(name, file),
            FileOr::Other(value) => form.field(name, &value),
        })
    }

    /// Adds files of the media type `content_type`, unless they have their own, or fields as [`field`](Self::field)
    /// does, under one name.
    #[must_use]
    pub fn files_or_of<T: Serialize>(
        self,
        name: &'static str,
        content_type: &'static str,
        values: impl IntoIterator<Item = FileOr<T>>,
    ) -> Self {
        let values = values.into_iter().map(|value| match value {
            FileOr::File(file) => FileOr::File(file.or_content_type(content_type)),
            other @ FileOr::Other(_) => other,
        });
        self.files_or(name, values)
    }

    /// Adds files under one name.
    #[must_use]
    pub fn files(mut self, name: &'static str, files: impl IntoIterator<Item = Binary>) -> Self {
        self.fields.extend(files.into_iter().map(|file| Field::of(name, FieldValue::Binary(file))));
        self
    }

    /// Adds parts that were made elsewhere, under one name.
    #[must_use]
    pub fn parts(mut self, name: &'static str, parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        self.fields.extend(parts.into_iter().map(|part| Field::of(name, FieldValue::Part(part.into()))));
        self
    }

    /// Writes the form as `application/x-www-form-urlencoded`.
    pub(super) fn into_url_encoded(self) -> Result<String, InputError> {
        if let Some(error) = self.error {
            return Err(InputError::new(error));
        }
        let mut pairs = Vec::new();
        for Field { name, content_type, style, value } in self.fields {
            match (value, style) {
                (FieldValue::Binary(_) | FieldValue::Part(_), _) => {
                    return Err(InputError::new(format!("the field `{name}` cannot be a file in this form")));
                }
                (FieldValue::Json(value), Some(style)) => pairs.extend(query_pairs(&name, &value, style)),
                (FieldValue::Json(Value::Array(elements)), None) if !content_type.is_some_and(is_json) => {
                    pairs.extend(elements.iter().map(|element| pair(&name, &plain(element))));
                }
                (FieldValue::Json(value), None) => pairs.push(pair(&name, &plain(&value))),
            }
        }
        Ok(pairs.join("&"))
    }
}

/// The parts of the form as `multipart/form-data`.
impl From<Form> for Parts {
    fn from(form: Form) -> Self {
        let mut parts = Self::new();
        if let Some(error) = form.error {
            parts.fail(error);
        }
        form.fields.into_iter().fold(parts, |parts, field| {
            let Field { name, content_type, style, value } = field;
            match (value, style) {
                (FieldValue::Binary(file), _) => parts.part(Part::file(file).named(name)),
                (FieldValue::Part(part), _) => parts.part(part.named(name)),
                (FieldValue::Json(value), Some(style)) => {
                    let pairs = plain_pairs(&name, &value, style).into_iter();
                    parts.all(pairs.map(|(name, value)| Part::text(value).named(name.into())))
                }
                (FieldValue::Json(Value::Array(elements)), None) if !content_type.is_some_and(is_json) => {
                    parts.all(
                        elements.iter().map(|element| text_part(element, content_type).named(name.clone())),
                    )
                }
                (FieldValue::Json(value), None) => parts.part(text_part(&value, content_type).named(name)),
            }
        })
    }
}

fn pair(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

/// The pairs of a query before escaping.
fn plain_pairs(name: &str, value: &Value, style: Style) -> Vec<(String, String)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = query_pairs(name, value, style);
    pairs
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

/// Whether a media type is one of JSON: `application/json`, or one with the suffix `+json` (RFC 6839 §3.1).
pub(super) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

fn text_part(value: &Value, content_type: Option<&'static str>) -> Part {
    let part = Part::of_value(value);
    match content_type {
        Some(content_type) => part.content_type(content_type),
        None => part,
    }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn media_types_of_json_have_parameters_suffixes_and_any_case() {
        for media_type in ["application/json", "Application/JSON ; charset=utf-8", "application/problem+json"]
        {
            assert!(is_json(media_type), "{media_type}");
        }
        for media_type in ["", "text/plain", "application/jsonl", "application/json-seq", "json"] {
            assert!(!is_json(media_type), "{media_type}");
        }
    }
}
