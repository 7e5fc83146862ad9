//! Requests of a batch.

use super::*;

const CHAT: &str = "/v1/chat/completions";

/// The report on a request with this body.
fn body(url: &str, body: &str) -> String {
    report(Purpose::Batch, request("1", url, body))
}

/// The report on a chat request with these messages.
fn messages(messages: &str) -> String {
    body(CHAT, &format!("\"model\":\"m\",\"messages\":[{messages}]"))
}

fn by(provider: Provider, file: &str) -> String {
    Preflight::new(Purpose::Batch).with_provider(provider).bytes(file.as_bytes()).to_string()
}

#[test]
fn a_request_needs_its_four_members() {
    assert_eq!(
        report(Purpose::Batch, "{}"),
        "line 1: `custom_id` is missing\nline 1: `method` is missing\nline 1: `url` is missing\n\
         line 1: `body` is missing"
    );
    assert_eq!(
        report(Purpose::Batch, r#"{"custom_id":1,"method":null,"url":[],"body":"{}"}"#),
        "line 1: `custom_id` must be a string, is a number\nline 1: `method` must be a string, is null\n\
         line 1: `url` must be a string, is an array\nline 1: `body` must be an object, is a string"
    );
    assert_eq!(body("", "\"model\":\"m\"").lines().count(), 1);
    assert_eq!(report(Purpose::Batch, response("")), "line 1: `custom_id` is empty");
}

#[test]
fn a_similar_name_is_suggested() {
    for (wrong, shown) in [
        ("\" method\"", " method"),
        ("\"Method\"", "Method"),
        ("\"methods\"", "methods"),
        ("\"METHOD\"", "METHOD"),
    ] {
        let line = response("1").replace("\"method\"", wrong);
        assert_eq!(report(Purpose::Batch, line), format!("line 1: `method` is missing; rename \"{shown}\""));
    }
    let line = response("1").replace("custom_id", "custom-id");
    assert_eq!(report(Purpose::Batch, line), "line 1: `custom_id` is missing; rename \"custom-id\"");
    assert_eq!(
        body(CHAT, "\"Model\":\"m\",\"message\":[]"),
        "line 1: `body.model` is missing; rename \"Model\"\nline 1: `body.messages` is missing"
    );
}

#[test]
fn a_duplicate_member_is_a_fault() {
    for (twice, member) in [
        (response("1").replace("\"method\"", "\"custom_id\":\"2\",\"method\""), "custom_id"),
        (response("1").replace("\"body\"", "\"body\":{\"model\":\"m\",\"input\":\"\"},\"body\""), "body"),
        (response("1").replace("\"model\"", "\"model\":\"n\",\"model\""), "body.model"),
        (response("1").replace("\"method\"", "\"ur\\u006c\":\"/v1/responses\",\"method\""), "url"),
    ] {
        let text = report(Purpose::Batch, &twice);
        assert!(text.contains(&format!("`{member}` is twice in one object")), "{twice}{text}");
    }
}

#[test]
fn only_endpoints_of_batches_are_accepted() {
    for (url, rest) in [
        ("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"),
        ("/v1/responses", "\"input\":[{\"role\":\"user\",\"content\":\"Hi\"}]"),
        ("/v1/responses", "\"prompt\":{\"id\":\"pmpt_1\"}"),
        ("/v1/embeddings", "\"input\":[[1,2],[3]]"),
        ("/v1/completions", "\"prompt\":[\"a\",\"b\"]"),
        ("/v1/moderations", "\"input\":[{\"type\":\"text\",\"text\":\"x\"}]"),
        ("/v1/images/generations", "\"prompt\":\"x\""),
        ("/v1/images/edits", "\"prompt\":\"x\",\"images\":[]"),
        ("/v1/videos", "\"prompt\":\"x\""),
    ] {
        assert_eq!(body(url, &format!("\"model\":\"m\",{rest}")), "", "{url}");
    }
    for url in [
        "/v1/foo",
        "/v1/",
        "/v2/responses",
        "v1/responses",
        "https://api.openai.com/v1/responses",
        "/v1/responses/",
        "/v1responses",
        "/responses2",
        "/v1/v1/responses",
        "/v1/Responses",
        " /v1/responses",
        "",
    ] {
        let text = body(url, "\"model\":\"m\",\"input\":\"Hi\"");
        let expected = "line 1: `url` must be the path of an endpoint such as /v1/chat/completions, is ";
        assert_eq!(text, format!("{expected}\"{url}\""));
    }
}

#[test]
fn the_provider_decides_about_urls_without_v1() {
    let file = request("1", "/responses", "\"model\":\"m\",\"input\":\"Hi\"");
    let text =
        "line 1: `url` \"/responses\" lacks /v1, which only Azure OpenAI takes; write \"/v1/responses\"";
    assert_eq!(by(Provider::OpenAi, &file), text);
    assert_eq!(by(Provider::Azure, &file), "");
    assert_eq!(by(Provider::Azure, &response("1")), "");
    assert_eq!(by(Provider::Other, &file), "");
    assert_eq!(report(Purpose::Batch, &file), format!("warning: {text}"));
    let unknown = request("1", "/v1/score", "\"model\":\"m\"");
    assert_ne!(by(Provider::Azure, &unknown), "");
    assert_eq!(by(Provider::Other, &unknown), "");
}

#[test]
fn the_model_is_a_string() {
    let input = ",\"input\":\"Hi\"";
    for (model, text) in [
        ("\"model\":null", "line 1: `body.model` must be a string, is null"),
        ("\"model\":1", "line 1: `body.model` must be a string, is a number"),
        ("\"model\":\"\"", "line 1: `body.model` is empty"),
        ("\"x\":1", "line 1: `body.model` is missing"),
    ] {
        assert_eq!(body("/v1/responses", &format!("{model}{input}")), text);
    }
    assert_eq!(body("/v1/moderations", "\"input\":\"x\""), "warning: line 1: `body.model` is missing");
    assert_eq!(body("/v1/responses", "\"prompt\":{\"id\":\"pmpt_1\"}"), "");
}

#[test]
fn a_body_has_what_its_endpoint_needs() {
    for (url, rest, text) in [
        ("/v1/responses", "\"x\":1", "`body.input` is missing"),
        ("/v1/responses", "\"input\":null", "`body.input` must be a string or an array, is null"),
        ("/v1/embeddings", "\"x\":1", "`body.input` is missing"),
        ("/v1/embeddings", "\"input\":[]", "`body.input` is empty"),
        ("/v1/embeddings", "\"input\":{}", "`body.input` must be a string or an array, is an object"),
        (
            "/v1/embeddings",
            "\"input\":[\"a\",null]",
            "the items of `body.input` must be strings or tokens, one is null",
        ),
        ("/v1/completions", "\"x\":1", "`body.prompt` is missing"),
        ("/v1/moderations", "\"x\":1", "`body.input` is missing"),
        ("/v1/images/generations", "\"prompt\":[]", "`body.prompt` must be a string, is an array"),
        ("/v1/videos", "\"x\":1", "`body.prompt` is missing"),
        (CHAT, "\"x\":1", "`body.messages` is missing"),
        (CHAT, "\"messages\":[]", "`body.messages` is empty"),
        (CHAT, "\"messages\":\"Hi\"", "`body.messages` must be an array, is a string"),
        (CHAT, "\"messages\":{\"role\":\"user\"}", "`body.messages` must be an array, is an object"),
    ] {
        assert_eq!(body(url, &format!("\"model\":\"m\",{rest}")), format!("line 1: {text}"));
    }
}

#[test]
fn a_batch_does_not_stream() {
    let with =
        |stream: &str| body("/v1/responses", &format!("\"model\":\"m\",\"input\":\"\",\"stream\":{stream}"));
    assert_eq!(with("true"), "line 1: `body.stream` is true; a batch does not stream");
    assert_eq!((with("false"), with("null")), (String::new(), String::new()));
}

#[test]
fn messages_are_checked() {
    for (message, text) in [
        (r#"{"role":"user","content":"Hi"}"#, ""),
        (r#"{"content":[{"text":"Hi","type":"text"}],"role":"user"}"#, ""),
        (
            r#"{"role":"user","content":[{"type":"input_audio","input_audio":{}},{"type":"file","file":{}}]}"#,
            "",
        ),
        (r#"{"role":"assistant","content":null,"refusal":"No"}"#, ""),
        (r#"{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"custom","custom":{}}]}"#, ""),
        (r#"{"role":"function","name":"f","content":null}"#, ""),
        (r#"{"role":"tool","tool_call_id":"1","content":"21"}"#, ""),
        ("1", "must be an object, is a number"),
        ("null", "must be an object, is null"),
        ("{}", "`role` is missing"),
        (r#"{"role":1,"content":""}"#, "`role` must be a string, is a number"),
        (r#"{"Role":"user","content":""}"#, "`role` is missing; rename \"Role\""),
        (
            r#"{"role":"User","content":""}"#,
            "unknown role \"User\"; known are system, developer, user, assistant, tool and function",
        ),
        (r#"{"role":"user"}"#, "`content` is missing"),
        (r#"{"role":"user","contents":"Hi"}"#, "`content` is missing; rename \"contents\""),
        (r#"{"role":"user","content":null}"#, "`content` must be a string or an array, is null"),
        (r#"{"role":"user","content":{}}"#, "`content` must be a string or an array, is an object"),
        (r#"{"role":"user","content":5}"#, "`content` must be a string or an array, is a number"),
        (r#"{"role":"user","content":[]}"#, "`content` is an empty array"),
        (r#"{"role":"user","content":["Hi"]}"#, "`content[0]` must be an object, is a string"),
        (r#"{"role":"user","content":[{"text":"Hi"}]}"#, "`content[0].type` must be a string"),
        (
            r#"{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"input_text","text":"Hi"}]}"#,
            "`content[1]` has the unknown type \"input_text\"; known are text, image_url, input_audio, file and \
             refusal",
        ),
        (
            r#"{"role":"assistant","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}"#,
            "a message with the role assistant cannot have `image_url` content",
        ),
        (
            r#"{"content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}],"role":"system"}"#,
            "a message with the role system cannot have `image_url` content",
        ),
        (r#"{"role":"assistant","tool_calls":[]}"#, "`tool_calls` is an empty array; leave it out"),
        (
            r#"{"role":"assistant","content":"","tool_calls":[]}"#,
            "`tool_calls` is an empty array; leave it out",
        ),
        (r#"{"role":"assistant","tool_calls":{}}"#, "`tool_calls` must be an array, is an object"),
        (r#"{"role":"assistant","tool_calls":[1]}"#, "`tool_calls[]` must be an object, is a number"),
        (
            r#"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}"#,
            "`id` is missing",
        ),
        (r#"{"role":"assistant","tool_calls":[{"id":"1","type":"function"}]}"#, "`function` is missing"),
        (
            r#"{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":{}}}]}"#,
            "`arguments` must be a string, is an object",
        ),
        (
            r#"{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f"}}]}"#,
            "`arguments` is missing",
        ),
        (r#"{"role":"assistant","function_call":{"arguments":"{}"}}"#, "`name` is missing"),
        (r#"{"role":"assistant","function_call":"f"}"#, "`function_call` must be an object, is a string"),
        (r#"{"role":"tool","content":"21"}"#, "`tool_call_id` is missing"),
        (r#"{"role":"function","content":"21"}"#, "`name` is missing"),
    ] {
        let expected =
            if text.is_empty() { String::new() } else { format!("line 1: `body.messages[0]`: {text}") };
        assert_eq!(messages(message), expected, "{message}");
        let second = format!("{{\"role\":\"user\",\"content\":\"Hi\"}},{message}");
        assert_eq!(messages(&second), expected.replace("[0]`:", "[1]`:"), "{message}");
        let other = request("1", CHAT, &format!("\"model\":\"m\",\"messages\":[{message}]"));
        let other = Preflight::new(Purpose::Batch).with_provider(Provider::Other).bytes(other.as_bytes());
        assert!(other.is_fit(), "{other}");
    }
}

#[test]
fn arguments_that_are_not_json_are_warnings() {
    let call = r#"{"role":"assistant","function_call":{"name":"f","arguments":"{\"a\":"}}"#;
    assert_eq!(messages(call), "warning: line 1: `body.messages[0]`: `arguments` is not JSON");
    let call = call.replace(r#"{\"a\":"#, r#"{\n \"a\": [1, \"\\n\"]}"#);
    assert_eq!(messages(&call), "");
}

#[test]
fn a_batch_has_one_endpoint_and_one_model() {
    let chat = |id: &str, model: &str| {
        let body = format!("\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}}]");
        request(id, CHAT, &body)
    };
    let mixed = [chat("1", "a"), chat("2", "b"), chat("3", "a"), chat("4", "b")].concat();
    assert_eq!(
        report(Purpose::Batch, &mixed),
        "line 2: `body.model` is \"b\", but \"a\" on line 1; a batch has one `body.model` (and on 1 more line)"
    );
    let mixed = chat("1", "m") + &response("2");
    assert_eq!(
        report(Purpose::Batch, &mixed),
        "line 2: `url` is \"/v1/responses\", but \"/v1/chat/completions\" on line 1; a batch has one `url`"
    );
    assert!(Preflight::new(Purpose::Batch).for_several_batches().bytes(mixed.as_bytes()).is_fit());
    let same = response("1") + &response("2").replace("/v1/", "/");
    assert_eq!(by(Provider::Azure, &same), "");
}

#[test]
fn an_id_is_unique_in_the_file() {
    let long = "x".repeat(200);
    let ids = [&*long, &*format!("{long}1"), &*format!("{long}2"), &long[..80], &long[..81]];
    let file = ids.map(response).concat();
    assert_eq!(report(Purpose::Batch, &file), "");
    let again = file + &response(&format!("{long}2"));
    let text = report(Purpose::Batch, &again);
    assert!(
        text.starts_with("line 6: `custom_id` \"xxx") && text.ends_with("…\" is also on line 3"),
        "{text}"
    );
    let too_long = response(&"x".repeat(5000));
    assert_eq!(report(Purpose::Batch, too_long), "line 1: `custom_id` is longer than 4096 bytes");
}

#[test]
fn a_batch_has_at_most_50_000_requests_and_100_000_at_azure() {
    let mut file: String = (0..50_000).map(|id| response(&format!("request-{id}"))).collect();
    assert_eq!(report(Purpose::Batch, &file), "");
    file.push_str(&response("request-\\u0030"));
    assert_eq!(
        report(Purpose::Batch, &file),
        "the file has 50001 lines, and the maximum is 50000; split it\n\
         line 50001: `custom_id` \"request-0\" is also on line 1"
    );
    assert_eq!(by(Provider::Azure, &file), "line 50001: `custom_id` \"request-0\" is also on line 1");
    assert!(Preflight::new(Purpose::Batch).for_several_batches().bytes(file.as_bytes()).is_fit());
}

#[test]
fn a_batch_has_at_most_200_mb() {
    let line = response("1");
    let (start, end) = line.split_at(line.find("Hi").unwrap());
    let padding = |bytes: u64| start.as_bytes().chain(io::repeat(b'x').take(bytes)).chain(end.as_bytes());
    let limit = Provider::OpenAi.batch_limits().bytes;
    let fits = limit - line.len() as u64;
    let preflight = Preflight::new(Purpose::Batch);
    assert_eq!(preflight.reader(padding(fits)).unwrap().to_string(), "");
    let over = preflight.reader(padding(fits + 1)).unwrap().to_string();
    assert_eq!(over, "the file has 200000001 bytes, and the maximum is 200000000; split it");
}

#[test]
fn a_batch_has_at_most_50_000_texts_to_embed() {
    let line = |id: u64, count: usize| {
        let input = vec!["\"a\""; count].join(",");
        request(&id.to_string(), "/v1/embeddings", &format!("\"model\":\"m\",\"input\":[{input}]"))
    };
    let fits: String = (0..50).map(|id| line(id, 1000)).collect();
    assert_eq!(report(Purpose::Batch, &fits), "");
    let one_more = request("x", "/v1/embeddings", "\"model\":\"m\",\"input\":[1,2,3]");
    let expected = "the file has 50001 texts to embed, and the maximum is 50000; split it";
    assert_eq!(report(Purpose::Batch, fits + &one_more), expected);
    let one_line = report(Purpose::Batch, line(1, 2049));
    assert_eq!(one_line, "line 1: `body.input` has 2049 items, and the maximum is 2048");
}

#[test]
fn lines_in_other_formats_are_named() {
    for (line, format) in [
        (
            r#"{"id":"b","custom_id":"a","response":{"status_code":200},"error":null}"#,
            "the output of a batch",
        ),
        (r#"{"custom_id":"a","params":{}}"#, "a request for Anthropic's Message Batches"),
        (r#"{"key":"a","request":{"contents":[]}}"#, "a request for a Gemini batch"),
        (r#"{"recordId":"a","modelInput":{}}"#, "a record for a Bedrock batch"),
        (r#"{"model":"m","messages":[]}"#, "the body of a request"),
        (r#"{"model":"m","input":"x"}"#, "the body of a request"),
        (r#"{"messages":[]}"#, "an example for fine-tuning"),
        (r#"{"prompt":"a","completion":"b"}"#, "an example for fine-tuning"),
        (r#"{"input":{},"preferred_output":[],"non_preferred_output":[]}"#, "an example for fine-tuning"),
        (r#"{"instruction":"x","output":"y"}"#, "an Alpaca record"),
        (r#"{"conversations":[]}"#, "a ShareGPT record"),
    ] {
        let text = report(Purpose::Batch, format!("{line}\n").repeat(3));
        assert!(text.starts_with(&format!("line 1: this is {format}; ")), "{line}: {text}");
        assert!(text.ends_with("(and on 2 more lines)") && !text.contains('\n'), "{line}: {text}");
    }
}
