//! Objects in stores on the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use openai_uploads::uploader::{Resume, Source};

use crate::exit::CommandError;
use crate::version::Version;

/// Whether a path on the command line is the URL of an object.
pub(crate) fn is_url(path: &Path) -> bool {
    path.to_str().and_then(|text| text.split_once("://")).is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|character| character.is_ascii_alphanumeric())
    })
}

/// The path as it may be shown: a URL without its query, which may be a signature.
pub(crate) fn shown(path: &Path) -> &Path {
    let is_web = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    match path.to_str() {
        Some(text) if is_web(text) => Path::new(text.split(['?', '#']).next().unwrap_or(text)),
        _ => path,
    }
}

/// An object below a prefix.
pub(crate) struct Listed {
    pub(crate) url: PathBuf,
    /// The key without the prefix.
    pub(crate) relative: PathBuf,
    pub(crate) version: Version,
}

/// The stores that the URLs of a command line name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    #[cfg(feature = "object-store")]
    stores: openai_uploads::objects::Stores,
}

#[cfg(feature = "object-store")]
mod with_stores {
    use futures_util::StreamExt;
    use openai_uploads::objects::{Location, Object, ObjectError};
    use tokio::io::AsyncWriteExt;
    use tokio::runtime::Runtime;

    use super::{CommandError, File, Listed, Objects, Path, PathBuf, Read, Resume, Source, Version, io};
    use crate::message;

    impl Objects {
        pub(crate) fn location(&self, url: &Path) -> Result<Location, CommandError> {
            self.stores.location(&url.to_string_lossy()).map_err(|error| problem(&error))
        }

        /// The objects below a prefix, in the order of their keys.
        pub(crate) fn list(
            &self,
            runtime: &Runtime,
            prefix: &Path,
            recursive: bool,
        ) -> Result<Vec<Listed>, CommandError> {
            let location = self.location(prefix)?;
            let objects = runtime.block_on(location.list(recursive)).map_err(|error| problem(&error))?;
            let start = match location.key() {
                "" => 0,
                key => key.len() + 1,
            };
            let listed = objects.iter().map(|object| Listed {
                url: object.url().into(),
                relative: object.location().key().get(start..).unwrap_or_default().into(),
                version: version(object),
            });
            Ok(listed.collect())
        }

        /// The object as it is now, and what it is recognised by.
        pub(crate) async fn source(&self, url: &Path) -> Result<(Source, Version), CommandError> {
            let object = self.location(url)?.look_up().await.map_err(|error| problem(&error))?;
            let version = version(&object);
            Ok((Source::object(object), version))
        }

        /// The length of the object as it is now, and its content.
        pub(crate) async fn read(&self, url: &Path) -> io::Result<(u64, Box<dyn Read + Send>)> {
            let object = self.stores.location(&url.to_string_lossy())?.look_up().await?;
            let length = object.length();
            Ok((length, Box::new(object.reader(0..length))))
        }

        /// A location that an option names and that is written to.
        pub(crate) fn writable(&self, option: &str, url: &Path) -> Result<Location, CommandError> {
            let location = self.location(url)?;
            if location.is_writable() {
                return Ok(location);
            }
            Err(CommandError::bad_input(format!("{option}: nothing is written to a web server"))
                .with_help("name a file, or an object such as s3://BUCKET/KEY"))
        }

        /// Whether there is an object.
        pub(crate) async fn exists(&self, url: &Path) -> Result<bool, CommandError> {
            match self.location(url)?.look_up().await {
                Ok(_) => Ok(true),
                Err(ObjectError::NotFound { .. }) => Ok(false),
                Err(error) => Err(problem(&error)),
            }
        }

        /// Downloads the object as it is now into a folder, unless this version is there. Returns the file.
        pub(crate) async fn download(&self, url: &Path, folder: &Path, index: usize) -> io::Result<PathBuf> {
            let object = self.stores.location(&url.to_string_lossy())?.look_up().await?;
            let version = object.e_tag().map_or_else(|| object.modified_ns().to_string(), str::to_owned);
            let version: String = version.chars().filter(char::is_ascii_alphanumeric).collect();
            let name = format!("{index}-{version}-{}", object.location().file_name());
            let file = folder.join(&name);
            if !file.exists() {
                write_object(&object, &folder.join(name + ".part"), &file).await?;
            }
            Ok(file)
        }

        /// Sends a file to a store, where it replaces an object.
        pub(crate) async fn send(&self, file: File, url: &Path) -> io::Result<()> {
            Ok(self.stores.location(&url.to_string_lossy())?.write_all(file).await?)
        }

        /// Where the state of an upload is kept.
        pub(crate) fn resume(&self, state: &Path) -> Result<Resume, CommandError> {
            self.writable("--state", state).map(Resume::Object)
        }
    }

    /// Writes the content of an object to `part`, and renames that to `file` when it is complete.
    async fn write_object(object: &Object, part: &Path, file: &Path) -> io::Result<()> {
        let mut content = tokio::fs::File::create(part).await?;
        let mut bytes = object.stream(0..object.length());
        while let Some(bytes) = bytes.next().await {
            content.write_all(&bytes?).await?;
        }
        content.flush().await?;
        tokio::fs::rename(part, file).await
    }

    fn version(object: &Object) -> Version {
        let (bytes, e_tag) = (object.length(), object.e_tag().map(str::to_owned));
        let modified_ns = Some(object.modified_ns()).filter(|modified_ns| *modified_ns != 0);
        Version { bytes, modified_ns, e_tag }
    }

    /// What happened to an object, and what to do.
    pub(crate) fn problem(error: &ObjectError) -> CommandError {
        let message = message::text(&error.to_string());
        let problem = match error {
            ObjectError::Url { .. }
            | ObjectError::NoCredentials { .. }
            | ObjectError::NoBucket { .. }
            | ObjectError::NotFound { .. }
            | ObjectError::Denied { .. } => CommandError::bad_input(message),
            _ => CommandError::failed(message),
        };
        problem.with_help(error.help())
    }
}

#[cfg(feature = "object-store")]
pub(crate) use with_stores::problem;
#[cfg(not(feature = "object-store"))]
pub(crate) use without_stores::unsupported;

#[cfg(not(feature = "object-store"))]
mod without_stores {
    use tokio::runtime::Runtime;

    use super::{
        CommandError, File, Listed, Objects, Path, PathBuf, Read, Resume, Source, Version, io, shown,
    };
    use crate::message;

    impl Objects {
        pub(crate) fn list(&self, _: &Runtime, prefix: &Path, _: bool) -> Result<Vec<Listed>, CommandError> {
            Err(unsupported(prefix))
        }

        #[expect(clippy::unused_async, reason = "with stores it asks one")]
        pub(crate) async fn source(&self, url: &Path) -> Result<(Source, Version), CommandError> {
            Err(unsupported(url))
        }

        #[expect(clippy::unused_async, reason = "with stores it asks one")]
        pub(crate) async fn read(&self, url: &Path) -> io::Result<(u64, Box<dyn Read + Send>)> {
            Err(io::Error::new(io::ErrorKind::Unsupported, unsupported(url).message))
        }

        pub(crate) fn resume(&self, state: &Path) -> Result<Resume, CommandError> {
            Err(unsupported(state))
        }

        #[expect(clippy::unused_async, reason = "with stores it asks one")]
        pub(crate) async fn exists(&self, url: &Path) -> Result<bool, CommandError> {
            Err(unsupported(url))
        }

        #[expect(clippy::unused_async, reason = "with stores it asks one")]
        pub(crate) async fn download(&self, url: &Path, _: &Path, _: usize) -> io::Result<PathBuf> {
            Err(io::Error::new(io::ErrorKind::Unsupported, unsupported(url).message))
        }

        #[expect(clippy::unused_async, reason = "with stores it asks one")]
        pub(crate) async fn send(&self, _: File, url: &Path) -> io::Result<()> {
            Err(io::Error::new(io::ErrorKind::Unsupported, unsupported(url).message))
        }
    }

    pub(crate) fn unsupported(url: &Path) -> CommandError {
        let shown = message::path(shown(url));
        CommandError::bad_input(format!("{shown}: this program was built without object stores"))
            .with_help("install it with --features cli,object-store")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_distinguished_from_paths_and_shown_without_their_query() {
        for (path, is) in [("s3://b/k", true), ("a", false), ("./s3://b", false), ("s3:/b", false)] {
            assert_eq!(is_url(Path::new(path)), is, "{path}");
        }
        assert_eq!(shown(Path::new("https://h/p?X-Signature=secret")), Path::new("https://h/p"));
        assert_eq!(shown(Path::new("s3://b/what?")), Path::new("s3://b/what?"));
    }
}
