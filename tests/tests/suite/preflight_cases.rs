//! The command's answer to each file in `tests/documents/jsonl`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command_fixture::{Run, command};

/// The files for the purpose `batch`, each with what `check` prints on stdout.
const BATCH: &[(&str, &str)] = &[
    ("a_blank_line_between_requests.jsonl", ":2: a blank line"),
    ("a_body_that_is_a_string.jsonl", ":1: `body` must be an object, is a string"),
    ("a_byte_order_mark.jsonl", ": the file begins with a byte order mark; save it as UTF-8 without BOM"),
    ("a_last_line_that_breaks_off.jsonl", ":2: not JSON at byte 61: the line ends inside a string"),
    ("a_model_that_is_null.jsonl", ":1: `body.model` must be a string, is null"),
    (
        "a_name_that_begins_with_a_space.jsonl",
        ":1: `method` is missing; rename \" method\"\n:1: `body.messages` is empty",
    ),
    ("a_surrogate_pair.jsonl", ""),
    (
        "a_tab_in_a_string.jsonl",
        ":1: not JSON at byte 122: a control character inside a string must be escaped",
    ),
    (
        "a_url_with_a_host.jsonl",
        ":1: `url` must be the path of an endpoint such as /v1/chat/completions, is \
         \"https://api.openai.com/v1/chat/completions\"",
    ),
    (
        "a_url_without_its_first_slash.jsonl",
        ":1: `url` must be the path of an endpoint such as /v1/chat/completions, is \"v1/chat/completions\"",
    ),
    ("an_empty_body.jsonl", ":1: `body.model` is missing\n:1: `body.messages` is missing"),
    ("an_id_on_two_lines.jsonl", ":3: `custom_id` \"request-0\" is also on line 1"),
    ("an_id_that_is_a_number.jsonl", ":1: `custom_id` must be a string, is a number"),
    (
        "an_unknown_endpoint.jsonl",
        ":1: `url` must be the path of an endpoint such as /v1/chat/completions, is \"/v1/foo/bar\"",
    ),
    (
        "anthropic_requests.jsonl",
        ":1: this is a request for Anthropic's Message Batches; move `params` to `body`, and add `method` and `url`",
    ),
    ("blank_lines_at_the_end.jsonl", ""),
    (
        "carriage_returns_between_the_lines.jsonl",
        ": the lines end in a carriage return (CR) alone; end them with a line feed (LF)",
    ),
    ("chat.jsonl", ""),
    (
        "commas_after_the_objects.jsonl",
        ":1: not JSON at byte 235: a comma after the value; JSON Lines has none between lines (and on 1 more line)",
    ),
    ("completions.jsonl", ""),
    ("crlf.jsonl", ""),
    ("embeddings.jsonl", ""),
    (
        "gzip.jsonl.gz",
        ": `batch` takes .jsonl files, but this one is named gzip.jsonl.gz\n\
         : the file is gzip, not JSON Lines; decompress it first",
    ),
    ("gzip_under_the_name_of_json_lines.jsonl", ": the file is gzip, not JSON Lines; decompress it first"),
    ("half_of_a_surrogate_pair.jsonl", ":1: not JSON at byte 127: half of a surrogate pair"),
    ("images.jsonl", ""),
    ("latin_1.jsonl", ":1: not UTF-8 at byte 124"),
    ("moderations.jsonl", ""),
    ("no_bytes.jsonl", ": the file has no line of JSON"),
    ("no_extension", ": `batch` takes .jsonl files, but this one is named no_extension"),
    ("no_line_feed_at_the_end.jsonl", ""),
    ("no_model.jsonl", ":1: `body.model` is missing"),
    (
        "not_a_number.jsonl",
        ":1: not JSON at byte 97: a value that JSON does not have, such as NaN, Infinity, None or True",
    ),
    (
        "nul_bytes_at_the_end.jsonl",
        ":2: not JSON at byte 1: a NUL byte; the file may be damaged or not be UTF-8",
    ),
    ("numbers_of_every_form.jsonl", ""),
    (
        "one_json_array.jsonl",
        ": the file is a JSON array; write each item on its own line, without brackets and commas",
    ),
    ("only_a_line_feed.jsonl", ": the file has no line of JSON"),
    ("only_white_space.jsonl", ": the file has no line of JSON"),
    ("pretty_printed.jsonl", ": the file is pretty-printed JSON; write each object on one line"),
    ("responses.jsonl", ""),
    (
        "single_quotes.jsonl",
        ":1: not JSON at byte 2: single quotes; JSON has double quotes (in Python, write lines with `json.dumps`)",
    ),
    ("the_extension_in_upper_case.JSONL", ""),
    (
        "the_extension_json.json",
        ": `batch` takes .jsonl files, but this one is named the_extension_json.json",
    ),
    ("the_extension_txt.txt", ": `batch` takes .jsonl files, but this one is named the_extension_txt.txt"),
    ("the_method_get.jsonl", ":1: `method` must be POST, is \"GET\""),
    ("the_method_in_lower_case.jsonl", ":1: `method` must be POST, is \"post\""),
    (
        "the_output_of_a_batch.jsonl",
        ":1: this is the output of a batch; the input has `custom_id`, `method`, `url` and `body` on each line",
    ),
    (
        "two_endpoints.jsonl",
        ":2: `url` is \"/v1/embeddings\", but \"/v1/chat/completions\" on line 1; a batch has one `url`\n\
         :2: `body.model` is \"text-embedding-3-small\", but \"gpt-4o-mini\" on line 1; a batch has one `body.model`",
    ),
    ("two_ids_in_one_object.jsonl", ":1: `custom_id` is twice in one object"),
    (
        "two_models.jsonl",
        ":2: `body.model` is \"gpt-4o\", but \"gpt-4o-mini\" on line 1; a batch has one `body.model`",
    ),
    (
        "two_requests_on_one_line.jsonl",
        ":1: not JSON at byte 235: a second value on the same line; put each on its own line",
    ),
    ("unicode_line_separators.jsonl", ""),
    ("urls_as_azure_has_them.jsonl", ""),
    ("utf_16.jsonl", ": the file is UTF-16; save it as UTF-8"),
    ("utf_16_without_a_mark.jsonl", ": the file is UTF-16; save it as UTF-8"),
    ("utf_32.jsonl", ": the file is UTF-32; save it as UTF-8"),
    ("videos.jsonl", ""),
];

/// The files for the purpose `fine-tune`. Most have the same line ten times.
const FINE_TUNE: &[(&str, &str)] = &[
    (
        "a_name_without_quotes.jsonl",
        ": too few examples: 1, and the minimum is 10\n\
         :1: not JSON at byte 49: expected a member's name in double quotes",
    ),
    (
        "a_preference_of_strings.jsonl",
        ":1: `input` must be an object, is a string (and on 9 more lines)\n\
         :1: `preferred_output` must be an array, is a string (and on 9 more lines)\n\
         :1: `non_preferred_output` must be an array, is a string (and on 9 more lines)",
    ),
    (
        "a_preference_without_the_worse_answer.jsonl",
        ":1: `non_preferred_output` is missing (and on 9 more lines)",
    ),
    (
        "a_quote_that_is_not_escaped.jsonl",
        ": too few examples: 1, and the minimum is 10\n:1: not JSON at byte 60: expected `,` or `}`",
    ),
    (
        "alpaca.jsonl",
        ":1: this is an Alpaca record; write `messages` with `instruction` and `input` from the user and `output` \
         from the assistant (and on 9 more lines)",
    ),
    (
        "an_unknown_role.jsonl",
        ":1: `messages[1]`: unknown role \"bot\"; known are system, developer, user, assistant, tool and function \
         (and on 9 more lines)",
    ),
    (
        "arguments_that_are_an_object.jsonl",
        ":1: `messages[1]`: `arguments` must be a string, is an object (and on 9 more lines)",
    ),
    ("chat.jsonl", ""),
    (
        "content_that_is_null.jsonl",
        ":1: `messages[1]`: `content` must be a string or an array, is null (and on 9 more lines)",
    ),
    (
        "content_with_another_name.jsonl",
        ":1: `messages[1]`: `content` is missing; rename \"contents\" (and on 9 more lines)",
    ),
    (
        "examples_inside_of_body.jsonl",
        ":1: this is an example inside of `body`; write the members of `body` directly into the line \
         (and on 9 more lines)",
    ),
    ("functions.jsonl", ""),
    ("images.jsonl", ""),
    ("nine_examples.jsonl", ": too few examples: 9, and the minimum is 10"),
    ("no_content.jsonl", ":1: `messages[1]`: `content` is missing (and on 9 more lines)"),
    ("no_messages.jsonl", ":1: `messages` is empty (and on 9 more lines)"),
    ("one_example.jsonl", ": too few examples: 1, and the minimum is 10"),
    ("preferences.jsonl", ""),
    ("prompts_and_completions.jsonl", ""),
    ("reinforcement.jsonl", ""),
    (
        "requests_of_a_batch.jsonl",
        ":1: this is a request of a batch; use the purpose batch (and on 9 more lines)",
    ),
    (
        "share_gpt.jsonl",
        ":1: this is a ShareGPT record; rename `conversations` to `messages`, `from` to `role` (human to user, gpt \
         to assistant) and `value` to `content` (and on 9 more lines)",
    ),
    (
        "the_user_has_the_last_word.jsonl",
        ":1: the last message in `messages` must be from the assistant (and on 9 more lines)",
    ),
    ("tools.jsonl", ""),
    ("weights.jsonl", ""),
];

fn folder(purpose: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("documents/jsonl").join(purpose)
}

#[test]
fn each_example_file_has_the_documented_faults() {
    for (purpose, cases) in [("batch", BATCH), ("fine-tune", FINE_TUNE)] {
        let mut names: Vec<_> =
            fs::read_dir(folder(purpose)).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, cases.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "one case for each file");
        for (name, expected) in cases {
            let path = folder(purpose).join(name).to_string_lossy().into_owned();
            let run = Run::of(&mut command(&["check", "-p", purpose, &path]));
            assert_eq!(run.stdout.replace(&path, "").trim_end(), *expected, "{name}\n{}", run.stderr);
            assert_eq!(run.code, Some(i32::from(!expected.is_empty())), "{name}");

            let json = &Run::of(&mut command(&["check", "--json", "-p", purpose, &path])).json()[0];
            assert_eq!(json["fit"], expected.is_empty(), "{name}");
            let messages = json["faults"].as_array().unwrap().iter().map(|fault| {
                let line = fault["line"].as_u64().map_or(String::new(), |line| format!(":{line}"));
                format!("{line}: {}", fault["message"].as_str().unwrap())
            });
            let without_counts =
                expected.replace(" (and on 9 more lines)", "").replace(" (and on 1 more line)", "");
            assert_eq!(messages.collect::<Vec<_>>().join("\n"), without_counts, "{name}");
        }
    }
}

#[test]
fn the_provider_is_named_or_taken_from_the_base_url() {
    let path = folder("batch").join("urls_as_azure_has_them.jsonl").to_string_lossy().into_owned();
    let check = |arguments: &[&str], base_url: &str| {
        let mut command = command(&[&["check", "-p", "batch"], arguments, &[&path]].concat());
        Run::of(command.env("OPENAI_BASE_URL", base_url))
    };
    let (openai, azure) = ("https://api.openai.com/v1", "https://example.openai.azure.com/openai/v1");
    for (arguments, base_url, code) in [
        (&[][..], "", 0),
        (&[][..], openai, 1),
        (&[][..], azure, 0),
        (&["--base-url", openai][..], azure, 1),
        (&["--provider", "azure"][..], openai, 0),
        (&["--provider", "openai"][..], azure, 1),
        (&["--provider", "other"][..], openai, 0),
        (&["--provider", "none"][..], openai, 2),
    ] {
        let run = check(arguments, base_url);
        assert_eq!(run.code, Some(code), "{arguments:?} {base_url}: {}{}", run.stdout, run.stderr);
    }
    let unknown = check(&[], "");
    assert!(unknown.stderr.contains("lacks /v1, which only Azure OpenAI takes"), "{}", unknown.stderr);
    let other = folder("fine-tune").join("nine_examples.jsonl");
    let other = Run::of(&mut command(&[
        "check",
        "-p",
        "fine-tune",
        "--provider",
        "other",
        "--json",
        &other.to_string_lossy(),
    ]));
    let warnings = &other.json()[0]["warnings"];
    assert_eq!(warnings, &Value::from(vec!["too few examples: 9, and the minimum is 10"]));
}

#[test]
fn files_for_user_data_are_not_checked_and_those_for_evals_are_json_lines() {
    let path = folder("fine-tune").join("a_name_without_quotes.jsonl").to_string_lossy().into_owned();
    for (purpose, code) in [("user_data", 0), ("assistants", 0), ("evals", 1)] {
        assert_eq!(Run::of(&mut command(&["check", "-p", purpose, &path])).code, Some(code), "{purpose}");
    }
    let path = folder("fine-tune").join("alpaca.jsonl").to_string_lossy().into_owned();
    assert_eq!(Run::of(&mut command(&["check", "-p", "evals", &path])).code, Some(0));
}
