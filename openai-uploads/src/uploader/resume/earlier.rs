//! Finds the state of an earlier upload of the same file, and whether it can be resumed.

use super::lock::lock_path;
use super::state::State;
use super::state_file::StateFile;
use crate::models::CreateUploadRequest;
use crate::uploader::context::Context;
use crate::uploader::source::{FileIdentity, OpenSource};
use crate::uploader::{Event, RestartReason, Resume, UploadError};

/// Locks the state file of `source`, if there is to be one.
pub(crate) async fn lock_state_file(
    context: &Context,
    source: &OpenSource,
    resume: Resume,
) -> Result<Option<StateFile>, UploadError> {
    let Some(file) = &source.file else { return Ok(None) };
    let path = match resume {
        Resume::Off => return Ok(None),
        Resume::At(path) => path,
        Resume::Beside => State::path_of(file.path()),
    };
    match StateFile::lock(path.clone()).await {
        Ok(Some(file)) => Ok(Some(file)),
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
    file: Option<&StateFile>,
    source: &OpenSource,
) -> Option<State> {
    let (state_file, file) = file.zip(source.file.as_ref())?;
    let reason = match state_file.read().await {
        Ok(None) => return None,
        Ok(Some(state)) => {
            let wanted = Wanted {
                source: file.identity(),
                base_url: &context.base_url,
                request: &context.request,
                is_named: source.is_named,
            };
            let Some(reason) = wanted.differs_from(&state) else { return Some(state) };
            // Another server is left alone.
            if !matches!(reason, RestartReason::BaseUrlChanged { .. }) && !state.completing {
                context.cancel(&state.upload_id).await;
                // One that cannot be removed will be replaced.
                let _ = state_file.remove().await;
            }
            reason
        }
        Err(error) => RestartReason::Damaged { message: error.to_string() },
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
