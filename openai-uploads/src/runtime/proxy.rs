//! The proxy that the environment sets for a URL.

use std::env;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

/// Returns the proxy that `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` set for a URL, without its user name
/// and password. This is what `reqwest` itself reads, so a client with proxies of its own may use another one.
pub(super) fn environment_proxy(url: &Url) -> Option<String> {
    if is_off() {
        return None;
    }
    let uri = url.as_str().parse().ok()?;
    let proxy = Matcher::from_system().intercept(&uri)?;
    let proxy = proxy.uri();
    Some(format!("{}://{}", proxy.scheme_str()?, proxy.authority()?))
}

/// Whether `NO_PROXY` is `*`. `reqwest` takes that for the hosts that are names, and not for those that are addresses.
pub(super) fn is_off() -> bool {
    let hosts = env::var("NO_PROXY").or_else(|_| env::var("no_proxy"));
    hosts.is_ok_and(|hosts| hosts.trim() == "*")
}
