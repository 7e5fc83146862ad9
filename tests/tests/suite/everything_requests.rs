//! A request as it is received from a socket, compared with the document: its operation, each parameter by location
//! and style, the body, and the credentials.

use serde_json::{Map, Value, json};

use super::agreement_spec::{elements, members, without_nulls};
use super::everything_bodies;
use super::everything_client::{Arguments, TOKEN, key_of};
use super::everything_document::{DeclaredOperation, Direction, Everything};
use super::everything_styles::{Pairs, Written, pairs};
use super::received_request::ReceivedRequest;

/// `setter:lead type` in Base64 (RFC 7617 §2).
const PASSWORD: &str = "Basic c2V0dGVyOmxlYWQgdHlwZQ==";

/// The headers that any request may have.
const COMMON: [&str; 6] =
    ["host", "accept", "user-agent", "content-type", "content-length", "proxy-connection"];

/// The arguments that a request was made from.
pub(crate) struct Expected<'a> {
    pub(crate) document: &'a Everything,
    pub(crate) operation: &'a DeclaredOperation<'a>,
    /// The body's media type and its declaration in the document.
    pub(crate) body: Option<(&'a str, &'a Value)>,
    pub(crate) schemes: &'a [(&'a str, &'a Value)],
    pub(crate) given: &'a Arguments,
    /// The media type of the reply, if it has content.
    pub(crate) reply: Option<&'a str>,
}

/// The differences between the request and the document.
pub(crate) fn disagreements(expected: &Expected<'_>, received: &ReceivedRequest) -> Vec<String> {
    let mut found = Vec::new();
    match read(expected, received) {
        Ok((id, _)) if id != expected.operation.id => found.push(format!("it is a request of {id}")),
        Ok((_, parameters)) => found.extend(of_parameters(expected, &parameters)),
        Err(error) => found.push(error),
    }
    found.extend(of_body(expected, received).err());
    found.extend(of_accept(expected, received));
    found.extend(of_header_names(expected, received));
    found.iter().map(|what| format!("{what}: {} {}", received.method, received.target)).collect()
}

/// The operation of a request, and its parameters without credentials.
fn read<'a>(
    expected: &Expected<'a>,
    received: &ReceivedRequest,
) -> Result<(&'a str, Map<String, Value>), String> {
    let (url, query) = received.target.split_once('?').unwrap_or((&received.target, ""));
    let operations = expected.document.operations();
    let mut candidates = Vec::new();
    for operation in operations.into_iter().filter(|one| received.method.eq_ignore_ascii_case(one.method)) {
        let server = operation.servers.first().ok_or("there is no server")?;
        let path = url.strip_prefix(server.as_str());
        if let Some(texts) = path.and_then(|path| places(operation.path, path)) {
            candidates.push((operation, texts));
        }
    }
    // A path without parameters goes before one with them (OpenAPI 3.1 §4.8.8.2).
    let (operation, texts) = candidates
        .into_iter()
        .min_by_key(|(_, texts)| texts.len())
        .ok_or("it is a request of no operation")?;
    let mut query: Pairs = pairs(query, "&");
    let mut cookies: Pairs = pairs(received.header("cookie").unwrap_or_default(), "; ");
    of_security(expected, received, &mut query, &mut cookies)?;
    let mut found = Map::new();
    for parameter in operation.parameters {
        let written = Written::of(expected.document, parameter);
        let text = |name: &str| texts.iter().find(|(place, _)| place == name).map(|(_, text)| text.as_str());
        let value = match parameter["in"].as_str() {
            Some("path") => Some(written.of_text(text(written.name).ok_or("a place is left out")?)?),
            Some("header") => received.header(written.name).map(|text| written.of_text(text)).transpose()?,
            Some("cookie") => written.take_from(&mut cookies)?,
            _ => written.take_from(&mut query)?,
        };
        if let Some(value) = value {
            found.insert(written.name.to_owned(), value);
        }
    }
    match (query.as_slice(), cookies.as_slice()) {
        ([], []) => Ok((operation.id, found)),
        (query, cookies) => Err(format!("nothing is said of {query:?} and {cookies:?}")),
    }
}

/// The values of a path's parameters. `None`: it is another path.
fn places(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (literal, rest) = template.split_once('{').unwrap_or((template, ""));
    let path = path.strip_prefix(literal)?;
    if rest.is_empty() {
        return path.is_empty().then(Vec::new);
    }
    let (name, rest) = rest.split_once('}')?;
    // The text after it starts a segment, starts another value of the same segment, or ends it.
    let ends = path.char_indices().map(|(at, _)| at).chain([path.len()]).skip(1);
    ends.take_while(|end| !path[..*end].contains('/')).find_map(|end| {
        // Where the style puts a semicolon before each value, that is where the next one begins.
        let next_is_named = rest.starts_with('{') && !path[end..].starts_with(';');
        let mut found = if next_is_named { None } else { places(rest, &path[end..]) }?;
        found.insert(0, (name.to_owned(), path[..end].to_owned()));
        Some(found)
    })
}

fn of_parameters(expected: &Expected<'_>, found: &Map<String, Value>) -> Vec<String> {
    let mut reported = Vec::new();
    for parameter in &expected.operation.parameters {
        let name = parameter["name"].as_str().unwrap();
        let schema = Written::of(expected.document, parameter).schema;
        match (found.get(name), expected.given.parameters.get(name).filter(|value| !value.is_null())) {
            (None, None) if parameter["required"] == true => reported.push(format!("{name} is required")),
            (None, None) => {}
            (Some(found), Some(given)) if without_nulls(given) == *found => {
                if let Err(error) = expected.document.validator(schema, Direction::Sent).validate(found) {
                    reported.push(format!("{name} is not accepted: {error}"));
                }
            }
            (found, given) => reported.push(format!("{name} is {found:?} and was {given:?}")),
        }
    }
    reported
}

fn of_security(
    expected: &Expected<'_>,
    received: &ReceivedRequest,
    query: &mut Pairs,
    cookies: &mut Pairs,
) -> Result<(), String> {
    let mut authorization = None;
    let mut headers = Vec::new();
    for (name, scheme) in expected.schemes {
        let key = scheme["name"].as_str().unwrap_or_default();
        match (scheme["type"].as_str(), scheme["in"].as_str().or(scheme["scheme"].as_str())) {
            (Some("apiKey"), Some("header")) => headers.push((key, key_of(name))),
            (Some("apiKey"), Some(place)) => {
                let pairs = if place == "query" { &mut *query } else { &mut *cookies };
                let shown = (key.to_owned(), key_of(name));
                let decoded =
                    |pair: &(String, String)| (pair.0.clone(), super::agreement_wire::decoded(&pair.1));
                let at = pairs
                    .iter()
                    .position(|pair| *pair == shown || place == "query" && decoded(pair) == shown);
                drop(pairs.remove(at.ok_or_else(|| format!("{name} is not shown"))?));
            }
            (_, Some("basic")) => authorization = Some(PASSWORD.to_owned()),
            _ => authorization = Some(format!("Bearer {TOKEN}")),
        }
    }
    for (_, scheme) in members(&expected.document.root["components"]["securitySchemes"]) {
        if let (Some("apiKey"), Some("header")) = (scheme["type"].as_str(), scheme["in"].as_str()) {
            let key = scheme["name"].as_str().unwrap();
            let wanted = headers.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
            if received.header(key) != wanted {
                return Err(format!("{key} is {:?}", received.header(key)));
            }
        }
    }
    if received.header("authorization") == authorization.as_deref() {
        Ok(())
    } else {
        Err(format!("the authorization is {:?}", received.header("authorization")))
    }
}

fn of_body(expected: &Expected<'_>, received: &ReceivedRequest) -> Result<(), String> {
    let length = received.header("content-length").map(str::to_owned);
    if received.body.is_empty() && expected.given.body.is_null() {
        let media = received.header("content-type");
        return media.map_or(Ok(()), |media| Err(format!("there is no body, and it is {media}")));
    }
    let (media, content) = expected.body.ok_or("there is a body")?;
    if length != Some(received.body.len().to_string()) {
        return Err("the body has no stated length".to_owned());
    }
    let found = everything_bodies::read(expected.document, media, content, received)?;
    let given = everything_bodies::as_sent(media, &expected.given.body);
    if without_nulls(&found) != without_nulls(&given) {
        return Err(format!("the body is {found} and was {given}"));
    }
    let Some(schema) = content.get("schema") else { return Ok(()) };
    let validator = expected.document.validator(schema, Direction::Sent);
    validator.validate(&found).map_err(|error| format!("the body is not accepted: {error}"))
}

fn of_accept(expected: &Expected<'_>, received: &ReceivedRequest) -> Option<String> {
    let accept = received.header("accept").unwrap_or_default();
    let media = expected.reply?.split(';').next()?;
    let kind = media.split('/').next()?;
    let mut ranges = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    let accepted = ranges.any(|range| range == media || range == "*/*" || range == format!("{kind}/*"));
    (!accepted).then(|| format!("{media} is not asked for, but {accept}"))
}

/// Headers that the document does not mention.
fn of_header_names(expected: &Expected<'_>, received: &ReceivedRequest) -> Option<String> {
    let of_keys = members(&expected.document.root["components"]["securitySchemes"]).map(|(_, scheme)| scheme);
    let known: Vec<String> = expected
        .operation
        .parameters
        .iter()
        .copied()
        .chain(of_keys)
        .filter(|named| named["in"] == "header")
        .chain(elements(&json!([{"name": "authorization"}, {"name": "cookie"}])))
        .filter_map(|named| Some(named["name"].as_str()?.to_lowercase()))
        .collect();
    let mut names = received.headers.iter().map(|(name, _)| name.to_lowercase());
    names
        .find(|name| !COMMON.contains(&name.as_str()) && !known.contains(name))
        .map(|name| format!("nothing is said of the header {name}"))
}
