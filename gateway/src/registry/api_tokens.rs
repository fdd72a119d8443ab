//! Programs' credentials. The secret is here as its hash only.

use super::row::{Place, millis};
use super::{Action, Actor, Registry, RegistryError};
use protocol::ids::{ApiTokenId, UserId};
use protocol::secret::SecretHash;
use sqlx::SqliteConnection;
use time::OffsetDateTime;

#[derive(Clone, Debug)]
pub struct ApiTokenRow {
    pub id: ApiTokenId,
    pub user: UserId,
    pub name: String,
    pub secret: SecretHash,
    pub created_at: OffsetDateTime,
    pub last_used_at: Option<OffsetDateTime>,
}

pub async fn insert(registry: &Registry, token: &ApiTokenRow, actor: &Actor) -> Result<(), RegistryError> {
    let mut change = registry.change().await?;
    let (id, user, secret) = (token.id.to_string(), token.user.to_string(), token.secret.as_bytes().as_slice());
    let created_at = millis(token.created_at);
    sqlx::query!(
        "INSERT INTO api_tokens (id, user_id, name, secret_hash, created_at) VALUES (?, ?, ?, ?, ?)",
        id,
        user,
        token.name,
        secret,
        created_at
    )
    .execute(change.connection())
    .await?;
    change.commit(actor, Action::ApiTokenCreated, &id, &[("user", &user), ("name", &token.name)]).await
}

/// Removes a token. False when it was gone already.
pub async fn delete(registry: &Registry, token: ApiTokenId, actor: &Actor) -> Result<bool, RegistryError> {
    let mut change = registry.change().await?;
    let id = token.to_string();
    let deleted =
        sqlx::query!("DELETE FROM api_tokens WHERE id = ?", id).execute(change.connection()).await?.rows_affected();
    if deleted == 0 {
        return Ok(false);
    }
    change.commit(actor, Action::ApiTokenDeleted, &id, &[]).await?;
    Ok(true)
}

pub async fn touch(registry: &Registry, used: &[(ApiTokenId, OffsetDateTime)]) -> Result<(), RegistryError> {
    let mut routine = registry.routine().await?;
    for (token, at) in used {
        let (id, at) = (token.to_string(), millis(*at));
        sqlx::query!("UPDATE api_tokens SET last_used_at = ? WHERE id = ?", at, id)
            .execute(routine.connection())
            .await?;
    }
    routine.commit().await
}

pub async fn all(connection: &mut SqliteConnection) -> Result<Vec<ApiTokenRow>, RegistryError> {
    let rows = sqlx::query!("SELECT id, user_id, name, secret_hash, created_at, last_used_at FROM api_tokens")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "api_tokens", row: &row.id };
            Ok(ApiTokenRow {
                id: place.parse("id", &row.id)?,
                user: place.parse("user_id", &row.user_id)?,
                secret: place.hash("secret_hash", &row.secret_hash)?,
                created_at: place.time("created_at", row.created_at)?,
                last_used_at: place.optional_time("last_used_at", row.last_used_at)?,
                name: row.name,
            })
        })
        .collect()
}
