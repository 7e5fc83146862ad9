//! Every example of a document, with its schema.

use serde_json::Value;

use crate::pointer::{child, index, of_reference};

/// An example.
pub struct Example {
    /// Its place. An element of a stream of events has a number appended.
    pub at: String,
    /// The place of its schema.
    pub schema: String,
    /// The example as JSON on one line. An error if it is text that is not JSON.
    pub text: Result<String, String>,
}

/// Every example: those of schemas, parameters, requests and replies, and those of OpenAI's own extension. Headers of
/// replies are texts, which have no type.
pub fn examples(document: &Value) -> Vec<Example> {
    let mut finder = Finder { document, found: Vec::new() };
    let components = &document["components"];
    let at = "/components";
    finder.each(&components["schemas"], &child(at, "schemas"), Finder::schema);
    finder.each(&components["parameters"], &child(at, "parameters"), Finder::holder);
    for kind in ["requestBodies", "responses"] {
        finder.each(&components[kind], &child(at, kind), Finder::message);
    }
    for section in ["paths", "webhooks"] {
        finder.each(&document[section], &child("", section), |finder, path, at| {
            finder.each(&path["parameters"], &child(at, "parameters"), Finder::holder);
            finder.each(path, at, Finder::operation);
        });
    }
    finder.found
}

struct Finder<'a> {
    document: &'a Value,
    found: Vec<Example>,
}

impl<'a> Finder<'a> {
    fn add(&mut self, at: String, schema: &str, value: &Value) {
        self.found.push(Example { at, schema: schema.to_owned(), text: Ok(value.to_string()) });
    }

    /// Each member of an object or element of an array.
    fn each(&mut self, of: &'a Value, at: &str, mut visit: impl FnMut(&mut Self, &'a Value, &str)) {
        match of {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| visit(self, member, &child(at, name)));
            }
            Value::Array(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(number, element)| visit(self, element, &index(at, number)));
            }
            _ => {}
        }
    }

    fn schema(&mut self, schema: &'a Value, at: &str) {
        if let Some(example) = schema.get("example") {
            self.add(child(at, "example"), at, example);
        }
        let examples = child(at, "examples");
        self.each(&schema["examples"], &examples, |finder, example, own| {
            finder.add(own.to_owned(), at, example);
        });
        if let Some(text) = schema["x-oaiMeta"]["example"].as_str() {
            // An example in a member of an `allOf` is one of the whole.
            let whole = at.rsplit_once("/allOf/").filter(|(_, number)| !number.contains('/'));
            let schema = whole.map_or(at, |(whole, _)| whole);
            self.text(text, child(&child(at, "x-oaiMeta"), "example"), schema, None);
        }
        for keyword in ["properties", "patternProperties", "$defs", "allOf", "anyOf", "oneOf", "prefixItems"]
        {
            self.each(&schema[keyword], &child(at, keyword), Self::schema);
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get(keyword) {
                self.schema(inner, &child(at, keyword));
            }
        }
    }

    /// A media type. Bodies of forms are not JSON, and nothing reads them.
    fn media_type(&mut self, media_type: &'a Value, at: &str) {
        if at.ends_with("json") || at.ends_with("event-stream") {
            self.holder(media_type, at);
        } else if let Some(schema) = media_type.get("schema") {
            self.schema(schema, &child(at, "schema"));
        }
    }

    /// A parameter or a media type: a schema with examples beside it.
    fn holder(&mut self, holder: &'a Value, at: &str) {
        let schema = child(at, "schema");
        if let Some(example) = holder.get("example") {
            self.add(child(at, "example"), &schema, example);
        }
        let document = self.document;
        self.each(&holder["examples"], &child(at, "examples"), |finder, example, own| {
            let referred = example["$ref"].as_str().and_then(of_reference);
            let example = referred.and_then(|pointer| document.pointer(pointer)).unwrap_or(example);
            if let Some(value) = example.get("value") {
                finder.add(child(own, "value"), &schema, value);
            }
        });
        if let Some(inner) = holder.get("schema") {
            self.schema(inner, &schema);
        }
        self.each(&holder["content"], &child(at, "content"), Self::media_type);
    }

    /// A request's body or a reply.
    fn message(&mut self, message: &'a Value, at: &str) {
        self.each(&message["content"], &child(at, "content"), Self::media_type);
    }

    fn operation(&mut self, operation: &'a Value, at: &str) {
        self.each(&operation["parameters"], &child(at, "parameters"), Self::holder);
        self.message(&operation["requestBody"], &child(at, "requestBody"));
        self.each(&operation["responses"], &child(at, "responses"), Self::message);
        let replies = self.replies(operation, at);
        let shown = &operation["x-oaiMeta"]["examples"];
        let place = child(&child(at, "x-oaiMeta"), "examples");
        let reply = |finder: &mut Self, example: &'a Value, at: &str| {
            if let (Some(text), (json, events)) = (example["response"].as_str(), &replies)
                && let Some(schema) = json.as_ref().or(events.as_ref())
            {
                finder.text(text, child(at, "response"), schema, events.as_deref());
            }
        };
        match shown {
            Value::Array(_) => self.each(shown, &place, reply),
            one => reply(self, one, &place),
        }
    }

    /// The places of the schemas of an operation's successful reply: as JSON and as events.
    fn replies(&self, operation: &'a Value, at: &str) -> (Option<String>, Option<String>) {
        let responses = operation["responses"].as_object();
        let Some(status) = responses.and_then(|all| all.keys().find(|status| status.starts_with('2'))) else {
            return (None, None);
        };
        let mut place = child(&child(at, "responses"), status);
        let mut response = &operation["responses"][status];
        if let Some(pointer) = response["$ref"].as_str().and_then(of_reference) {
            pointer.clone_into(&mut place);
            response = self.document.pointer(pointer).unwrap_or(&Value::Null);
        }
        let schema = |media_type: &str| {
            response["content"][media_type].get("schema")?;
            Some(child(&child(&child(&place, "content"), media_type), "schema"))
        };
        (schema("application/json"), schema("text/event-stream"))
    }

    /// A text that is JSON or a stream of events whose data is.
    fn text(&mut self, text: &str, at: String, schema: &str, events: Option<&str>) {
        let text = text.trim();
        if text.is_empty() || text == "none" {
            return;
        }
        let mut add = |at: String, schema: &str, text: &str| {
            // As it is written, since a value may lose the last digit of a number.
            let read = serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
            let text = read.map(|_| text.replace(['\n', '\r'], " "));
            self.found.push(Example { at, schema: schema.to_owned(), text });
        };
        match events {
            Some(events) if text.starts_with("event:") || text.starts_with("data:") => {
                let data = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
                for (number, data) in data.filter(|data| *data != "[DONE]").enumerate() {
                    add(index(&at, number), events, data);
                }
            }
            _ => add(at, schema, text),
        }
    }
}
