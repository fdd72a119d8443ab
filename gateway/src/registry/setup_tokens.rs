//! One-time tokens that make a user: how the first administrator comes into being.

use super::row::millis;
use super::{Action, Actor, Registry, RegistryError};
use protocol::ids::UserId;
use protocol::secret::{SecretHash, random_secret};
use secrecy::SecretString;
use sqlx::SqliteConnection;
use std::time::Duration;
use time::OffsetDateTime;

/// Whom a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The first user. It is good only while there is nobody, and gives way to the next of its kind.
    First,
    Anybody,
}

/// Makes a token and returns its secret, which nothing else will ever show again. Tokens that have lapsed go.
pub async fn issue(
    registry: &Registry,
    whom: For,
    lifetime: Duration,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<SecretString, RegistryError> {
    let secret = random_secret::<16>("cxs_");
    let hash = SecretHash::of(&secret);
    let (hash, created_at, expires_at) = (hash.as_bytes().as_slice(), millis(now), millis(now + lifetime));
    let mut change = registry.change().await?;
    sqlx::query!("DELETE FROM setup_tokens WHERE expires_at <= ? AND used_at IS NULL", created_at)
        .execute(change.connection())
        .await?;
    let first = whom == For::First;
    if first {
        sqlx::query!("DELETE FROM setup_tokens WHERE first = 1 AND used_at IS NULL")
            .execute(change.connection())
            .await?;
    }
    sqlx::query!(
        "INSERT INTO setup_tokens (secret_hash, created_at, expires_at, first) VALUES (?, ?, ?, ?)",
        hash,
        created_at,
        expires_at,
        first
    )
    .execute(change.connection())
    .await?;
    change.commit(actor, Action::SetupTokenIssued, "", &[]).await?;
    Ok(secret)
}

/// Whether a token would be accepted now. Asked before a password is hashed for it, which is expensive.
pub async fn is_valid(
    connection: &mut SqliteConnection,
    hash: &SecretHash,
    now: OffsetDateTime,
) -> Result<bool, RegistryError> {
    let (hash, now) = (hash.as_bytes().as_slice(), millis(now));
    let one = sqlx::query_scalar!(
        "SELECT 1 FROM setup_tokens WHERE secret_hash = ? AND used_at IS NULL AND expires_at > ?
         AND (first = 0 OR NOT EXISTS (SELECT 1 FROM users))",
        hash,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(one.is_some())
}

/// Uses a token up for a user who has just been made. False when there was nothing to use.
pub(super) async fn use_up(
    connection: &mut SqliteConnection,
    hash: &SecretHash,
    user: UserId,
    now: OffsetDateTime,
) -> Result<bool, RegistryError> {
    let (hash, used_by, now) = (hash.as_bytes().as_slice(), user.to_string(), millis(now));
    let updated = sqlx::query!(
        "UPDATE setup_tokens SET used_at = ?, used_by = ? WHERE secret_hash = ? AND used_at IS NULL AND expires_at > ?
         AND (first = 0 OR NOT EXISTS (SELECT 1 FROM users WHERE id != ?))",
        now,
        used_by,
        hash,
        now,
        used_by
    )
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::super::names::UserName;
    use super::super::tests::registry;
    use super::super::users::{self, CreateUserError, PasswordHash, Warrant};
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    async fn create(
        registry: &Registry,
        hash: &SecretHash,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(), CreateUserError> {
        let name: UserName = name.parse().unwrap();
        let password = PasswordHash("x".to_owned());
        users::create(registry, Warrant::SetupToken(hash), &name, &password, &Actor::Gateway, now).await.map(drop)
    }

    #[tokio::test]
    async fn a_setup_token_makes_one_user_and_then_nothing() {
        let (_folder, registry) = registry().await;
        let now = OffsetDateTime::now_utc();
        let secret = issue(&registry, For::Anybody, DAY, &Actor::Gateway, now).await.unwrap();
        let hash = SecretHash::of(&secret);
        create(&registry, &hash, "ada", now).await.unwrap();
        assert!(matches!(create(&registry, &hash, "eve", now).await, Err(CreateUserError::Token)));
        assert_eq!(users::all(&mut registry.reader().await.unwrap()).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_token_survives_a_taken_name_and_does_not_survive_its_time() {
        let (_folder, registry) = registry().await;
        let now = OffsetDateTime::now_utc();
        let first = SecretHash::of(&issue(&registry, For::Anybody, DAY, &Actor::Gateway, now).await.unwrap());
        create(&registry, &first, "ada", now).await.unwrap();
        let second = SecretHash::of(&issue(&registry, For::Anybody, DAY, &Actor::Gateway, now).await.unwrap());
        assert!(matches!(create(&registry, &second, "ADA", now).await, Err(CreateUserError::NameTaken)));
        assert!(matches!(create(&registry, &second, "bob", now + DAY).await, Err(CreateUserError::Token)));
        create(&registry, &second, "bob", now + DAY - Duration::from_secs(1)).await.unwrap();
    }

    #[tokio::test]
    async fn a_link_for_the_first_user_is_good_while_there_is_nobody_and_until_the_next() {
        let (_folder, registry) = registry().await;
        let now = OffsetDateTime::now_utc();
        let mut tokens = Vec::new();
        for whom in [For::Anybody, For::First, For::First] {
            tokens.push(SecretHash::of(&issue(&registry, whom, DAY, &Actor::Gateway, now).await.unwrap()));
        }
        let valid =
            async |token: &SecretHash| is_valid(&mut registry.reader().await.unwrap(), token, now).await.unwrap();
        assert!(!valid(&tokens[1]).await, "another took its place");
        assert!(matches!(create(&registry, &tokens[1], "eve", now).await, Err(CreateUserError::Token)));
        assert!(valid(&tokens[2]).await);
        create(&registry, &tokens[2], "ada", now).await.unwrap();
        create(&registry, &tokens[0], "bob", now).await.unwrap();
        // One that was made in the same moment as the first user.
        let late = SecretHash::of(&issue(&registry, For::First, DAY, &Actor::Gateway, now).await.unwrap());
        assert!(!valid(&late).await);
        assert!(matches!(create(&registry, &late, "eve", now).await, Err(CreateUserError::Token)));
    }
}
