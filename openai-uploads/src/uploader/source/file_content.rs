//! A file as the content of a source.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::buffers::Buffers;
use super::content::{Content, RangeReader, RangeStream};
use super::file::SourceFile;
use super::file_reader::{FileReader, FileStream};
use super::identity::FileIdentity;
use super::{OpenContent, Origin};

/// A file that has not been opened yet.
impl Origin for PathBuf {
    fn file_name(&self) -> String {
        Path::file_name(self).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn display_name(&self, _: &str) -> String {
        self.display().to_string()
    }

    fn length(&self) -> io::Result<u64> {
        SourceFile::length(self)
    }

    fn open(self: Box<Self>, buffers: Buffers) -> BoxFuture<'static, io::Result<OpenContent>> {
        Box::pin(async move {
            let file = spawn_blocking(move || SourceFile::open(&self, buffers)).await??;
            Ok(OpenContent::Range(Arc::new(file)))
        })
    }
}

impl Content for SourceFile {
    fn length(&self) -> u64 {
        SourceFile::identity(self).length
    }

    fn reader(self: Arc<Self>, range: Range<u64>) -> Box<dyn RangeReader> {
        Box::new(FileReader::new(self, range))
    }

    fn stream(self: Arc<Self>, range: Range<u64>) -> RangeStream {
        Box::pin(FileStream::new(FileReader::new(self, range)))
    }

    fn identity(&self) -> Option<&FileIdentity> {
        Some(SourceFile::identity(self))
    }

    fn path(&self) -> Option<&Path> {
        Some(SourceFile::path(self))
    }

    fn change(self: Arc<Self>) -> BoxFuture<'static, io::Result<Option<String>>> {
        Box::pin(async move { spawn_blocking(move || SourceFile::change(&self)).await? })
    }
}
