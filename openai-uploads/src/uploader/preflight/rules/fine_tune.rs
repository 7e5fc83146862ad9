//! `fine-tune`: an example a line, in one of three forms.

use super::{Name, Rules, expect};
use crate::uploader::preflight::json::{Kind, Visit};
use crate::uploader::preflight::report::FaultKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Messages,
    Prompt,
    Completion,
    Input,
    Preferred,
    NonPreferred,
}

const MEMBERS: [(&str, Member); 6] = [
    ("messages", Member::Messages),
    ("prompt", Member::Prompt),
    ("completion", Member::Completion),
    ("input", Member::Input),
    ("preferred_output", Member::Preferred),
    ("non_preferred_output", Member::NonPreferred),
];

/// The forms that are told by the presence of their members alone.
const FORMS: [&[Member]; 2] =
    [&[Member::Prompt, Member::Completion], &[Member::Input, Member::Preferred, Member::NonPreferred]];

#[derive(Debug, Default)]
pub(in super::super) struct FineTune {
    name: Name,
    at: Option<Member>,
    seen: [bool; MEMBERS.len()],
    messages: Option<Kind>,
    /// How many items of `messages` there were.
    items: u64,
    /// The item at hand is an object and has had no role yet.
    roleless: bool,
    at_role: bool,
    /// The first of the messages that is not right.
    fault: Option<FaultKind>,
}

impl Rules for FineTune {
    const BYTES_MAXIMUM: Option<u64> = None;
    const LINES_MAXIMUM: Option<u64> = None;

    fn line_begins(&mut self) {
        *self = Self { name: std::mem::take(&mut self.name), ..Self::default() };
    }

    fn line_ends(&mut self, _: u64, report: &mut dyn FnMut(FaultKind)) {
        let of_messages = match expect("messages", self.messages, Kind::Array) {
            Ok(()) => self.fault.take().map_or(Ok(()), Err),
            Err(fault) => Err(fault),
        };
        let Err(of_messages) = of_messages else { return };
        if FORMS.iter().any(|form| form.iter().all(|member| self.has(*member))) {
            return;
        }
        if self.has(Member::Messages) {
            return report(of_messages);
        }
        // The form of which the line has the most is the one that was meant.
        let begun = FORMS.iter().filter(|form| form.iter().any(|member| self.has(*member)));
        let Some(meant) = begun.max_by_key(|form| form.iter().filter(|member| self.has(**member)).count())
        else {
            return report(FaultKind::NoExample);
        };
        for (member, of) in MEMBERS {
            if meant.contains(&of) && !self.has(of) {
                report(FaultKind::Missing { member });
            }
        }
    }
}

impl FineTune {
    fn has(&self, member: Member) -> bool {
        self.seen[member as usize]
    }

    fn in_messages(&self) -> bool {
        self.at == Some(Member::Messages) && self.messages == Some(Kind::Array)
    }

    fn message_begins(&mut self, kind: Kind) {
        if kind != Kind::Object {
            self.fault.get_or_insert(FaultKind::MessageKind { index: self.items, found: kind });
        }
        self.roleless = kind == Kind::Object;
        self.items += 1;
    }

    fn message_ends(&mut self) {
        if self.roleless {
            self.fault.get_or_insert(FaultKind::MessageRole { index: self.items - 1 });
            self.roleless = false;
        }
    }
}

impl Visit for FineTune {
    fn key_begins(&mut self, depth: u32) -> bool {
        (depth == 1 || depth == 3 && self.in_messages()) && self.name.begins()
    }

    fn key_ends(&mut self, depth: u32) {
        if depth == 1 {
            self.at = self.name.ends(&MEMBERS);
        } else {
            self.at_role = self.name.ends(&[("role", ())]).is_some();
        }
    }

    fn value_begins(&mut self, depth: u32, kind: Kind) -> bool {
        match (depth, self.at) {
            (1, Some(member)) => {
                self.seen[member as usize] = true;
                if member == Member::Messages {
                    self.messages = Some(kind);
                    self.items = 0;
                    self.fault = None;
                }
            }
            (2, _) if self.in_messages() => self.message_begins(kind),
            (3, _) if self.at_role => {
                self.at_role = false;
                self.roleless = kind != Kind::String;
            }
            _ => {}
        }
        false
    }

    fn text(&mut self, piece: &[u8]) {
        self.name.text.push(piece);
    }

    fn container_ends(&mut self, depth: u32) {
        if depth == 2 && self.in_messages() {
            self.message_ends();
        }
    }
}
