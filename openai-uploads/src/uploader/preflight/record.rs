//! What the rules need to know of a line, collected while it is scanned.

mod conversation;

use super::captured::{self, Captured};
use super::json::{Kind, MAX_NAME, Token, Visit};
use super::place::{Holds, Place};
use conversation::MessageScan;
pub(super) use conversation::{Conversation, Role};

/// The maximum length of a `custom_id`, `url` or `model` that is kept whole, in bytes.
pub(super) const MAX_TEXT: usize = 4096;

/// The length of a `method` that is kept, in bytes.
const MAX_METHOD: usize = 32;

/// How deep the deepest [`Place`] is: an `arguments` in `body.messages[].tool_calls[].function`.
const LEVELS: usize = 7;

/// A container that is open.
#[derive(Clone, Copy, Debug)]
enum Level {
    Members(Place),
    Items(Place),
    Ignored,
}

/// The contents of a line.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) custom_id: Captured,
    pub(super) method: Captured,
    pub(super) url: Captured,
    pub(super) model: Captured,
    /// Whether `body.stream` is true.
    pub(super) streams: bool,
    /// The first member that an object has twice.
    pub(super) repeated: Option<Place>,
    input: Input,
    conversations: [Conversation; Conversation::PLACES.len()],

    kinds: [Option<Kind>; Place::COUNT],
    levels: [Level; LEVELS],
    /// The member whose name was read last.
    member: Place,
    /// The place of the current text.
    text_at: Place,
    message: MessageScan,
    /// The first member of the line or its body whose name is almost that of a place, and the name.
    misnamed: Option<(Place, String)>,
}

/// The items of `body.input`, if it is an array.
#[derive(Clone, Copy, Debug, Default)]
struct Input {
    items: u64,
    has_numbers: bool,
    wrong_item: Option<Kind>,
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            custom_id: Captured::new(MAX_TEXT),
            method: Captured::new(MAX_METHOD),
            url: Captured::new(MAX_TEXT),
            model: Captured::new(MAX_TEXT),
            streams: false,
            repeated: None,
            input: Input::default(),
            conversations: Default::default(),
            kinds: [None; Place::COUNT],
            levels: [Level::Ignored; LEVELS],
            member: Place::Elsewhere,
            text_at: Place::Elsewhere,
            message: MessageScan::new(),
            misnamed: None,
        }
    }

    /// Forgets the previous line.
    pub(super) fn clear(&mut self) {
        self.custom_id.clear();
        self.url.clear();
        self.model.clear();
        self.streams = false;
        self.repeated = None;
        self.input = Input::default();
        for used in self.conversations.iter_mut().filter(|conversation| conversation.count > 0) {
            *used = Conversation::default();
        }
        self.kinds = [None; Place::COUNT];
        self.misnamed = None;
    }

    /// The name that is almost that of the place.
    pub(super) fn misnamed(&self, place: Place) -> Option<String> {
        self.misnamed.as_ref().filter(|(of, _)| *of == place).map(|(_, name)| name.clone())
    }

    /// The kind of the value at the place, if there is one.
    pub(super) fn kind(&self, place: Place) -> Option<Kind> {
        self.kinds[place as usize]
    }

    pub(super) fn has(&self, place: Place) -> bool {
        self.kind(place).is_some()
    }

    /// Whether the line has members that a chat example does not have.
    pub(super) fn has_other_members(&self) -> bool {
        let members = Place::CustomId as usize..=Place::Other as usize;
        let seen = self.kinds[members].iter().filter(|kind| kind.is_some()).count();
        let of_chat = [Place::Messages, Place::Tools, Place::ParallelToolCalls, Place::Functions];
        seen > of_chat.into_iter().filter(|place| self.has(*place)).count()
    }

    /// The text at the place, if it is a string that is short enough to be kept.
    pub(super) fn text<'a>(&self, place: Place, text: &'a Captured) -> Option<&'a str> {
        if self.kind(place) == Some(Kind::String) { text.whole() } else { None }
    }

    /// Whether the text that began last is the `custom_id`.
    pub(super) fn is_at_custom_id(&self) -> bool {
        self.text_at == Place::CustomId
    }

    /// The list of messages at the place.
    pub(super) fn conversation(&self, place: Place) -> &Conversation {
        &self.conversations[Conversation::index(place)]
    }

    /// The number of texts to embed in `body.input`: one string or one array of tokens is one.
    pub(super) fn input_count(&self) -> u64 {
        match self.kind(Place::BodyInput) {
            Some(Kind::String) => 1,
            Some(Kind::Array) if self.input.has_numbers => 1,
            Some(Kind::Array) => self.input.items,
            _ => 0,
        }
    }

    /// The first item of `body.input` that is neither text nor tokens.
    pub(super) fn wrong_input_item(&self) -> Option<Kind> {
        self.input.wrong_item
    }

    fn place(&self, depth: usize) -> Place {
        let Some(outer) = depth.checked_sub(1) else { return Place::Line };
        match self.levels.get(outer) {
            Some(Level::Members(_)) => self.member,
            Some(Level::Items(place)) => place.item(),
            Some(Level::Ignored) | None => Place::Elsewhere,
        }
    }

    fn begins(&mut self, place: Place, token: Token) {
        let seen = &mut self.kinds[place as usize];
        let is_item = matches!(place, Place::Message | Place::Part | Place::ToolCall | Place::BodyInputItem);
        if seen.is_some() && !is_item && place != Place::Other {
            self.repeated.get_or_insert(place);
        }
        *seen = Some(token.kind());
        if let Some(members) = place.own_members() {
            self.kinds[members].fill(None);
        }
        match place {
            Place::CustomId => self.custom_id.clear(),
            Place::Method => self.method.clear(),
            Place::Url => self.url.clear(),
            Place::BodyModel => self.model.clear(),
            Place::BodyStream => self.streams = token == Token::True,
            Place::BodyInput => self.input = Input::default(),
            Place::BodyInputItem => {
                self.input.items += 1;
                match token.kind() {
                    Kind::String | Kind::Array => {}
                    Kind::Number => self.input.has_numbers = true,
                    other => drop(self.input.wrong_item.get_or_insert(other)),
                }
            }
            _ if place.item() == Place::Message => {
                let list = Conversation::index(place);
                self.conversations[list] = Conversation::default();
                self.message.list = list;
            }
            _ => self.message.begins(place, token),
        }
    }

    fn ends(&mut self, place: Place) {
        self.message.ends(place, &self.kinds);
        if place == Place::Message {
            self.conversations[self.message.list].push(&mut self.message);
        }
    }
}

/// The member whose name differs only in case, white space, hyphens or a final `s`. Does not allocate, since many
/// lines have members that no rule looks for.
fn almost(container: Place, name: &[u8]) -> Option<Place> {
    let mut plain = [0; MAX_NAME + 1];
    let name = name.trim_ascii();
    for (plain, byte) in plain.iter_mut().zip(name) {
        *plain = if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    }
    plain[name.len()] = b's';
    let (with_s, same) = (&plain[..=name.len()], &plain[..name.len()]);
    let candidates = [Some(same), same.strip_suffix(b"s"), Some(with_s)];
    let mut places = candidates.into_iter().flatten().map(|name| container.member(name));
    places.find(|place| !matches!(place, Place::Elsewhere | Place::Other))
}

impl Visit for Record {
    fn name(&mut self, depth: u32, name: &[u8]) {
        self.member = Place::Elsewhere;
        let Some(Level::Members(container)) = self.levels.get(depth as usize - 1) else { return };
        self.member = container.member(name);
        if matches!(self.member, Place::Elsewhere | Place::Other)
            && let Some(meant) = almost(*container, name)
        {
            let misnamed = match container {
                Place::Message => &mut self.message.misnamed,
                _ => &mut self.misnamed,
            };
            misnamed.get_or_insert_with(|| (meant, captured::shown(name, false)));
        }
    }

    fn value_begins(&mut self, depth: u32, token: Token) -> bool {
        let place = self.place(depth as usize);
        if matches!(token, Token::Object | Token::Array)
            && let Some(level) = self.levels.get_mut(depth as usize)
        {
            *level = match (token, place.holds()) {
                (Token::Object, Holds::Members) => Level::Members(place),
                (Token::Array, Holds::Items) => Level::Items(place),
                _ => Level::Ignored,
            };
        }
        if place == Place::Elsewhere {
            return false;
        }
        self.begins(place, token);
        if place == Place::Message && token != Token::Object {
            self.ends(place); // No end of a container will follow.
        }
        self.text_at = place;
        place.has_text() && matches!(token, Token::String | Token::Number)
    }

    fn text(&mut self, piece: &[u8]) {
        match self.text_at {
            Place::CustomId => self.custom_id.push(piece),
            Place::Method => self.method.push(piece),
            Place::Url => self.url.push(piece),
            Place::BodyModel => self.model.push(piece),
            place => self.message.text(place, piece),
        }
    }

    fn container_ends(&mut self, depth: u32) {
        if let Some(Level::Members(place) | Level::Items(place)) = self.levels.get(depth as usize) {
            let place = *place;
            self.ends(place);
        }
    }
}
