//! Values drawn at random from a schema.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::agreement_spec::{Spec, elements, members};

/// Integers that clients failed on before.
const NOTED: [u64; 6] = [0, 1, 2_147_483_647, 2_147_483_648, 4_294_967_296, 8_589_934_592];

/// Strings that clients failed on before.
const STRINGS: [&str; 12] =
    ["", " ", "null", "\"", "\\", "a/b", "..", "é😀", "\u{0}", "\n\r\t", "{upload_id}", "1e999"];

/// The keywords of these schemas. A new keyword needs a decision here.
const KNOWN: [&str; 27] = [
    "$ref",
    "type",
    "enum",
    "minimum",
    "maximum",
    "maxLength",
    "format",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "description",
    "examples",
    "deprecated",
    "x-constants",
    "nullable",
    "title",
    "default",
    "oneOf",
    "discriminator",
    "minItems",
    "maxItems",
    "minLength",
    "exclusiveMinimum",
    "maxProperties",
    "propertyNames",
];

/// A value that the schema accepts.
pub(crate) fn draw(spec: &Spec, schema: &Value, rng: &mut Rng) -> Value {
    let schema = spec.resolve(schema);
    for (keyword, _) in members(schema) {
        assert!(KNOWN.contains(&keyword), "no value is drawn by the keyword `{keyword}`");
    }
    // The alternatives of each `oneOf` exclude each other.
    if let Some(alternatives) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        return draw(spec, rng.choice(alternatives).unwrap(), rng);
    }
    if let Some(values) = schema["enum"].as_array() {
        return rng.choice(values).unwrap().clone();
    }
    match rng.choice(types(schema)).unwrap_or("any") {
        "object" => object(spec, schema, rng),
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            (0..least + rng.u64(..4)).map(|_| draw(spec, &schema["items"], rng)).collect()
        }
        "string" => {
            let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).expect("small");
            let mut drawn = std::iter::repeat_with(|| string(rng));
            Value::String(drawn.find(|drawn| drawn.chars().count() >= least).expect("there is no end"))
        }
        // A whole number could come back as an integer.
        "number" => json!(f64::from(rng.u32(..1000)) / 1000.0 + 0.0005),
        "integer" => integer(schema, rng).into(),
        "boolean" => rng.bool().into(),
        "null" => Value::Null,
        "any" => rng.choice([json!({"deep": [1, null]}), json!("text"), json!(1.5)]).unwrap(),
        other => panic!("no value is drawn of the type `{other}`"),
    }
}

pub(crate) fn types(schema: &Value) -> Vec<&str> {
    schema["type"].as_str().into_iter().chain(elements(&schema["type"]).filter_map(Value::as_str)).collect()
}

fn object(spec: &Spec, schema: &Value, rng: &mut Rng) -> Value {
    let required: Vec<&str> = elements(&schema["required"]).filter_map(Value::as_str).collect();
    let mut drawn = Map::new();
    for (name, property) in members(&schema["properties"]) {
        if required.contains(&name) || rng.bool() {
            drawn.insert(name.to_owned(), draw(spec, property, rng));
        }
    }
    if schema["additionalProperties"].is_object() {
        for _ in 0..rng.usize(..3) {
            drawn.insert(string(rng), draw(spec, &schema["additionalProperties"], rng));
        }
    }
    // A required property need not be described.
    for name in required {
        drawn.entry(name).or_insert(json!("undescribed"));
    }
    Value::Object(drawn)
}

fn integer(schema: &Value, rng: &mut Rng) -> i64 {
    let (least, most) =
        (schema["minimum"].as_i64().unwrap_or(i64::MIN), schema["maximum"].as_i64().unwrap_or(i64::MAX));
    let noted = NOTED.iter().map(|noted| i64::try_from(*noted).expect("small"));
    let mut candidates: Vec<i64> = noted.filter(|noted| (least..=most).contains(noted)).collect();
    candidates.extend([least, most, rng.i64(least..=most)]);
    *rng.choice(&candidates).unwrap()
}

fn string(rng: &mut Rng) -> String {
    if rng.bool() {
        return (*rng.choice(&STRINGS).unwrap()).to_owned();
    }
    (0..rng.usize(..20)).map(|_| rng.char(..)).collect()
}

/// A printed seed, so that a run can be repeated with `AGREEMENT_SEED`.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("AGREEMENT_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("AGREEMENT_SEED={seed}");
    seed
}
