//! The address that people and agents use.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// `https`, a host, perhaps a port, and nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    url: Url,
    origin: String,
}

#[derive(Debug, thiserror::Error)]
#[error("must be https://host or https://host:port, without a path")]
pub struct InvalidPublicUrl;

impl PublicUrl {
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port as a browser writes them in `Origin`: without the port where it is 443. Also the issuer
    /// and the audience of access tokens.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host as it belongs into a certificate.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }
}

impl Default for PublicUrl {
    fn default() -> Self {
        Self::try_from("https://localhost:8443".to_owned()).expect("the default is an https address: a test reads it")
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = InvalidPublicUrl;

    fn try_from(text: String) -> Result<Self, InvalidPublicUrl> {
        let url = Url::parse(&text).map_err(|_| InvalidPublicUrl)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        if url.scheme() != "https" || url.host().is_none() || !bare || !nobody {
            return Err(InvalidPublicUrl);
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self { url, origin })
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.origin
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_what_a_browser_writes() {
        for (text, origin) in [
            ("https://localhost:8443", "https://localhost:8443"),
            ("https://Gateway.Example:443/", "https://gateway.example"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(PublicUrl::try_from(text.to_owned()).unwrap().origin(), origin);
        }
    }

    #[test]
    fn anything_but_a_bare_https_address_is_refused() {
        for text in [
            "http://localhost:8443",
            "localhost:8443",
            "https://localhost/path",
            "https://localhost/?q",
            "https://localhost/#f",
            "https://user@localhost",
            "",
        ] {
            assert!(PublicUrl::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
