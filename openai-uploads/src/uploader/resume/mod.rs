//! Resuming: the state of an unfinished upload, its file, and whether the next run can go on from it.

mod lock;
mod session;
mod state;
mod state_file;

use super::RestartReason;
use super::source::FileIdentity;
use crate::models::CreateUploadRequest;

pub(super) use self::session::Session;
pub use self::state::{DamagedState, SavedPart, SavedState, State};
pub(super) use self::state_file::StateFile;

/// The upload that is wanted, to compare a state with.
pub(super) struct Wanted<'a> {
    pub(super) source: &'a FileIdentity,
    pub(super) base_url: &'a str,
    pub(super) request: &'a CreateUploadRequest,
    /// Whether the caller chose the file name; otherwise it comes from the path.
    pub(super) is_named: bool,
}

impl Wanted<'_> {
    /// Why the upload of `state` is not this one; `None` if it is.
    ///
    /// Whether it has expired is for the server to say, since the local clock may be wrong.
    pub(super) fn differs_from(&self, state: &State) -> Option<RestartReason> {
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
pub(super) fn base_url_for_state(base_path: &str) -> String {
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
