//! Parameters read from the wire by the document's `style` and `explode` (OpenAPI 3.1 §4.8.12), with rules that do
//! not come from the client.

use serde_json::{Map, Value};

use super::agreement_spec::members;
use super::agreement_wire::decoded;
use super::everything_document::Everything;

/// The raw names and values of one location.
pub(crate) type Pairs = Vec<(String, String)>;

/// How a parameter is written, and of what schema it is.
pub(crate) struct Written<'a> {
    pub(crate) document: &'a Everything,
    pub(crate) name: &'a str,
    pub(crate) style: &'a str,
    pub(crate) explode: bool,
    pub(crate) schema: &'a Value,
    /// Whether it is JSON, by its `content`.
    pub(crate) json: bool,
    /// Whether percent signs are escapes in its location. In a header they are not.
    pub(crate) escaped: bool,
}

impl<'a> Written<'a> {
    pub(crate) fn of(document: &'a Everything, parameter: &'a Value) -> Self {
        let place = parameter["in"].as_str().unwrap();
        let default = if matches!(place, "path" | "header") { "simple" } else { "form" };
        let style = parameter["style"].as_str().unwrap_or(default);
        let content = members(&parameter["content"]).next();
        Self {
            document,
            name: parameter["name"].as_str().unwrap(),
            style,
            explode: parameter["explode"].as_bool().unwrap_or(style == "form"),
            schema: content.map_or(&parameter["schema"], |(_, content)| &content["schema"]),
            json: content.is_some(),
            escaped: place != "header",
        }
    }

    /// Reads the value of a path parameter or a header.
    pub(crate) fn of_text(&self, text: &str) -> Result<Value, String> {
        if self.json {
            return self.of_json(text);
        }
        let (text, between) = match self.style {
            "simple" => (text, ","),
            "label" => {
                (text.strip_prefix('.').ok_or("no dot before it")?, if self.explode { "." } else { "," })
            }
            "matrix" => (
                text.strip_prefix(';').ok_or("no semicolon before it")?,
                if self.explode { ";" } else { "," },
            ),
            other => return Err(format!("the style {other} is not for one text")),
        };
        let named = |text: &'_ str| {
            let value = text.strip_prefix(self.name).and_then(|rest| rest.strip_prefix('='));
            value.map(str::to_owned).ok_or_else(|| format!("`{text}` is not named {}", self.name))
        };
        let kind = self.kind();
        if self.style == "matrix" {
            return match (kind, self.explode) {
                ("object", true) => self.object_of_pairs(text.split(between)),
                ("array", true) => {
                    Ok(self.array(&text.split(between).map(named).collect::<Result<Vec<_>, _>>()?))
                }
                _ => self.joined(&named(text)?, between),
            };
        }
        match (kind, self.explode) {
            ("object", true) => self.object_of_pairs(text.split(between)),
            _ => self.joined(text, between),
        }
    }

    /// Takes the parameter out of a query, out of cookies or out of a form.
    pub(crate) fn take_from(&self, pairs: &mut Pairs) -> Result<Option<Value>, String> {
        let mut take = |is: &dyn Fn(&str) -> bool| -> Pairs {
            let (taken, left) = pairs.drain(..).partition(|(name, _)| is(&self.decoded(name)));
            *pairs = left;
            taken
        };
        let kind = self.kind();
        if self.style == "deepObject" {
            let taken = take(&|name| name.starts_with(&format!("{}[", self.name)));
            let mut object = Map::new();
            for (name, value) in taken {
                let name = self.decoded(&name);
                let key = name.strip_prefix(self.name).and_then(|rest| rest.strip_prefix('['));
                let key = key.and_then(|rest| rest.strip_suffix(']')).ok_or("a bracket is missing")?;
                // Each element has its index, which OpenAPI leaves undefined.
                let (key, index) =
                    key.split_once("][").map_or((key, None), |(key, index)| (key, Some(index)));
                let schema = self.property(key);
                if self.document.kind(schema) == "array" {
                    let item = self.scalar(&value, &self.document.resolve(schema)["items"]);
                    let array = object.entry(key).or_insert(Value::Array(Vec::new()));
                    let array = array.as_array_mut().ok_or("it is not an array")?;
                    if index != Some(array.len().to_string().as_str()) {
                        return Err(format!("{name} is not the element {}", array.len()));
                    }
                    array.push(item);
                } else if object.insert(key.to_owned(), self.scalar(&value, schema)).is_some() {
                    return Err(format!("{name} is there twice"));
                }
            }
            return Ok((!object.is_empty()).then_some(Value::Object(object)));
        }
        if kind == "object" && self.explode && !self.json {
            let taken = take(&|name| !self.property(name).is_null());
            let texts = taken.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            let object = self.object_of_pairs(texts.iter().map(String::as_str))?;
            return Ok((!taken.is_empty()).then_some(object));
        }
        let taken = take(&|name| name == self.name);
        let values: Vec<String> = taken.into_iter().map(|(_, value)| value).collect();
        match values.as_slice() {
            [] => Ok(None),
            values if kind == "array" && self.explode && !self.json => Ok(Some(self.array(values))),
            [value] if self.json => self.of_json(value).map(Some),
            [value] => {
                let between = match self.style {
                    "form" => ",",
                    "spaceDelimited" => "%20",
                    "pipeDelimited" => "%7C",
                    other => return Err(format!("the style {other} is not for pairs")),
                };
                self.joined(value, between).map(Some)
            }
            _ => Err(format!("{} is there {} times", self.name, values.len())),
        }
    }

    fn of_json(&self, text: &str) -> Result<Value, String> {
        serde_json::from_str(&self.decoded(text))
            .map_err(|error| format!("{} is not JSON: {error}", self.name))
    }

    /// A scalar, an array, or keys and values in turn.
    fn joined(&self, text: &str, between: &str) -> Result<Value, String> {
        match self.kind() {
            "array" => Ok(self.array(&text.split(between).map(str::to_owned).collect::<Vec<_>>())),
            "object" => {
                let pieces: Vec<&str> = text.split(between).collect();
                let pairs = pieces.chunks(2).map(|pair| pair.join("=")).collect::<Vec<_>>();
                self.object_of_pairs(pairs.iter().map(String::as_str))
            }
            _ => Ok(self.scalar(text, self.schema)),
        }
    }

    fn array(&self, texts: &[String]) -> Value {
        let items = &self.document.resolve(self.schema)["items"];
        texts.iter().map(|text| self.scalar(text, items)).collect()
    }

    fn object_of_pairs<'t>(&self, pairs: impl Iterator<Item = &'t str>) -> Result<Value, String> {
        let mut object = Map::new();
        for pair in pairs {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` is not a pair"))?;
            let key = self.decoded(key);
            let value = self.scalar(value, self.property(&key));
            if object.insert(key, value).is_some() {
                return Err(format!("`{pair}` is there twice"));
            }
        }
        Ok(Value::Object(object))
    }

    fn scalar(&self, text: &str, schema: &'a Value) -> Value {
        let text = self.decoded(text);
        let typed = match self.document.kind(schema) {
            "integer" | "number" | "boolean" => serde_json::from_str(&text).ok(),
            _ => None,
        };
        typed.unwrap_or(Value::String(text))
    }

    fn property(&self, name: &str) -> &'a Value {
        &self.document.resolve(self.schema)["properties"][name]
    }

    fn kind(&self) -> &'a str {
        self.document.kind(self.schema)
    }

    fn decoded(&self, text: &str) -> String {
        if self.escaped { decoded(text) } else { text.to_owned() }
    }
}

/// The pairs of a query or of a form, of cookies where `between` is `; `.
pub(crate) fn pairs(text: &str, between: &str) -> Pairs {
    let pairs = text.split(between).filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(a, b)| (a.into(), b.into())).collect()
}
