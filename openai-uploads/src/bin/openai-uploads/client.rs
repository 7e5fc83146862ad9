//! The HTTP client of the command: timeouts, proxies and certificates from the command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use openai_uploads::runtime::client_builder;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy, Url};

use crate::exit::CommandError;
use crate::{message, quantity};

/// The arguments that the HTTP client is built from.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ClientArguments {
    /// The time limit of making a connection [default: 5s].
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    connect_timeout: Option<Duration>,

    /// The URL of an HTTP or SOCKS5 proxy [default: the variables `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, value_parser = proxy_url)]
    pub(crate) proxy: Option<Url>,

    /// A PEM file with root certificates to trust besides those of the machine. May be repeated.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_cert: Vec<PathBuf>,

    /// A PEM file with the certificate that identifies this client.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_cert: Option<PathBuf>,

    /// A PEM file with the key of the client certificate [default: the file of the certificate].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "client_cert")]
    client_key: Option<PathBuf>,
}

impl ClientArguments {
    /// The client, unless it is the default one.
    pub(crate) fn client(&self) -> Result<Option<Client>, CommandError> {
        if self.options().is_empty() {
            return Ok(None);
        }
        let mut builder = client_builder().http1_only();
        if let Some(limit) = self.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        if let Some(url) = &self.proxy {
            let proxy = Proxy::all(url.clone()).map_err(|error| bad("--proxy", &error))?;
            builder = builder.proxy(proxy.no_proxy(NoProxy::from_env()));
        }
        let builder = self.with_certificates(builder)?;
        builder.build().map(Some).map_err(|error| {
            let files = self.ca_cert.iter().chain(&self.client_cert).chain(&self.client_key);
            let files: Vec<_> = files.map(|file| message::path(file)).collect();
            bad(&format!("the certificates of {}", files.join(", ")), &error)
        })
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn with_certificates(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, CommandError> {
        for file in &self.ca_cert {
            let certificates = reqwest::Certificate::from_pem_bundle(&read("--ca-cert", file)?);
            let shown = message::path(file);
            let not_fit = |problem: &str| {
                CommandError::bad_input(format!("--ca-cert: {shown} {problem}"))
                    .with_help("give a PEM file, which has lines such as -----BEGIN CERTIFICATE-----")
            };
            let certificates = certificates.map_err(|error| {
                let cause = message::one_line(&root_cause(&error));
                not_fit(&format!("has a damaged certificate: {cause}"))
            })?;
            if certificates.is_empty() {
                return Err(not_fit("has no certificate"));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(file) = &self.client_cert {
            let certificate = read("--client-cert", file)?;
            let key = match &self.client_key {
                Some(file) => read("--client-key", file)?,
                None => certificate.clone(),
            };
            builder = builder.identity(identity(&certificate, &key).map_err(|error| {
                CommandError::bad_input(format!("--client-cert: {}", message::one_line(&root_cause(&error))))
                    .with_help("give PEM files with a certificate and its unencrypted PKCS #8 key")
            })?);
        }
        Ok(builder)
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn with_certificates(&self, builder: ClientBuilder) -> Result<ClientBuilder, CommandError> {
        let has_certificates = !self.ca_cert.is_empty() || self.client_cert.is_some();
        if has_certificates {
            return Err(CommandError::bad_input(
                "this program was built without TLS, so it takes no certificates",
            ));
        }
        Ok(builder)
    }

    /// The proxy, if it is not that of the environment.
    pub(crate) fn proxy_name(&self) -> Option<String> {
        self.proxy.as_ref().map(ToString::to_string)
    }

    /// The options that repeat these arguments.
    pub(crate) fn options(&self) -> Vec<(&'static str, OsString)> {
        let mut options: Vec<(&str, OsString)> = Vec::new();
        let limit = self.connect_timeout.map(quantity::exact_duration);
        options.extend(limit.map(|limit| ("--connect-timeout", limit.into())));
        options.extend(self.proxy.iter().map(|url| ("--proxy", url.as_str().into())));
        options.extend(self.ca_cert.iter().map(|file| ("--ca-cert", file.into())));
        options.extend(self.client_cert.iter().map(|file| ("--client-cert", file.into())));
        options.extend(self.client_key.iter().map(|file| ("--client-key", file.into())));
        options
    }
}

/// The same TLS library as in [`client_builder`].
#[cfg(feature = "native-tls")]
fn identity(certificate: &[u8], key: &[u8]) -> reqwest::Result<reqwest::Identity> {
    reqwest::Identity::from_pkcs8_pem(certificate, key)
}

#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
fn identity(certificate: &[u8], key: &[u8]) -> reqwest::Result<reqwest::Identity> {
    reqwest::Identity::from_pem(&[certificate, b"\n", key].concat())
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn read(option: &str, file: &std::path::Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|error| {
        CommandError::bad_input(format!("{option}: {} cannot be read: {error}", message::path(file)))
            .with_help("give a PEM file that exists and that you may read")
    })
}

fn bad(what: &str, error: &reqwest::Error) -> CommandError {
    CommandError::bad_input(format!("{what}: {}", message::one_line(&root_cause(error))))
        .with_help("check the files and URLs of the options of the connection")
}

/// What `reqwest` wraps into errors that say no more than "builder error".
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn proxy_url(text: &str) -> Result<Url, String> {
    const HELP: &str = "give a URL such as http://proxy.example:3128 or socks5h://localhost:1080";
    let url = Url::parse(text.trim()).map_err(|_| HELP)?;
    let is_known = matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h");
    if !is_known || !url.has_host() {
        return Err(HELP.to_owned());
    }
    if url.password().is_some() {
        return Err(
            "others can see the arguments of a process; set HTTPS_PROXY to a URL with a password".to_owned()
        );
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::proxy_url;

    #[test]
    fn a_proxy_is_a_url_without_a_password() {
        for url in ["http://proxy.example:3128", "socks5h://localhost:1080", "https://me@proxy.example"] {
            assert!(proxy_url(url).is_ok(), "{url}");
        }
        for (url, problem) in [
            ("proxy.example", "http://proxy.example:3128"),
            ("localhost:3128", "http://proxy.example:3128"),
            ("ftp://proxy.example", "http://proxy.example:3128"),
            ("http://me:secret@proxy.example", "HTTPS_PROXY"),
        ] {
            let error = proxy_url(url).unwrap_err();
            assert!(error.contains(problem) && !error.contains("secret"), "{url}: {error}");
        }
    }
}
