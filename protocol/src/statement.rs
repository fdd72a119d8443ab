//! Signed statements: JWS with EdDSA and an explicit `typ` (RFC 8725, section 3.11), so that a statement made for one
//! purpose is worth nothing for another.

use crate::keys::{PublicKey, SigningKey, use_ring};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a statement is for. Goes into the header as `typ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A gateway proves its identity in the link's handshake.
    LinkGateway,
    /// An agent proves its identity in the link's handshake.
    LinkCore,
}

impl Purpose {
    const fn typ(self) -> &'static str {
        match self {
            Self::LinkGateway => "condrix-link-gateway+jwt",
            Self::LinkCore => "condrix-link-core+jwt",
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StatementError {
    #[error("the statement's claims could not be written")]
    Unwritable,
    #[error("the statement was made for another purpose")]
    WrongPurpose,
    #[error("the statement's signature or form is not valid")]
    Invalid,
}

/// Signs `claims` for one purpose.
pub fn sign<C: Serialize>(key: &SigningKey, purpose: Purpose, claims: &C) -> Result<String, StatementError> {
    use_ring();
    let header = Header { typ: Some(purpose.typ().to_owned()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &key.encoding_key()).map_err(|_| StatementError::Unwritable)
}

/// The claims of a statement that `key` signed for `purpose`. What the claims say is the caller's to judge: link
/// statements are fresh by their nonces, not by a clock that two hosts would have to share.
pub fn verify<C: DeserializeOwned + Clone>(
    key: &PublicKey,
    purpose: Purpose,
    statement: &str,
) -> Result<C, StatementError> {
    use_ring();
    let header = decode_header(statement).map_err(|_| StatementError::Invalid)?;
    if header.typ.as_deref() != Some(purpose.typ()) {
        return Err(StatementError::WrongPurpose);
    }
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode(statement, &key.decoding_key(), &validation).map(|data| data.claims).map_err(|_| StatementError::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_holds_for_its_key_and_its_purpose_only() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let said = sign(&key, Purpose::LinkCore, &serde_json::json!({"nonce": "n"})).unwrap();
        let read = |key: &SigningKey, purpose| verify::<serde_json::Value>(&key.public(), purpose, &said);
        assert_eq!(read(&key, Purpose::LinkCore).unwrap()["nonce"], "n");
        assert_eq!(read(&other, Purpose::LinkCore), Err(StatementError::Invalid));
        assert_eq!(read(&key, Purpose::LinkGateway), Err(StatementError::WrongPurpose));
    }

    #[test]
    fn an_unsigned_or_altered_statement_is_refused() {
        let key = SigningKey::generate();
        let said = sign(&key, Purpose::LinkCore, &serde_json::json!({"nonce": "n"})).unwrap();
        let parts: Vec<&str> = said.split('.').collect();
        for forged in [
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}.{}", parts[0], parts[1].replace('a', "b"), "AAAA"),
            "eyJhbGciOiJub25lIiwidHlwIjoiY29uZHJpeC1saW5rLWNvcmUrand0In0.e30.".to_owned(),
        ] {
            assert!(verify::<serde_json::Value>(&key.public(), Purpose::LinkCore, &forged).is_err(), "{forged}");
        }
    }
}
