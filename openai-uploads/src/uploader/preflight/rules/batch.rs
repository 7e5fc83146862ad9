//! `batch`: a request a line.

use std::borrow::Cow;
use std::collections::HashMap;

use md5::{Digest, Md5};

use super::{Name, Rules, Start, expect};
use crate::uploader::preflight::json::{Kind, Visit};
use crate::uploader::preflight::report::FaultKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    CustomId,
    Method,
    Url,
    Body,
}

const MEMBERS: [(&str, Member); 4] = [
    ("custom_id", Member::CustomId),
    ("method", Member::Method),
    ("url", Member::Url),
    ("body", Member::Body),
];

#[derive(Debug, Default)]
pub(in super::super) struct Batch {
    name: Name,
    at: Option<Member>,
    /// Its beginning, and the digest of what is beyond it: an id may be as long as the file.
    custom_id: (Option<Kind>, Start, Md5),
    method: (Option<Kind>, Start),
    url: (Option<Kind>, Start),
    body: Option<Kind>,
    /// The line of each id, under the id itself or, where it is long, its beginning and the digest of the rest.
    ids: HashMap<Box<[u8]>, u64>,
}

impl Rules for Batch {
    /// 200 MB. The published text does not say which megabyte it means, so the smaller one: what passes here
    /// passes under either reading.
    const BYTES_MAXIMUM: Option<u64> = Some(200_000_000);
    const LINES_MAXIMUM: Option<u64> = Some(50_000);

    fn line_begins(&mut self) {
        self.at = None;
        self.custom_id.0 = None;
        self.method.0 = None;
        self.url.0 = None;
        self.body = None;
    }

    fn line_ends(&mut self, line: u64, report: &mut dyn FnMut(FaultKind)) {
        match expect("custom_id", self.custom_id.0, Kind::String) {
            Err(fault) => report(fault),
            Ok(()) => {
                if let Some(first_line) = self.remember_id(line) {
                    report(FaultKind::RepeatedId { custom_id: self.custom_id.1.shown(), first_line });
                }
            }
        }
        match expect("method", self.method.0, Kind::String) {
            Err(fault) => report(fault),
            Ok(()) if self.method.1.known() != b"POST" => {
                report(FaultKind::Method { found: self.method.1.shown() });
            }
            Ok(()) => {}
        }
        match expect("url", self.url.0, Kind::String) {
            Err(fault) => report(fault),
            Ok(()) if !self.url.1.bytes.starts_with(b"/v1/") => {
                report(FaultKind::Url { found: self.url.1.shown() });
            }
            Ok(()) => {}
        }
        if let Err(fault) = expect("body", self.body, Kind::Object) {
            report(fault);
        }
    }
}

impl Batch {
    /// The line that has the id already, if one has.
    ///
    /// As many ids are kept as a batch may have lines, so that the table is bounded; a file with more is at
    /// fault anyway, and what is beyond is still compared with those.
    fn remember_id(&mut self, line: u64) -> Option<u64> {
        let (_, id, rest) = &mut self.custom_id;
        // A key with a digest is longer than any id that is whole.
        let key = match id.cut {
            false => Cow::Borrowed(&*id.bytes),
            true => Cow::Owned([&*id.bytes, &rest.finalize_reset()].concat()),
        };
        let first_line = self.ids.get(&*key).copied();
        let full = Self::LINES_MAXIMUM.is_some_and(|maximum| self.ids.len() as u64 >= maximum);
        if first_line.is_none() && !full {
            self.ids.insert(key.into(), line);
        }
        first_line
    }
}

impl Visit for Batch {
    fn key_begins(&mut self, depth: u32) -> bool {
        depth == 1 && self.name.begins()
    }

    fn key_ends(&mut self, _: u32) {
        self.at = self.name.ends(&MEMBERS);
    }

    fn value_begins(&mut self, depth: u32, kind: Kind) -> bool {
        if depth != 1 {
            return false;
        }
        match self.at {
            Some(Member::CustomId) => {
                self.custom_id.0 = Some(kind);
                self.custom_id.1.clear();
                self.custom_id.2.reset();
            }
            Some(Member::Method) => {
                self.method.0 = Some(kind);
                self.method.1.clear();
            }
            Some(Member::Url) => {
                self.url.0 = Some(kind);
                self.url.1.clear();
            }
            Some(Member::Body) => self.body = Some(kind),
            None => {}
        }
        matches!(self.at, Some(Member::CustomId | Member::Method | Member::Url))
    }

    fn text(&mut self, piece: &[u8]) {
        if self.name.open {
            self.name.text.push(piece);
            return;
        }
        match self.at {
            Some(Member::CustomId) => {
                let rest = self.custom_id.1.push(piece);
                if !rest.is_empty() {
                    self.custom_id.2.update(rest);
                }
            }
            Some(Member::Method) => drop(self.method.1.push(piece)),
            Some(Member::Url) => drop(self.url.1.push(piece)),
            Some(Member::Body) | None => {}
        }
    }

    fn container_ends(&mut self, _: u32) {}
}
