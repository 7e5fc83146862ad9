//! Sends a request and follows its redirects.

use std::error::Error as StdError;
use std::sync::Arc;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT,
};
use reqwest::{Method, Response, StatusCode, Url};

use super::credentials::bearer_header;
use super::error::{Error, InputError};
use super::operation::Operation;
use super::platform::{has_tls, request_builder, set_proxy_of_reply};
use super::redaction::Redaction;
use super::request::Request;
use super::request_body::RequestBody;
use super::token::{RefreshingToken, Token};
use super::transport::{Transport, TransportRequest};
use super::transport_error::{TransportError, TransportErrorKind};

/// The maximum number of redirects of one request.
const MAX_REDIRECTS: usize = 10;

/// Sends a request and returns the reply once its head has arrived.
///
/// Redirects within the origin are followed: of a `GET` or `HEAD` all, of other methods 307 and 308, if the body can
/// be sent again. A `GET` or `HEAD` is also followed to another origin, with no header but `Accept` and `User-Agent`:
/// credentials stay with the server that they are for.
///
/// A request whose token the server refuses (401) is sent once more with another one, if there is one.
pub(super) async fn send<E>(mut request: Request, accept: &'static str) -> Result<Response, Error<E>> {
    let mut url = request.url()?;
    let mut headers = request.all_headers(accept)?;
    let refreshing_token = request.refreshing_token();
    let mut token = fetch_token(refreshing_token.as_ref(), &mut headers).await?;
    let (configuration, operation, mut body) = (request.configuration, request.operation, request.body);
    let (method, redaction) = (&operation.method, Arc::new(configuration.redaction()));
    let transport = configuration.transport.as_deref().unwrap_or(&configuration.client);
    let mut redirects = 0;
    loop {
        let proxy = configuration.proxy_of(&url);
        let response = send_once(
            (transport, operation, &redaction),
            url.clone(),
            headers.clone(),
            &mut body,
            proxy.as_deref(),
        )
        .await?;
        if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(TransportError::new(TransportErrorKind::ProxyAuthentication, &url, proxy).into());
        }
        // The token may have been revoked. Another one is tried once, where the server is still the same.
        if response.status() == StatusCode::UNAUTHORIZED
            && body.is_repeatable()
            && let (Some(refreshing_token), Some(refused)) = (&refreshing_token, token.take())
        {
            let Some(other) = refreshing_token.replace(&refused).await? else { return Ok(response) };
            headers.insert(AUTHORIZATION, bearer_header(&other.secret)?);
            continue;
        }
        let Some(next) = redirect(method, &response) else { return Ok(response) };
        if redirects == MAX_REDIRECTS {
            return Err(TransportError::new(TransportErrorKind::TooManyRedirects, &url, proxy).into());
        }
        redirects += 1;
        if next.origin() != url.origin() {
            token = None;
            let public = [ACCEPT, USER_AGENT];
            headers =
                public.into_iter().filter_map(|name| Some((name.clone(), headers.remove(name)?))).collect();
        } else if !body.is_repeatable() {
            return Ok(response);
        }
        url = next;
    }
}

/// Puts the token into the headers and returns it, if the request carries one that is fetched.
async fn fetch_token<E>(
    refreshing_token: Option<&RefreshingToken>,
    headers: &mut HeaderMap,
) -> Result<Option<Token>, Error<E>> {
    let Some(refreshing_token) = refreshing_token else { return Ok(None) };
    let token = refreshing_token.get().await?;
    headers.insert(AUTHORIZATION, bearer_header(&token.secret)?);
    Ok(Some(token))
}

async fn send_once<E>(
    (transport, operation, redaction): (&dyn Transport, &'static Operation, &Arc<Redaction>),
    url: Url,
    headers: HeaderMap,
    body: &mut RequestBody,
    proxy: Option<&str>,
) -> Result<Response, Error<E>> {
    let method = &operation.method;
    let mut request = request_builder(method.clone(), url.clone()).headers(headers);
    request = match body {
        RequestBody::None => request,
        RequestBody::Bytes(bytes) => request.body(bytes.clone()),
        RequestBody::Binary(binary) => {
            let binary = binary.open().await?;
            if let Some(content_type) = binary.content_type {
                request = request.headers(content_type_header(&content_type)?);
            }
            request.header(CONTENT_LENGTH, binary.chunks.length()).body(binary.chunks.into_body())
        }
        RequestBody::Multipart(multipart) => {
            let multipart = multipart.open().await?;
            request = request.headers(content_type_header(&multipart.content_type)?);
            request.header(CONTENT_LENGTH, multipart.chunks.length()).body(multipart.chunks.into_body())
        }
    };
    let failed = |error: Box<dyn StdError + Send + Sync>| match InputError::behind(&*error) {
        Some(input) => Error::Input(input),
        None => Error::Transport(TransportError::from_transport(error, &url, proxy.map(str::to_owned))),
    };
    let mut request = request.build().map_err(|error| failed(error.into()))?;
    // Some servers require a length even for an empty body.
    if request.body().is_none() && !matches!(*method, Method::GET | Method::HEAD) {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let request = TransportRequest { request, operation, redaction: redaction.clone() };
    let mut response = transport.send(request).await.map_err(failed)?;
    set_proxy_of_reply(&mut response, proxy.map(str::to_owned));
    Ok(response)
}

fn content_type_header(content_type: &str) -> Result<HeaderMap, InputError> {
    let value = HeaderValue::from_str(content_type)
        .map_err(|_| InputError::new("the content type has a character that no header can carry"))?;
    Ok(HeaderMap::from_iter([(CONTENT_TYPE, value)]))
}

/// Returns the URL that a reply redirects to, if the request may follow it.
fn redirect(method: &Method, response: &Response) -> Option<Url> {
    let is_get = matches!(*method, Method::GET | Method::HEAD);
    match response.status() {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {}
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER if is_get => {}
        _ => return None,
    }
    let url = response.url();
    let mut next = url.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    // A user name in a URL would become a header.
    next.set_username("").and_then(|()| next.set_password(None)).ok()?;
    let keeps_encryption = match next.scheme() {
        "https" => has_tls(),
        "http" => url.scheme() == "http",
        _ => false,
    };
    (next.origin() == url.origin() || (is_get && keeps_encryption)).then_some(next)
}
