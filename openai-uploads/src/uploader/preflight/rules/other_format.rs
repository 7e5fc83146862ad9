//! Lines that were written for another API or program.

use crate::uploader::preflight::place::Place;
#[allow(clippy::enum_glob_use, reason = "the tables read better")]
use crate::uploader::preflight::place::Place::*;
use crate::uploader::preflight::record::Record;
use crate::uploader::preflight::report::FaultKind;

/// A format that people confuse with the one of the purpose.
pub(super) struct Format {
    name: &'static str,
    /// The members that show the format.
    has: &'static [Place],
    help: &'static str,
}

/// Formats that are mistaken for a batch. The first one that fits is reported.
pub(super) const NOT_A_BATCH: &[Format] = &[
    Format {
        name: "the output of a batch",
        has: &[CustomId, Response],
        help: "the input has `custom_id`, `method`, `url` and `body` on each line",
    },
    Format {
        name: "a request for Anthropic's Message Batches",
        has: &[CustomId, Params],
        help: "move `params` to `body`, and add `method` and `url`",
    },
    Format {
        name: "a request for a Gemini batch",
        has: &[Request],
        help: "write `custom_id`, `method`, `url` and `body`, and the request in OpenAI's format",
    },
    Format {
        name: "a record for a Bedrock batch",
        has: &[RecordId, ModelInput],
        help: "write `custom_id`, `method`, `url` and `body`, and the request in OpenAI's format",
    },
    Format {
        name: "the body of a request",
        has: &[Model, Messages],
        help: "put it into `body`, beside `custom_id`, `method` and `url`",
    },
    Format {
        name: "the body of a request",
        has: &[Model, Input],
        help: "put it into `body`, beside `custom_id`, `method` and `url`",
    },
    Format {
        name: "the body of a request",
        has: &[Model, Prompt],
        help: "put it into `body`, beside `custom_id`, `method` and `url`",
    },
    Format {
        name: "an example for fine-tuning",
        has: &[Messages],
        help: "use the purpose fine-tune, or write requests with `custom_id`, `method`, `url` and `body`",
    },
    Format {
        name: "an example for fine-tuning",
        has: &[Prompt, Completion],
        help: "use the purpose fine-tune, or write requests with `custom_id`, `method`, `url` and `body`",
    },
    Format {
        name: "an example for fine-tuning",
        has: &[Input, PreferredOutput],
        help: "use the purpose fine-tune, or write requests with `custom_id`, `method`, `url` and `body`",
    },
    ALPACA,
    SHARE_GPT,
];

/// Lines for fine-tuning that are not examples.
pub(super) const NOT_AN_EXAMPLE: &[Format] = &[
    Format {
        name: "the output of a batch",
        has: &[CustomId, Response],
        help: "write examples with `messages`",
    },
    Format { name: "a request of a batch", has: &[CustomId, Body], help: "use the purpose batch" },
    Format { name: "a request of a batch", has: &[Method, Url, Body], help: "use the purpose batch" },
    Format {
        name: "an example inside of `body`",
        has: &[Body],
        help: "write the members of `body` directly into the line",
    },
    Format {
        name: "a request for Anthropic's Message Batches",
        has: &[CustomId, Params],
        help: "write examples with `messages`",
    },
    ALPACA,
    SHARE_GPT,
    Format {
        name: "a preference pair as TRL writes it",
        has: &[Chosen, Rejected],
        help: "write `prompt` to `input.messages`, `chosen` to `preferred_output` and `rejected` to \
               `non_preferred_output`",
    },
    Format {
        name: "an example for Gemini",
        has: &[Contents],
        help: "rename `contents` to `messages`, `parts` to `content`, and the role model to assistant",
    },
    Format {
        name: "a prompt with a response",
        has: &[Prompt, Response],
        help: "write `messages` with the prompt from the user and the response from the assistant",
    },
    Format {
        name: "a question with an answer",
        has: &[Question, Answer],
        help: "write `messages` with the question from the user and the answer from the assistant",
    },
    Format {
        name: "an input with an output",
        has: &[Input, Output],
        help: "write `messages` with the input from the user and the output from the assistant",
    },
    Format {
        name: "plain text",
        has: &[Text],
        help: "write `messages` with what the user says and what the assistant answers",
    },
];

const ALPACA: Format = Format {
    name: "an Alpaca record",
    has: &[Instruction, Output],
    help: "write `messages` with `instruction` and `input` from the user and `output` from the assistant",
};

const SHARE_GPT: Format = Format {
    name: "a ShareGPT record",
    has: &[Conversations],
    help: "rename `conversations` to `messages`, `from` to `role` (human to user, gpt to assistant) and `value` to \
           `content`",
};

/// The format of the line, if it is one of these.
pub(super) fn recognise(formats: &[Format], record: &Record) -> Option<FaultKind> {
    let found = formats.iter().find(|format| format.has.iter().all(|place| record.has(*place)))?;
    Some(FaultKind::OtherFormat { format: found.name, help: found.help })
}
