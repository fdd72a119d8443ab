//! Pictures of messages: kept beside the events, which name them.

use super::{JournalError, NewImage};
use sqlx::SqliteConnection;

/// Whether a session may take these as well.
pub(super) async fn fit(
    db: &mut SqliteConnection,
    session: &str,
    images: &[NewImage],
    most: u64,
) -> Result<bool, JournalError> {
    if images.is_empty() {
        return Ok(true);
    }
    let held = held(db, session).await?;
    let added = images.iter().map(|new| new.data.len() as u64).fold(0, u64::saturating_add);
    Ok(held.saturating_add(added) <= most)
}

/// What a session's take, in bytes.
pub(super) async fn held(db: &mut SqliteConnection, session: &str) -> Result<u64, JournalError> {
    let held = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(length(data)), 0) AS "held!: i64" FROM images WHERE session = ?"#,
        session
    );
    Ok(u64::try_from(held.fetch_one(db).await?).unwrap_or(u64::MAX))
}

/// One that the session has already is not stored again.
pub(super) async fn store(db: &mut SqliteConnection, session: &str, images: &[NewImage]) -> Result<(), JournalError> {
    for NewImage { image, data } in images {
        let (media_type, data) = (image.media_type.media_type(), data.as_ref());
        sqlx::query!(
            "INSERT INTO images (session, hash, media_type, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            session,
            image.hash,
            media_type,
            data
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// As the message's row has them.
pub(super) fn named(images: &[NewImage]) -> String {
    let hashes: Vec<&str> = images.iter().map(|new| new.image.hash.as_str()).collect();
    serde_json::json!(hashes).to_string()
}
