//! Becoming a user, logging in, and ending logins.

use super::password::{Crowded, PasswordError};
use super::throttle::Throttled;
use super::{Auth, WeakPassword, lock};
use crate::registry::UserName;
use crate::registry::login_sessions::{self, LoginSessionRow};
use crate::registry::users::{self, CreateUserError, PasswordHash, UserRow, Warrant};
use crate::registry::{Actor, RegistryError, setup_tokens};
use protocol::ids::{LoginSessionId, UserId};
use protocol::secret::{SecretHash, random_secret};
use secrecy::SecretString;
use std::net::IpAddr;
use std::time::Duration;
use time::OffsetDateTime;
use tracing::info;

/// Somebody at the door.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub address: IpAddr,
    pub user_agent: String,
}

/// A login that has just begun. Its secret is for the cookie and nowhere else.
#[derive(Debug)]
pub struct NewLogin {
    pub user: UserId,
    pub name: String,
    pub session: LoginSessionId,
    pub secret: SecretString,
}

/// A login, as its user may see it.
#[derive(Clone, Debug)]
pub struct LoginSession {
    pub id: LoginSessionId,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
    /// When it ends at the latest.
    pub expires_at: OffsetDateTime,
    pub address: String,
    pub user_agent: String,
}

#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    #[error("the name or the password is wrong")]
    BadCredentials,
    #[error(transparent)]
    Throttled(#[from] Throttled),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    #[error("the set-up token is not valid, was used or has lapsed")]
    Token,
    #[error("the name is taken")]
    NameTaken,
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    #[error(transparent)]
    Throttled(#[from] Throttled),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// How long somebody is asked to wait while too many passwords are being hashed.
const CROWDED: Throttled = Throttled { retry_after: Duration::from_secs(5) };

impl From<Crowded> for LogInError {
    fn from(_: Crowded) -> Self {
        Self::Throttled(CROWDED)
    }
}

impl From<PasswordError> for SetUpError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Weak(weak) => Self::Weak(weak),
            PasswordError::Crowded(_) => Self::Throttled(CROWDED),
        }
    }
}

impl From<CreateUserError> for SetUpError {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::Token => Self::Token,
            CreateUserError::NameTaken => Self::NameTaken,
            CreateUserError::Registry(error) => Self::Registry(error),
        }
    }
}

/// One user's logins; the oldest gives way to one more.
const MOST_SESSIONS: usize = 50;
const LONGEST_USER_AGENT: usize = 256;

impl Auth {
    /// Logs a user in by name and password.
    pub async fn log_in(
        &self,
        name: &str,
        password: SecretString,
        visitor: Visitor,
        now: OffsetDateTime,
    ) -> Result<NewLogin, LogInError> {
        lock(&self.logins).begin(name, visitor.address, now)?;
        let known = self.view().user_by_name(name);
        let (user, stored) = known.unzip();
        let matches = self.passwords.verify(password, stored).await?;
        let Some(user) = user.filter(|_| matches) else {
            info!(address = %visitor.address, "a login was refused");
            return Err(LogInError::BadCredentials);
        };
        lock(&self.logins).succeeded(name, visitor.address);
        Ok(self.begin_session(user, &visitor, now).await?)
    }

    /// Makes a user by a one-time token and logs the new user in.
    pub async fn set_up(
        &self,
        token: &SecretString,
        name: &UserName,
        password: SecretString,
        visitor: Visitor,
        now: OffsetDateTime,
    ) -> Result<NewLogin, SetUpError> {
        self.allow_guess(visitor.address, now)?;
        let token = SecretHash::of(token);
        if !setup_tokens::is_valid(&mut *self.registry.reader().await?, &token, now).await? {
            info!(address = %visitor.address, "a set-up token was refused");
            return Err(SetUpError::Token);
        }
        self.forgive_guess(visitor.address);
        let (warrant, actor) = (Warrant::SetupToken(&token), Actor::Address(visitor.address));
        let password = self.hash_password(password).await?;
        let user = self.create_user(warrant, name, &password, &actor, now).await?;
        Ok(self.begin_session(user.id, &visitor, now).await?)
    }

    /// Hashes a new user's password.
    pub async fn hash_password(&self, password: SecretString) -> Result<PasswordHash, PasswordError> {
        self.passwords.hash(password).await
    }

    /// Makes a user who can log in from now on.
    pub async fn create_user(
        &self,
        warrant: Warrant<'_>,
        name: &UserName,
        password: &PasswordHash,
        actor: &Actor,
        now: OffsetDateTime,
    ) -> Result<UserRow, CreateUserError> {
        let _turn = self.turn().await?;
        let user = users::create(&self.registry, warrant, name, password, actor, now).await?;
        self.view().add_user(user.clone());
        Ok(user)
    }

    pub(super) async fn begin_session(
        &self,
        user: UserId,
        visitor: &Visitor,
        now: OffsetDateTime,
    ) -> Result<NewLogin, RegistryError> {
        let secret = random_secret::<32>("");
        let row = LoginSessionRow {
            id: LoginSessionId::new(),
            user,
            secret: SecretHash::of(&secret),
            created_at: now,
            last_seen_at: now,
            address: visitor.address.to_string(),
            user_agent: visitor.user_agent.chars().take(LONGEST_USER_AGENT).collect(),
        };
        let (session, actor) = (row.id, Actor::User(user));
        let _turn = self.turn().await?;
        let oldest = self.view().sessions_of(user);
        for old in oldest.iter().take((oldest.len() + 1).saturating_sub(MOST_SESSIONS)) {
            login_sessions::delete(&self.registry, old.id, &actor).await?;
            self.view().end_session(old.id);
        }
        login_sessions::insert(&self.registry, &row, &actor).await?;
        let mut view = self.view();
        view.add_session(row);
        let name = view.user_name(user).unwrap_or_default().to_owned();
        Ok(NewLogin { user, name, session, secret })
    }

    /// Ends one of a user's logins. Once this returns, no request authenticates with it and every stream under it has
    /// been cut. False when the user has no such login.
    pub async fn end_session(&self, session: LoginSessionId, of: UserId, actor: &Actor) -> Result<bool, RegistryError> {
        let _turn = self.turn().await?;
        if self.view().session(session).is_none_or(|row| row.user != of) {
            return Ok(false);
        }
        login_sessions::delete(&self.registry, session, actor).await?;
        self.view().end_session(session);
        Ok(true)
    }

    /// A user's logins, oldest first.
    pub fn login_sessions(&self, of: UserId) -> Vec<LoginSession> {
        let sessions = self.view().sessions_of(of);
        sessions
            .into_iter()
            .map(|row| LoginSession {
                id: row.id,
                created_at: row.created_at,
                last_seen_at: row.last_seen_at,
                expires_at: row.created_at + self.absolute,
                address: row.address,
                user_agent: row.user_agent,
            })
            .collect()
    }
}
