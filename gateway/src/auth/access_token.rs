//! Access tokens: JWTs that live for minutes (RFC 9068, with EdDSA).
//!
//! They name the API token that they were made from, and are worth nothing once it is gone. Only this gateway makes and
//! reads them, so everything about their form is fixed: a header with one member more, or less, is not ours.

use super::AuthError;
use crate::registry::{TokenKeys, key_id};
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation, decode, decode_header, encode};
use protocol::ids::{ApiTokenId, UserId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

const TYPE: &str = "at+jwt";
/// How far in the future a token may claim to begin: the clock may have been set back a little since.
const LEEWAY: i64 = 5;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) sub: UserId,
    pub(super) sid: ApiTokenId,
    pub(super) exp: i64,
    pub(super) nbf: i64,
    pub(super) iat: i64,
    pub(super) jti: Uuid,
}

impl Claims {
    pub(super) const fn has_lapsed(&self, now: OffsetDateTime) -> bool {
        self.exp <= now.unix_timestamp()
    }
}

/// What a program gets for its API token.
#[derive(Debug)]
pub struct AccessToken {
    pub token: SecretString,
    pub expires_in: Duration,
}

/// Makes and verifies access tokens.
pub(super) struct AccessTokens {
    keys: TokenKeys,
    signing: EncodingKey,
    kid: String,
    origin: String,
    lifetime: Duration,
}

impl AccessTokens {
    pub(super) fn new(keys: TokenKeys, origin: &str, lifetime: Duration) -> Self {
        let (signing, kid) = (keys.current.encoding_key(), key_id(&keys.current.public()));
        Self { keys, signing, kid, origin: origin.to_owned(), lifetime }
    }

    fn header(kid: &str) -> Header {
        Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
    }

    pub(super) fn issue(&self, user: UserId, from: ApiTokenId, now: OffsetDateTime) -> AccessToken {
        let iat = now.unix_timestamp();
        let claims = Claims {
            iss: self.origin.clone(),
            aud: self.origin.clone(),
            sub: user,
            sid: from,
            exp: (now + self.lifetime).unix_timestamp(),
            nbf: iat,
            iat,
            jti: Uuid::new_v4(),
        };
        let token = encode(&Self::header(&self.kid), &claims, &self.signing)
            .expect("an Ed25519 key of ours signs claims that are strings and numbers");
        AccessToken { token: token.into(), expires_in: self.lifetime }
    }

    /// The claims of a token that this gateway signed and whose time it is. Whether what it was made from still lives
    /// is for the view to say.
    pub(super) fn verify(&self, token: &str, now: OffsetDateTime) -> Result<Claims, AuthError> {
        let header = decode_header(token).map_err(|_| AuthError::Invalid)?;
        let kid = header.kid.as_deref().ok_or(AuthError::Invalid)?;
        // One comparison refuses other algorithms and types as well as jku, x5u, jwk, crit and whatever comes next.
        if header != Self::header(kid) {
            return Err(AuthError::Invalid);
        }
        let key = self.keys.by_kid(kid).ok_or(AuthError::Invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        validation.set_issuer(&[&self.origin]);
        validation.set_audience(&[&self.origin]);
        // Times are judged below, by the clock that the caller passes in.
        validation.validate_exp = false;
        let decoded = decode::<Claims>(token, &key.decoding_key(), &validation);
        let claims = decoded.map_err(|_| AuthError::Invalid)?.claims;
        let now_seconds = now.unix_timestamp();
        if claims.has_lapsed(now) {
            return Err(AuthError::Lapsed);
        }
        if claims.nbf > now_seconds + LEEWAY || claims.iat > now_seconds + LEEWAY || claims.exp <= claims.iat {
            return Err(AuthError::Invalid);
        }
        Ok(claims)
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens").field("kid", &self.kid).finish_non_exhaustive()
    }
}
