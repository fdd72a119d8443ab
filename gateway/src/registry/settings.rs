//! Single values that belong to the whole gateway.

use super::RegistryError;
use sqlx::SqliteConnection;

/// The public half of the gateway's identity. Cores are paired with it: another key in the folder is a mistake.
pub(super) const IDENTITY: &str = "identity";

pub(super) async fn get(connection: &mut SqliteConnection, key: &str) -> Result<Option<String>, RegistryError> {
    Ok(sqlx::query_scalar!("SELECT value FROM settings WHERE key = ?", key).fetch_optional(connection).await?)
}

pub(super) async fn set(connection: &mut SqliteConnection, key: &str, value: &str) -> Result<(), RegistryError> {
    sqlx::query!(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        value
    )
    .execute(connection)
    .await?;
    Ok(())
}
