//! Permissions to pair one agent, once.

use super::cores::{self, CoreRow};
use super::names::{CoreName, Labels};
use super::row::{Place, json, millis};
use super::{Action, Actor, Registry, RegistryError};
use protocol::ids::PairingTokenId;
use protocol::keys::PublicKey;
use protocol::secret::{SecretHash, random_secret};
use secrecy::SecretString;
use sqlx::SqliteConnection;
use std::net::IpAddr;
use std::time::Duration;
use time::OffsetDateTime;

/// A token that waits for its agent.
#[derive(Clone, Debug)]
pub struct PairingTokenRow {
    pub id: PairingTokenId,
    pub name: Option<CoreName>,
    pub labels: Labels,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

#[derive(Debug, thiserror::Error)]
pub enum CreatePairingTokenError {
    #[error("a Core of this name exists")]
    NameTaken,
    #[error("too many pairing tokens are waiting")]
    TooMany,
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// One answer for every reason: whoever guesses learns nothing.
    #[error("the pairing token is not valid, was used or has lapsed")]
    Refused,
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

const MOST_WAITING: i64 = 256;
/// How long a used or lapsed token is remembered. The audit log keeps the pairing itself.
const REMEMBERED: Duration = Duration::from_hours(24 * 7);

/// Makes a token and returns its secret, which nothing else will ever show again.
pub async fn create(
    registry: &Registry,
    name: Option<CoreName>,
    labels: Labels,
    lifetime: Duration,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<(PairingTokenRow, SecretString), CreatePairingTokenError> {
    let secret = random_secret::<16>("");
    let row = PairingTokenRow { id: PairingTokenId::new(), name, labels, created_at: now, expires_at: now + lifetime };
    let mut change = registry.change().await?;
    insert(change.connection(), &row, &SecretHash::of(&secret), actor).await?;
    let detail = row.name.as_ref().map(|name| ("name", name.as_str()));
    change.commit(actor, Action::PairingTokenCreated, &row.id.to_string(), detail.as_slice()).await?;
    Ok((row, secret))
}

async fn insert(
    connection: &mut SqliteConnection,
    row: &PairingTokenRow,
    secret: &SecretHash,
    actor: &Actor,
) -> Result<(), CreatePairingTokenError> {
    let (id, hash, labels) = (row.id.to_string(), secret.as_bytes().as_slice(), json(&row.labels));
    let (created_at, expires_at) = (millis(row.created_at), millis(row.expires_at));
    let (name, actor, forgotten) =
        (row.name.as_ref().map(CoreName::as_str), actor.to_string(), row.created_at - REMEMBERED);
    let forgotten = millis(forgotten);
    let failed = RegistryError::from;
    sqlx::query!("DELETE FROM pairing_tokens WHERE expires_at <= ?", forgotten)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let waiting =
        sqlx::query_scalar!("SELECT count(*) FROM pairing_tokens WHERE used_at IS NULL AND expires_at > ?", created_at)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
    if waiting >= MOST_WAITING {
        return Err(CreatePairingTokenError::TooMany);
    }
    let taken = sqlx::query_scalar!("SELECT 1 FROM cores WHERE name = ?", name)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    if taken.is_some() {
        return Err(CreatePairingTokenError::NameTaken);
    }
    sqlx::query!(
        "INSERT INTO pairing_tokens (id, secret_hash, name, labels, created_by, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        id,
        hash,
        name,
        labels,
        actor,
        created_at,
        expires_at
    )
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// The tokens that still wait, oldest first.
pub async fn waiting(
    connection: &mut SqliteConnection,
    now: OffsetDateTime,
) -> Result<Vec<PairingTokenRow>, RegistryError> {
    let now = millis(now);
    let rows = sqlx::query!(
        "SELECT id, name, labels, created_at, expires_at FROM pairing_tokens
         WHERE used_at IS NULL AND expires_at > ? ORDER BY id",
        now
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "pairing_tokens", row: &row.id };
            Ok(PairingTokenRow {
                id: place.parse("id", &row.id)?,
                name: row.name.map(|name| place.parse("name", &name)).transpose()?,
                labels: place.json("labels", &row.labels)?,
                created_at: place.time("created_at", row.created_at)?,
                expires_at: place.time("expires_at", row.expires_at)?,
            })
        })
        .collect()
}

/// Takes a token back. False when there is none that waits.
pub async fn delete(registry: &Registry, token: PairingTokenId, actor: &Actor) -> Result<bool, RegistryError> {
    let mut change = registry.change().await?;
    let id = token.to_string();
    let deleted = sqlx::query!("DELETE FROM pairing_tokens WHERE id = ? AND used_at IS NULL", id)
        .execute(change.connection())
        .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    change.commit(actor, Action::PairingTokenDeleted, &id, &[]).await?;
    Ok(true)
}

/// Makes the agent with `key` a Core. The agent that used the token may ask again within the token's life and gets the
/// same Core: its first answer may have been lost on the way.
pub async fn redeem(
    registry: &Registry,
    secret: &SecretHash,
    key: PublicKey,
    hostname: &str,
    from: IpAddr,
    now: OffsetDateTime,
) -> Result<CoreRow, RedeemError> {
    // Whoever knows no token never gets as far as the one connection that writes.
    if !is_known(&mut *registry.reader().await?, secret, now).await? {
        return Err(RedeemError::Refused);
    }
    let mut change = registry.change().await?;
    let Some(used) = use_up(change.connection(), secret, &key, now).await? else {
        return core_of_retry(change.connection(), secret, &key, now).await?.ok_or(RedeemError::Refused);
    };
    let wished = used.name.unwrap_or_else(|| CoreName::of_host(hostname));
    let core = cores::insert(change.connection(), &wished, used.labels, key, hostname, now)
        .await?
        .ok_or(RedeemError::Refused)?;
    let id = core.id.to_string();
    sqlx::query!("UPDATE pairing_tokens SET core_id = ? WHERE id = ?", id, used.id)
        .execute(change.connection())
        .await
        .map_err(RegistryError::from)?;
    let detail = [("name", core.name.as_str()), ("pairing_token", &used.id), ("key", &key.to_string())];
    change.commit(&Actor::Address(from), Action::CorePaired, &id, &detail).await?;
    Ok(core)
}

async fn is_known(
    connection: &mut SqliteConnection,
    secret: &SecretHash,
    now: OffsetDateTime,
) -> Result<bool, RegistryError> {
    let (hash, now) = (secret.as_bytes().as_slice(), millis(now));
    let one = sqlx::query_scalar!("SELECT 1 FROM pairing_tokens WHERE secret_hash = ? AND expires_at > ?", hash, now)
        .fetch_optional(connection)
        .await?;
    Ok(one.is_some())
}

struct Used {
    id: String,
    name: Option<CoreName>,
    labels: Labels,
}

/// The one statement that decides who gets the token.
async fn use_up(
    connection: &mut SqliteConnection,
    secret: &SecretHash,
    key: &PublicKey,
    now: OffsetDateTime,
) -> Result<Option<Used>, RegistryError> {
    let (hash, key, now) = (secret.as_bytes().as_slice(), key.as_bytes().as_slice(), millis(now));
    let row = sqlx::query!(
        "UPDATE pairing_tokens SET used_at = ?, used_key = ?
         WHERE secret_hash = ? AND used_at IS NULL AND expires_at > ? RETURNING id, name, labels",
        now,
        key,
        hash,
        now
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let place = Place { table: "pairing_tokens", row: &row.id };
        Ok(Used {
            name: row.name.map(|name| place.parse("name", &name)).transpose()?,
            labels: place.json("labels", &row.labels)?,
            id: row.id,
        })
    })
    .transpose()
}

async fn core_of_retry(
    connection: &mut SqliteConnection,
    secret: &SecretHash,
    key: &PublicKey,
    now: OffsetDateTime,
) -> Result<Option<CoreRow>, RegistryError> {
    let (hash, key, now) = (secret.as_bytes().as_slice(), key.as_bytes().as_slice(), millis(now));
    let core = sqlx::query_scalar!(
        "SELECT core_id FROM pairing_tokens WHERE secret_hash = ? AND used_key = ? AND expires_at > ?",
        hash,
        key,
        now
    )
    .fetch_optional(&mut *connection)
    .await?
    .flatten();
    let Some(core) = core else { return Ok(None) };
    let id = Place { table: "pairing_tokens", row: &core }.parse("core_id", &core)?;
    Ok(cores::get(connection, id).await?.filter(|core| core.revoked_at.is_none()))
}

#[cfg(test)]
mod tests {
    use super::super::events;
    use super::super::tests::registry;
    use super::*;
    use protocol::keys::SigningKey;

    const LIFE: Duration = Duration::from_mins(10);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn key() -> PublicKey {
        SigningKey::generate().public()
    }

    async fn token(registry: &Registry, name: Option<&str>) -> SecretHash {
        let name = name.map(|name| name.parse().unwrap());
        let now = OffsetDateTime::now_utc();
        let created = create(registry, name, Labels::default(), LIFE, &Actor::CommandLine, now).await;
        SecretHash::of(&created.unwrap().1)
    }

    async fn redeem_now(registry: &Registry, token: &SecretHash, key: PublicKey) -> Result<CoreRow, RedeemError> {
        redeem(registry, token, key, "host", HERE, OffsetDateTime::now_utc()).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_a_thousand_parallel_redemptions_one_makes_a_core() {
        let (_folder, registry) = registry().await;
        let token = token(&registry, None).await;
        let tasks: Vec<_> = (0..1_000)
            .map(|_| {
                let registry = registry.clone();
                tokio::spawn(async move { redeem_now(&registry, &token, key()).await })
            })
            .collect();
        let mut paired = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => paired += 1,
                Err(RedeemError::Refused) => {}
                Err(RedeemError::Registry(error)) => panic!("{error}"),
            }
        }
        assert_eq!(paired, 1);
        let mut reader = registry.reader().await.unwrap();
        assert_eq!(cores::all(&mut reader).await.unwrap().len(), 1);
        assert_eq!(events(&mut reader).await.len(), 2, "one creation, one pairing");
    }

    #[tokio::test]
    async fn the_same_key_may_ask_again_and_another_may_not() {
        let (_folder, registry) = registry().await;
        let (token, key_of_host) = (token(&registry, Some("build")).await, key());
        let core = redeem_now(&registry, &token, key_of_host).await.unwrap();
        assert_eq!(core.name.as_str(), "build");
        assert_eq!(redeem_now(&registry, &token, key_of_host).await.unwrap().id, core.id);
        assert!(matches!(redeem_now(&registry, &token, key()).await, Err(RedeemError::Refused)));
        let later = OffsetDateTime::now_utc() + LIFE;
        let lapsed = redeem(&registry, &token, key_of_host, "host", HERE, later).await;
        assert!(matches!(lapsed, Err(RedeemError::Refused)), "a retry ends with the token's life");
        assert_eq!(cores::all(&mut registry.reader().await.unwrap()).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_revoked_core_comes_back_neither_by_its_old_token_nor_by_a_new_one() {
        let (_folder, registry) = registry().await;
        let (old, key_of_host) = (token(&registry, None).await, key());
        let core = redeem_now(&registry, &old, key_of_host).await.unwrap();
        cores::revoke(&registry, core.id, &Actor::CommandLine).await.unwrap();
        assert!(matches!(redeem_now(&registry, &old, key_of_host).await, Err(RedeemError::Refused)));
        let new = token(&registry, None).await;
        assert!(matches!(redeem_now(&registry, &new, key_of_host).await, Err(RedeemError::Refused)));
        redeem_now(&registry, &new, key()).await.expect("the refusal did not use the token up");
    }

    #[tokio::test]
    async fn a_token_that_is_unknown_lapsed_or_taken_back_opens_nothing() {
        let (_folder, registry) = registry().await;
        let unknown = SecretHash::of(&random_secret::<16>(""));
        assert!(matches!(redeem_now(&registry, &unknown, key()).await, Err(RedeemError::Refused)));
        let lapsed = token(&registry, None).await;
        let later = OffsetDateTime::now_utc() + LIFE;
        let refused = redeem(&registry, &lapsed, key(), "host", HERE, later).await;
        assert!(matches!(refused, Err(RedeemError::Refused)));
        let mut reader = registry.reader().await.unwrap();
        let waiting = waiting(&mut reader, OffsetDateTime::now_utc()).await.unwrap();
        assert!(delete(&registry, waiting[0].id, &Actor::CommandLine).await.unwrap());
        assert!(!delete(&registry, waiting[0].id, &Actor::CommandLine).await.unwrap());
        assert!(matches!(redeem_now(&registry, &lapsed, key()).await, Err(RedeemError::Refused)));
    }

    #[tokio::test]
    async fn a_token_for_a_taken_name_is_not_made() {
        let (_folder, registry) = registry().await;
        let first = token(&registry, Some("build")).await;
        redeem_now(&registry, &first, key()).await.unwrap();
        let name = Some("BUILD".parse().unwrap());
        let now = OffsetDateTime::now_utc();
        let created = create(&registry, name, Labels::default(), LIFE, &Actor::CommandLine, now).await;
        assert!(matches!(created, Err(CreatePairingTokenError::NameTaken)));
    }
}
