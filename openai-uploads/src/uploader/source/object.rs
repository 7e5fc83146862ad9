//! An object in a store that is uploaded.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::buffers::Buffers;
use super::content::{Content, RangeReader, RangeStream};
use super::{FileIdentity, OpenContent, Origin, Source};
use crate::objects::{Location, Object, ObjectReader};

impl Origin for Object {
    fn file_name(&self) -> String {
        self.location().file_name()
    }

    fn display_name(&self, _: &str) -> String {
        self.url()
    }

    fn length(&self) -> io::Result<u64> {
        Ok(Object::length(self))
    }

    fn open(self: Box<Self>, _: Buffers) -> BoxFuture<'static, io::Result<OpenContent>> {
        Box::pin(async move {
            // Two or three requests for so little would take longer than one.
            if Object::length(&self) <= Source::OBJECT_MEMORY {
                return Ok(OpenContent::Range(Arc::new(self.bytes().await?)));
            }
            Ok(OpenContent::Range(Arc::new(SourceObject::new(*self))))
        })
    }
}

/// An object that is read while it is sent.
#[derive(Debug)]
struct SourceObject {
    object: Object,
    /// `None` if nothing but the length is known, by which no object can be recognised.
    identity: Option<FileIdentity>,
}

impl SourceObject {
    fn new(object: Object) -> Self {
        let identity = FileIdentity {
            path: object.url(),
            length: object.length(),
            modified_ns: object.modified_ns(),
            head_md5: None,
            e_tag: object.e_tag().map(str::to_owned),
        };
        let is_known = identity.e_tag.is_some() || identity.modified_ns != 0;
        Self { object, identity: is_known.then_some(identity) }
    }
}

impl Content for SourceObject {
    fn length(&self) -> u64 {
        self.object.length()
    }

    fn reader(self: Arc<Self>, range: Range<u64>) -> Box<dyn RangeReader> {
        Box::new(self.object.reader(range))
    }

    fn stream(self: Arc<Self>, range: Range<u64>) -> RangeStream {
        self.object.stream(range)
    }

    fn identity(&self) -> Option<&FileIdentity> {
        self.identity.as_ref()
    }

    fn location(&self) -> Option<&Location> {
        Some(self.object.location())
    }

    fn is_cheap_to_read_again(&self) -> bool {
        false
    }
}

impl RangeReader for ObjectReader {
    fn chunk(&mut self) -> io::Result<Bytes> {
        Self::chunk(self)
    }
}
