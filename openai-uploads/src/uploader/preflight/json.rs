//! A streaming JSON scanner.
//!
//! Common parsers keep at least one token in memory, and one token can be as long as the file. This scanner keeps
//! a state and a depth, so a line of gigabytes needs no more memory than a line of a hundred bytes. It accepts
//! what `serde_json` reads into a `Value`, and also numbers that overflow a double. The tests compare the two.

mod kind;
mod number;
mod problem;
mod string;
mod token;
mod visit;

use super::captured::Captured;
pub use kind::Kind;
use number::Number;
pub(super) use number::end_of_number;
pub use problem::Problem;
pub(super) use string::end_of_string;
use string::{end_of_run, whole_escape};
pub(super) use token::Token;
pub(super) use visit::{Ignore, MAX_NAME, Visit};

/// The maximum nesting depth, the same as that of `serde_json`.
const MAX_DEPTH: u32 = 127;

#[derive(Clone, Copy, Debug)]
enum State {
    Value,
    ItemOrEnd,
    NameOrEnd,
    Name,
    Colon,
    AfterValue,
    Text,
    Escape,
    /// In `\uXXXX`, after this many digits.
    Hex(u8),
    /// After `\ud83d`: expects the backslash of the second half.
    LowBackslash,
    LowU,
    Number(Number),
    Literal,
}

/// A scanner for one JSON text that arrives in pieces.
#[derive(Debug)]
pub(super) struct Scanner {
    /// The state at the end of the last piece.
    state: State,
    depth: u32,
    /// A bit for each open container, the innermost the lowest: set if it is an object.
    objects: u128,
    /// Whether the visitor wants the current text.
    wanted: bool,
    /// Whether the current string is a member's name.
    in_name: bool,
    /// The current name, if an escape or the end of a piece divides it.
    name: Captured,
    /// What is left of the current literal.
    literal: &'static [u8],
    /// The digits of the current `\uXXXX`.
    unit: u16,
    /// The first half of a surrogate pair, until the second arrives.
    high: Option<u16>,
    /// The kind of the outermost value.
    outermost: Option<Kind>,
    /// The number of bytes in earlier pieces.
    before: u64,
}

/// The next state.
type Step = Result<State, Problem>;

/// A piece of the text, and the index of the next byte. After an error it is that of the wrong byte.
struct Piece<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self {
            state: State::Value,
            depth: 0,
            objects: 0,
            wanted: false,
            in_name: false,
            name: Captured::new(MAX_NAME),
            literal: &[],
            unit: 0,
            high: None,
            outermost: None,
            before: 0,
        }
    }

    /// Begins another text.
    pub(super) fn clear(&mut self) {
        self.state = State::Value;
        self.depth = 0;
        self.objects = 0;
        self.in_name = false;
        self.name.clear();
        self.high = None;
        self.outermost = None;
        self.before = 0;
    }

    /// Scans the next piece, which is UTF-8.
    ///
    /// An error has the position of its byte in the text, from 1.
    pub(super) fn feed(&mut self, piece: &[u8], visit: &mut impl Visit) -> Result<(), (u64, Problem)> {
        let mut state = self.state;
        let mut piece = Piece { bytes: piece, at: 0 };
        while let Some(byte) = piece.peek() {
            let step = match state {
                State::Text => self.text(&mut piece, visit),
                State::Colon if byte == b':' => piece.then(State::Value),
                State::AfterValue => self.after_value(byte, &mut piece, visit),
                State::Name | State::NameOrEnd if byte == b'"' => {
                    self.in_name = true;
                    piece.then(State::Text)
                }
                State::NameOrEnd if byte == b'}' => self.close(&mut piece, visit),
                State::ItemOrEnd if byte == b']' => self.close(&mut piece, visit),
                State::Value | State::ItemOrEnd => self.value(state, byte, &mut piece, visit),
                State::Colon | State::Name | State::NameOrEnd => self.space(state, byte, &mut piece),
                State::Number(number) => self.number(number, &mut piece, visit),
                State::Literal => self.literal(byte, &mut piece),
                State::Escape | State::Hex(_) | State::LowBackslash | State::LowU => {
                    self.escape(state, byte, &mut piece, visit)
                }
            };
            match step {
                Ok(next) => state = next,
                Err(problem) => {
                    return Err((self.before + piece.at as u64 + 1, problem.at(piece.bytes[piece.at])));
                }
            }
        }
        self.state = state;
        self.before += piece.bytes.len() as u64;
        Ok(())
    }

    /// Checks that the text may end here.
    pub(super) fn finish(&self) -> Result<(), (u64, Problem)> {
        let whole = match self.state {
            State::AfterValue => self.depth == 0,
            State::Number(number) => self.depth == 0 && number.may_end(),
            _ => false,
        };
        if whole {
            return Ok(());
        }
        let problem = match self.state {
            State::Text | State::Escape | State::Hex(_) | State::LowBackslash | State::LowU => {
                Problem::OpenString
            }
            _ => Problem::Unfinished,
        };
        Err((self.before + 1, problem))
    }

    /// The kind of the outermost value, once it has begun.
    pub(super) fn outermost(&self) -> Option<Kind> {
        self.outermost
    }

    #[inline]
    fn after_value(&mut self, byte: u8, piece: &mut Piece, visit: &mut impl Visit) -> Step {
        match byte {
            b',' if self.in_object() => piece.then(State::Name),
            b',' if self.depth > 0 => piece.then(State::Value),
            b'}' if self.in_object() => self.close(piece, visit),
            b']' if self.depth > 0 && !self.in_object() => self.close(piece, visit),
            _ => self.space(State::AfterValue, byte, piece),
        }
    }

    /// Skips white space.
    fn space(&self, state: State, byte: u8, piece: &mut Piece) -> Step {
        match state {
            _ if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') => piece.then(state),
            State::Name | State::NameOrEnd => Err(Problem::Key),
            State::Colon => Err(Problem::Colon),
            State::AfterValue if self.depth == 0 => Err(Problem::Trailing),
            State::AfterValue if self.in_object() => Err(Problem::ObjectEnd),
            State::AfterValue => Err(Problem::ArrayEnd),
            _ => Err(Problem::Value),
        }
    }

    #[inline]
    fn value(&mut self, state: State, byte: u8, piece: &mut Piece, visit: &mut impl Visit) -> Step {
        let (token, next) = match byte {
            b'"' => (Token::String, State::Text),
            b'{' => (Token::Object, State::NameOrEnd),
            b'[' => (Token::Array, State::ItemOrEnd),
            b't' => (Token::True, State::Literal),
            b'f' => (Token::False, State::Literal),
            b'n' => (Token::Null, State::Literal),
            _ => match Number::begin(byte) {
                Some(number) => (Token::Number, State::Number(number)),
                None => return self.space(state, byte, piece),
            },
        };
        if self.depth == 0 {
            self.outermost = Some(token.kind());
        }
        self.wanted = visit.value_begins(self.depth, token);
        match token {
            Token::String => {}
            Token::Object | Token::Array => {
                if self.depth == MAX_DEPTH {
                    return Err(Problem::Depth);
                }
                self.objects = self.objects << 1 | u128::from(token == Token::Object);
                self.depth += 1;
            }
            Token::Number if self.wanted => visit.text(&[byte]),
            Token::Number => {}
            Token::True => self.literal = b"rue",
            Token::False => self.literal = b"alse",
            Token::Null => self.literal = b"ull",
        }
        piece.then(next)
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn close(&mut self, piece: &mut Piece, visit: &mut impl Visit) -> Step {
        self.depth -= 1;
        self.objects >>= 1;
        visit.container_ends(self.depth);
        piece.then(State::AfterValue)
    }

    /// Scans a string to its end, to an escape that needs the state machine, or to the end of the piece.
    #[inline]
    fn text(&mut self, piece: &mut Piece, visit: &mut impl Visit) -> Step {
        loop {
            let start = piece.at;
            piece.at = end_of_run(piece.bytes, start);
            let run = &piece.bytes[start..piece.at];
            match piece.peek() {
                Some(b'"') => {
                    let next = self.string_ends(run, visit);
                    return piece.then(next);
                }
                Some(b'\\') => {
                    self.run(run, visit);
                    match whole_escape(&piece.bytes[piece.at..]) {
                        Some(length) if !self.in_name && !self.wanted => piece.at += length,
                        _ => return piece.then(State::Escape),
                    }
                }
                Some(_) => return Err(Problem::Control),
                None => {
                    self.run(run, visit);
                    return Ok(State::Text);
                }
            }
        }
    }

    /// Takes a part of a string that is not the last.
    fn run(&mut self, run: &[u8], visit: &mut impl Visit) {
        if self.in_name {
            self.name.push(run);
        } else if self.wanted && !run.is_empty() {
            visit.text(run);
        }
    }

    #[inline]
    fn string_ends(&mut self, last_run: &[u8], visit: &mut impl Visit) -> State {
        if !self.in_name {
            self.run(last_run, visit);
            return State::AfterValue;
        }
        self.in_name = false;
        if self.name.is_empty() {
            visit.name(self.depth, if last_run.len() > MAX_NAME { &[] } else { last_run });
        } else {
            self.name.push(last_run);
            visit.name(self.depth, self.name.bytes());
            self.name.clear();
        }
        State::Colon
    }

    fn number(&mut self, mut number: Number, piece: &mut Piece, visit: &mut impl Visit) -> Step {
        let start = piece.at;
        let ended = loop {
            let Some(byte) = piece.peek() else { break false };
            match number.next(byte) {
                Some(next) => number = next,
                None if number.may_end() && !byte.is_ascii_alphanumeric() && byte != b'.' => break true,
                None => return Err(Problem::Number),
            }
            piece.at += 1;
        };
        if self.wanted {
            visit.text(&piece.bytes[start..piece.at]);
        }
        Ok(if ended { State::AfterValue } else { State::Number(number) })
    }

    fn literal(&mut self, byte: u8, piece: &mut Piece) -> Step {
        match self.literal.split_first() {
            Some((first, rest)) if *first == byte => {
                self.literal = rest;
                piece.then(if rest.is_empty() { State::AfterValue } else { State::Literal })
            }
            _ => Err(Problem::Value),
        }
    }

    fn escape(&mut self, state: State, byte: u8, piece: &mut Piece, visit: &mut impl Visit) -> Step {
        let next = match state {
            State::LowBackslash if byte == b'\\' => State::LowU,
            State::LowU if byte == b'u' => State::Hex(0),
            State::LowBackslash | State::LowU => return Err(Problem::Surrogate),
            State::Hex(digits) => {
                let digit = char::from(byte).to_digit(16).ok_or(Problem::Escape)?;
                self.unit = self.unit << 4 | u16::try_from(digit).expect("a hexadecimal digit is below 16");
                if digits < 3 { State::Hex(digits + 1) } else { self.unit_ends(visit)? }
            }
            _ if byte == b'u' => State::Hex(0),
            _ => {
                let meant = match byte {
                    b'"' | b'\\' | b'/' => byte,
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return Err(Problem::Escape),
                };
                self.run(&[meant], visit);
                State::Text
            }
        };
        piece.then(next)
    }

    /// Handles a UTF-16 code unit written as `\uXXXX`. The four digits fill all of it, so it needs no clearing.
    fn unit_ends(&mut self, visit: &mut impl Visit) -> Step {
        let decoded = match (self.high.take(), self.unit) {
            (None, unit @ 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return Ok(State::LowBackslash);
            }
            (None, unit) => char::from_u32(u32::from(unit)),
            (Some(high), unit) => char::decode_utf16([high, unit]).next().and_then(Result::ok),
        };
        let decoded = decoded.ok_or(Problem::Surrogate)?;
        self.run(decoded.encode_utf8(&mut [0; 4]).as_bytes(), visit);
        Ok(State::Text)
    }
}

impl Piece<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes a byte.
    #[inline]
    #[expect(clippy::unnecessary_wraps, reason = "every step ends with it")]
    fn then(&mut self, next: State) -> Step {
        self.at += 1;
        Ok(next)
    }
}

#[cfg(test)]
mod tests;
