//! Examples for fine-tuning.

use super::*;

/// The report on ten equal examples, without the count of lines.
fn example(line: &str) -> String {
    report(Purpose::FineTune, ten(line)).replace(" (and on 9 more lines)", "")
}

/// The report on ten equal examples with these messages after the user's.
fn after_user(messages: &str) -> String {
    example(&format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}},{messages}]}}"))
}

#[test]
fn at_least_ten_examples_are_needed() {
    let line = "{\"prompt\":\"a\",\"completion\":\"b\"}\n";
    assert_eq!(report(Purpose::FineTune, line.repeat(10)), "");
    let nine = line.repeat(9);
    let expected = "too few examples: 9, and the minimum is 10";
    assert_eq!(report(Purpose::FineTune, &nine), expected);
    let other = Preflight::new(Purpose::FineTune).with_provider(Provider::Other);
    assert_eq!(other.bytes(nine.as_bytes()).to_string(), format!("warning: {expected}"));
    assert_eq!(
        report(Purpose::FineTune, nine + "\n\n"),
        format!("{expected}\nwarning: 2 blank lines at the end, from line 10")
    );
}

#[test]
fn every_format_is_accepted() {
    for line in [
        r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}"#,
        r#"{"messages":[{"role":"assistant","content":""}],"tools":null,"functions":[]}"#,
        r#"{"prompt":"a","completion":"b"}"#,
        r#"{"prompt":"a","completion":"b","metadata":{}}"#,
        r#"{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"b"}]}"#,
        r#"{"messages":[{"role":"user","content":"Hi"}],"answer":"x"}"#,
        r#"{"messages":[{"role":"user","content":"Hi"}],"reference_answer":{"text":"x"},"text":1}"#,
    ] {
        assert_eq!(example(line), "", "{line}");
    }
}

#[test]
fn a_chat_example_ends_with_the_assistant() {
    for (messages, text) in [
        (r#"{"role":"assistant","content":"Hello"}"#, ""),
        (r#"{"role":"assistant","content":"Hello","weight":1}"#, ""),
        (r#"{"role":"assistant","content":"Hello","weight":0},{"role":"assistant","content":"Yes"}"#, ""),
        (
            r#"{"role":"user","content":"Hi"}"#,
            "`messages` has no message from the assistant, so there is nothing to learn",
        ),
        (
            r#"{"role":"assistant","content":"Hello"},{"role":"user","content":"Hi"}"#,
            "the last message in `messages` must be from the assistant",
        ),
        (
            r#"{"role":"assistant","content":"Hello"},{"role":"tool","tool_call_id":"1","content":"21"}"#,
            "the last message in `messages` must be from the assistant",
        ),
        (r#"{"role":"assistant","content":"Hello","weight":0.5}"#, "`messages[1]`: `weight` must be 0 or 1"),
        (r#"{"role":"assistant","content":"Hello","weight":"1"}"#, "`messages[1]`: `weight` must be 0 or 1"),
        (r#"{"role":"assistant","content":"Hello","weight":2}"#, "`messages[1]`: `weight` must be 0 or 1"),
        (r#"{"role":"assistant","content":"Hello","weight":10}"#, "`messages[1]`: `weight` must be 0 or 1"),
        (
            r#"{"role":"assistant","function_call":{"name":"f","arguments":"{a:1}"}}"#,
            "`messages[1]`: `arguments` is not JSON",
        ),
        (
            r#"{"role":"assistant","function_call":{"name":"f","arguments":""}}"#,
            "`messages[1]`: `arguments` is not JSON",
        ),
        (
            r#"{"role":"assistant","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}"#,
            "`messages[1]`: a message with the role assistant cannot have `image_url` content",
        ),
        (
            r#"{"role":"model","content":"Hello"}"#,
            "`messages[1]`: unknown role \"model\"; known are system, developer, user, assistant, tool and function",
        ),
        (
            r#"{"role":"assistant","contents":"x"}"#,
            "`messages[1]`: `content` is missing; rename \"contents\"",
        ),
        (r#"{"role":"assistant","role":"assistant","content":"x"}"#, "`role` is twice in one object"),
    ] {
        let expected = if text.is_empty() { String::new() } else { format!("line 1: {text}") };
        assert_eq!(after_user(messages), expected, "{messages}");
    }
}

#[test]
fn members_have_the_right_kind() {
    for (line, text) in [
        (r#"{"messages":{}}"#, "`messages` must be an array, is an object"),
        (r#"{"messages":null}"#, "`messages` must be an array, is null"),
        (r#"{"messages":[]}"#, "`messages` is empty"),
        (r#"{"messages":["Hi"]}"#, "`messages[0]`: must be an object, is a string"),
        (r#"{"Messages":[]}"#, "`messages` is missing; rename \"Messages\""),
        (r#"{"message":[]}"#, "`messages` is missing; rename \"message\""),
        (
            r#"{"messages":[{"role":"assistant","content":"a"}],"tools":{}}"#,
            "`tools` must be an array or null, is an object",
        ),
        (
            r#"{"messages":[{"role":"assistant","content":"a"}],"parallel_tool_calls":"no"}"#,
            "`parallel_tool_calls` must be a boolean or null, is a string",
        ),
        (r#"{"prompt":"a"}"#, "`completion` is missing"),
        (r#"{"prompt":"a","completions":"b"}"#, "`completion` is missing; rename \"completions\""),
        (r#"{"completion":"a"}"#, "`prompt` is missing"),
        (r#"{"prompt":"a","completion":1}"#, "`completion` must be a string, is a number"),
        (
            r#"{"input":{"messages":[]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"a"}]}"#,
            "`input.messages` is empty",
        ),
        (
            r#"{"input":{},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"a"}]}"#,
            "`input.messages` is missing",
        ),
        (
            r#"{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[]}"#,
            "`non_preferred_output` is empty",
        ),
        (
            r#"{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"user","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"a"}]}"#,
            "`preferred_output` has no message from the assistant, so there is nothing to learn",
        ),
        (
            r#"{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant"}],"non_preferred_output":[{"role":"assistant","content":"a"}]}"#,
            "`preferred_output[0]`: `content` is missing",
        ),
        (
            "{}",
            "must have `messages`, or `prompt` and `completion`, or `input`, `preferred_output` and \
             `non_preferred_output`",
        ),
    ] {
        assert_eq!(example(line), format!("line 1: {text}"), "{line}");
    }
}

#[test]
fn lines_in_other_formats_are_named() {
    for (line, format) in [
        (r#"{"instruction":"x","input":"y","output":"z"}"#, "an Alpaca record"),
        (r#"{"instruction":"x","output":"z"}"#, "an Alpaca record"),
        (r#"{"conversations":[{"from":"human","value":"x"}],"id":1}"#, "a ShareGPT record"),
        (r#"{"custom_id":"a","method":"POST","url":"/v1/responses","body":{}}"#, "a request of a batch"),
        (r#"{"custom_id":"a","response":{},"error":null}"#, "the output of a batch"),
        (r#"{"body":{"messages":[]}}"#, "an example inside of `body`"),
        (r#"{"prompt":"a","chosen":"b","rejected":"c"}"#, "a preference pair as TRL writes it"),
        (r#"{"contents":[{"role":"user","parts":[]}]}"#, "an example for Gemini"),
        (r#"{"prompt":"a","response":"b"}"#, "a prompt with a response"),
        (r#"{"question":"a","answer":"b"}"#, "a question with an answer"),
        (r#"{"input":"a","output":"b"}"#, "an input with an output"),
        (r#"{"text":"a"}"#, "plain text"),
    ] {
        let text = example(line);
        assert!(text.starts_with(&format!("line 1: this is {format}; ")), "{line}: {text}");
        assert!(!text.contains('\n'), "{line}: {text}");
    }
}
