//! Answers that repeat the request, in the form of the endpoint's responses.

use serde_json::{Value, json};

use super::super::id;
use crate::models::BatchRequestInput;
use crate::models::create_batch_request::Endpoint;

/// The body of a response that repeats the text of the request.
pub(super) fn echo(request: &BatchRequestInput, now: u64) -> Value {
    let body = &request.body;
    let model = body.get("model").cloned().unwrap_or_default();
    match Endpoint::from(request.url.as_str()) {
        Endpoint::V1ChatCompletions => {
            let text = last_text(body.get("messages"));
            json!({
                "id": id::new("chatcmpl-"), "object": "chat.completion", "created": now, "model": model,
                "choices": [{
                    "index": 0, "finish_reason": "stop",
                    "message": {"role": "assistant", "content": text},
                }],
                "usage": chat_usage(&text),
            })
        }
        Endpoint::V1Completions => {
            let text = last_text(body.get("prompt"));
            json!({
                "id": id::new("cmpl-"), "object": "text_completion", "created": now, "model": model,
                "choices": [{"index": 0, "finish_reason": "stop", "text": text, "logprobs": null}],
                "usage": chat_usage(&text),
            })
        }
        Endpoint::V1Responses => {
            let text = last_text(body.get("input"));
            let tokens = tokens(&text);
            json!({
                "id": id::new("resp_"), "object": "response", "created_at": now, "status": "completed",
                "model": model,
                "output": [{
                    "id": id::new("msg_"), "type": "message", "role": "assistant", "status": "completed",
                    "content": [{"type": "output_text", "text": text, "annotations": []}],
                }],
                "usage": {
                    "input_tokens": tokens, "input_tokens_details": {"cached_tokens": 0},
                    "output_tokens": tokens, "output_tokens_details": {"reasoning_tokens": 0},
                    "total_tokens": 2 * tokens,
                },
            })
        }
        Endpoint::V1Embeddings => {
            let inputs = match body.get("input") {
                Some(Value::Array(inputs)) => inputs.iter().collect(),
                input => input.into_iter().collect::<Vec<_>>(),
            };
            let used: u64 = inputs.iter().map(|input| tokens(&text(input))).sum();
            let data = inputs.iter().enumerate().map(|(index, input)| {
                json!({"object": "embedding", "index": index, "embedding": embedding(&text(input))})
            });
            json!({
                "object": "list", "data": data.collect::<Vec<_>>(), "model": model,
                "usage": {"prompt_tokens": used, "total_tokens": used},
            })
        }
        _ => json!({"object": "echo", "request": body}),
    }
}

fn chat_usage(text: &str) -> Value {
    let tokens = tokens(text);
    json!({"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": 2 * tokens})
}

/// An estimate: a token has four bytes.
fn tokens(text: &str) -> u64 {
    text.len() as u64 / 4 + 1
}

/// A vector of four numbers that depends on the text.
fn embedding(text: &str) -> [f64; 4] {
    let mut sums = [0_u32; 4];
    for (index, byte) in text.bytes().enumerate() {
        let sum = &mut sums[index % 4];
        *sum = sum.wrapping_mul(31).wrapping_add(u32::from(byte)) % 1000;
    }
    sums.map(|sum| f64::from(sum) / 1000.0)
}

/// The text of the last element of messages, inputs or prompts.
fn last_text(value: Option<&Value>) -> String {
    match value {
        Some(Value::Array(elements)) => elements.last().map(text).unwrap_or_default(),
        other => other.map(text).unwrap_or_default(),
    }
}

/// The text of a string, of a message, or of the parts of its content.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text).collect(),
        Value::Object(object) => {
            object.get("content").or_else(|| object.get("text")).map(text).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echoed(url: &str, body: Value) -> Value {
        let request = json!({"custom_id": "a", "method": "POST", "url": url, "body": body});
        echo(&serde_json::from_value(request).unwrap(), 7)
    }

    #[test]
    fn the_answer_has_the_shape_of_the_endpoint() {
        let messages = json!([{"role": "user", "content": [{"type": "text", "text": "hello"}]}]);
        let chat = echoed("/v1/chat/completions", json!({"model": "m", "messages": messages}));
        assert_eq!(chat["choices"][0]["message"]["content"], "hello");
        assert_eq!((&chat["model"], &chat["created"]), (&json!("m"), &json!(7)));
        let response = echoed("/v1/responses", json!({"input": "hello"}));
        assert_eq!(response["output"][0]["content"][0]["text"], "hello");
        let completion = echoed("/v1/completions", json!({"prompt": ["a", "hello"]}));
        assert_eq!(completion["choices"][0]["text"], "hello");
        let embeddings = echoed("/v1/embeddings", json!({"input": ["a", "b"]}));
        assert_eq!(embeddings["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(echoed("/v1/moderations", json!({"input": "x"}))["request"], json!({"input": "x"}));
    }
}
