//! The proxy of a client, as errors name it.

use std::env;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Response, Url};

/// The proxy of a reply, in its extensions.
#[derive(Clone)]
struct ReplyProxy(Option<String>);

/// Returns the proxy that requests to a URL go through, without its user name and password: `proxy_name`, or else that
/// of the environment.
pub(crate) fn proxy_of(proxy_name: Option<&str>, url: &Url) -> Option<String> {
    let Some(proxy) = proxy_name else { return environment_proxy(url) };
    let without = env::var("NO_PROXY").or_else(|_| env::var("no_proxy")).unwrap_or_default();
    named(&Matcher::builder().all(proxy).no(without).build(), url)
}

/// Notes the proxy that a reply came through.
pub(crate) fn set_proxy_of_reply(reply: &mut Response, proxy: Option<String>) {
    reply.extensions_mut().insert(ReplyProxy(proxy));
}

/// Returns the proxy that a reply came through.
pub(crate) fn proxy_of_reply(reply: &Response) -> Option<String> {
    reply.extensions().get().and_then(|ReplyProxy(proxy)| proxy.clone())
}

/// Returns the proxy that `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` set for a URL, without its user name
/// and password. This is what `reqwest` itself reads, so a client with proxies of its own may use another one.
fn environment_proxy(url: &Url) -> Option<String> {
    if is_off() {
        return None;
    }
    named(&Matcher::from_system(), url)
}

fn named(matcher: &Matcher, url: &Url) -> Option<String> {
    let uri = url.as_str().parse().ok()?;
    let proxy = matcher.intercept(&uri)?;
    let proxy = proxy.uri();
    Some(format!("{}://{}", proxy.scheme_str()?, proxy.authority()?))
}

/// Whether `NO_PROXY` is `*`. `reqwest` takes that for the hosts that are names, and not for those that are addresses.
pub(super) fn is_off() -> bool {
    let hosts = env::var("NO_PROXY").or_else(|_| env::var("no_proxy"));
    hosts.is_ok_and(|hosts| hosts.trim() == "*")
}
