//! Cores: paired, revoked, restored. A row is never removed.

use super::names::{CoreName, Labels};
use super::row::{Place, json, millis};
use super::{Action, Actor, Change, Registry, RegistryError};
use protocol::ids::CoreId;
use protocol::keys::PublicKey;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreRow {
    pub id: CoreId,
    pub name: CoreName,
    pub labels: Labels,
    pub public_key: PublicKey,
    /// What the host called itself when it was paired.
    pub hostname: String,
    pub paired_at: OffsetDateTime,
    pub revoked_at: Option<OffsetDateTime>,
    /// Goes up by one with every revocation and every restoration.
    pub epoch: u64,
}

/// The columns as SQLite gives them.
struct Columns {
    id: String,
    name: String,
    labels: String,
    public_key: Vec<u8>,
    hostname: String,
    paired_at: i64,
    revoked_at: Option<i64>,
    epoch: i64,
}

impl TryFrom<Columns> for CoreRow {
    type Error = RegistryError;

    fn try_from(row: Columns) -> Result<Self, RegistryError> {
        let place = Place { table: "cores", row: &row.id };
        Ok(Self {
            id: place.parse("id", &row.id)?,
            name: place.parse("name", &row.name)?,
            labels: place.json("labels", &row.labels)?,
            public_key: PublicKey::from_bytes(&row.public_key).map_err(|_| place.unreadable("public_key"))?,
            paired_at: place.time("paired_at", row.paired_at)?,
            revoked_at: place.optional_time("revoked_at", row.revoked_at)?,
            epoch: u64::try_from(row.epoch).map_err(|_| place.unreadable("epoch"))?,
            hostname: row.hostname,
        })
    }
}

/// All Cores, the revoked ones too, in the order of their pairing.
pub async fn all(connection: &mut SqliteConnection) -> Result<Vec<CoreRow>, RegistryError> {
    let rows = sqlx::query_as!(
        Columns,
        "SELECT id, name, labels, public_key, hostname, paired_at, revoked_at, epoch FROM cores ORDER BY id"
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(CoreRow::try_from).collect()
}

/// Cores that come after one, in the order of their pairing.
pub async fn page(
    connection: &mut SqliteConnection,
    after: Option<CoreId>,
    limit: u32,
) -> Result<Vec<CoreRow>, RegistryError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = sqlx::query_as!(
        Columns,
        "SELECT id, name, labels, public_key, hostname, paired_at, revoked_at, epoch FROM cores
         WHERE id > ? ORDER BY id LIMIT ?",
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(CoreRow::try_from).collect()
}

pub async fn get(connection: &mut SqliteConnection, core: CoreId) -> Result<Option<CoreRow>, RegistryError> {
    let id = core.to_string();
    let row = sqlx::query_as!(
        Columns,
        "SELECT id, name, labels, public_key, hostname, paired_at, revoked_at, epoch FROM cores WHERE id = ?",
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(CoreRow::try_from).transpose()
}

/// A Core by its id or its name: what a person types.
pub async fn find(connection: &mut SqliteConnection, text: &str) -> Result<Option<CoreRow>, RegistryError> {
    let row = sqlx::query_as!(
        Columns,
        "SELECT id, name, labels, public_key, hostname, paired_at, revoked_at, epoch FROM cores
         WHERE id = ? OR name = ? ORDER BY id = ? DESC LIMIT 1",
        text,
        text,
        text
    )
    .fetch_optional(connection)
    .await?;
    row.map(CoreRow::try_from).transpose()
}

/// Adds a Core under the wished name or the next free one. None when the key has been a Core before: a revoked key
/// does not come back by pairing.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    wished: &CoreName,
    labels: Labels,
    key: PublicKey,
    hostname: &str,
    now: OffsetDateTime,
) -> Result<Option<CoreRow>, RegistryError> {
    let pattern = format!("{}%", &wished.as_str()[..wished.as_str().len().min(48)]);
    let taken =
        sqlx::query_scalar!("SELECT name FROM cores WHERE name LIKE ?", pattern).fetch_all(&mut *connection).await?;
    let taken: HashSet<String> = taken.into_iter().map(|name| name.to_ascii_lowercase()).collect();
    let core = CoreRow {
        id: CoreId::new(),
        name: wished.free(|name| taken.contains(&name.to_ascii_lowercase())),
        labels,
        public_key: key,
        hostname: hostname.to_owned(),
        paired_at: now,
        revoked_at: None,
        epoch: 1,
    };
    let (id, name, labels) = (core.id.to_string(), core.name.as_str(), json(&core.labels));
    let (key, paired_at) = (key.as_bytes().as_slice(), millis(now));
    let inserted = sqlx::query!(
        "INSERT INTO cores (id, name, labels, public_key, hostname, paired_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (public_key) DO NOTHING",
        id,
        name,
        labels,
        key,
        hostname,
        paired_at
    )
    .execute(connection)
    .await?;
    Ok((inserted.rows_affected() == 1).then_some(core))
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeCoreError {
    #[error("there is no such Core")]
    Unknown,
    #[error("the name is taken")]
    NameTaken,
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Gives a Core another name or other labels.
pub async fn change(
    registry: &Registry,
    core: CoreId,
    name: Option<CoreName>,
    labels: Option<Labels>,
    actor: &Actor,
) -> Result<CoreRow, ChangeCoreError> {
    let mut change = registry.change().await?;
    let mut row = get(change.connection(), core).await?.ok_or(ChangeCoreError::Unknown)?;
    let old_name = row.name.to_string();
    row.name = name.unwrap_or(row.name);
    row.labels = labels.unwrap_or(row.labels);
    let (id, name, labels) = (core.to_string(), row.name.as_str(), json(&row.labels));
    let updated = sqlx::query!("UPDATE OR IGNORE cores SET name = ?, labels = ? WHERE id = ?", name, labels, id)
        .execute(change.connection())
        .await
        .map_err(RegistryError::from)?;
    if updated.rows_affected() == 0 {
        return Err(ChangeCoreError::NameTaken);
    }
    let detail = [("old_name", old_name.as_str()), ("name", name), ("labels", labels.as_str())];
    change.commit(actor, Action::CoreChanged, &id, &detail).await?;
    Ok(row)
}

/// What a revocation made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    pub name: String,
    pub epoch: u64,
    pub revoked_at: OffsetDateTime,
}

/// Makes a revocation durable. None for an unknown Core; one that is revoked already stays as it is.
pub async fn revoke(registry: &Registry, core: CoreId, actor: &Actor) -> Result<Option<Revoked>, RegistryError> {
    let mut change = registry.change().await?;
    let Some(row) = get(change.connection(), core).await? else { return Ok(None) };
    let name = row.name.to_string();
    if let Some(revoked_at) = row.revoked_at {
        return Ok(Some(Revoked { name, epoch: row.epoch, revoked_at }));
    }
    let revoked_at = OffsetDateTime::now_utc();
    let epoch = set_standing(change, &row, Some(revoked_at), Action::CoreRevoked, actor).await?;
    Ok(Some(Revoked { name, epoch, revoked_at }))
}

/// Takes a revocation back, under a new epoch, which is returned. None for an unknown Core; one that is not revoked
/// stays as it is.
pub async fn restore(registry: &Registry, core: CoreId, actor: &Actor) -> Result<Option<u64>, RegistryError> {
    let mut change = registry.change().await?;
    let Some(row) = get(change.connection(), core).await? else { return Ok(None) };
    if row.revoked_at.is_none() {
        return Ok(Some(row.epoch));
    }
    set_standing(change, &row, None, Action::CoreRestored, actor).await.map(Some)
}

async fn set_standing(
    mut change: Change,
    row: &CoreRow,
    revoked_at: Option<OffsetDateTime>,
    action: Action,
    actor: &Actor,
) -> Result<u64, RegistryError> {
    let (id, revoked_at) = (row.id.to_string(), revoked_at.map(millis));
    let epoch = sqlx::query_scalar!(
        "UPDATE cores SET revoked_at = ?, epoch = epoch + 1 WHERE id = ? RETURNING epoch",
        revoked_at,
        id
    )
    .fetch_one(change.connection())
    .await?;
    let detail = [("name", row.name.as_str()), ("epoch", &epoch.to_string())];
    change.commit(actor, action, &id, &detail).await?;
    u64::try_from(epoch).map_err(|_| Place { table: "cores", row: &id }.unreadable("epoch"))
}

/// A Core that is not as the audit log has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the Core {core} is not as the audit log has it: who was revoked cannot be known")]
pub struct Contradiction {
    pub core: String,
}

/// What the log's last event about a Core's standing says.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    revoked: bool,
    epoch: i64,
}

/// Holds every Core against the audit log: that it was paired with this key, and what it was last, revoked or restored,
/// and under which epoch. Names and labels are not looked at: nothing is let in by them.
pub(super) async fn check_standing(
    connection: &mut SqliteConnection,
) -> Result<Result<(), Contradiction>, RegistryError> {
    let events = sqlx::query!(
        "SELECT subject, action, detail FROM audit_events
         WHERE action IN ('core.paired', 'core.revoked', 'core.restored') ORDER BY seq"
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut logged: HashMap<String, (Option<String>, Standing)> = HashMap::new();
    for event in events {
        let detail: BTreeMap<String, String> =
            Place { table: "audit_events", row: &event.subject }.json("detail", &event.detail)?;
        let epoch = detail.get("epoch").and_then(|epoch| epoch.parse().ok());
        match event.action.as_str() {
            "core.paired" => {
                let standing = Standing { revoked: false, epoch: 1 };
                logged.insert(event.subject, (detail.get("key").cloned(), standing));
            }
            action => match (logged.get_mut(&event.subject), epoch) {
                (Some((_, standing)), Some(epoch)) => {
                    *standing = Standing { revoked: action == "core.revoked", epoch };
                }
                // Nothing that was never paired is revoked.
                _ => return Ok(Err(Contradiction { core: event.subject })),
            },
        }
    }
    let rows = sqlx::query!("SELECT id, public_key, revoked_at, epoch FROM cores").fetch_all(connection).await?;
    for row in rows {
        let key = PublicKey::from_bytes(&row.public_key).ok().map(|key| key.to_string());
        let standing = Standing { revoked: row.revoked_at.is_some(), epoch: row.epoch };
        if logged.remove(&row.id) != Some((key, standing)) {
            return Ok(Err(Contradiction { core: row.id }));
        }
    }
    // A Core's row is never removed.
    Ok(logged.into_keys().next().map_or(Ok(()), |core| Err(Contradiction { core })))
}

/// The same alarm is written at most once in this time: two agents that fence each other do so every few seconds.
const ALARM_INTERVAL: Duration = Duration::minutes(10);

/// Notes that a Core's key is used by two agents at once.
pub async fn note_cloned_key(registry: &Registry, core: CoreId, address: IpAddr) -> Result<(), RegistryError> {
    let (id, action) = (core.to_string(), Action::CoreKeyInUseTwice.as_str());
    let recent = millis(OffsetDateTime::now_utc() - ALARM_INTERVAL);
    let noted = sqlx::query_scalar!(
        "SELECT 1 FROM audit_events WHERE subject = ? AND action = ? AND at > ? LIMIT 1",
        id,
        action,
        recent
    )
    .fetch_optional(&mut *registry.reader().await?)
    .await?;
    if noted.is_some() {
        return Ok(());
    }
    let detail = [("address", address.to_string())];
    let detail: Vec<_> = detail.iter().map(|(key, value)| (*key, value.as_str())).collect();
    registry.record(Actor::Gateway, Action::CoreKeyInUseTwice, &id, &detail).await
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::tests::registry;
    use super::super::{events, verify};
    use super::*;
    use protocol::keys::SigningKey;

    /// Adds a Core as pairing would.
    pub(crate) async fn add(registry: &Registry, name: &str) -> CoreRow {
        let mut change = registry.change().await.unwrap();
        let (wished, key) = (name.parse().unwrap(), SigningKey::generate().public());
        let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let core = insert(change.connection(), &wished, Labels::default(), key, "host", now).await.unwrap().unwrap();
        let detail = [("key", &*key.to_string())];
        change.commit(&Actor::Gateway, Action::CorePaired, &core.id.to_string(), &detail).await.unwrap();
        core
    }

    #[tokio::test]
    async fn a_core_reads_back_as_it_was_written() {
        let (_folder, registry) = registry().await;
        let core = add(&registry, "build").await;
        let mut reader = registry.reader().await.unwrap();
        assert_eq!(get(&mut reader, core.id).await.unwrap(), Some(core.clone()));
        assert_eq!(find(&mut reader, "BUILD").await.unwrap(), Some(core.clone()));
        assert_eq!(find(&mut reader, &core.id.to_string()).await.unwrap(), Some(core.clone()));
        assert_eq!(get(&mut reader, CoreId::new()).await.unwrap(), None);
        assert_eq!(all(&mut reader).await.unwrap(), [core]);
    }

    #[tokio::test]
    async fn names_are_unique_whatever_their_case() {
        let (_folder, registry) = registry().await;
        let names = [add(&registry, "build").await, add(&registry, "Build").await, add(&registry, "build").await];
        assert_eq!(names.map(|core| core.name.to_string()), ["build", "Build-2", "build-3"]);
    }

    #[tokio::test]
    async fn a_name_or_labels_change_and_a_taken_name_does_not() {
        let (_folder, registry) = registry().await;
        let (core, other) = (add(&registry, "build").await, add(&registry, "test").await);
        let renamed = change(&registry, core.id, Some("ci".parse().unwrap()), None, &Actor::CommandLine).await.unwrap();
        assert_eq!(renamed.name.as_str(), "ci");
        let taken = change(&registry, other.id, Some("CI".parse().unwrap()), None, &Actor::CommandLine).await;
        assert!(matches!(taken, Err(ChangeCoreError::NameTaken)));
        let unknown = change(&registry, CoreId::new(), None, None, &Actor::CommandLine).await;
        assert!(matches!(unknown, Err(ChangeCoreError::Unknown)));
    }

    #[tokio::test]
    async fn revoking_and_restoring_each_raise_the_epoch_once_and_are_audited_once() {
        let (_folder, registry) = registry().await;
        let core = add(&registry, "build").await;
        let first = revoke(&registry, core.id, &Actor::CommandLine).await.unwrap().unwrap();
        assert_eq!(first.epoch, 2);
        let again = revoke(&registry, core.id, &Actor::CommandLine).await.unwrap().unwrap();
        assert_eq!((again.epoch, again.revoked_at.unix_timestamp()), (2, first.revoked_at.unix_timestamp()));
        assert_eq!(restore(&registry, core.id, &Actor::CommandLine).await.unwrap(), Some(3));
        assert_eq!(restore(&registry, core.id, &Actor::CommandLine).await.unwrap(), Some(3));
        assert_eq!(revoke(&registry, CoreId::new(), &Actor::CommandLine).await.unwrap(), None);
        assert_eq!(restore(&registry, CoreId::new(), &Actor::CommandLine).await.unwrap(), None);
        let mut reader = registry.reader().await.unwrap();
        let actions: Vec<_> = events(&mut reader).await.into_iter().map(|event| event.action).collect();
        assert_eq!(actions, ["core.restored", "core.revoked", "core.paired"]);
        assert_eq!(verify(&mut reader).await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn an_alarm_of_a_cloned_key_does_not_fill_the_audit_log() {
        let (_folder, registry) = registry().await;
        let core = add(&registry, "build").await;
        for _ in 0..3 {
            note_cloned_key(&registry, core.id, IpAddr::from([192, 0, 2, 7])).await.unwrap();
        }
        assert_eq!(events(&mut registry.reader().await.unwrap()).await.len(), 2);
    }
}
