//! Browsers' logins. The cookie's value is here as its hash only.

use super::row::{Place, millis};
use super::{Action, Actor, Registry, RegistryError};
use protocol::ids::{LoginSessionId, UserId};
use protocol::secret::SecretHash;
use sqlx::SqliteConnection;
use time::OffsetDateTime;

#[derive(Clone, Debug)]
pub struct LoginSessionRow {
    pub id: LoginSessionId,
    pub user: UserId,
    pub secret: SecretHash,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
    pub address: String,
    pub user_agent: String,
}

pub async fn insert(registry: &Registry, session: &LoginSessionRow, actor: &Actor) -> Result<(), RegistryError> {
    let mut change = registry.change().await?;
    let (id, user, secret) = (session.id.to_string(), session.user.to_string(), session.secret.as_bytes().as_slice());
    let (created_at, last_seen_at) = (millis(session.created_at), millis(session.last_seen_at));
    sqlx::query!(
        "INSERT INTO login_sessions (id, user_id, secret_hash, created_at, last_seen_at, address, user_agent)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        id,
        user,
        secret,
        created_at,
        last_seen_at,
        session.address,
        session.user_agent
    )
    .execute(change.connection())
    .await?;
    change.commit(actor, Action::LoggedIn, &id, &[("user", &user), ("address", &session.address)]).await
}

/// Removes a login. False when it was gone already.
pub async fn delete(registry: &Registry, session: LoginSessionId, actor: &Actor) -> Result<bool, RegistryError> {
    let mut change = registry.change().await?;
    let id = session.to_string();
    let deleted =
        sqlx::query!("DELETE FROM login_sessions WHERE id = ?", id).execute(change.connection()).await?.rows_affected();
    if deleted == 0 {
        return Ok(false);
    }
    change.commit(actor, Action::LoginEnded, &id, &[]).await?;
    Ok(true)
}

/// Removes logins whose time is over: nobody decides that, so no audit event tells of it.
pub async fn delete_lapsed(registry: &Registry, sessions: &[LoginSessionId]) -> Result<(), RegistryError> {
    let mut routine = registry.routine().await?;
    for session in sessions {
        let id = session.to_string();
        sqlx::query!("DELETE FROM login_sessions WHERE id = ?", id).execute(routine.connection()).await?;
    }
    routine.commit().await
}

pub async fn touch(registry: &Registry, seen: &[(LoginSessionId, OffsetDateTime)]) -> Result<(), RegistryError> {
    let mut routine = registry.routine().await?;
    for (session, at) in seen {
        let (id, at) = (session.to_string(), millis(*at));
        sqlx::query!("UPDATE login_sessions SET last_seen_at = ? WHERE id = ?", at, id)
            .execute(routine.connection())
            .await?;
    }
    routine.commit().await
}

pub async fn all(connection: &mut SqliteConnection) -> Result<Vec<LoginSessionRow>, RegistryError> {
    let rows = sqlx::query!(
        "SELECT id, user_id, secret_hash, created_at, last_seen_at, address, user_agent FROM login_sessions"
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "login_sessions", row: &row.id };
            Ok(LoginSessionRow {
                id: place.parse("id", &row.id)?,
                user: place.parse("user_id", &row.user_id)?,
                secret: place.hash("secret_hash", &row.secret_hash)?,
                created_at: place.time("created_at", row.created_at)?,
                last_seen_at: place.time("last_seen_at", row.last_seen_at)?,
                address: row.address,
                user_agent: row.user_agent,
            })
        })
        .collect()
}
