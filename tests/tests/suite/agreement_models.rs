//! The models agree with the document: a value that its schemas accept is read and written back without loss, and
//! other values are refused where types can express it.

use std::collections::BTreeSet;
use std::iter;

use fastrand::Rng;
use openai_uploads::models;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::agreement_spec::{Spec, elements, members, without_nulls};
use super::agreement_values::{draw, seed, types};
use super::received_request::{round_trip_of_a_file, round_trip_of_a_part};

/// How many values are drawn from each schema.
const VALUES: usize = 200;

/// Reads a value into a model and writes it back.
type RoundTrip = fn(&Value) -> Result<Value, String>;

/// The model of each schema.
const MODELS: [(&str, RoundTrip); 47] = [
    ("CreateFileRequest", round_trip_of_a_file),
    ("ListFilesResponse", json_round_trip::<models::ListFilesResponse>),
    ("DeleteFileResponse", json_round_trip::<models::DeleteFileResponse>),
    ("CreateBatchRequest", json_round_trip::<models::CreateBatchRequest>),
    ("BatchFileExpirationAfter", json_round_trip::<models::BatchFileExpirationAfter>),
    ("Metadata", json_round_trip::<Option<models::Metadata>>),
    ("Batch", json_round_trip::<models::Batch>),
    ("BatchError", json_round_trip::<models::BatchError>),
    ("BatchRequestCounts", json_round_trip::<models::BatchRequestCounts>),
    ("BatchRequestInput", json_round_trip::<models::BatchRequestInput>),
    ("BatchRequestOutput", json_round_trip::<models::BatchRequestOutput>),
    ("BatchResponse", json_round_trip::<models::BatchResponse>),
    ("BatchRequestError", json_round_trip::<models::BatchRequestError>),
    ("ListBatchesResponse", json_round_trip::<models::ListBatchesResponse>),
    ("CreateUploadRequest", json_round_trip::<models::CreateUploadRequest>),
    ("FileExpirationAfter", json_round_trip::<models::FileExpirationAfter>),
    ("AddUploadPartRequest", round_trip_of_a_part),
    ("CompleteUploadRequest", json_round_trip::<models::CompleteUploadRequest>),
    ("Upload", json_round_trip::<models::Upload>),
    ("OpenAIFile", json_round_trip::<models::OpenAiFile>),
    ("UploadPart", json_round_trip::<models::UploadPart>),
    ("CreateVectorStoreRequest", json_round_trip::<models::CreateVectorStoreRequest>),
    ("VectorStoreExpirationAfter", json_round_trip::<models::VectorStoreExpirationAfter>),
    ("VectorStoreObject", json_round_trip::<models::VectorStoreObject>),
    ("CreateVectorStoreFileBatchRequest", json_round_trip::<models::CreateVectorStoreFileBatchRequest>),
    ("CreateVectorStoreFileRequest", json_round_trip::<models::CreateVectorStoreFileRequest>),
    ("ChunkingStrategyRequestParam", json_round_trip::<models::ChunkingStrategyRequestParam>),
    ("AutoChunkingStrategyRequestParam", json_round_trip::<models::AutoChunkingStrategyRequestParam>),
    ("StaticChunkingStrategyRequestParam", json_round_trip::<models::StaticChunkingStrategyRequestParam>),
    ("StaticChunkingStrategy", json_round_trip::<models::StaticChunkingStrategy>),
    ("StaticChunkingStrategyResponseParam", json_round_trip::<models::StaticChunkingStrategyResponseParam>),
    ("OtherChunkingStrategyResponseParam", json_round_trip::<models::OtherChunkingStrategyResponseParam>),
    ("VectorStoreFileAttributes", json_round_trip::<Option<models::VectorStoreFileAttributes>>),
    ("VectorStoreFileBatchObject", json_round_trip::<models::VectorStoreFileBatchObject>),
    ("VectorStoreFileObject", json_round_trip::<models::VectorStoreFileObject>),
    ("ListVectorStoreFilesResponse", json_round_trip::<models::ListVectorStoreFilesResponse>),
    ("CreateFineTuningJobRequest", json_round_trip::<models::CreateFineTuningJobRequest>),
    ("FineTuneMethod", json_round_trip::<models::FineTuneMethod>),
    ("FineTuneSupervisedMethod", json_round_trip::<models::FineTuneSupervisedMethod>),
    ("FineTuneSupervisedHyperparameters", json_round_trip::<models::FineTuneSupervisedHyperparameters>),
    ("FineTuneDPOMethod", json_round_trip::<models::FineTuneDpoMethod>),
    ("FineTuneDPOHyperparameters", json_round_trip::<models::FineTuneDpoHyperparameters>),
    ("FineTuningJob", json_round_trip::<models::FineTuningJob>),
    ("FineTuningJobEvent", json_round_trip::<models::FineTuningJobEvent>),
    ("ListFineTuningJobEventsResponse", json_round_trip::<models::ListFineTuningJobEventsResponse>),
    ("ErrorResponse", json_round_trip::<models::ErrorResponse>),
    ("Error", json_round_trip::<models::Error>),
];

fn json_round_trip<T: Serialize + DeserializeOwned>(value: &Value) -> Result<Value, String> {
    // Through text, as on the wire.
    let model: T = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
    serde_json::from_str(&serde_json::to_string(&model).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn every_model_agrees_with_its_schema() {
    let disagreements = disagreements(&Spec::own(), seed(), VALUES);
    assert!(disagreements.is_empty(), "{disagreements:#?}");
}

/// The disagreements between the models and a document, each once, for a number of values of each schema.
pub(crate) fn disagreements(spec: &Spec, seed: u64, values: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let names: Vec<&str> = spec.schemas().map(|(name, _)| name).collect();
    found.extend(
        MODELS.iter().filter(|(name, _)| !names.contains(name)).map(|(name, _)| format!("{name}: no schema")),
    );
    for (name, schema) in spec.schemas() {
        let Some((_, round_trip)) = MODELS.iter().find(|(model, _)| *model == name) else {
            found.insert(format!("{name}: no model"));
            continue;
        };
        let mut rng = Rng::with_seed(seed);
        let agreement = Agreement { name, spec, schema, round_trip: *round_trip, values };
        found.extend(agreement.of_accepted_values(&mut rng));
        found.extend(agreement.of_what_must_survive(&mut rng));
        found.extend(agreement.of_broken_values(&mut rng));
    }
    found
}

struct Agreement<'a> {
    name: &'a str,
    spec: &'a Spec,
    schema: &'a Value,
    round_trip: RoundTrip,
    values: usize,
}

impl Agreement<'_> {
    fn reported(&self, what: &str) -> String {
        format!("{}: {what}", self.name)
    }

    fn property<'s>(&'s self, name: &str) -> &'s Value {
        self.spec.resolve(&self.schema["properties"][name])
    }

    fn required(&self) -> Vec<&str> {
        elements(&self.schema["required"]).filter_map(Value::as_str).collect()
    }

    /// Values drawn from the schema, and its examples.
    fn of_accepted_values(&self, rng: &mut Rng) -> Vec<String> {
        let validator = self.spec.validator(self.schema);
        let mut found = Vec::new();
        let drawn = iter::repeat_with(|| draw(self.spec, self.schema, rng)).take(self.values);
        for value in drawn.collect::<Vec<_>>().iter().chain(elements(&self.schema["examples"])) {
            if !validator.is_valid(value) {
                found.push(self.reported(&format!("an example is not accepted: {value}")));
                continue;
            }
            match (self.round_trip)(value) {
                Err(error) => found.push(self.reported(&format!("refused: {error}"))),
                Ok(back) if !validator.is_valid(&back) => {
                    found.push(self.reported(&format!("written as what is not accepted: {back}")));
                }
                Ok(back) if without_nulls(&back) != without_nulls(value) => {
                    found.push(self.reported(&format!("{value} comes back as {back}")));
                }
                Ok(_) => {}
            }
        }
        found.truncate(3);
        found
    }

    /// Values that a newer server may send, and values that clients failed on before.
    fn of_what_must_survive(&self, rng: &mut Rng) -> Vec<String> {
        let mut found = Vec::new();
        for (name, property) in members(&self.schema["properties"]) {
            let property = self.spec.resolve(property);
            let mut values = Vec::new();
            if property.get("enum").is_some() {
                values.push(json!("a value that is new"));
            }
            if types(property).contains(&"integer") {
                let validator = self.spec.validator(property);
                let large = [2_147_483_648_u64, 8_589_934_592].map(Value::from);
                values.extend(large.into_iter().filter(|value| validator.is_valid(value)));
            }
            if self.spec.validator(property).is_valid(&Value::Null) {
                values.push(Value::Null);
            }
            for value in values {
                let mut whole = draw(self.spec, self.schema, rng);
                whole[name] = value;
                match (self.round_trip)(&whole) {
                    Ok(back) if without_nulls(&back) == without_nulls(&whole) => {}
                    other => found.push(self.reported(&format!("{whole} comes back as {other:?}"))),
                }
            }
        }
        if self.schema["properties"].is_null() {
            return found;
        }
        let plain = draw(self.spec, self.schema, rng);
        let mut added = plain.clone();
        added["a property that is new"] = json!({"deep": [1]});
        match ((self.round_trip)(&added), self.is_closed()) {
            (Err(_), true) => {}
            (Ok(back), false) if without_nulls(&back) == without_nulls(&plain) => {}
            (other, _) => found.push(self.reported(&format!("with a new property: {other:?}"))),
        }
        found
    }

    fn is_closed(&self) -> bool {
        self.schema["additionalProperties"] == json!(false)
    }

    /// Wrong values that a type can detect.
    fn of_broken_values(&self, rng: &mut Rng) -> Vec<String> {
        let validator = self.spec.validator(self.schema);
        let mut found = Vec::new();
        for (name, _) in members(&self.schema["properties"]) {
            for wrong in self.wrong_values(name) {
                let mut whole = draw(self.spec, self.schema, rng);
                match wrong {
                    Some(wrong) => whole[name] = wrong,
                    None => drop(whole.as_object_mut().expect("drawn from an object").remove(name)),
                }
                if !validator.is_valid(&whole)
                    && let Ok(back) = (self.round_trip)(&whole)
                {
                    found.push(self.reported(&format!("{whole} is not accepted, and read as {back}")));
                }
            }
        }
        found
    }

    /// A wrong value for a property that its type can detect. `None`: that it is missing.
    fn wrong_values(&self, name: &str) -> Vec<Option<Value>> {
        let property = self.property(name);
        let mut wrong = vec![Some(json!([[]])), Some(json!({"a": {}})), Some(json!(true)), Some(json!(1.5))];
        if types(property) == ["integer"] {
            wrong.push(Some(json!("12")));
            if property["minimum"].as_i64().is_some_and(|least| least >= 0) {
                wrong.push(Some(json!(-1)));
            }
        } else if elements(&property["oneOf"]).all(|one| one["type"] != "number") {
            wrong.push(Some(json!(12)));
        }
        if self.required().contains(&name) && !is_lenient(property) {
            wrong.extend([Some(Value::Null), None]);
        }
        // A missing one that may be null reads as null.
        if self.spec.validator(property).is_valid(&Value::Null) {
            wrong.retain(Option::is_some);
        }
        wrong
    }
}

/// Whether a reply may lack a required property. Not every server sends deprecated properties and those with a single
/// value.
fn is_lenient(property: &Value) -> bool {
    property["deprecated"] == json!(true)
        || property["enum"].as_array().is_some_and(|values| values.len() == 1)
}
