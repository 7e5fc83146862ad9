//! Bodies of requests read from the wire by their media types, as the document's `encoding` says.

use serde_json::{Map, Value, json};

use super::agreement_spec::members;
use super::everything_document::Everything;
use super::everything_styles::{Written, pairs};
use super::received_request::{ReceivedRequest, block_on};

/// A part of a `multipart/form-data` body.
struct Part {
    name: String,
    file: bool,
    content_type: Option<String>,
    headers: Vec<String>,
    text: String,
}

/// The body as JSON. A file or other bytes are text in these tests.
pub(crate) fn read(
    document: &Everything,
    media: &str,
    content: &Value,
    received: &ReceivedRequest,
) -> Result<Value, String> {
    let sent = received.header("content-type").ok_or("the body has no media type")?;
    let text = || String::from_utf8(received.body.clone()).map_err(|error| error.to_string());
    let is = |media: &str| if sent == media { Ok(()) } else { Err(format!("the body is said to be {sent}")) };
    match media {
        "multipart/form-data" => multipart(document, content, received),
        "application/x-www-form-urlencoded" => is(media).and_then(|()| form(document, content, &text()?)),
        // A range is not the media type of a body.
        range if range.ends_with("/*") && sent.contains('*') => Err(format!("the body is said to be {sent}")),
        range if range.ends_with("/*") => text().map(Value::String),
        json if json.ends_with("json") => {
            is(media)?;
            serde_json::from_slice(&received.body).map_err(|error| error.to_string())
        }
        _ => is(media).and_then(|()| text().map(Value::String)),
    }
}

/// Leaves out what a form cannot express: an array without elements.
pub(crate) fn as_sent(media: &str, body: &Value) -> Value {
    match body {
        Value::Object(fields) if media.contains("form") => {
            let said =
                fields.iter().filter(|(_, value)| value.as_array().is_none_or(|array| !array.is_empty()));
            said.map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        other => other.clone(),
    }
}

fn form(document: &Everything, content: &Value, text: &str) -> Result<Value, String> {
    let mut left = pairs(&text.replace('+', "%20"), "&");
    let mut found = Map::new();
    for (name, schema) in members(&document.resolve(&content["schema"])["properties"]) {
        let encoding = &content["encoding"][name];
        let styled = ["style", "explode", "allowReserved"].iter().any(|key| encoding.get(key).is_some());
        let style = encoding["style"].as_str().unwrap_or("form");
        let is_object = document.kind(schema) == "object";
        let written = Written {
            document,
            name,
            style,
            explode: encoding["explode"].as_bool().unwrap_or(style == "form"),
            schema,
            // Without a style the media type decides (OpenAPI 3.1 §4.8.15.1).
            json: !styled && is_object,
            escaped: true,
        };
        if let Some(value) = written.take_from(&mut left)? {
            found.insert(name.to_owned(), value);
        }
    }
    if left.is_empty() { Ok(Value::Object(found)) } else { Err(format!("nothing is said of {left:?}")) }
}

fn multipart(document: &Everything, content: &Value, received: &ReceivedRequest) -> Result<Value, String> {
    let properties = &document.resolve(&content["schema"])["properties"];
    let mut found = Map::new();
    for part in parts(received)? {
        let schema = properties.get(&part.name).ok_or_else(|| format!("nothing is said of {}", part.name))?;
        let schema = document.resolve(schema);
        let array = document.kind(schema) == "array";
        let schema = if array { document.resolve(&schema["items"]) } else { schema };
        let is_file = schema["format"] == "binary";
        let kind = if is_file { "file" } else { document.kind(schema) };
        let value = value_of(&part, kind, &content["encoding"][&part.name])?;
        if array {
            let elements = found.entry(part.name.clone()).or_insert(json!([]));
            elements.as_array_mut().ok_or("it is an array")?.push(value);
        } else if found.insert(part.name.clone(), value).is_some() {
            return Err(format!("{} is there twice", part.name));
        }
    }
    Ok(Value::Object(found))
}

fn parts(received: &ReceivedRequest) -> Result<Vec<Part>, String> {
    let boundary = multer::parse_boundary(received.header("content-type").unwrap_or_default());
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(received.body.clone())]);
    let mut form = multer::Multipart::new(stream, boundary.map_err(|error| error.to_string())?);
    block_on(async {
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.map_err(|error| error.to_string())? {
            parts.push(Part {
                name: field.name().unwrap_or_default().to_owned(),
                file: field.file_name().is_some(),
                content_type: field.content_type().map(ToString::to_string),
                headers: field.headers().keys().map(ToString::to_string).collect(),
                text: field.text().await.map_err(|error| error.to_string())?,
            });
        }
        Ok(parts)
    })
}

fn value_of(part: &Part, kind: &str, encoding: &Value) -> Result<Value, String> {
    let Part { name, file, content_type, headers, text } = part;
    let by_default = match kind {
        "file" => "application/octet-stream",
        "object" => "application/json",
        _ => "text/plain",
    };
    let wanted = encoding["contentType"].as_str().unwrap_or(by_default);
    // A part without a media type is text (RFC 7578 §4.4).
    let sent = content_type.as_deref().unwrap_or("text/plain");
    if !wanted.split(", ").any(|wanted| wanted == sent) {
        return Err(format!("the part {name} is {sent}, not {wanted}"));
    }
    if *file != (kind == "file") {
        return Err(format!("the part {name} is a file: {file}"));
    }
    for (header, _) in members(&encoding["headers"]) {
        if !headers.contains(&header.to_lowercase()) {
            return Err(format!("the part {name} has no header {header}"));
        }
    }
    match kind {
        "file" | "string" => Ok(json!(text)),
        _ => serde_json::from_str(text).map_err(|error| format!("the part {name}: {error}")),
    }
}
