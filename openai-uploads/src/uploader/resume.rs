//! Whether an upload that broke off can go on.

use super::file::FileIdentity;
use super::{Afresh, State};
use crate::models::CreateUploadRequest;

/// Less than this before it expires, an upload is not gone on with: the server's clock may be ahead of ours.
const EXPIRY_MARGIN_SECONDS: u64 = 5;

/// What is to be uploaded where, to compare a state with.
pub(super) struct Wanted<'a> {
    pub(super) source: &'a FileIdentity,
    pub(super) base_url: &'a str,
    pub(super) request: &'a CreateUploadRequest,
}

impl Wanted<'_> {
    /// Why the upload of `state` is not this one, where it is not.
    pub(super) fn differs_from(&self, state: &State) -> Option<Afresh> {
        if state.base_url != self.base_url {
            return Some(Afresh::BaseUrlChanged { earlier: state.base_url.clone() });
        }
        if state.source != *self.source {
            return Some(Afresh::SourceChanged);
        }
        if state.purpose != self.request.purpose {
            return Some(Afresh::PurposeChanged { earlier: state.purpose.to_string() });
        }
        let told = (&state.filename, &state.mime_type, &state.expires_after);
        if told != (&self.request.filename, &self.request.mime_type, &self.request.expires_after) {
            return Some(Afresh::DescriptionChanged);
        }
        state.expires_within(EXPIRY_MARGIN_SECONDS).then_some(Afresh::Expired)
    }
}

/// The URL without what may be secret in it: user name, password, query and fragment.
pub(super) fn base_url_for_state(base_path: &str) -> String {
    let Ok(mut url) = url::Url::parse(base_path) else {
        // No request can be sent to this, so it does not come to a state.
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
