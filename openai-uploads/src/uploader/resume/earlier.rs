//! Finds the state of an earlier upload of the same file, and whether it can be resumed.

use std::io;
use std::path::PathBuf;

use tokio::task::spawn_blocking;

use super::lock::lock_path;
use super::state::State;
use super::state_file::StateFile;
#[cfg(feature = "object-store")]
use super::state_object::StateObject;
use super::storage::StateStorage;
use crate::models::CreateUploadRequest;
use crate::uploader::context::Context;
use crate::uploader::source::{FileIdentity, OpenSource};
use crate::uploader::{Event, RestartReason, Resume, UploadError};

/// An object that is shorter than this is sent again from the beginning: its state would cost more requests than it
/// saves.
#[cfg(feature = "object-store")]
const MIN_OBJECT: u64 = 8 * 1024 * 1024;

/// Whether an earlier upload of `source` may have left a state. It is asked of files only: a request for the state of an
/// object costs as much as the object, where that is small.
pub(crate) async fn has_state(source: &OpenSource, resume: &Resume) -> bool {
    let path = match resume {
        Resume::Off => None,
        Resume::At(path) => Some(path.clone()),
        Resume::Beside => source.content().and_then(|content| content.path()).map(State::path_of),
        #[cfg(feature = "object-store")]
        Resume::Object(_) => None,
    };
    let Some(path) = path else { return false };
    spawn_blocking(move || path.exists()).await.unwrap_or(false)
}

/// Finds the place for the state of `source`, if there is to be one, and locks it.
pub(crate) async fn lock_state(
    context: &Context,
    source: &OpenSource,
    resume: Resume,
) -> Result<Option<Box<dyn StateStorage>>, UploadError> {
    if source.identity().is_none() {
        return Ok(None);
    }
    match resume {
        Resume::Off => Ok(None),
        Resume::At(path) => lock_file(context, path).await,
        Resume::Beside => beside(context, source).await,
        #[cfg(feature = "object-store")]
        Resume::Object(location) => Ok(Some(Box::new(StateObject::new(location)))),
    }
}

async fn beside(
    context: &Context,
    source: &OpenSource,
) -> Result<Option<Box<dyn StateStorage>>, UploadError> {
    let Some(content) = source.content() else { return Ok(None) };
    if let Some(path) = content.path() {
        return lock_file(context, State::path_of(path)).await;
    }
    #[cfg(feature = "object-store")]
    if let Some(location) = content.location().filter(|location| location.is_writable())
        && source.length >= MIN_OBJECT
    {
        let name = State::path_of(location.file_name().as_ref());
        return Ok(match location.with_file_name(&name.to_string_lossy()) {
            Ok(location) => Some(Box::new(StateObject::new(location))),
            Err(_) => None,
        });
    }
    Ok(None)
}

async fn lock_file(context: &Context, path: PathBuf) -> Result<Option<Box<dyn StateStorage>>, UploadError> {
    match StateFile::lock(path.clone()).await {
        Ok(Some(file)) => Ok(Some(Box::new(file))),
        Ok(None) => Err(UploadError::Locked { name: context.name.clone(), lock: lock_path(&path) }),
        Err(error) => {
            context.warn_of_state(path, &error);
            Ok(None)
        }
    }
}

/// The state of an earlier upload that can be resumed. One that cannot is cancelled on the server, and its state
/// removed.
pub(crate) async fn earlier_state(
    context: &Context,
    storage: Option<&dyn StateStorage>,
    source: &OpenSource,
) -> Option<State> {
    let (storage, identity) = storage.zip(source.identity())?;
    let reason = match storage.read().await {
        Ok(None) => return None,
        Ok(Some(state)) => {
            let wanted = Wanted {
                source: identity,
                base_url: &context.base_url,
                request: &context.request,
                is_named: source.is_named,
            };
            let Some(reason) = wanted.differs_from(&state) else { return Some(state) };
            // Another server is left alone.
            if !matches!(reason, RestartReason::BaseUrlChanged { .. }) && !state.completing {
                context.cancel(&state.upload_id).await;
                // One that cannot be removed will be replaced.
                let _ = storage.remove().await;
            }
            reason
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            RestartReason::Damaged { message: error.to_string() }
        }
        Err(error) => {
            context.warn_of_state(storage.place(), &error);
            return None;
        }
    };
    context.listeners.emit(&Event::Restarted { reason });
    None
}

/// The upload that is wanted, to compare a state with.
struct Wanted<'a> {
    source: &'a FileIdentity,
    base_url: &'a str,
    request: &'a CreateUploadRequest,
    /// Whether the caller chose the file name; otherwise it comes from the path.
    is_named: bool,
}

impl Wanted<'_> {
    /// Why the upload of `state` is not this one; `None` if it is.
    ///
    /// Whether it has expired is for the server to say, since the local clock may be wrong.
    fn differs_from(&self, state: &State) -> Option<RestartReason> {
        if state.base_url != self.base_url {
            return Some(RestartReason::BaseUrlChanged { earlier: state.base_url.clone() });
        }
        if !state.source.is_same_file(self.source) {
            return Some(RestartReason::SourceChanged);
        }
        if state.purpose != self.request.purpose {
            return Some(RestartReason::PurposeChanged { earlier: state.purpose.to_string() });
        }
        // Through a symbolic link the same file has another name.
        let has_same_name = state.file_name == self.request.filename || !self.is_named;
        let is_described_alike = (&state.mime_type, &state.expires_after)
            == (&self.request.mime_type, &self.request.expires_after);
        (!has_same_name || !is_described_alike).then_some(RestartReason::DescriptionChanged)
    }
}

/// The URL without what may be secret in it: user name, password, query and fragment.
pub(crate) fn base_url_for_state(base_path: &str) -> String {
    let Ok(mut url) = url::Url::parse(base_path) else {
        // No request can be sent to this, so it never gets into a state.
        return String::new();
    };
    // Neither fails for a URL with a host, and one without has neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_a_url_is_kept() {
        for (base_path, kept) in [
            ("https://api.openai.com/v1", "https://api.openai.com/v1"),
            ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
            ("http://user:secret@localhost:8080/v1?key=secret#secret", "http://localhost:8080/v1"),
            ("secret", ""),
        ] {
            assert_eq!(base_url_for_state(base_path), kept);
        }
    }
}
