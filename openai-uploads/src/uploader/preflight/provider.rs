//! The service that a file is for, and its limits.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The service that a file is for. Services differ in what they accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// OpenAI.
    OpenAi,
    /// Azure OpenAI: up to 100,000 requests in a batch, and the paths of endpoints may lack `/v1`.
    Azure,
    /// Any other server. What it may accept is a warning.
    Other,
}

/// The limits of one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchLimits {
    /// The maximum number of requests.
    pub lines: u64,
    /// The maximum size of the input file, in bytes.
    pub bytes: u64,
    /// The maximum number of texts to embed, over all requests.
    pub inputs: u64,
}

impl Provider {
    /// The providers by name.
    pub const KNOWN: [(&'static str, Self); 3] =
        [("openai", Self::OpenAi), ("azure", Self::Azure), ("other", Self::Other)];

    /// The provider at a base URL. A server on this machine counts as OpenAI, since it is there to test against.
    ///
    /// ```
    /// use openai_uploads::preflight::Provider;
    ///
    /// assert_eq!(Provider::at("https://example.openai.azure.com/openai/v1"), Provider::Azure);
    /// assert_eq!(Provider::at("https://llm.example.com/v1"), Provider::Other);
    /// ```
    pub fn at(base_url: &str) -> Self {
        let Ok(url) = Url::parse(base_url) else { return Self::Other };
        let is_below = |host: &str, domain: &str| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        match url.host() {
            Some(Host::Ipv4(address)) if address.is_loopback() => Self::OpenAi,
            Some(Host::Ipv6(address)) if address.is_loopback() => Self::OpenAi,
            Some(Host::Domain(host))
                if ["openai.com", "localhost"].iter().any(|name| is_below(host, name)) =>
            {
                Self::OpenAi
            }
            Some(Host::Domain(host))
                if ["azure.com", "azure.us", "azure.cn", "azure-api.net"]
                    .iter()
                    .any(|name| is_below(host, name)) =>
            {
                Self::Azure
            }
            _ => Self::Other,
        }
    }

    /// The limits of one batch.
    pub fn batch_limits(self) -> BatchLimits {
        // The published 200 MB do not say which megabyte they mean. The smaller one is safe under both readings.
        let lines = if self == Self::Azure { 100_000 } else { 50_000 };
        BatchLimits { lines, bytes: 200_000_000, inputs: 50_000 }
    }

    /// The provider's name: `openai`, `azure` or `other`.
    pub fn as_str(self) -> &'static str {
        Self::KNOWN.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An unknown name of a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown provider; known are openai, azure and other")]
pub struct UnknownProvider;

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::KNOWN
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, provider)| *provider)
            .ok_or(UnknownProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_url_names_the_provider() {
        for (base_url, provider) in [
            ("https://api.openai.com/v1", Provider::OpenAi),
            ("https://eu.api.openai.com/v1", Provider::OpenAi),
            ("http://127.0.0.1:8080/v1", Provider::OpenAi),
            ("http://[::1]:8080/v1", Provider::OpenAi),
            ("http://localhost:8080/v1", Provider::OpenAi),
            ("https://x.openai.azure.com/openai", Provider::Azure),
            ("https://x.cognitiveservices.azure.com/openai/v1", Provider::Azure),
            ("https://x.openai.azure.us/openai/v1", Provider::Azure),
            ("https://notopenai.com/v1", Provider::Other),
            ("https://api.openai.com.example.org/v1", Provider::Other),
            ("http://10.0.0.1/v1", Provider::Other),
            ("nonsense", Provider::Other),
        ] {
            assert_eq!(Provider::at(base_url), provider, "{base_url}");
        }
        assert_eq!("azure".parse(), Ok(Provider::Azure));
        assert_eq!("Azure".parse::<Provider>(), Err(UnknownProvider));
    }
}
