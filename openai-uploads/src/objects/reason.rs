//! What an error of `object_store` says, in a few words.

use object_store::Error;

/// How many characters of an answer are shown.
const SHOWN: usize = 200;

/// What an error says.
#[derive(Debug, Default)]
pub(super) struct Reason {
    pub(super) status: Option<u16>,
    /// The code of the store, such as `NoSuchBucket`.
    pub(super) code: String,
    pub(super) message: String,
}

impl Reason {
    pub(super) fn of(error: &Error) -> Self {
        // The innermost error has the least words around it, and no URL.
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self::read(&cause.to_string())
    }

    fn read(text: &str) -> Self {
        let status = text.split_once("status code: ").map(|(_, rest)| rest);
        let number = status.and_then(|rest| rest.get(..3)?.parse().ok());
        let element = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            rest.split_once(&format!("</{name}>")).map(|(text, _)| text.trim().to_owned())
        };
        let code = element("Code").unwrap_or_default();
        let message = match (element("Message"), status) {
            (Some(message), Some(status)) => {
                let status = status.split_once(':').map_or(status, |(status, _)| status);
                format!("{}: {}", status.trim(), message.lines().next().unwrap_or_default())
            }
            (_, Some(status)) => status.trim().trim_end_matches(':').to_owned(),
            (_, None) => text.trim().to_owned(),
        };
        Self { status: number, code, message: cut(&message.replace(['\n', '\r'], " ")) }
    }

    pub(super) fn is_missing_bucket(&self) -> bool {
        ["NoSuchBucket", "ContainerNotFound", "AccountNotFound"].contains(&self.code.as_str())
            || self.message.contains("bucket does not exist")
    }

    /// Whether another attempt may succeed.
    pub(super) fn may_pass(&self) -> bool {
        self.status.is_none_or(|status| matches!(status, 408 | 429 | 500..=599))
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_code_and_message_of_an_answer_are_found() {
        let body =
            "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>It is gone</Message></Error>";
        let reason = Reason::read(&format!("Server returned non-2xx status code: 404 Not Found: {body}"));
        assert_eq!((reason.status, reason.message.as_str()), (Some(404), "404 Not Found: It is gone"));
        assert!(reason.is_missing_bucket() && !reason.may_pass());
        let reason = Reason::read("Server returned non-2xx status code: 503 Service Unavailable: ");
        assert_eq!((reason.status, reason.message.as_str()), (Some(503), "503 Service Unavailable"));
        assert!(reason.may_pass());
        let reason = Reason::read("Connection refused (os error 111)");
        assert_eq!((reason.status, reason.message.as_str()), (None, "Connection refused (os error 111)"));
        assert!(reason.may_pass());
        assert!(Reason::read(&"é".repeat(1000)).message.chars().count() <= SHOWN + 1);
    }
}
