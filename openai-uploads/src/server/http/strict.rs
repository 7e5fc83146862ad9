//! Reads JSON requests as strictly as their schemas.
//!
//! The generated models are lenient, because they read responses of many servers. Requests are read through a
//! deserializer that records what is wrong, so that the response can name it. Then they are compared with what the
//! model writes back: a property that appears only there is required and missing.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde_json::{Map, Value};

use super::response::{ErrorResponse, excerpt};

/// Reads a model from the JSON of a request, or names the property that is wrong.
pub(super) fn read<T: DeserializeOwned + Serialize>(value: &Value) -> Result<T, ErrorResponse> {
    read_value("", value)
}

/// Reads a model from the JSON of the property `param`, or names the property that is wrong.
pub(in super::super) fn read_value<T: DeserializeOwned + Serialize>(
    param: &str,
    value: &Value,
) -> Result<T, ErrorResponse> {
    let model: T = serde_path_to_error::deserialize(Strict(value)).map_err(|error| {
        let path = error.path().to_string();
        error.into_inner().response(&join(param, if path == "." { "" } else { &path }))
    })?;
    let written = serde_json::to_value(&model).unwrap_or_default();
    match added(param, value, &written) {
        Some(path) => Err(InvalidValue::Missing(path).response("")),
        None => Ok(model),
    }
}

/// The path of a property that is only in `written`.
fn added(path: &str, read: &Value, written: &Value) -> Option<String> {
    let (Value::Object(read), Value::Object(written)) = (read, written) else { return None };
    written.iter().find_map(|(name, written)| {
        let path = join(path, name);
        match read.get(name) {
            Some(read) => added(&path, read, written),
            None => Some(path),
        }
    })
}

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}

/// An error in a value.
#[derive(Debug, PartialEq)]
enum InvalidValue {
    Missing(String),
    Unknown,
    /// The expected type, and the found one.
    Type(String, String),
    Negative,
    Other(String),
}

impl InvalidValue {
    /// The response to this error. `path` is the invalid value, or the object that has no such property.
    fn response(self, path: &str) -> ErrorResponse {
        match self {
            Self::Missing(name) => {
                let path = join(path, &name);
                let message = format!("Missing required parameter: '{path}'.");
                ErrorResponse::invalid("missing_required_parameter", message).param(path)
            }
            Self::Unknown => {
                let path = excerpt(path);
                ErrorResponse::invalid("unknown_parameter", format!("Unknown parameter: '{path}'."))
                    .param(path)
            }
            Self::Type(expected, found) if path.is_empty() => {
                let message = format!("The request's body must be {expected}, but it is {found}.");
                ErrorResponse::invalid("invalid_type", message)
            }
            Self::Type(expected, found) => {
                let message =
                    format!("Invalid type for '{path}': expected {expected}, but got {found} instead.");
                ErrorResponse::invalid("invalid_type", message).param(path)
            }
            Self::Negative => {
                let message = format!("Invalid '{path}': it may not be negative.");
                ErrorResponse::invalid("integer_below_min_value", message).param(path)
            }
            Self::Other(message) => {
                ErrorResponse::invalid("invalid_value", format!("Invalid '{path}': {message}.")).param(path)
            }
        }
    }
}

impl Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for InvalidValue {}

impl de::Error for InvalidValue {
    fn custom<T: Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Type(expected_type(expected), found_type(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Signed(..0) => Self::Negative,
            _ => Self::Type(expected_type(expected), found_type(found)),
        }
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field.to_owned())
    }
}

fn expected_type(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "u64" | "i64" => "an integer".to_owned(),
        "a sequence" => "an array".to_owned(),
        _ if expected.starts_with("struct ") => "an object".to_owned(),
        _ => expected,
    }
}

fn found_type(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number",
        Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        _ => "an object",
    }
    .to_owned()
}

/// JSON that is read literally: `null` is not the same as a missing property.
struct Strict<'de>(&'de Value);

impl<'de> IntoDeserializer<'de, InvalidValue> for Strict<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Strict<'de> {
    fn object<V: Visitor<'de>>(
        object: &'de Map<String, Value>,
        visitor: V,
    ) -> Result<V::Value, InvalidValue> {
        let entries = object.iter().map(|(name, value)| (name.as_str(), Strict(value)));
        visitor.visit_map(MapDeserializer::new(entries))
    }
}

impl<'de> Deserializer<'de> for Strict<'de> {
    type Error = InvalidValue;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, InvalidValue> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Strict))),
            Value::Object(object) => Self::object(object, visitor),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (.., Some(value)) => match whole(value) {
                    Some(value) => visitor.visit_u64(value),
                    None => visitor.visit_f64(value),
                },
                _ => Err(de::Error::invalid_type(Unexpected::Other("number"), &visitor)),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, InvalidValue> {
        match self.0 {
            Value::Null => Err(de::Error::invalid_type(Unexpected::Unit, &"another type")),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, InvalidValue> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, InvalidValue> {
        match self.0 {
            Value::Object(object) => Self::object(object, visitor),
            // serde accepts an array of the fields in order, but the schema does not.
            Value::Array(_) => Err(de::Error::invalid_type(Unexpected::Seq, &"an object")),
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The integer that a number is. In JSON Schema, 5.0 is the integer 5.
fn whole(value: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and between 0 and 2^53"
    )]
    (value.fract() == 0.0 && (0.0..=EXACT).contains(&value)).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::models::{CompleteUploadRequest, CreateUploadRequest};

    /// A request in which the value at a JSON pointer is replaced or removed.
    fn changed(pointer: &str, value: Option<Value>) -> Value {
        let mut whole = json!({
            "filename": "a", "purpose": "batch", "bytes": 1, "mime_type": "text/jsonl",
            "expires_after": {"anchor": "created_at", "seconds": 3600},
        });
        let (object, name) = pointer.rsplit_once('/').unwrap();
        let object = whole.pointer_mut(object).and_then(Value::as_object_mut).unwrap();
        match value {
            Some(value) => object.insert(name.to_owned(), value),
            None => object.remove(name),
        };
        whole
    }

    fn with(pointer: &str, value: Value) -> Value {
        changed(pointer, Some(value))
    }

    /// The code and the param of the error.
    fn error<T: DeserializeOwned + Serialize + std::fmt::Debug>(value: &Value) -> (String, String) {
        let error = read::<T>(value).unwrap_err().body().error;
        (error.code.unwrap_or_default(), error.param.unwrap_or_default())
    }

    #[track_caller]
    fn is_refused(value: &Value, code: &str, param: &str) {
        assert_eq!(error::<CreateUploadRequest>(value), (code.to_owned(), param.to_owned()));
    }

    #[test]
    fn a_request_that_the_schema_accepts_is_read() {
        read::<CreateUploadRequest>(&with("/filename", json!(""))).unwrap();
        read::<CreateUploadRequest>(&changed("/expires_after", None)).unwrap();
        // This schema allows other properties.
        read::<CreateUploadRequest>(&with("/expires_after/colour", json!("red"))).unwrap();
        assert_eq!(read::<CreateUploadRequest>(&with("/bytes", json!(5.0))).unwrap().bytes, 5);
    }

    #[test]
    fn a_missing_property_is_named_even_if_the_model_has_a_default() {
        for name in ["filename", "purpose", "bytes", "mime_type"] {
            let without = changed(&format!("/{name}"), None);
            is_refused(&without, "missing_required_parameter", name);
        }
        for name in ["anchor", "seconds"] {
            let without = changed(&format!("/expires_after/{name}"), None);
            is_refused(&without, "missing_required_parameter", &format!("expires_after.{name}"));
        }
    }

    #[test]
    fn a_value_of_another_type_is_named_with_its_path() {
        for value in [json!("1"), json!(1.5), json!(null), json!([]), json!({}), json!(true)] {
            is_refused(&with("/bytes", value), "invalid_type", "bytes");
        }
        for name in ["filename", "purpose", "mime_type", "expires_after"] {
            for value in [json!(1), json!(null), json!([])] {
                is_refused(&with(&format!("/{name}"), value), "invalid_type", name);
            }
        }
        for value in [json!([]), json!("a"), json!(null), json!(["a", "batch", 1, "b"])] {
            is_refused(&value, "invalid_type", "");
        }
        is_refused(&with("/bytes", json!(-1)), "integer_below_min_value", "bytes");
        let listed = json!({"part_ids": ["a", 1]});
        let place = ("invalid_type".to_owned(), "part_ids[1]".to_owned());
        assert_eq!(error::<CompleteUploadRequest>(&listed), place);
    }

    #[test]
    fn an_unknown_property_is_named() {
        is_refused(&with("/colour", json!(1)), "unknown_parameter", "colour");
        is_refused(&with("/name", json!(1)), "unknown_parameter", "name");
        is_refused(&with("/", json!(1)), "unknown_parameter", "");
    }
}
