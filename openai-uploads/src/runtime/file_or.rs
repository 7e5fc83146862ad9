//! A file, or a value in the place of one.

use super::binary::Binary;

/// A file, or a value in the place of one.
#[derive(Debug)]
pub enum FileOr<T> {
    /// The file.
    File(Binary),
    /// The value in its place.
    Other(T),
}

impl<T, B: Into<Binary>> From<B> for FileOr<T> {
    fn from(file: B) -> Self {
        Self::File(file.into())
    }
}
