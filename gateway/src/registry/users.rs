//! People.

use super::names::UserName;
use super::row::{Place, millis};
use super::{Action, Actor, Registry, RegistryError, setup_tokens};
use protocol::ids::UserId;
use protocol::secret::SecretHash;
use sqlx::SqliteConnection;
use std::fmt;
use time::OffsetDateTime;

#[derive(Clone, Debug)]
pub struct UserRow {
    pub id: UserId,
    pub name: String,
    pub password_hash: PasswordHash,
}

/// An argon2id hash in PHC form. Not to be shown: it can be guessed at.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    #[error("the set-up token is not valid")]
    Token,
    #[error("the name is taken")]
    NameTaken,
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<sqlx::Error> for CreateUserError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::NameTaken,
            _ => Self::Registry(error.into()),
        }
    }
}

/// On whose word a user is made.
#[derive(Clone, Copy, Debug)]
pub enum Warrant<'w> {
    /// Whoever holds an unused set-up token.
    SetupToken(&'w SecretHash),
    /// Whoever may use the command line.
    CommandLine,
}

/// Makes a user; a set-up token is used up by it, or stays whole when there is no user in the end.
pub async fn create(
    registry: &Registry,
    warrant: Warrant<'_>,
    name: &UserName,
    password: &PasswordHash,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<UserRow, CreateUserError> {
    let mut change = registry.change().await?;
    let user = UserRow { id: UserId::new(), name: name.to_string(), password_hash: password.clone() };
    let (id, created_at) = (user.id.to_string(), millis(now));
    sqlx::query!(
        "INSERT INTO users (id, name, password_hash, created_at) VALUES (?, ?, ?, ?)",
        id,
        user.name,
        password.0,
        created_at
    )
    .execute(change.connection())
    .await?;
    if let Warrant::SetupToken(hash) = warrant
        && !setup_tokens::use_up(change.connection(), hash, user.id, now).await?
    {
        return Err(CreateUserError::Token);
    }
    change.commit(actor, Action::UserCreated, &id, &[("name", &user.name)]).await?;
    Ok(user)
}

pub async fn all(connection: &mut SqliteConnection) -> Result<Vec<UserRow>, RegistryError> {
    let rows = sqlx::query!("SELECT id, name, password_hash FROM users").fetch_all(connection).await?;
    rows.into_iter()
        .map(|row| {
            let id = Place { table: "users", row: &row.id }.parse("id", &row.id)?;
            Ok(UserRow { id, name: row.name, password_hash: PasswordHash(row.password_hash) })
        })
        .collect()
}

pub async fn exist(connection: &mut SqliteConnection) -> Result<bool, RegistryError> {
    let one = sqlx::query_scalar!("SELECT 1 FROM users LIMIT 1").fetch_optional(connection).await?;
    Ok(one.is_some())
}
