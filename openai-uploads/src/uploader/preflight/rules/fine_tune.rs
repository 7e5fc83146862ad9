//! `fine-tune`: each line is an example, in one of three formats.

use super::{Findings, expect, other_format};
use crate::uploader::preflight::json::Kind;
use crate::uploader::preflight::place::Place;
use crate::uploader::preflight::record::{Record, Role};
use crate::uploader::preflight::report::FaultKind;

/// The minimum number of examples.
const MIN_EXAMPLES: u64 = 10;

const ARRAY: &[Kind] = &[Kind::Array];
const OBJECT: &[Kind] = &[Kind::Object];
const STRING: &[Kind] = &[Kind::String];

/// A prompt with its completion, for base models.
const COMPLETION: &[(Place, &[Kind])] = &[(Place::Prompt, STRING), (Place::Completion, STRING)];

/// A preferred and a worse answer.
const PREFERENCE: &[(Place, &[Kind])] =
    &[(Place::Input, OBJECT), (Place::PreferredOutput, ARRAY), (Place::NonPreferredOutput, ARRAY)];

/// The optional members of a chat example. An example with any other is for reinforcement, where the grader
/// reads them and the model writes the answer.
const CHAT: [(Place, &[Kind]); 3] = [
    (Place::Tools, &[Kind::Array, Kind::Null]),
    (Place::Functions, &[Kind::Array, Kind::Null]),
    (Place::ParallelToolCalls, &[Kind::Boolean, Kind::Null]),
];

/// Checks an example.
pub(super) fn line(line: u64, record: &Record, findings: &mut Findings) {
    let mut fault = |kind| findings.line(line, kind);
    if let Some(place) = record.repeated {
        fault(FaultKind::Repeated { member: place.path() });
    }
    if record.has(Place::Messages) {
        return chat(record, &mut fault);
    }
    for format in [PREFERENCE, COMPLETION] {
        if format.iter().all(|(place, _)| record.has(*place)) {
            members(format, record, &mut fault);
            if format[0].0 == Place::Input {
                preference(record, &mut fault);
            }
            return;
        }
    }
    if let Some(other) = other_format::recognise(other_format::NOT_AN_EXAMPLE, record) {
        return fault(other);
    }
    // The format with the most members in the line is the intended one.
    let count = |format: &[(Place, _)]| format.iter().filter(|(place, _)| record.has(*place)).count();
    match [COMPLETION, PREFERENCE].into_iter().max_by_key(|format| count(format)) {
        Some(format) if count(format) > 0 => members(format, record, &mut fault),
        _ => fault(match record.misnamed(Place::Messages) {
            Some(found) => FaultKind::Misnamed { member: Place::Messages.path(), found },
            None => FaultKind::NotAnExample,
        }),
    }
}

/// Checks the number of examples.
pub(super) fn end(findings: &mut Findings) {
    let examples = findings.report.lines;
    if (1..MIN_EXAMPLES).contains(&examples) {
        findings.file(FaultKind::TooFewExamples { examples, minimum: MIN_EXAMPLES });
    }
}

fn chat(record: &Record, fault: &mut impl FnMut(FaultKind)) {
    members(&[(Place::Messages, ARRAY)], record, fault);
    for (place, kinds) in CHAT {
        if record.has(place)
            && let Err(found) = expect(record, place, kinds)
        {
            fault(found);
        }
    }
    if record.kind(Place::Messages) != Some(Kind::Array) {
        return;
    }
    let conversation = record.conversation(Place::Messages);
    if !messages(Place::Messages, record, fault) || record.has_other_members() {
        return;
    }
    let list = Place::Messages.path();
    if !conversation.has_assistant {
        fault(FaultKind::NoAssistant { list });
    } else if conversation.last_role != Some(Role::Assistant) {
        fault(FaultKind::LastNotAssistant { list });
    }
}

fn preference(record: &Record, fault: &mut impl FnMut(FaultKind)) {
    if record.kind(Place::Input) == Some(Kind::Object) {
        members(&[(Place::InputMessages, ARRAY)], record, fault);
    }
    for list in [Place::InputMessages, Place::PreferredOutput, Place::NonPreferredOutput] {
        if record.kind(list) != Some(Kind::Array) {
            continue;
        }
        let is_right = messages(list, record, fault);
        if list != Place::InputMessages && is_right && !record.conversation(list).has_assistant {
            fault(FaultKind::NoAssistant { list: list.path() });
        }
    }
}

/// Checks the members of a format.
fn members(format: &[(Place, &'static [Kind])], record: &Record, fault: &mut impl FnMut(FaultKind)) {
    for (place, kinds) in format {
        if let Err(found) = expect(record, *place, kinds) {
            fault(found);
        }
    }
}

/// Checks the messages in an array. Returns whether they are right.
fn messages(list: Place, record: &Record, fault: &mut impl FnMut(FaultKind)) -> bool {
    let conversation = record.conversation(list);
    if conversation.count == 0 {
        fault(FaultKind::EmptyMember { member: list.path() });
        return false;
    }
    let mut is_right = true;
    for found in conversation.faults(list) {
        is_right = false;
        fault(found);
    }
    is_right
}
