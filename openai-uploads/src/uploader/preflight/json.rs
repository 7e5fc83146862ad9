//! A streaming JSON scanner.
//!
//! Common parsers keep at least one token in memory, and one token can be as long as the file. This scanner keeps
//! a state and a depth, so a line of gigabytes needs no more memory than a line of a hundred bytes. It accepts
//! what `serde_json` reads into a `Value`, and also numbers that overflow a double. The tests compare the two.

mod kind;
mod number;
mod problem;
mod token;

use memchr::memchr2;

pub use kind::Kind;
use number::Number;
pub use problem::Problem;
pub(super) use token::Token;

/// The maximum nesting depth, the same as that of `serde_json`.
const MAX_DEPTH: u32 = 127;

/// A receiver of the scanner's events. `depth` is the number of objects and arrays around the value or the name.
pub(super) trait Visit {
    /// A member's name begins. Returns whether the visitor wants its text.
    fn key_begins(&mut self, depth: u32) -> bool;
    /// A name ends whose text was requested.
    fn key_ends(&mut self, depth: u32);
    /// A value begins. Returns whether the visitor wants its text, if it is a string or a number.
    fn value_begins(&mut self, depth: u32, token: Token) -> bool;
    /// A piece of a wanted text, with escapes resolved.
    fn text(&mut self, piece: &[u8]);
    /// An object or an array ends.
    fn container_ends(&mut self, depth: u32);
}

/// Ignores every event: the text only has to be JSON.
pub(super) struct Ignore;

impl Visit for Ignore {
    fn key_begins(&mut self, _: u32) -> bool {
        false
    }
    fn key_ends(&mut self, _: u32) {}
    fn value_begins(&mut self, _: u32, _: Token) -> bool {
        false
    }
    fn text(&mut self, _: &[u8]) {}
    fn container_ends(&mut self, _: u32) {}
}

#[derive(Clone, Copy, Debug)]
enum State {
    Value,
    ItemOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    AfterValue,
    Text,
    Escape,
    Hex {
        digits: u8,
        unit: u16,
    },
    /// After `\ud83d`: expects the backslash of the second half.
    LowBackslash,
    LowU,
    Number(Number),
    Literal(&'static [u8]),
}

/// A scanner for one JSON text that arrives in pieces.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    depth: u32,
    /// Bit `n` is set where the container at depth `n` is an object.
    objects: u128,
    /// Whether the current string is a member's name.
    in_key: bool,
    /// Whether the visitor wants the current text.
    wanted: bool,
    /// The first half of a surrogate pair, until the second arrives.
    high: Option<u16>,
    /// The kind of the outermost value.
    outermost: Option<Kind>,
    /// The number of bytes in earlier pieces.
    before: u64,
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self {
            state: State::Value,
            depth: 0,
            objects: 0,
            in_key: false,
            wanted: false,
            high: None,
            outermost: None,
            before: 0,
        }
    }

    /// Scans the next piece, which is UTF-8.
    ///
    /// An error has the position of its byte in the text, from 1.
    pub(super) fn feed(&mut self, piece: &[u8], visit: &mut impl Visit) -> Result<(), (u64, Problem)> {
        let controls = piece.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < 0x20;
        let mut at = 0;
        while at < piece.len() {
            match self.step(piece, at, controls, visit) {
                Ok(next) => at = next,
                Err((at, problem)) => {
                    let problem = problem.at(piece[at]);
                    return Err((self.before + at as u64 + 1, problem));
                }
            }
        }
        self.before += piece.len() as u64;
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
            State::Text | State::Escape | State::Hex { .. } | State::LowBackslash | State::LowU => {
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
    fn step(
        &mut self,
        piece: &[u8],
        at: usize,
        controls: bool,
        visit: &mut impl Visit,
    ) -> Result<usize, (usize, Problem)> {
        let byte = piece[at];
        let refuse = |problem| Err((at, problem));
        match self.state {
            State::Text => return self.text(piece, at, controls, visit),
            State::Value
            | State::ItemOrEnd
            | State::KeyOrEnd
            | State::Key
            | State::Colon
            | State::AfterValue
                if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') => {}
            State::ItemOrEnd if byte == b']' => self.close(visit),
            State::Value | State::ItemOrEnd => return self.value(byte, at, visit),
            State::KeyOrEnd if byte == b'}' => self.close(visit),
            State::KeyOrEnd | State::Key => {
                if byte != b'"' {
                    return refuse(Problem::Key);
                }
                self.in_key = true;
                self.wanted = visit.key_begins(self.depth);
                self.state = State::Text;
            }
            State::Colon => {
                if byte != b':' {
                    return refuse(Problem::Colon);
                }
                self.state = State::Value;
            }
            State::AfterValue => {
                if self.depth == 0 {
                    return refuse(Problem::Trailing);
                }
                match (byte, self.in_object()) {
                    (b',', true) => self.state = State::Key,
                    (b',', false) => self.state = State::Value,
                    (b'}', true) | (b']', false) => self.close(visit),
                    (_, true) => return refuse(Problem::ObjectEnd),
                    (_, false) => return refuse(Problem::ArrayEnd),
                }
            }
            State::Number(number) => return self.number(number, piece, at, visit),
            State::Literal(rest) => match rest.split_first() {
                Some((first, rest)) if *first == byte => {
                    self.state = if rest.is_empty() { State::AfterValue } else { State::Literal(rest) };
                }
                _ => return refuse(Problem::Value),
            },
            State::Escape | State::Hex { .. } | State::LowBackslash | State::LowU => {
                self.escape(byte, visit).or_else(refuse_at(at))?;
            }
        }
        Ok(at + 1)
    }

    /// Scans a string to its end, to an escape that needs the state machine, or to the end of the piece.
    fn text(
        &mut self,
        piece: &[u8],
        mut at: usize,
        controls: bool,
        visit: &mut impl Visit,
    ) -> Result<usize, (usize, Problem)> {
        loop {
            let rest = &piece[at..];
            let end = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            let run = &rest[..end];
            if controls && let Some(control) = run.iter().position(|byte| *byte < 0x20) {
                return Err((at + control, Problem::Control));
            }
            if self.wanted && !run.is_empty() {
                visit.text(run);
            }
            let Some(byte) = rest.get(end) else { return Ok(piece.len()) };
            if *byte == b'\\' {
                if let Some(length) = self.simple_escape(&rest[end..]) {
                    at += end + length;
                    continue;
                }
                self.state = State::Escape;
            } else if self.in_key {
                if self.wanted {
                    visit.key_ends(self.depth);
                }
                self.in_key = false;
                self.state = State::Colon;
            } else {
                self.state = State::AfterValue;
            }
            return Ok(at + end + 1);
        }
    }

    /// The length of a complete, valid escape whose text nobody wants. Most escapes are like this, and skipping
    /// them at once is much faster than one state for each byte.
    fn simple_escape(&self, escape: &[u8]) -> Option<usize> {
        match escape {
            _ if self.wanted => None,
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
            [_, b'u', digits @ ..] => {
                let digits = digits.first_chunk::<4>()?;
                let surrogate = matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
                (!surrogate && digits.iter().all(u8::is_ascii_hexdigit)).then_some(6)
            }
            _ => None,
        }
    }

    fn number(
        &mut self,
        mut number: Number,
        piece: &[u8],
        start: usize,
        visit: &mut impl Visit,
    ) -> Result<usize, (usize, Problem)> {
        for (at, byte) in piece.iter().enumerate().skip(start) {
            match number.next(*byte) {
                Some(next) => number = next,
                None if number.may_end() && !byte.is_ascii_alphanumeric() && *byte != b'.' => {
                    if self.wanted {
                        visit.text(&piece[start..at]);
                    }
                    self.state = State::AfterValue;
                    return Ok(at); // The byte belongs to the next token.
                }
                None => return Err((at, Problem::Number)),
            }
        }
        if self.wanted {
            visit.text(&piece[start..]);
        }
        self.state = State::Number(number);
        Ok(piece.len())
    }

    fn escape(&mut self, byte: u8, visit: &mut impl Visit) -> Result<(), Problem> {
        self.state = match self.state {
            State::LowBackslash if byte == b'\\' => State::LowU,
            State::LowU if byte == b'u' => State::Hex { digits: 0, unit: 0 },
            State::LowBackslash | State::LowU => return Err(Problem::Surrogate),
            State::Hex { digits, unit } => {
                let digit = char::from(byte).to_digit(16).ok_or(Problem::Escape)?;
                let unit = unit << 4 | u16::try_from(digit).expect("a hexadecimal digit is below 16");
                if digits < 3 { State::Hex { digits: digits + 1, unit } } else { self.unit(unit, visit)? }
            }
            _ if byte == b'u' => State::Hex { digits: 0, unit: 0 },
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
                if self.wanted {
                    visit.text(&[meant]);
                }
                State::Text
            }
        };
        Ok(())
    }

    /// Handles a UTF-16 code unit written as `\uXXXX`.
    fn unit(&mut self, unit: u16, visit: &mut impl Visit) -> Result<State, Problem> {
        let decoded = match (self.high.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return Ok(State::LowBackslash);
            }
            (None, _) => char::from_u32(u32::from(unit)),
            (Some(high), _) => char::decode_utf16([high, unit]).next().and_then(Result::ok),
        };
        let decoded = decoded.ok_or(Problem::Surrogate)?;
        if self.wanted {
            visit.text(decoded.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(State::Text)
    }

    fn value(&mut self, byte: u8, at: usize, visit: &mut impl Visit) -> Result<usize, (usize, Problem)> {
        let (token, state) = match byte {
            b'"' => (Token::String, State::Text),
            b'{' => (Token::Object, State::KeyOrEnd),
            b'[' => (Token::Array, State::ItemOrEnd),
            b'-' => (Token::Number, State::Number(Number::Minus)),
            b'0' => (Token::Number, State::Number(Number::Zero)),
            b'1'..=b'9' => (Token::Number, State::Number(Number::Integer)),
            b't' => (Token::True, State::Literal(b"rue")),
            b'f' => (Token::False, State::Literal(b"alse")),
            b'n' => (Token::Null, State::Literal(b"ull")),
            _ => return Err((at, Problem::Value)),
        };
        self.outermost.get_or_insert(token.kind());
        self.wanted = visit.value_begins(self.depth, token);
        self.state = state;
        match token {
            Token::Object | Token::Array => {
                if self.depth == MAX_DEPTH {
                    return Err((at, Problem::Depth));
                }
                let bit = 1 << self.depth;
                self.objects = if token == Token::Object { self.objects | bit } else { self.objects & !bit };
                self.depth += 1;
            }
            Token::Number if self.wanted => visit.text(&[byte]),
            _ => {}
        }
        Ok(at + 1)
    }

    fn in_object(&self) -> bool {
        self.objects >> (self.depth - 1) & 1 == 1
    }

    fn close(&mut self, visit: &mut impl Visit) {
        self.depth -= 1;
        visit.container_ends(self.depth);
        self.state = State::AfterValue;
    }
}

fn refuse_at(at: usize) -> impl Fn(Problem) -> Result<(), (usize, Problem)> {
    move |problem| Err((at, problem))
}

#[cfg(test)]
mod tests;
