//! Values drawn from the schemas of the documents that have everything.

use fastrand::Rng;
use serde_json::{Map, Number, Value, json};

use super::agreement_spec::{elements, members};
use super::agreement_values::types;
use super::everything_document::{Direction, Everything};

/// Strings that break if something is not escaped.
const STRINGS: [&str; 9] =
    ["a", "two words", "a/b?c#d", "100%", "a&b=c;d,e", "é – 印刷", "\"quoted\" \\ {work}", "[x]|y~z", "+1"];

/// How deep objects may be nested before only required properties are drawn.
const DEPTH: usize = 4;

/// A way to draw values from schemas.
pub(crate) struct Drawing<'a> {
    pub(crate) document: &'a Everything,
    pub(crate) way: Direction,
    pub(crate) rng: Rng,
    depth: usize,
}

impl<'a> Drawing<'a> {
    pub(crate) fn new(document: &'a Everything, way: Direction, rng: &mut Rng) -> Self {
        Self { document, way, rng: rng.fork(), depth: 0 }
    }

    /// A value that `schema` accepts.
    pub(crate) fn draw(&mut self, schema: &Value) -> Value {
        let validator = self.document.validator(schema, self.way);
        let mut refused = Value::Null;
        for _ in 0..20 {
            let value = self.value(schema);
            if validator.is_valid(&value) {
                return value;
            }
            refused = value;
        }
        let error = validator.validate(&refused).err().map(|error| error.to_string());
        panic!("nothing is drawn that {schema} accepts; the last was {refused}: {error:?}");
    }

    fn value(&mut self, schema: &Value) -> Value {
        let schema = self.document.resolve(schema);
        let examples: Vec<&Value> = elements(&schema["examples"]).collect();
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.rng.choice(values).unwrap().clone();
        }
        if !examples.is_empty() {
            return (*self.rng.choice(examples).unwrap()).clone();
        }
        let mut value = match schema["allOf"].as_array() {
            Some(parts) => parts.iter().fold(Value::Null, |whole, part| merged(whole, self.value(part))),
            None => Value::Null,
        };
        for keyword in ["oneOf", "anyOf"] {
            if let Some(alternatives) = schema[keyword].as_array() {
                let alternative = self.rng.choice(alternatives).unwrap();
                let drawn = self.alternative(schema, alternative);
                value = merged(value, drawn);
            }
        }
        let typed = types(schema);
        match self.rng.choice(&typed) {
            Some(kind) => merged(value, self.of_type(kind, schema)),
            None if schema.get("properties").is_some() => merged(value, self.object(schema)),
            None if value.is_null() && schema.as_object().is_some_and(Map::is_empty) => {
                json!({"any": ["thing", 1]})
            }
            None => value,
        }
    }

    fn alternative(&mut self, union: &Value, alternative: &Value) -> Value {
        let mut value = self.value(alternative);
        if let Some(property) = union["discriminator"]["propertyName"].as_str() {
            let reference = alternative["$ref"].as_str().expect("a discriminator distinguishes components");
            let name = reference.rsplit('/').next().unwrap();
            let mapping = members(&union["discriminator"]["mapping"]);
            let tags: Vec<&str> = mapping
                .filter(|(_, target)| target.as_str().is_some_and(|to| to == reference || to == name))
                .map(|(tag, _)| tag)
                .collect();
            value[property] = json!(self.rng.choice(tags).unwrap_or(name));
        }
        value
    }

    fn of_type(&mut self, kind: &str, schema: &Value) -> Value {
        match kind {
            "object" => self.object(schema),
            "array" => self.array(schema),
            "string" => Value::String(self.string(schema)),
            "integer" => self.integer(schema),
            // Quarters are exact in 32 bits, in 64 bits and as text.
            "number" => Number::from_f64(f64::from(self.rng.u32(..4000)) / 4.0 + 0.25).unwrap().into(),
            "boolean" => self.rng.bool().into(),
            "null" => Value::Null,
            other => panic!("no value is drawn of the type `{other}`"),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        self.depth += 1;
        let required: Vec<&str> = elements(&schema["required"]).filter_map(Value::as_str).collect();
        let hidden = if self.way == Direction::Sent { "readOnly" } else { "writeOnly" };
        let mut drawn = Map::new();
        for (name, property) in members(&schema["properties"]) {
            if property[hidden] == true {
                continue;
            }
            if required.contains(&name) || self.depth < DEPTH && self.rng.u8(..4) > 0 {
                drawn.insert(name.to_owned(), self.value(property));
            }
        }
        if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
            for name in ["x one", "zwei"].into_iter().take(self.rng.usize(..3)) {
                drawn.insert(name.to_owned(), self.value(others));
            }
        }
        self.depth -= 1;
        Value::Object(drawn)
    }

    fn array(&mut self, schema: &Value) -> Value {
        if let Some(elements) = schema["prefixItems"].as_array() {
            return elements.iter().map(|element| self.value(element)).collect();
        }
        self.depth += 1;
        let least = schema["minItems"].as_u64().unwrap_or(0);
        let more = if self.depth < DEPTH { self.rng.u64(..3) } else { 0 };
        let drawn = (0..least + more).map(|_| self.value(&schema["items"])).collect();
        self.depth -= 1;
        drawn
    }

    fn string(&mut self, schema: &Value) -> String {
        let number = self.rng.u32(..);
        match schema["format"].as_str() {
            Some("date-time") => format!(
                "20{:02}-07-0{}T08:09:10.{:03}+02:00",
                number % 90 + 10,
                number % 9 + 1,
                number % 997 + 1
            ),
            Some("date") => format!("18{:02}-1{}-2{}", number % 90 + 10, number % 3, number % 9),
            Some("uuid") => format!("{number:08x}-1111-4222-8333-{number:012x}"),
            Some("byte") => ["aW5r", "cGFwZXI=", "AP/+", ""][number as usize % 4].to_owned(),
            Some("uri-reference") => "/works/1".to_owned(),
            _ => (*self.rng.choice(STRINGS).unwrap()).to_owned(),
        }
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let bound = |inclusive: &str, exclusive: &str, step: i64| {
            schema[inclusive].as_i64().or_else(|| Some(schema[exclusive].as_i64()? + step))
        };
        let widest = match schema["format"].as_str() {
            Some("int32") => (i32::MIN.into(), i32::MAX.into()),
            Some("uint32") => (0, u32::MAX.into()),
            Some("uint16") => (0, u16::MAX.into()),
            _ => (i64::MIN, i64::MAX),
        };
        let least = bound("minimum", "exclusiveMinimum", 1).unwrap_or(widest.0);
        let most = bound("maximum", "exclusiveMaximum", -1).unwrap_or(widest.1);
        (*self.rng.choice([least, most, self.rng.clone().i64(least..=most)].as_slice()).unwrap()).into()
    }
}

/// Merges objects. Otherwise the later value wins.
fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(mut first), Value::Object(second)) => {
            first.extend(second);
            Value::Object(first)
        }
        (first, Value::Null) => first,
        (_, second) => second,
    }
}
