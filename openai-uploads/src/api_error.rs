//! The errors of OpenAI's API: the members of their object `error`.

use crate::models::ErrorResponse;
use crate::runtime::ApiError;

impl ApiError<ErrorResponse> {
    /// Returns the name of the error, such as `insufficient_quota`.
    pub fn code(&self) -> Option<&str> {
        self.detail("code")
    }

    /// Returns the kind of error, such as `invalid_request_error`.
    pub fn error_type(&self) -> Option<&str> {
        self.detail("type")
    }

    /// Returns the parameter that the error is about.
    pub fn param(&self) -> Option<&str> {
        self.detail("param")
    }

    /// Compatible servers leave out members that the document requires, so these are not read from `entity`.
    fn detail(&self, name: &str) -> Option<&str> {
        self.details.get(name).map(String::as_str)
    }
}
