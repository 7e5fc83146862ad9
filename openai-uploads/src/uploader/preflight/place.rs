//! The places in a line that the rules look at.
//!
//! This is the one table of what is read from a line. [`Place::member`] and [`Place::item`] lead from a container
//! to what is in it; everything else is [`Elsewhere`] and costs nothing but its scan.

use std::ops::RangeInclusive;

#[allow(clippy::enum_glob_use, reason = "a table of all of them")]
use Place::*;

/// A place in a line, named after the member or item that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Place {
    Elsewhere,
    Line,

    // Members of the line.
    CustomId,
    Method,
    Url,
    Body,
    Messages,
    Prompt,
    Completion,
    Input,
    PreferredOutput,
    NonPreferredOutput,
    Tools,
    ParallelToolCalls,
    Functions,

    // Members of the line that show that it has another format.
    Answer,
    Chosen,
    Contents,
    Conversations,
    Error,
    Instruction,
    Model,
    ModelInput,
    Output,
    Params,
    Question,
    RecordId,
    Rejected,
    Request,
    Response,
    Text,
    /// A member of the line with any other name.
    Other,

    // Members of `body`.
    BodyConversation,
    BodyInput,
    BodyMessages,
    BodyModel,
    BodyPreviousResponseId,
    BodyPrompt,
    BodyStream,
    /// An item of the body's `input`.
    BodyInputItem,

    // Members of `input` in an example with preferences.
    InputMessages,

    /// An item of a list of messages.
    Message,
    Role,
    Content,
    Name,
    Weight,
    Refusal,
    Audio,
    FunctionCall,
    ToolCallId,
    ToolCalls,

    /// An item of a message's content.
    Part,
    PartType,

    /// An item of a message's `tool_calls`.
    ToolCall,
    CallId,
    CallType,
    CallFunction,
    CallCustom,

    /// A member of a tool call's `function`, or of `function_call`.
    FunctionName,
    /// A member of a tool call's `function`, or of `function_call`.
    Arguments,
}

/// What a container of interest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Members,
    Items,
    Nothing,
}

impl Place {
    pub(super) const COUNT: usize = Arguments as usize + 1;

    /// The place of an object's member.
    pub(super) fn member(self, name: &[u8]) -> Self {
        match self {
            Line => match name {
                b"custom_id" => CustomId,
                b"method" => Method,
                b"url" => Url,
                b"body" => Body,
                b"messages" => Messages,
                b"prompt" => Prompt,
                b"completion" => Completion,
                b"input" => Input,
                b"preferred_output" => PreferredOutput,
                b"non_preferred_output" => NonPreferredOutput,
                b"tools" => Tools,
                b"parallel_tool_calls" => ParallelToolCalls,
                b"functions" => Functions,
                b"answer" => Answer,
                b"chosen" => Chosen,
                b"contents" => Contents,
                b"conversations" => Conversations,
                b"error" => Error,
                b"instruction" => Instruction,
                b"model" => Model,
                b"modelInput" => ModelInput,
                b"output" => Output,
                b"params" => Params,
                b"question" => Question,
                b"recordId" => RecordId,
                b"rejected" => Rejected,
                b"request" => Request,
                b"response" => Response,
                b"text" => Text,
                _ => Other,
            },
            Body => match name {
                b"conversation" => BodyConversation,
                b"input" => BodyInput,
                b"messages" => BodyMessages,
                b"model" => BodyModel,
                b"previous_response_id" => BodyPreviousResponseId,
                b"prompt" => BodyPrompt,
                b"stream" => BodyStream,
                _ => Elsewhere,
            },
            Input => match name {
                b"messages" => InputMessages,
                _ => Elsewhere,
            },
            Message => match name {
                b"role" => Role,
                b"content" => Content,
                b"name" => Name,
                b"weight" => Weight,
                b"refusal" => Refusal,
                b"audio" => Audio,
                b"function_call" => FunctionCall,
                b"tool_call_id" => ToolCallId,
                b"tool_calls" => ToolCalls,
                _ => Elsewhere,
            },
            Part => match name {
                b"type" => PartType,
                _ => Elsewhere,
            },
            ToolCall => match name {
                b"id" => CallId,
                b"type" => CallType,
                b"function" => CallFunction,
                b"custom" => CallCustom,
                _ => Elsewhere,
            },
            CallFunction | FunctionCall => match name {
                b"name" => FunctionName,
                b"arguments" => Arguments,
                _ => Elsewhere,
            },
            _ => Elsewhere,
        }
    }

    /// The place of an array's items.
    pub(super) fn item(self) -> Self {
        match self {
            Messages | BodyMessages | InputMessages | PreferredOutput | NonPreferredOutput => Message,
            Content => Part,
            ToolCalls => ToolCall,
            BodyInput => BodyInputItem,
            _ => Elsewhere,
        }
    }

    /// What the rules look at inside of the place.
    pub(super) fn holds(self) -> Holds {
        match self {
            Line | Body | Input | Message | Part | ToolCall | CallFunction | FunctionCall => Holds::Members,
            _ if self.item() != Elsewhere => Holds::Items,
            _ => Holds::Nothing,
        }
    }

    /// Whether the rules read the text at the place.
    pub(super) fn has_text(self) -> bool {
        matches!(self, CustomId | Method | Url | BodyModel | Role | Weight | PartType | CallType | Arguments)
    }

    /// The members that a new object at the place begins without, from the first to the last: the objects of which a
    /// line has several.
    pub(super) fn own_members(self) -> Option<RangeInclusive<usize>> {
        let (first, last) = match self {
            Message => (Role, ToolCalls),
            Part => (PartType, PartType),
            ToolCall => (CallId, CallCustom),
            CallFunction | FunctionCall => (FunctionName, Arguments),
            _ => return None,
        };
        Some(first as usize..=last as usize)
    }

    /// The path of the member in a line, for messages.
    pub(super) fn path(self) -> &'static str {
        match self {
            CustomId => "custom_id",
            Method => "method",
            Url => "url",
            Body => "body",
            Messages => "messages",
            Prompt => "prompt",
            Completion => "completion",
            Input => "input",
            PreferredOutput => "preferred_output",
            NonPreferredOutput => "non_preferred_output",
            Tools => "tools",
            ParallelToolCalls => "parallel_tool_calls",
            Functions => "functions",
            BodyConversation => "body.conversation",
            BodyInput => "body.input",
            BodyMessages => "body.messages",
            BodyModel => "body.model",
            BodyPreviousResponseId => "body.previous_response_id",
            BodyPrompt => "body.prompt",
            BodyStream => "body.stream",
            InputMessages => "input.messages",
            Role => "role",
            Content => "content",
            Name => "name",
            Weight => "weight",
            Refusal => "refusal",
            Audio => "audio",
            FunctionCall => "function_call",
            ToolCallId => "tool_call_id",
            ToolCalls => "tool_calls",
            PartType => "type",
            CallId => "id",
            CallType => "type",
            CallFunction => "function",
            CallCustom => "custom",
            FunctionName => "name",
            Arguments => "arguments",
            _ => "",
        }
    }
}
