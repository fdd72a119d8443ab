//! Programs' credentials, and what they are exchanged for.

use super::access_token::AccessToken;
use super::{Auth, AuthError, Principal};
use crate::registry::api_tokens::{self, ApiTokenRow};
use crate::registry::{Actor, RegistryError};
use protocol::ids::{ApiTokenId, UserId};
use protocol::secret::{SecretHash, random_secret};
use secrecy::SecretString;
use time::OffsetDateTime;

/// An API token, as its user may see it.
#[derive(Clone, Debug)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub name: String,
    pub created_at: OffsetDateTime,
    pub last_used_at: Option<OffsetDateTime>,
}

impl From<ApiTokenRow> for ApiToken {
    fn from(row: ApiTokenRow) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at, last_used_at: row.last_used_at }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CreateApiTokenError {
    #[error("a user has at most {MOST_TOKENS} API tokens")]
    TooMany,
    #[error("what it was asked for under has ended")]
    Ended,
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

const MOST_TOKENS: usize = 100;
/// What scanners find a leaked token by.
const PREFIX: &str = "cxt_";

impl Auth {
    /// Makes an API token and returns its secret, which nothing else will ever show again. Once the end of a login or an
    /// API token has been acknowledged, nothing is made under it any more.
    pub async fn create_api_token(
        &self,
        by: &Principal,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(ApiToken, SecretString), CreateApiTokenError> {
        let secret = random_secret::<32>(PREFIX);
        let user = by.user;
        let row = ApiTokenRow {
            id: ApiTokenId::new(),
            user,
            name: name.to_owned(),
            secret: SecretHash::of(&secret),
            created_at: now,
            last_used_at: None,
        };
        let _turn = self.turn().await?;
        // Credentials end under the same turn.
        if !by.is_live() {
            return Err(CreateApiTokenError::Ended);
        }
        if self.view().api_tokens_of(user).len() >= MOST_TOKENS {
            return Err(CreateApiTokenError::TooMany);
        }
        api_tokens::insert(&self.registry, &row, &Actor::User(user)).await?;
        self.view().add_api_token(row.clone());
        Ok((row.into(), secret))
    }

    /// Deletes one of a user's API tokens. Once this returns, no request authenticates with it or with an access token
    /// made from it, and every stream under it has been cut. False when the user has no such token.
    pub async fn delete_api_token(&self, token: ApiTokenId, of: UserId, actor: &Actor) -> Result<bool, RegistryError> {
        let _turn = self.turn().await?;
        if self.view().api_token(token).is_none_or(|row| row.user != of) {
            return Ok(false);
        }
        api_tokens::delete(&self.registry, token, actor).await?;
        self.view().end_api_token(token);
        Ok(true)
    }

    /// A user's API tokens, oldest first.
    pub fn api_tokens(&self, of: UserId) -> Vec<ApiToken> {
        let rows = self.view().api_tokens_of(of);
        rows.into_iter().map(ApiToken::from).collect()
    }

    /// A fresh access token for an API token.
    pub fn exchange(&self, secret: &SecretString, now: OffsetDateTime) -> Result<AccessToken, AuthError> {
        let hash = SecretHash::of(secret);
        let (user, id) = {
            let mut view = self.view();
            let row = view.use_api_token(&hash, now).ok_or(AuthError::Invalid)?;
            (row.user, row.id)
        };
        Ok(self.access_tokens.issue(user, id, now))
    }
}
