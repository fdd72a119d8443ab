//! Who asks: from a cookie or an access token to a [`Principal`], without touching SQLite.
//!
//! The registry is the truth; [`View`] is its image in memory. Every change is made durable first and then
//! made visible, one change at a time, so that the two never part: once a credential's end has been acknowledged, no
//! request authenticates with it, and every live stream under it has been cut.

mod access_token;
mod api_tokens;
mod login;
mod password;
mod presented;
mod principal;
mod sweep;
mod throttle;
mod view;

pub use access_token::AccessToken;
pub use api_tokens::{ApiToken, CreateApiTokenError};
pub use login::{LogInError, LoginSession, NewLogin, SetUpError, Visitor};
pub use password::{PasswordError, WeakPassword};
pub use presented::{COOKIE, bearer, cleared_cookie, set_cookie};
pub use principal::{Caller, Credential, Principal};
pub use throttle::Throttled;

use crate::config::Config;
use crate::registry::{self, Registry, RegistryError, TokenKeys};
use access_token::AccessTokens;
use http::HeaderMap;
use password::Passwords;
use presented::Presented;
use protocol::secret::SecretHash;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use throttle::{AddressLimit, LoginThrottle};
use time::OffsetDateTime;
use view::View;

/// How long a change waits for the one before it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// See the module's documentation.
pub struct Auth {
    registry: Registry,
    view: Mutex<View>,
    /// Held from the beginning of a change to its appearance in the view.
    changes: tokio::sync::Mutex<()>,
    access_tokens: AccessTokens,
    passwords: Passwords,
    logins: Mutex<LoginThrottle>,
    guesses: Mutex<AddressLimit>,
    /// How long a login lasts at most.
    absolute: std::time::Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("the credentials cannot be understood")]
    Malformed,
    #[error("the credentials are not valid")]
    Invalid,
    #[error("the login or the access token has lapsed")]
    Lapsed,
}

impl Auth {
    /// Loads everybody and everything that may authenticate. Logins that lapsed meanwhile do not come back.
    pub async fn load(
        registry: Registry,
        keys: TokenKeys,
        config: &Config,
        now: OffsetDateTime,
    ) -> Result<Self, RegistryError> {
        let mut view = View::new(config.login.clone());
        let mut reader = registry.reader().await?;
        for user in registry::users::all(&mut reader).await? {
            view.add_user(user);
        }
        for session in registry::login_sessions::all(&mut reader).await? {
            view.add_session(session);
        }
        for token in registry::api_tokens::all(&mut reader).await? {
            view.add_api_token(token);
        }
        drop(reader);
        let lapsed = view.lapse(now);
        registry::login_sessions::delete_lapsed(&registry, &lapsed).await?;
        Ok(Self {
            registry,
            view: Mutex::new(view),
            changes: tokio::sync::Mutex::default(),
            access_tokens: AccessTokens::new(keys, config.public_url.origin(), config.tokens.access),
            passwords: Passwords::new(),
            logins: Mutex::default(),
            guesses: Mutex::default(),
            absolute: config.login.absolute,
        })
    }

    /// Who a request's headers speak for. None when they name nobody.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Option<Principal>, AuthError> {
        self.authenticate_at(headers, OffsetDateTime::now_utc())
    }

    pub(crate) fn authenticate_at(
        &self,
        headers: &HeaderMap,
        now: OffsetDateTime,
    ) -> Result<Option<Principal>, AuthError> {
        let principal = match Presented::of(headers)? {
            None => return Ok(None),
            Some(Presented::Cookie(secret)) => self.view().authenticate_cookie(&secret, now)?,
            Some(Presented::Bearer(token)) => {
                let hash = SecretHash::of_bytes(token.as_bytes());
                let cached = self.view().verified(&hash, now);
                let claims = match cached {
                    Some(claims) => claims,
                    None => self.access_tokens.verify(token, now)?,
                };
                self.view().authenticate_claims(hash, claims, now)?
            }
        };
        Ok(Some(principal))
    }

    /// One more guess at a secret that is too long to be guessed, from an address: too many are refused.
    pub fn allow_guess(&self, from: std::net::IpAddr, now: OffsetDateTime) -> Result<(), Throttled> {
        lock(&self.guesses).take(from, now)
    }

    /// The guess was none: it does not count.
    pub fn forgive_guess(&self, from: std::net::IpAddr) {
        lock(&self.guesses).give_back(from);
    }

    /// The turn to change something. Whoever has it may be waiting for the registry; whoever waits for it is told that the
    /// registry cannot be used, rather than to wait as often as there are others before.
    async fn turn(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, RegistryError> {
        tokio::time::timeout(PATIENCE, self.changes.lock()).await.map_err(|_| RegistryError::Crowded)
    }

    fn view(&self) -> MutexGuard<'_, View> {
        lock(&self.view)
    }
}

/// A panic under one of these locks is a bug that ends its request; the maps stay whole, because each change of them is
/// a few insertions or removals that allocate at most.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;
