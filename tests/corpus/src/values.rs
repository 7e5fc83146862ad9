//! Values drawn at random from the schemas of a document.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::examples::Example;
use crate::pointer::{child, index, of_reference};
use crate::schemas::Schemas;

/// How deep objects may be nested before only required properties are drawn.
const DEPTH: usize = 4;

/// How deep a drawn value may be nested.
const MAX_DEPTH: usize = 12;

/// Strings that break if something is not escaped.
const STRINGS: [&str; 6] = ["a", "two words", "é – 印刷", "\"quoted\" \\", "null", "1"];

/// Draws values for each named schema, `count` for each, and keeps those that the schema accepts.
pub fn draw(schemas: &Schemas<'_>, document: &Value, count: usize, rng: &mut Rng) -> Vec<Example> {
    let mut drawn = Vec::new();
    let named = document["components"]["schemas"].as_object();
    for name in named.into_iter().flat_map(Map::keys) {
        let schema = child("/components/schemas", name);
        for number in 0..count {
            let mut drawing = Drawing { schemas, rng, depth: 0 };
            if let Some(value) = drawing.value(&schema)
                && schemas.fault(&schema, &value).is_none()
            {
                let at = format!("{schema}#drawn{number}");
                drawn.push(Example { at, schema: schema.clone(), text: Ok(value.to_string()) });
            }
        }
    }
    drawn
}

struct Drawing<'a, 'b> {
    schemas: &'a Schemas<'b>,
    rng: &'a mut Rng,
    depth: usize,
}

impl Drawing<'_, '_> {
    /// A value of the schema at `pointer`. `None`: the schema is too deep, or has a tag that no alternatives have.
    fn value(&mut self, pointer: &str) -> Option<Value> {
        self.depth += 1;
        let value = (self.depth <= MAX_DEPTH).then(|| self.of_schema(pointer)).flatten();
        self.depth -= 1;
        value
    }

    fn of_schema(&mut self, pointer: &str) -> Option<Value> {
        let schema = self.schemas.get(pointer);
        if let Some(target) = schema["$ref"].as_str() {
            return self.value(of_reference(target)?);
        }
        if let Some(constant) = schema.get("const") {
            return Some(constant.clone());
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.rng.choice(values).cloned();
        }
        let alternatives = ["oneOf", "anyOf"].into_iter().find(|keyword| schema[*keyword].is_array());
        // The tag of a supertype names one of the schemas that refer to it.
        if schema.get("discriminator").is_some() && alternatives.is_none() {
            return None;
        }
        let mut value = None;
        for number in 0..schema["allOf"].as_array().map_or(0, Vec::len) {
            let part = self.value(&index(&child(pointer, "allOf"), number))?;
            value = Some(merged(value, part));
        }
        if let Some(keyword) = alternatives {
            let number = self.rng.usize(..schema[keyword].as_array().map_or(0, Vec::len).max(1));
            let place = index(&child(pointer, keyword), number);
            let mut part = self.value(&place)?;
            if let Some(property) = schema["discriminator"]["propertyName"].as_str() {
                part[property] = tag(schema, self.schemas.get(&place))?.into();
            }
            value = Some(merged(value, part));
        }
        let types = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        let own = match self.rng.choice(&types).and_then(Value::as_str) {
            Some("object") => self.object(schema, pointer)?,
            None if schema["properties"].is_object() => self.object(schema, pointer)?,
            Some("array") => self.array(schema, pointer)?,
            // The generator takes this for an array, too.
            None if schema["items"].is_object() => self.array(schema, pointer)?,
            Some("string") => self.string(schema)?.into(),
            Some("integer") => self.integer(schema)?,
            // Quarters are exact in 32 bits, in 64 bits and as text.
            Some("number") => json!(self.number(schema)?),
            Some("boolean") => self.rng.bool().into(),
            Some("null") => Value::Null,
            Some(_) => return None,
            None => return Some(value.unwrap_or_else(|| json!("anything"))),
        };
        Some(merged(value, own))
    }

    fn object(&mut self, schema: &Value, pointer: &str) -> Option<Value> {
        let is_required =
            |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|own| own == name));
        let mut members = Map::new();
        let place = child(pointer, "properties");
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            // The type of a request has no property that only replies have.
            let is_read_only = property["readOnly"] == true;
            let is_drawn = is_required(name) || (!is_read_only && self.depth < DEPTH && self.rng.bool());
            if is_drawn {
                match self.value(&child(&place, name)) {
                    Some(value) => drop(members.insert(name.clone(), value)),
                    None if is_required(name) => return None,
                    None => {}
                }
            }
        }
        if schema["additionalProperties"].is_object() && self.depth < DEPTH {
            let value = self.value(&child(pointer, "additionalProperties"))?;
            members.insert("another name".to_owned(), value);
        }
        Some(members.into())
    }

    fn array(&mut self, schema: &Value, pointer: &str) -> Option<Value> {
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).ok()?;
        let most = usize::try_from(schema["maxItems"].as_u64().unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let more = if self.depth < DEPTH { self.rng.usize(..3) } else { 0 };
        let mut elements = Vec::new();
        for number in 0..(least + more).min(most).min(20) {
            let place = match schema["prefixItems"].get(number) {
                Some(_) => index(&child(pointer, "prefixItems"), number),
                None => child(pointer, "items"),
            };
            elements.push(self.value(&place)?);
        }
        Some(elements.into())
    }

    fn string(&mut self, schema: &Value) -> Option<String> {
        let number = self.rng.u32(..);
        let text = match schema["format"].as_str() {
            Some("date-time") => format!("20{:02}-07-0{}T08:09:10Z", number % 90 + 10, number % 9 + 1),
            Some("date") => format!("19{:02}-1{}-2{}", number % 90 + 10, number % 3, number % 9),
            Some("time") => "08:09:10Z".to_owned(),
            Some("duration") => "P1DT2H".to_owned(),
            Some("uuid") => format!("{number:08x}-1111-4222-8333-{number:012x}"),
            Some("byte") => "aW5r".to_owned(),
            Some("uri" | "url") => "https://example.com/a".to_owned(),
            Some("email") => "a@example.com".to_owned(),
            Some("ipv4") => "127.0.0.1".to_owned(),
            Some("ipv6") => "::1".to_owned(),
            Some("binary") => return None,
            _ => (*self.rng.choice(STRINGS.iter())?).to_owned(),
        };
        let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).ok()?;
        let length = text.chars().count();
        Some(text + &"x".repeat(least.min(1000).saturating_sub(length)))
    }

    fn integer(&mut self, schema: &Value) -> Option<Value> {
        let bound = |inclusive: &str, exclusive: &str, step: i64| {
            schema[inclusive].as_i64().or_else(|| Some(schema[exclusive].as_i64()? + step))
        };
        let widest = if schema["format"] == "int32" { i32::MAX.into() } else { 1 << 53 };
        let least = bound("minimum", "exclusiveMinimum", 1).unwrap_or(0);
        let most = bound("maximum", "exclusiveMaximum", -1).unwrap_or(widest).min(widest);
        (least <= most).then(|| self.rng.i64(least..=most).into())
    }

    fn number(&mut self, schema: &Value) -> Option<f64> {
        let least = schema["minimum"].as_f64().or(schema["exclusiveMinimum"].as_f64()).unwrap_or(0.0);
        let most = schema["maximum"].as_f64().or(schema["exclusiveMaximum"].as_f64()).unwrap_or(1000.0);
        let value = least + f64::from(self.rng.u32(..3000)) / 4.0 + 0.25;
        (least <= most).then_some(value.min(most))
    }
}

/// The tag of an alternative: the key of its mapping, or the last step of its reference.
fn tag(union: &Value, alternative: &Value) -> Option<String> {
    let reference = alternative["$ref"].as_str()?;
    let name = reference.rsplit('/').next()?;
    let mapping = union["discriminator"]["mapping"].as_object();
    let mut mapped = mapping.into_iter().flatten().filter(|(_, to)| *to == reference || *to == name);
    Some(mapped.next().map_or_else(|| name.to_owned(), |(tag, _)| tag.clone()))
}

/// Merges objects. Otherwise the later value wins.
fn merged(first: Option<Value>, second: Value) -> Value {
    match (first, second) {
        (Some(Value::Object(mut first)), Value::Object(second)) => {
            first.extend(second);
            Value::Object(first)
        }
        (_, second) => second,
    }
}
