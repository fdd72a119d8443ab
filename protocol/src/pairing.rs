//! How an agent becomes a Core.

use crate::ids::CoreId;
use crate::keys::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use url::Url;

/// SHA-256 over a certificate's DER form, in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub fn of(certificate: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, certificate).as_ref());
        Self(hash)
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidPairingToken;

    fn from_str(text: &str) -> Result<Self, InvalidPairingToken> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| InvalidPairingToken)?;
        Ok(Self(hash))
    }
}

/// What an administrator hands to a host: the gateway's address and certificate, and a single-use secret. One line of
/// text, so that it survives a chat window or a prompt.
#[derive(Clone, Debug)]
pub struct PairingToken {
    pub gateway: Url,
    pub fingerprint: Fingerprint,
    pub secret: SecretString,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a pairing token: it starts with {PREFIX} and is copied whole")]
pub struct InvalidPairingToken;

const PREFIX: &str = "cxp1_";

#[derive(Serialize, Deserialize)]
struct Encoded {
    g: Url,
    f: String,
    s: String,
}

impl PairingToken {
    /// The token's text. It is a secret until it is used.
    pub fn to_text(&self) -> SecretString {
        let encoded = Encoded {
            g: self.gateway.clone(),
            f: self.fingerprint.to_string(),
            s: self.secret.expose_secret().to_owned(),
        };
        let json = serde_json::to_vec(&encoded).expect("three strings are JSON");
        SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json)))
    }
}

impl FromStr for PairingToken {
    type Err = InvalidPairingToken;

    fn from_str(text: &str) -> Result<Self, InvalidPairingToken> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(InvalidPairingToken)?;
        let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| InvalidPairingToken)?;
        let Encoded { g, f, s } = serde_json::from_slice(&json).map_err(|_| InvalidPairingToken)?;
        if g.scheme() != "https" {
            return Err(InvalidPairingToken);
        }
        Ok(Self { gateway: g, fingerprint: f.parse()?, secret: SecretString::from(s) })
    }
}

/// `POST /api/v1/pairing`, by an agent that has a token.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairRequest {
    /// The token's secret part.
    pub secret: String,
    #[schema(value_type = String)]
    pub key: PublicKey,
    /// A name for the Core; the token's, where an administrator chose one, goes before it.
    pub hostname: String,
}

// By hand, because of the secret.
impl std::fmt::Debug for PairRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { secret: _, key, hostname } = self;
        f.debug_struct("PairRequest").field("key", key).field("hostname", hostname).finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PairResponse {
    pub core: CoreId,
    pub name: String,
    /// The gateway's identity on links from now on.
    #[schema(value_type = String)]
    pub gateway_key: PublicKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(gateway: &str) -> PairingToken {
        PairingToken {
            gateway: gateway.parse().unwrap(),
            fingerprint: Fingerprint::of(b"der"),
            secret: "s3cret".to_owned().into(),
        }
    }

    #[test]
    fn a_token_survives_being_copied() {
        let text = token("https://gateway.example:8443/").to_text();
        let read: PairingToken = format!("  {}\n", text.expose_secret()).parse().unwrap();
        assert_eq!(read.gateway.as_str(), "https://gateway.example:8443/");
        assert_eq!(read.fingerprint, Fingerprint::of(b"der"));
        assert_eq!(read.secret.expose_secret(), "s3cret");
    }

    #[test]
    fn a_damaged_token_or_one_without_encryption_is_refused() {
        let text = token("https://gateway.example/").to_text();
        let whole = text.expose_secret();
        for damaged in ["", "cxp1_", &whole[..whole.len() - 3], &whole[1..], &whole.to_uppercase()] {
            assert!(damaged.parse::<PairingToken>().is_err(), "{damaged}");
        }
        assert!(token("http://gateway.example/").to_text().expose_secret().parse::<PairingToken>().is_err());
    }
}
