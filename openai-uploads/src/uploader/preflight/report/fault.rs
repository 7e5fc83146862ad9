//! Findings that make a file unfit.

use std::fmt;

use super::Report;
use crate::uploader::preflight::json::{Kind, Problem};

/// A reason why the API refuses the file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The first line with the fault, from 1 and with blank lines counted. `None` for the file as a whole.
    pub line: Option<u64>,
    /// The number of lines that have the same fault.
    pub count: u64,
    /// What is wrong.
    pub kind: FaultKind,
}

impl Fault {
    /// What is wrong, and how many other lines have it.
    pub fn message(&self) -> String {
        match self.count - 1 {
            0 => self.kind.to_string(),
            1 => format!("{} (and on 1 more line)", self.kind),
            more => format!("{} (and on {more} more lines)", self.kind),
        }
    }

    /// Adds a fault to a list, or counts it where the list has the same fault already.
    pub(in super::super) fn add(list: &mut Vec<Self>, line: u64, kind: FaultKind) {
        if let Some(same) = list.iter_mut().find(|fault| fault.line.is_some() && fault.kind.is_like(&kind)) {
            same.count += 1;
        } else if list.len() < Report::MAX_LISTED {
            list.push(Self { line: Some(line), count: 1, kind });
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message())
    }
}

/// What is wrong with a line, or with the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    // The file as a whole.
    /// The name does not end in `.jsonl`.
    #[error("`{purpose}` takes .jsonl files, but this one is named {file_name}")]
    Extension {
        /// The purpose.
        purpose: String,
        /// The file's name.
        file_name: String,
    },
    /// The file is compressed or in a binary format. Nothing else was checked.
    #[error("the file is {format}, not JSON Lines; {help}")]
    NotText {
        /// The format.
        format: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The file is UTF-16 or UTF-32. Nothing else was checked.
    #[error("the file is {encoding}; save it as UTF-8")]
    NotUtf8File {
        /// The encoding.
        encoding: &'static str,
    },
    /// The file begins with a byte order mark.
    #[error("the file begins with a byte order mark; save it as UTF-8 without BOM")]
    ByteOrderMark,
    /// The lines end in a carriage return alone. Nothing else was checked.
    #[error("the lines end in a carriage return (CR) alone; end them with a line feed (LF)")]
    CarriageReturns,
    /// The file is one JSON array. Nothing else was checked.
    #[error("the file is a JSON array; write each item on its own line, without brackets and commas")]
    JsonArray,
    /// The file has JSON values that span several lines. Nothing else was checked.
    #[error("the file is pretty-printed JSON; write each object on one line")]
    PrettyPrinted,
    /// Every line is blank.
    #[error("the file has no line of JSON")]
    Empty,
    /// More bytes than a batch may have.
    #[error("the file has {bytes} bytes, and the maximum is {limit}; split it")]
    TooManyBytes {
        /// The size of the file.
        bytes: u64,
        /// The maximum.
        limit: u64,
    },
    /// More requests than a batch may have.
    #[error("the file has {lines} lines, and the maximum is {limit}; split it")]
    TooManyLines {
        /// The number of lines that are not blank.
        lines: u64,
        /// The maximum.
        limit: u64,
    },
    /// More texts to embed than a batch may have.
    #[error("the file has {inputs} texts to embed, and the maximum is {limit}; split it")]
    TooManyInputs {
        /// The number of texts.
        inputs: u64,
        /// The maximum.
        limit: u64,
    },
    /// Fewer examples than fine-tuning takes.
    #[error("too few examples: {examples}, and the minimum is {minimum}")]
    TooFewExamples {
        /// The number of examples.
        examples: u64,
        /// The minimum.
        minimum: u64,
    },

    // A line.
    /// A blank line before another line.
    #[error("a blank line")]
    BlankLine,
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 at byte {byte}")]
    NotUtf8 {
        /// The byte of the line, from 1.
        byte: u64,
    },
    /// The line is not JSON.
    #[error("not JSON at byte {byte}: {problem}")]
    NotJson {
        /// The byte of the line, from 1.
        byte: u64,
        /// What is wrong there.
        problem: Problem,
    },
    /// The line is JSON, but not an object.
    #[error("must be an object, is {}", .found.as_str())]
    NotAnObject {
        /// The kind of value that was found.
        found: Kind,
    },
    /// The line has the format of another API or program.
    #[error("this is {format}; {help}")]
    OtherFormat {
        /// The format.
        format: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// A required member is missing.
    #[error("`{member}` is missing")]
    Missing {
        /// The member, as a path.
        member: &'static str,
    },
    /// A required member is missing, and another has almost its name.
    #[error("`{member}` is missing; rename \"{found}\"")]
    Misnamed {
        /// The member, as a path.
        member: &'static str,
        /// The name that is there.
        found: String,
    },
    /// A member has the wrong kind.
    #[error("`{member}` must be {}, is {}", either(.expected), .found.as_str())]
    WrongKind {
        /// The member, as a path.
        member: &'static str,
        /// The kinds that it may have.
        expected: &'static [Kind],
        /// The kind that it has.
        found: Kind,
    },
    /// A member that must not be empty is.
    #[error("`{member}` is empty")]
    EmptyMember {
        /// The member, as a path.
        member: &'static str,
    },
    /// A member that the object has twice. Readers differ in which one counts.
    #[error("`{member}` is twice in one object")]
    Repeated {
        /// The member, as a path.
        member: &'static str,
    },
    /// A text that is longer than any that the API takes.
    #[error("`{member}` is longer than {limit} bytes")]
    TooLong {
        /// The member, as a path.
        member: &'static str,
        /// The maximum.
        limit: usize,
    },

    // A request of a batch.
    /// A method other than `POST`.
    #[error("`method` must be POST, is \"{found}\"")]
    Method {
        /// The method, shortened.
        found: String,
    },
    /// A URL that is not the path of an endpoint that batches have.
    #[error("`url` must be the path of an endpoint such as /v1/chat/completions, is \"{found}\"")]
    Url {
        /// The URL, shortened.
        found: String,
    },
    /// A URL without `/v1`, which only Azure OpenAI takes.
    #[error("`url` \"{found}\" lacks /v1, which only Azure OpenAI takes; write \"/v1{found}\"")]
    AzureUrl {
        /// The URL.
        found: String,
    },
    /// A `custom_id` that an earlier line has.
    #[error("`custom_id` \"{custom_id}\" is also on line {first_line}")]
    RepeatedId {
        /// The id, shortened.
        custom_id: String,
        /// The first line with the id.
        first_line: u64,
    },
    /// Another endpoint or model than on the first line. A batch has one of each.
    #[error("`{member}` is \"{found}\", but \"{first}\" on line {first_line}; a batch has one `{member}`")]
    Mixed {
        /// `url` or `body.model`.
        member: &'static str,
        /// The value on this line, shortened.
        found: String,
        /// The first value, shortened.
        first: String,
        /// The line that has the first value.
        first_line: u64,
    },
    /// A request for a stream, which a batch cannot answer.
    #[error("`body.stream` is true; a batch does not stream")]
    Stream,
    /// More texts to embed in one request than the API takes.
    #[error("`body.input` has {inputs} items, and the maximum is {limit}")]
    InputItems {
        /// The number of items.
        inputs: u64,
        /// The maximum.
        limit: u64,
    },
    /// An item of `body.input` that cannot be embedded.
    #[error("the items of `body.input` must be strings or tokens, one is {}", .found.as_str())]
    InputItem {
        /// What the item is.
        found: Kind,
    },

    // Messages, and examples for fine-tuning.
    /// A message that the API refuses.
    #[error("`{list}[{index}]`: {problem}")]
    Message {
        /// The list of messages, as a path.
        list: &'static str,
        /// The index of the message, from 0.
        index: u64,
        /// What is wrong with it.
        problem: MessageProblem,
    },
    /// An example without a message from the assistant.
    #[error("`{list}` has no message from the assistant, so there is nothing to learn")]
    NoAssistant {
        /// The list of messages, as a path.
        list: &'static str,
    },
    /// An example whose last message is not from the assistant.
    #[error("the last message in `{list}` must be from the assistant")]
    LastNotAssistant {
        /// The list of messages, as a path.
        list: &'static str,
    },
    /// An example in none of the formats for fine-tuning.
    #[error(
        "must have `messages`, or `prompt` and `completion`, or `input`, `preferred_output` and \
         `non_preferred_output`"
    )]
    NotAnExample,
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageProblem {
    /// The message is not an object.
    #[error("must be an object, is {}", .found.as_str())]
    NotAnObject {
        /// The kind of value that was found.
        found: Kind,
    },
    /// A required member is missing.
    #[error("`{member}` is missing")]
    Missing {
        /// The member's name.
        member: &'static str,
    },
    /// A required member is missing, and another has almost its name.
    #[error("`{member}` is missing; rename \"{found}\"")]
    Misnamed {
        /// The member's name.
        member: &'static str,
        /// The name that is there.
        found: String,
    },
    /// A member has the wrong kind.
    #[error("`{member}` must be {}, is {}", either(.expected), .found.as_str())]
    WrongKind {
        /// The member's name.
        member: &'static str,
        /// The kinds that it may have.
        expected: &'static [Kind],
        /// The kind that it has.
        found: Kind,
    },
    /// A role that the API does not know.
    #[error("unknown role \"{found}\"; known are system, developer, user, assistant, tool and function")]
    UnknownRole {
        /// The role, shortened.
        found: String,
    },
    /// The content has no parts.
    #[error("`content` is an empty array")]
    EmptyContent,
    /// A part of the content that is not an object.
    #[error("`content[{index}]` must be an object, is {}", .found.as_str())]
    PartKind {
        /// The index of the part, from 0.
        index: u64,
        /// The kind of value that was found.
        found: Kind,
    },
    /// A part of the content without a type.
    #[error("`content[{index}].type` must be a string")]
    PartWithoutType {
        /// The index of the part, from 0.
        index: u64,
    },
    /// A part of the content of an unknown type.
    #[error(
        "`content[{index}]` has the unknown type \"{found}\"; known are text, image_url, input_audio, file and \
         refusal"
    )]
    UnknownPart {
        /// The index of the part, from 0.
        index: u64,
        /// The type, shortened.
        found: String,
    },
    /// A part of the content that the role cannot send, such as an image from the assistant.
    #[error("a message with the role {role} cannot have `{part}` content")]
    PartNotAllowed {
        /// The type of the part.
        part: &'static str,
        /// The role.
        role: &'static str,
    },
    /// An empty `tool_calls`.
    #[error("`tool_calls` is an empty array; leave it out")]
    NoToolCalls,
    /// Arguments of a call that are a string, but not JSON.
    #[error("`arguments` is not JSON")]
    ArgumentsNotJson,
    /// A `weight` other than 0 and 1.
    #[error("`weight` must be 0 or 1")]
    Weight,
}

impl FaultKind {
    /// Whether it is about the `arguments` of a call, which chat requests may have as a model wrote them.
    pub(in super::super) fn is_about_arguments(&self) -> bool {
        matches!(self, Self::Message { problem: MessageProblem::ArgumentsNotJson, .. })
    }

    /// Whether this is the same fault on another line: positions may differ.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NotUtf8 { .. }, Self::NotUtf8 { .. }) => true,
            (Self::NotJson { problem, .. }, Self::NotJson { problem: other, .. }) => problem == other,
            (Self::InputItems { .. }, Self::InputItems { .. }) => true,
            (Self::Message { list, problem, .. }, Self::Message { list: other_list, problem: other, .. }) => {
                list == other_list && problem == other
            }
            _ => self == other,
        }
    }
}

fn either(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" or ")
}
