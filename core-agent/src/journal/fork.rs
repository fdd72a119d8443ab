//! A session that begins where another one stands.

use super::apply::Outcome;
use super::project::Log;
use super::rows::millis;
use super::writer::{Changed, Command};
use super::{Journal, JournalError, images, read};
use protocol::event::{Actor, BypassEnd, Event, ForkedFrom, Visibility};
use protocol::ids::SessionId;
use sqlx::SqliteConnection;
use time::OffsetDateTime;

#[derive(Clone, Debug)]
pub struct NewFork {
    pub source: SessionId,
    pub id: SessionId,
    /// The source's, where it is left out.
    pub title: Option<String>,
    pub visibility: Option<Visibility>,
    pub by: Actor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forked {
    Done,
    /// The source has messages that are running or queued: there is no point at which to fork it.
    Busy,
}

impl Journal {
    /// How much larger a fork of a session would make the journal, in bytes and generously: the words that are searched
    /// are kept once more, and are counted as if all of the history were words. Nothing for a session that is not there.
    pub async fn weigh(&self, session: SessionId) -> Result<u64, JournalError> {
        let mut db = self.readers.acquire().await?;
        let session = session.to_string();
        let events = sqlx::query_scalar!(
            r#"SELECT coalesce(sum(length(CAST(event AS BLOB))), 0) AS "held!: i64" FROM events WHERE session = ?"#,
            session
        );
        let events = u64::try_from(events.fetch_one(&mut *db).await?).unwrap_or(u64::MAX);
        let images = images::held(&mut db, &session).await?;
        Ok(events.saturating_mul(2).saturating_add(images))
    }

    /// Makes a session with the settings and the history of another. Its number 1 says where it comes from, and the
    /// source's numbers from 2 on are its own. Messages and approvals are not copied: they are over.
    pub async fn fork_session(&self, fork: NewFork) -> Result<Forked, JournalError> {
        self.write(|reply| Command::Fork { fork, reply }).await
    }
}

pub(super) async fn fork(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    fork: &NewFork,
    changed: &mut Changed,
) -> Outcome<Forked> {
    let Some(source) = read::session(&mut *db, fork.source).await? else {
        return Ok(Err(JournalError::UnknownSession(fork.source)));
    };
    if read::session(&mut *db, fork.id).await?.is_some() {
        return Ok(Err(JournalError::SessionExists(fork.id)));
    }
    if !read::open_messages(&mut *db, fork.source).await?.is_empty() {
        return Ok(Ok(Forked::Busy));
    }
    let visibility = fork.visibility.unwrap_or(source.visibility);
    let (id, of, user, at) = (fork.id.to_string(), fork.source.to_string(), fork.by.user.to_string(), millis(now));
    let shown = visibility.as_str();
    sqlx::query!(
        "INSERT INTO sessions (id, workspace, model, permission_mode, title, visibility, forked_from,
           created_by, created_by_name, created_at)
         SELECT ?, workspace, model, permission_mode, title, ?, id, ?, ?, ? FROM sessions WHERE id = ?",
        id,
        shown,
        user,
        fork.by.name,
        at,
        of
    )
    .execute(&mut *db)
    .await?;
    let first = Event::SessionCreated {
        workspace: source.workspace,
        model: source.model,
        permission_mode: source.permission_mode,
        visibility,
        forked_from: Some(ForkedFrom { session: fork.source, through: source.last_seq }),
        by: fork.by.clone(),
    };
    let Some(mut log) = Log::open(&mut *db, fork.id, now).await? else {
        return Ok(Err(JournalError::UnknownSession(fork.id)));
    };
    log.push(&first).await?;
    changed.note(&log);
    copy(db, &id, &of).await?;
    let Some(mut log) = Log::open(db, fork.id, now).await? else {
        return Ok(Err(JournalError::UnknownSession(fork.id)));
    };
    // Whoever replays what was copied ends up with what the source is now.
    if source.archived_at.is_some() {
        log.push(&Event::SessionUnarchived { by: fork.by.clone() }).await?;
    }
    // Running without asking is lent to one session and its process.
    if source.bypass.is_some() {
        log.push(&Event::BypassEnded { reason: BypassEnd::ProcessEnded, by: None }).await?;
    }
    if visibility != source.visibility {
        log.push(&Event::VisibilityChanged { visibility, by: fork.by.clone() }).await?;
    }
    if let Some(title) = &fork.title {
        log.push(&Event::TitleChanged { title: Some(title.clone()), by: fork.by.clone() }).await?;
    }
    changed.note(&log);
    Ok(Ok(Forked::Done))
}

/// The history from number 2 on with its pictures, and what is searched of it.
async fn copy(db: &mut SqliteConnection, id: &str, of: &str) -> Result<(), JournalError> {
    sqlx::query!(
        "INSERT INTO events (session, seq, at, event) SELECT ?, seq, at, event FROM events WHERE session = ? AND seq > 1",
        id,
        of
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("UPDATE sessions SET last_seq = (SELECT max(seq) FROM events WHERE session = ?1) WHERE id = ?1", id)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "INSERT INTO images (session, hash, media_type, data) SELECT ?, hash, media_type, data FROM images
         WHERE session = ?",
        id,
        of
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("INSERT INTO texts (session, seq) SELECT ?, seq FROM texts WHERE session = ?", id, of)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "INSERT INTO search (rowid, text)
         SELECT texts.id, json_extract(events.event, '$.text')
         FROM texts JOIN events ON events.session = texts.session AND events.seq = texts.seq
         WHERE texts.session = ?",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}
