//! Forms in memory.
//!
//! The form of `reqwest` is a `FormData` here, which gives every part with a media type a file name and sends JSON as
//! `text/plain`. Servers take such a part for a file.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Body, RequestBuilder};

use super::random::random;

/// A form as it is written.
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

/// A part of a form.
pub(crate) struct Part {
    content: Vec<u8>,
    file_name: Option<String>,
    content_type: Option<String>,
}

pub(crate) fn form() -> Form {
    Form { boundary: format!("{:016x}{:016x}", random(), random()), body: Vec::new() }
}

pub(crate) fn file_part(body: Body, _length: u64) -> Part {
    let content = body.as_bytes().unwrap_or_default().to_vec();
    Part { content, file_name: None, content_type: None }
}

pub(crate) fn with_form(request: RequestBuilder, form: Form) -> RequestBuilder {
    let Form { boundary, mut body } = form;
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}")).body(body)
}

impl Form {
    pub(crate) fn text(self, name: String, value: String) -> Self {
        self.part(name, Part::text(value))
    }

    pub(crate) fn part(mut self, name: String, part: Part) -> Self {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"", self.boundary);
        if let Some(file_name) = part.file_name {
            let file_name = file_name.replace('\\', "\\\\").replace('"', "\\\"");
            head.push_str(&format!("; filename=\"{file_name}\""));
        }
        if let Some(content_type) = part.content_type {
            head.push_str(&format!("\r\nContent-Type: {content_type}"));
        }
        head.push_str("\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(&part.content);
        self.body.extend_from_slice(b"\r\n");
        self
    }
}

impl Part {
    pub(crate) fn text(value: String) -> Self {
        Self { content: value.into_bytes(), file_name: None, content_type: None }
    }

    pub(crate) fn file_name(self, file_name: String) -> Self {
        Self { file_name: Some(file_name), ..self }
    }

    /// Sets the media type, as far as `reqwest` accepts it.
    pub(crate) fn mime_str(self, content_type: &str) -> reqwest::Result<Self> {
        reqwest::multipart::Part::text("").mime_str(content_type)?;
        Ok(Self { content_type: Some(content_type.to_owned()), ..self })
    }
}
