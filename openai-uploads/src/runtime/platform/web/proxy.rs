//! Proxies, which a program does not see here.

use reqwest::{Response, Url};

pub(crate) fn proxy_of(_name: Option<&str>, _url: &Url) -> Option<String> {
    None
}

pub(crate) fn set_proxy_of_reply(_reply: &mut Response, _proxy: Option<String>) {}

pub(crate) fn proxy_of_reply(_reply: &Response) -> Option<String> {
    None
}
