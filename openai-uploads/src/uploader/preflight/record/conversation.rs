//! Lists of messages, and what the API refuses in a message.

use super::Captured;
use crate::uploader::preflight::json::{Ignore, Kind, Scanner, Token};
use crate::uploader::preflight::place::Place;
use crate::uploader::preflight::report::{FaultKind, MessageProblem};

/// The longest role, part type or weight that the API knows is shorter.
const MAX_WORD: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Role {
    System,
    Developer,
    User,
    Assistant,
    Tool,
    Function,
}

const ROLES: [(&str, Role); 6] = [
    ("system", Role::System),
    ("developer", Role::Developer),
    ("user", Role::User),
    ("assistant", Role::Assistant),
    ("tool", Role::Tool),
    ("function", Role::Function),
];

/// The types of content parts, each with the roles that may send it.
const PARTS: [(&str, &[Role]); 5] = [
    ("text", &[Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool, Role::Function]),
    ("refusal", &[Role::Assistant]),
    ("image_url", &[Role::User]),
    ("input_audio", &[Role::User]),
    ("file", &[Role::User]),
];

impl Role {
    fn of(name: &[u8]) -> Option<Self> {
        ROLES.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, role)| *role)
    }

    fn as_str(self) -> &'static str {
        ROLES.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }
}

/// A list of messages.
#[derive(Debug, Default)]
pub(in super::super) struct Conversation {
    pub(in super::super) count: u64,
    pub(in super::super) last_role: Option<Role>,
    pub(in super::super) has_assistant: bool,
    /// The first message that the API refuses.
    problem: Option<(u64, MessageProblem)>,
    /// The first message with `arguments` that are not JSON.
    bad_arguments: Option<u64>,
}

impl Conversation {
    /// Where a line can have a list of messages.
    pub(in super::super) const PLACES: [Place; 5] = [
        Place::Messages,
        Place::BodyMessages,
        Place::InputMessages,
        Place::PreferredOutput,
        Place::NonPreferredOutput,
    ];

    pub(super) fn index(place: Place) -> usize {
        Self::PLACES.iter().position(|known| *known == place).unwrap_or_default()
    }

    /// Adds the message that was just scanned.
    pub(super) fn push(&mut self, message: &mut MessageScan) {
        let index = self.count;
        self.count += 1;
        self.last_role = message.role();
        if self.last_role == Some(Role::Assistant) {
            self.has_assistant = true;
        }
        if let Some(problem) = message.problem.take() {
            self.problem.get_or_insert((index, problem));
        }
        if message.has_bad_arguments {
            self.bad_arguments.get_or_insert(index);
        }
    }

    /// What the API refuses in the messages of the list at `place`.
    pub(in super::super) fn faults(&self, place: Place) -> impl Iterator<Item = FaultKind> {
        let list = place.path();
        let fault = |(index, problem)| FaultKind::Message { list, index, problem };
        let problem = self.problem.clone().map(fault);
        let arguments = self.bad_arguments.map(|index| fault((index, MessageProblem::ArgumentsNotJson)));
        problem.into_iter().chain(arguments)
    }
}

/// The state of the scan of one message.
#[derive(Debug)]
pub(super) struct MessageScan {
    /// The index of the list that the message is in.
    pub(super) list: usize,
    /// The first member whose name is almost that of a place, and the name.
    pub(super) misnamed: Option<(Place, String)>,
    kind: Option<Kind>,
    role: Captured,
    weight: Captured,
    parts: Parts,
    calls: u64,
    call_type: Captured,
    arguments: Arguments,
    has_bad_arguments: bool,
    /// The first call that the API refuses, and at the message's end the first problem of the message.
    problem: Option<MessageProblem>,
}

/// The content of a message, if it is an array.
#[derive(Debug)]
struct Parts {
    count: u64,
    kind: Captured,
    /// Which of [`PARTS`] there are.
    known: [bool; PARTS.len()],
    problem: Option<MessageProblem>,
}

/// The `arguments` of a call: a string that holds JSON.
#[derive(Debug)]
struct Arguments {
    scanner: Scanner,
    failed: bool,
}

impl MessageScan {
    pub(super) fn new() -> Self {
        Self {
            list: 0,
            misnamed: None,
            kind: None,
            role: Captured::new(MAX_WORD),
            weight: Captured::new(MAX_WORD),
            parts: Parts {
                count: 0,
                kind: Captured::new(MAX_WORD),
                known: [false; PARTS.len()],
                problem: None,
            },
            calls: 0,
            call_type: Captured::new(MAX_WORD),
            arguments: Arguments { scanner: Scanner::new(), failed: false },
            has_bad_arguments: false,
            problem: None,
        }
    }

    pub(super) fn begins(&mut self, place: Place, token: Token) {
        match place {
            Place::Message => {
                self.kind = Some(token.kind());
                self.misnamed = None;
                self.role.clear();
                self.weight.clear();
                self.calls = 0;
                self.has_bad_arguments = false;
                self.problem = None;
            }
            Place::Role => self.role.clear(),
            Place::Weight => self.weight.clear(),
            Place::Content => {
                self.parts.count = 0;
                self.parts.known = [false; PARTS.len()];
                self.parts.problem = None;
            }
            Place::Part => {
                let index = self.parts.count;
                self.parts.count += 1;
                self.parts.kind.clear();
                if token != Token::Object {
                    let problem = MessageProblem::PartKind { index, found: token.kind() };
                    self.parts.problem.get_or_insert(problem);
                }
            }
            Place::PartType => self.parts.kind.clear(),
            Place::ToolCalls => self.calls = 0,
            Place::ToolCall => {
                self.calls += 1;
                self.call_type.clear();
                if token != Token::Object {
                    self.call_problem(wrong("tool_calls[]", &[Kind::Object], token.kind()));
                }
            }
            Place::CallType => self.call_type.clear(),
            Place::Arguments => {
                self.arguments.scanner.clear();
                self.arguments.failed = false;
            }
            _ => {}
        }
    }

    pub(super) fn text(&mut self, place: Place, piece: &[u8]) {
        match place {
            Place::Role => self.role.push(piece),
            Place::Weight => self.weight.push(piece),
            Place::PartType => self.parts.kind.push(piece),
            Place::CallType => self.call_type.push(piece),
            Place::Arguments if !self.arguments.failed => {
                self.arguments.failed = self.arguments.scanner.feed(piece, &mut Ignore).is_err();
            }
            _ => {}
        }
    }

    pub(super) fn ends(&mut self, place: Place, kinds: &[Option<Kind>; Place::COUNT]) {
        let kind = |place: Place| kinds[place as usize];
        match place {
            Place::Part => self.part_ends(kind(Place::PartType)),
            Place::ToolCall => self.call_ends(kind),
            Place::CallFunction | Place::FunctionCall => self.function_ends(kind),
            Place::Message => {
                self.problem = match (self.judge(kind).err(), self.misnamed.take()) {
                    (Some(MessageProblem::Missing { member }), Some((meant, found)))
                        if meant.path() == member =>
                    {
                        Some(MessageProblem::Misnamed { member, found })
                    }
                    (problem, _) => problem,
                };
            }
            _ => {}
        }
    }

    fn role(&self) -> Option<Role> {
        Role::of(self.role.bytes())
    }

    fn part_ends(&mut self, kind: Option<Kind>) {
        let index = self.parts.count - 1;
        let known = PARTS.iter().position(|(name, _)| name.as_bytes() == self.parts.kind.bytes());
        let problem = match (kind, known) {
            (Some(Kind::String), Some(known)) => {
                self.parts.known[known] = true;
                return;
            }
            (Some(Kind::String), None) => {
                MessageProblem::UnknownPart { index, found: self.parts.kind.shown() }
            }
            _ => MessageProblem::PartWithoutType { index },
        };
        self.parts.problem.get_or_insert(problem);
    }

    fn call_ends(&mut self, kind: impl Fn(Place) -> Option<Kind>) {
        let of_call =
            if self.call_type.bytes() == b"custom" { Place::CallCustom } else { Place::CallFunction };
        let checked = expect(Place::CallId, kind(Place::CallId), &[Kind::String])
            .and_then(|()| expect(Place::CallType, kind(Place::CallType), &[Kind::String]))
            .and_then(|()| expect(of_call, kind(of_call), &[Kind::Object]));
        if let Err(problem) = checked {
            self.call_problem(problem);
        }
    }

    fn function_ends(&mut self, kind: impl Fn(Place) -> Option<Kind>) {
        let checked = expect(Place::FunctionName, kind(Place::FunctionName), &[Kind::String])
            .and_then(|()| expect(Place::Arguments, kind(Place::Arguments), &[Kind::String]));
        match checked {
            Err(problem) => self.call_problem(problem),
            Ok(()) => {
                self.has_bad_arguments |= self.arguments.failed || self.arguments.scanner.finish().is_err();
            }
        }
    }

    fn call_problem(&mut self, problem: MessageProblem) {
        self.problem.get_or_insert(problem);
    }

    /// Checks a whole message.
    fn judge(&mut self, kind: impl Fn(Place) -> Option<Kind>) -> Result<(), MessageProblem> {
        if let Some(found) = self.kind.filter(|kind| *kind != Kind::Object) {
            return Err(MessageProblem::NotAnObject { found });
        }
        expect(Place::Role, kind(Place::Role), &[Kind::String])?;
        let role = self.role().ok_or_else(|| MessageProblem::UnknownRole { found: self.role.shown() })?;
        self.judge_content(role, &kind)?;
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        for (place, expected) in [(Place::ToolCalls, Kind::Array), (Place::FunctionCall, Kind::Object)] {
            match kind(place) {
                None | Some(Kind::Null) => {}
                Some(found) if found != expected => return Err(wrong(place.path(), kinds(expected), found)),
                Some(Kind::Array) if self.calls == 0 => return Err(MessageProblem::NoToolCalls),
                Some(_) => {}
            }
        }
        match role {
            Role::Tool => expect(Place::ToolCallId, kind(Place::ToolCallId), &[Kind::String])?,
            Role::Function => expect(Place::Name, kind(Place::Name), &[Kind::String])?,
            _ => {}
        }
        match kind(Place::Weight) {
            None | Some(Kind::Null) => Ok(()),
            Some(Kind::Number) if matches!(self.weight.bytes(), b"0" | b"1" | b"0.0" | b"1.0") => Ok(()),
            Some(_) => Err(MessageProblem::Weight),
        }
    }

    fn judge_content(
        &mut self,
        role: Role,
        kind: &impl Fn(Place) -> Option<Kind>,
    ) -> Result<(), MessageProblem> {
        let has = |place| kind(place).is_some_and(|kind| kind != Kind::Null);
        let says_something_else =
            [Place::ToolCalls, Place::FunctionCall, Place::Refusal, Place::Audio].into_iter().any(has);
        match kind(Place::Content) {
            Some(Kind::String) => Ok(()),
            Some(Kind::Null) if role == Role::Function => Ok(()),
            None | Some(Kind::Null) if role == Role::Assistant && says_something_else => Ok(()),
            None => Err(MessageProblem::Missing { member: Place::Content.path() }),
            Some(Kind::Array) if self.parts.count == 0 => Err(MessageProblem::EmptyContent),
            Some(Kind::Array) => self.judge_parts(role),
            Some(found) => Err(wrong(Place::Content.path(), &[Kind::String, Kind::Array], found)),
        }
    }

    fn judge_parts(&mut self, role: Role) -> Result<(), MessageProblem> {
        if let Some(problem) = self.parts.problem.take() {
            return Err(problem);
        }
        let mut parts = PARTS.iter().zip(self.parts.known).filter(|(_, is_there)| *is_there);
        match parts.find(|((_, roles), _)| !roles.contains(&role)) {
            Some(((part, _), _)) => Err(MessageProblem::PartNotAllowed { part, role: role.as_str() }),
            None => Ok(()),
        }
    }
}

fn expect(place: Place, found: Option<Kind>, expected: &'static [Kind]) -> Result<(), MessageProblem> {
    match found {
        None => Err(MessageProblem::Missing { member: place.path() }),
        Some(found) if !expected.contains(&found) => Err(wrong(place.path(), expected, found)),
        Some(_) => Ok(()),
    }
}

fn wrong(member: &'static str, expected: &'static [Kind], found: Kind) -> MessageProblem {
    MessageProblem::WrongKind { member, expected, found }
}

fn kinds(kind: Kind) -> &'static [Kind] {
    if kind == Kind::Array { &[Kind::Array] } else { &[Kind::Object] }
}
