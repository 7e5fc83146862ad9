//! Parameters in the format of their `style` and `explode` (OpenAPI 3.1 §4.8.12.6, after RFC 6570).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The characters that are never escaped (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that `allowReserved` does not escape (RFC 3986 §2.2), except those that end a query or a pair.
const RESERVED: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');

/// How a parameter's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    kind: Kind,
    explode: bool,
    allow_reserved: bool,
    arrays: ArrayFormat,
}

/// How arrays in a deep object are written, which OpenAPI leaves undefined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArrayFormat {
    /// `a[0]=x&a[1]=y`
    #[default]
    Indices,
    /// `a[]=x&a[]=y`
    Brackets,
    /// `a=x&a=y`
    Repeat,
    /// `a=x,y`; elements that are arrays or objects are written with indices.
    Comma,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    Json,
}

impl Style {
    /// `a,b`: the default in a path or a header.
    pub const SIMPLE: Self = Self::new(Kind::Simple, false);
    /// `.a,b`, in a path.
    pub const LABEL: Self = Self::new(Kind::Label, false);
    /// `;name=a,b`, in a path.
    pub const MATRIX: Self = Self::new(Kind::Matrix, false);
    /// `name=a&name=b`: the default in a query or a cookie.
    pub const FORM: Self = Self::new(Kind::Form, true);
    /// `name=a%20b`, in a query.
    pub const SPACE_DELIMITED: Self = Self::new(Kind::SpaceDelimited, false);
    /// `name=a|b`, in a query.
    pub const PIPE_DELIMITED: Self = Self::new(Kind::PipeDelimited, false);
    /// `name[key]=value`, in a query.
    pub const DEEP_OBJECT: Self = Self::new(Kind::DeepObject, true);
    /// As JSON: a parameter with `content` in place of `schema`.
    pub const JSON: Self = Self::new(Kind::Json, false);

    const fn new(kind: Kind, explode: bool) -> Self {
        Self { kind, explode, allow_reserved: false, arrays: ArrayFormat::Indices }
    }

    /// The same style with `explode` as given.
    #[must_use]
    pub const fn explode(self, explode: bool) -> Self {
        Self { explode, ..self }
    }

    /// The same style, with arrays in a deep object written as `arrays` defines.
    #[must_use]
    pub const fn arrays(self, arrays: ArrayFormat) -> Self {
        Self { arrays, ..self }
    }

    /// The same style, without escaping the reserved characters of RFC 3986.
    #[must_use]
    pub const fn allow_reserved(self) -> Self {
        Self { allow_reserved: true, ..self }
    }

    /// A value between delimiters, which are escaped within it.
    fn escape_joined(self, text: &str) -> String {
        self.escape(text).replace(',', "%2C")
    }

    fn escape(self, text: &str) -> String {
        utf8_percent_encode(text, if self.allow_reserved { RESERVED } else { UNRESERVED }).to_string()
    }
}

/// The text that replaces `{name}` in a path.
pub(super) fn path_segment(name: &str, value: &Value, style: Style) -> String {
    let escape = |value: &Value| style.escape(&plain(value));
    let separator = match (style.kind, style.explode) {
        (Kind::Label, true) => ".",
        (Kind::Matrix, true) => ";",
        _ => ",",
    };
    let joined = match value {
        Value::Array(elements) if style.kind == Kind::Matrix && style.explode => {
            elements.iter().map(|element| format!("{name}={}", escape(element))).collect::<Vec<_>>().join(";")
        }
        Value::Array(elements) => elements.iter().map(escape).collect::<Vec<_>>().join(separator),
        Value::Object(members) => {
            let equals = if style.explode { "=" } else { "," };
            let members =
                members.iter().map(|(key, value)| format!("{}{equals}{}", style.escape(key), escape(value)));
            members.collect::<Vec<_>>().join(separator)
        }
        scalar => escape(scalar),
    };
    let named = !(style.explode && (value.is_array() || value.is_object()));
    match style.kind {
        Kind::Label => format!(".{joined}"),
        Kind::Matrix if named => format!(";{name}={joined}"),
        Kind::Matrix => format!(";{joined}"),
        Kind::Json => style.escape(&value.to_string()),
        _ => joined,
    }
}

/// A text that is the whole query.
pub(super) fn query_escape(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The pairs `name=value` of a query, escaped.
pub(super) fn query_pairs(name: &str, value: &Value, style: Style) -> Vec<String> {
    let pair = |name: &str, value: &str| format!("{}={value}", utf8_percent_encode(name, UNRESERVED));
    let escape = |value: &Value| style.escape(&plain(value));
    let joined = |value: &Value| style.escape_joined(&plain(value));
    let delimiter = match style.kind {
        Kind::SpaceDelimited => "%20",
        Kind::PipeDelimited => "%7C",
        _ => ",",
    };
    match (value, style.kind) {
        (Value::Null, _) => Vec::new(),
        (value, Kind::Json) => vec![pair(name, &style.escape(&value.to_string()))],
        (Value::Object(_) | Value::Array(_), Kind::DeepObject) => {
            let pairs = deep_pairs(name, value, style.arrays).into_iter();
            pairs.map(|(name, value)| format!("{}={}", deep_name(&name), style.escape(&value))).collect()
        }
        (Value::Array(elements), _) if style.explode => {
            elements.iter().map(|element| pair(name, &escape(element))).collect()
        }
        (Value::Object(members), _) if style.explode => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| pair(key, &escape(value)))
            .collect(),
        (Value::Array(elements), _) => {
            vec![pair(name, &elements.iter().map(joined).collect::<Vec<_>>().join(delimiter))]
        }
        (Value::Object(members), _) => {
            let flat = members.iter().flat_map(|(key, value)| [style.escape_joined(key), joined(value)]);
            vec![pair(name, &flat.collect::<Vec<_>>().join(delimiter))]
        }
        (scalar, _) => vec![pair(name, &escape(scalar))],
    }
}

/// The value of a header before escaping. `simple` escapes nothing.
pub(super) fn header_text(value: &Value, style: Style) -> String {
    let equals = if style.explode { "=" } else { "," };
    match value {
        value if style.kind == Kind::Json => value.to_string(),
        Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{key}{equals}{}", plain(value)));
            members.collect::<Vec<_>>().join(",")
        }
        scalar => plain(scalar),
    }
}

/// The pairs of a value below `name`: `name[key]` for a member of an object.
fn deep_pairs(name: &str, value: &Value, arrays: ArrayFormat) -> Vec<(String, String)> {
    let below = |name: String, value: &Value| deep_pairs(&name, value, arrays);
    match value {
        Value::Null => Vec::new(),
        Value::Object(members) => {
            members.iter().flat_map(|(key, value)| below(format!("{name}[{key}]"), value)).collect()
        }
        Value::Array(elements) => {
            let scalars = !elements.iter().any(|element| element.is_array() || element.is_object());
            match arrays {
                ArrayFormat::Comma if scalars && !elements.is_empty() => {
                    let texts: Vec<String> = elements.iter().map(plain).collect();
                    vec![(name.to_owned(), texts.join(","))]
                }
                ArrayFormat::Indices | ArrayFormat::Comma => {
                    let elements = elements.iter().enumerate();
                    elements.flat_map(|(index, element)| below(format!("{name}[{index}]"), element)).collect()
                }
                ArrayFormat::Brackets => {
                    elements.iter().flat_map(|element| below(format!("{name}[]"), element)).collect()
                }
                ArrayFormat::Repeat => {
                    elements.iter().flat_map(|element| below(name.to_owned(), element)).collect()
                }
            }
        }
        scalar => vec![(name.to_owned(), plain(scalar))],
    }
}

/// The text of a scalar without quotes. An array or object, which has no plain text, as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The brackets of a deep object stay readable, as servers expect them.
fn deep_name(name: &str) -> String {
    const BRACKETS: &AsciiSet = &UNRESERVED.remove(b'[').remove(b']');
    utf8_percent_encode(name, BRACKETS).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_parameter_is_always_one_segment() {
        assert_eq!(path_segment("id", &json!("a/b?c#d%é"), Style::SIMPLE), "a%2Fb%3Fc%23d%25%C3%A9");
    }

    // The examples of OpenAPI 3.1 §4.8.12.6: `color` is "blue", an array or an object.
    #[test]
    fn each_style_matches_the_table_of_the_specification() {
        let array = json!(["blue", "black", "brown"]);
        let object = json!({"R": 100, "G": 200, "B": 150});
        let path = |value: &Value, style| path_segment("color", value, style);
        assert_eq!(path(&json!("blue"), Style::MATRIX), ";color=blue");
        assert_eq!(path(&array, Style::MATRIX), ";color=blue,black,brown");
        assert_eq!(path(&array, Style::MATRIX.explode(true)), ";color=blue;color=black;color=brown");
        assert_eq!(path(&object, Style::MATRIX), ";color=B,150,G,200,R,100");
        assert_eq!(path(&object, Style::MATRIX.explode(true)), ";B=150;G=200;R=100");
        assert_eq!(path(&json!("blue"), Style::LABEL), ".blue");
        assert_eq!(path(&array, Style::LABEL.explode(true)), ".blue.black.brown");
        assert_eq!(path(&object, Style::LABEL.explode(true)), ".B=150.G=200.R=100");
        assert_eq!(path(&array, Style::SIMPLE), "blue,black,brown");
        assert_eq!(path(&object, Style::SIMPLE.explode(true)), "B=150,G=200,R=100");
        let query = |value: &Value, style| query_pairs("color", value, style).join("&");
        assert_eq!(query(&json!(""), Style::FORM), "color=");
        assert_eq!(query(&array, Style::FORM), "color=blue&color=black&color=brown");
        assert_eq!(query(&array, Style::FORM.explode(false)), "color=blue,black,brown");
        assert_eq!(query(&object, Style::FORM), "B=150&G=200&R=100");
        assert_eq!(query(&object, Style::FORM.explode(false)), "color=B,150,G,200,R,100");
        assert_eq!(query(&array, Style::SPACE_DELIMITED), "color=blue%20black%20brown");
        assert_eq!(query(&array, Style::PIPE_DELIMITED), "color=blue%7Cblack%7Cbrown");
        assert_eq!(query(&object, Style::DEEP_OBJECT), "color[B]=150&color[G]=200&color[R]=100");
    }

    #[test]
    fn arrays_in_a_deep_object_are_written_in_the_chosen_format() {
        let value = json!({"tags": ["a", "b"], "range": [{"gte": 1}], "none": null, "empty": []});
        let query = |arrays| query_pairs("f", &value, Style::DEEP_OBJECT.arrays(arrays)).join("&");
        assert_eq!(query(ArrayFormat::Indices), "f[range][0][gte]=1&f[tags][0]=a&f[tags][1]=b");
        assert_eq!(query(ArrayFormat::Brackets), "f[range][][gte]=1&f[tags][]=a&f[tags][]=b");
        assert_eq!(query(ArrayFormat::Repeat), "f[range][gte]=1&f[tags]=a&f[tags]=b");
        assert_eq!(query(ArrayFormat::Comma), "f[range][0][gte]=1&f[tags]=a%2Cb");
        assert_eq!(query_pairs("f", &json!(["a", "b"]), Style::DEEP_OBJECT), ["f[0]=a", "f[1]=b"]);
    }

    #[test]
    fn reserved_characters_stay_where_the_document_allows_them() {
        assert_eq!(query_pairs("to", &json!("/a?b=c&d"), Style::FORM), ["to=%2Fa%3Fb%3Dc%26d"]);
        assert_eq!(query_pairs("to", &json!("/a?b=c&d"), Style::FORM.allow_reserved()), ["to=/a?b%3Dc%26d"]);
        let joined = Style::FORM.explode(false).allow_reserved();
        assert_eq!(query_pairs("to", &json!(["a,b", "/"]), joined), ["to=a%2Cb,/"]);
    }
}
