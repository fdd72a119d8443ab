//! Taking sessions away: all of one in one transaction, with a row that tells of it.

use super::apply::Outcome;
use super::rows::{Reading, millis};
use super::writer::{Changed, Command};
use super::{Altered, Journal, JournalError, Session, read};
use protocol::event::Actor;
use protocol::ids::SessionId;
use sqlx::SqliteConnection;
use time::OffsetDateTime;

/// Pages given back at once: others want to write too.
const PAGES: i64 = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked for it.
    Deleted(Actor),
    Pruned(Prune),
}

/// What the agent removes by itself. Never a session with messages that are running or queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prune {
    /// The journal is too large: sessions in the archive go.
    ForSize,
    /// Sessions in which nothing has happened since then go, archived or not.
    ForAge { before: OffsetDateTime },
}

impl Why {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Deleted(_) => "deleted",
            Self::Pruned(Prune::ForSize) => "pruned_for_size",
            Self::Pruned(Prune::ForAge { .. }) => "pruned_for_age",
        }
    }

    const fn by(&self) -> Option<&Actor> {
        match self {
            Self::Deleted(by) => Some(by),
            Self::Pruned(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    Gone,
    /// It was to be pruned, and is in use or no longer what is pruned.
    Kept,
}

/// A session that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Grows with every removal.
    pub id: i64,
    pub session: SessionId,
    pub workspace: String,
    pub owner: Actor,
    pub created_at: OffsetDateTime,
    pub events: u64,
    pub removed_at: OffsetDateTime,
    /// `deleted`, `pruned_for_size` or `pruned_for_age`.
    pub reason: String,
    /// None: the agent itself.
    pub by: Option<Actor>,
}

impl Journal {
    /// Removes a session with its events, messages, approvals and what is searched of it.
    pub async fn remove_session(&self, session: SessionId, why: Why) -> Result<Removed, JournalError> {
        self.write(|reply| Command::Remove { session, why, reply }).await
    }

    /// Gives some of the room that removed sessions have left back to the disk. Says whether there is more.
    pub async fn give_back(&self) -> Result<bool, JournalError> {
        self.write(|reply| Command::GiveBack { reply }).await
    }

    /// At most `limit` sessions that may be pruned, those that go first in front.
    pub async fn prunable(&self, prune: Prune, limit: u32) -> Result<Vec<SessionId>, JournalError> {
        let ids = match prune {
            Prune::ForSize => {
                let archived = sqlx::query_scalar!(
                    "SELECT id FROM sessions WHERE archived_at IS NOT NULL AND NOT EXISTS
                       (SELECT 1 FROM messages WHERE messages.session = sessions.id AND messages.status <> 'ended')
                     ORDER BY archived_at, id LIMIT ?",
                    limit
                );
                archived.fetch_all(&self.readers).await?
            }
            Prune::ForAge { before } => {
                let before = millis(before);
                let old = sqlx::query_scalar!(
                    "SELECT sessions.id FROM sessions
                     JOIN events ON events.session = sessions.id AND events.seq = sessions.last_seq
                     WHERE events.at < ? AND NOT EXISTS
                       (SELECT 1 FROM messages WHERE messages.session = sessions.id AND messages.status <> 'ended')
                     ORDER BY events.at, sessions.id LIMIT ?",
                    before,
                    limit
                );
                old.fetch_all(&self.readers).await?
            }
        };
        ids.iter().map(|id| Reading { table: "sessions", row: id }.id("id", id)).collect()
    }

    /// At most `limit` removals, newest first, older than `before` where it is given.
    pub async fn removals(&self, before: Option<i64>, limit: u32) -> Result<Vec<Removal>, JournalError> {
        let rows = sqlx::query!(
            "SELECT id, session, workspace, owner, owner_name, created_at, events, removed_at, reason, by, by_name
             FROM removals WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2",
            before,
            limit
        );
        let rows = rows.fetch_all(&self.readers).await?;
        let read = rows.into_iter().map(|row| {
            let reading = Reading { table: "removals", row: &row.session };
            let by = match (row.by, row.by_name) {
                (Some(user), Some(name)) => Some(Actor { user: reading.id("by", &user)?, name }),
                (None, None) => None,
                _ => return Err(reading.bad("by")),
            };
            Ok(Removal {
                id: row.id,
                session: reading.id("session", &row.session)?,
                owner: Actor { user: reading.id("owner", &row.owner)?, name: row.owner_name },
                created_at: reading.time("created_at", row.created_at)?,
                events: reading.seq("events", row.events)?,
                removed_at: reading.time("removed_at", row.removed_at)?,
                workspace: row.workspace,
                reason: row.reason,
                by,
            })
        });
        read.collect()
    }

    /// How many sessions the agent has pruned so far.
    pub async fn pruned(&self) -> Result<u64, JournalError> {
        let pruned = sqlx::query_scalar!("SELECT count(*) FROM removals WHERE reason <> 'deleted'");
        let pruned = pruned.fetch_one(&self.readers).await?;
        u64::try_from(pruned).map_err(|_| JournalError::row("removals", "count", "all"))
    }
}

pub(super) async fn remove(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    session: SessionId,
    why: &Why,
    changed: &mut Changed,
) -> Outcome<Removed> {
    let Some(found) = read::session(&mut *db, session).await? else {
        return Ok(Err(JournalError::UnknownSession(session)));
    };
    // It may have been used since it was found to be one that goes.
    if let Why::Pruned(prune) = why
        && !is_prunable(db, &found, *prune).await?
    {
        return Ok(Ok(Removed::Kept));
    }
    let id = session.to_string();
    note(db, now, &id, &found, why).await?;
    // The index of words must be told what to forget while it can still be read.
    sqlx::query!(
        "INSERT INTO search (search, rowid, text)
         SELECT 'delete', texts.id, json_extract(events.event, '$.text')
         FROM texts JOIN events ON events.session = texts.session AND events.seq = texts.seq
         WHERE texts.session = ?",
        id
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("DELETE FROM texts WHERE session = ?", id).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM approvals WHERE session = ?", id).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM images WHERE session = ?", id).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM messages WHERE session = ?", id).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM events WHERE session = ?", id).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM sessions WHERE id = ?", id).execute(&mut *db).await?;
    changed.removed.push(session);
    changed.altered.push(Altered { session, owner: found.created_by.user, visibility: found.visibility });
    Ok(Ok(Removed::Gone))
}

async fn is_prunable(db: &mut SqliteConnection, session: &Session, prune: Prune) -> Result<bool, JournalError> {
    if !read::open_messages(&mut *db, session.id).await?.is_empty() {
        return Ok(false);
    }
    let Prune::ForAge { before } = prune else { return Ok(session.archived_at.is_some()) };
    let (id, before) = (session.id.to_string(), millis(before));
    let since = sqlx::query_scalar!("SELECT count(*) FROM events WHERE session = ? AND at >= ?", id, before);
    Ok(since.fetch_one(db).await? == 0)
}

async fn note(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    id: &str,
    session: &Session,
    why: &Why,
) -> Result<(), JournalError> {
    let (owner, created, removed) = (session.created_by.user.to_string(), millis(session.created_at), millis(now));
    let events = i64::try_from(session.last_seq).map_err(|_| JournalError::row("sessions", "last_seq", id))?;
    let (reason, by) = (why.as_str(), why.by().map(|by| by.user.to_string()));
    let by_name = why.by().map(|by| by.name.as_str());
    sqlx::query!(
        "INSERT INTO removals
           (session, workspace, owner, owner_name, created_at, events, removed_at, reason, by, by_name)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        session.workspace,
        owner,
        session.created_by.name,
        created,
        events,
        removed,
        reason,
        by,
        by_name
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A journal that an earlier version made keeps its free pages, and fills them again.
pub(super) async fn give_back(db: &mut SqliteConnection) -> Result<bool, JournalError> {
    let free = free_pages(db).await?;
    let vacuum = sqlx::AssertSqlSafe(format!("PRAGMA incremental_vacuum({PAGES})"));
    // To the last of its rows: each stands for a page.
    sqlx::query(vacuum).fetch_all(&mut *db).await?;
    let left = free_pages(db).await?;
    Ok(left > 0 && left < free)
}

async fn free_pages(db: &mut SqliteConnection) -> Result<i64, JournalError> {
    Ok(sqlx::query_scalar("PRAGMA freelist_count").fetch_one(db).await?)
}
