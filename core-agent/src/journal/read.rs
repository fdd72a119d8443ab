//! What readers ask for. None of it waits for the writer.

use super::rows::{Approval, ApprovalRow, Message, MessageRow, Reading, Session, SessionRow, StoredImage};
use super::{Acceptance, JournalError, NewMessage};
use futures::TryStreamExt as _;
use protocol::event::Recorded;
use protocol::ids::{ApprovalId, SessionId};
use protocol::image::ImageType;
use sqlx::{SqliteExecutor, SqlitePool};

/// What one batch of events may hold in memory, give or take one event.
const BATCH_BYTES: usize = 1024 * 1024;

pub(super) async fn session(db: impl SqliteExecutor<'_>, id: SessionId) -> Result<Option<Session>, JournalError> {
    let id = id.to_string();
    let row = sqlx::query_as!(
        SessionRow,
        r#"SELECT id, workspace, model, permission_mode, title, visibility, created_by, created_by_name, created_at,
           closed_at, archived_at, forked_from, last_seq, bypass_by, bypass_by_name, bypass_until,
           max(created_at, coalesce((SELECT at FROM events WHERE session = sessions.id AND seq = last_seq), 0))
             AS "updated_at!: i64",
           CASE WHEN EXISTS (SELECT 1 FROM approvals WHERE session = sessions.id AND state = 'pending') THEN 'waiting'
             WHEN EXISTS (SELECT 1 FROM messages WHERE session = sessions.id AND status <> 'ended') THEN 'working'
             ELSE 'idle' END AS "activity!: String"
         FROM sessions WHERE id = ?"#,
        id
    );
    row.fetch_optional(db).await?.map(Session::try_from).transpose()
}

pub(super) async fn accepted(
    db: impl SqliteExecutor<'_>,
    message: &NewMessage,
) -> Result<Option<Acceptance>, JournalError> {
    let (session, author) = (message.session.to_string(), message.by.user.to_string());
    let row = sqlx::query!(
        "SELECT turn, seq, body_hash FROM messages WHERE session = ? AND author = ? AND idempotency_key = ?",
        session,
        author,
        message.idempotency_key
    );
    let Some(row) = row.fetch_optional(db).await? else { return Ok(None) };
    if row.body_hash != message.body_hash.as_bytes().as_slice() {
        return Ok(Some(Acceptance::KeyReused));
    }
    let reading = Reading { table: "messages", row: &row.turn };
    let (turn, seq) = (reading.id("turn", &row.turn)?, reading.seq("seq", row.seq)?);
    Ok(Some(Acceptance::Retried { turn, seq }))
}

pub(super) async fn unfinished_sessions(db: impl SqliteExecutor<'_>) -> Result<Vec<SessionId>, JournalError> {
    let rows = sqlx::query_scalar!("SELECT DISTINCT session FROM messages WHERE status <> 'ended' ORDER BY session");
    let id = |text: &String| Reading { table: "messages", row: text }.id("session", text);
    rows.fetch_all(db).await?.iter().map(id).collect()
}

pub(super) async fn open_messages(
    db: impl SqliteExecutor<'_>,
    session: SessionId,
) -> Result<Vec<Message>, JournalError> {
    let session = session.to_string();
    let rows = sqlx::query_as!(
        MessageRow,
        "SELECT turn, seq, author, author_name, text, images, status FROM messages
         WHERE session = ? AND status <> 'ended' ORDER BY seq",
        session
    );
    rows.fetch_all(db).await?.into_iter().map(Message::try_from).collect()
}

pub(super) async fn approval(
    db: impl SqliteExecutor<'_>,
    session: SessionId,
    id: ApprovalId,
) -> Result<Option<Approval>, JournalError> {
    let (session, id) = (session.to_string(), id.to_string());
    let row = sqlx::query_as!(
        ApprovalRow,
        "SELECT id, turn, requested_seq, state, decision, decided_by, decided_by_name FROM approvals
         WHERE session = ? AND id = ?",
        session,
        id
    );
    row.fetch_optional(db).await?.map(Approval::try_from).transpose()
}

pub(super) async fn image(
    db: &SqlitePool,
    session: SessionId,
    hash: &str,
) -> Result<Option<StoredImage>, JournalError> {
    let session = session.to_string();
    let row = sqlx::query!("SELECT media_type, data FROM images WHERE session = ? AND hash = ?", session, hash);
    let Some(row) = row.fetch_optional(db).await? else { return Ok(None) };
    let media_type =
        ImageType::parse(&row.media_type).ok_or_else(|| JournalError::row("images", "media_type", hash))?;
    Ok(Some(StoredImage { media_type, data: row.data }))
}

pub(super) async fn pending_approvals(db: &SqlitePool, session: SessionId) -> Result<Vec<Recorded>, JournalError> {
    let session = session.to_string();
    let rows = sqlx::query!(
        "SELECT events.seq, events.at, events.event FROM approvals
         JOIN events ON events.session = approvals.session AND events.seq = approvals.requested_seq
         WHERE approvals.session = ? AND approvals.state = 'pending' ORDER BY approvals.requested_seq",
        session
    );
    rows.fetch_all(db).await?.into_iter().map(|row| recorded(&session, row.seq, row.at, &row.event)).collect()
}

pub(super) async fn events(
    db: &SqlitePool,
    session: SessionId,
    after: u64,
    limit: u32,
) -> Result<Vec<Recorded>, JournalError> {
    let session = session.to_string();
    // Nothing is numbered beyond what SQLite can hold.
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let query = sqlx::query!(
        "SELECT seq, at, event FROM events WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?",
        session,
        after,
        limit
    );
    let mut rows = query.fetch(db);
    let (mut events, mut bytes) = (Vec::new(), 0);
    while bytes < BATCH_BYTES
        && let Some(row) = rows.try_next().await?
    {
        bytes += row.event.len();
        events.push(recorded(&session, row.seq, row.at, &row.event)?);
    }
    Ok(events)
}

fn recorded(session: &str, seq: i64, at: i64, event: &str) -> Result<Recorded, JournalError> {
    let row = format!("{session}:{seq}");
    let reading = Reading { table: "events", row: &row };
    Ok(Recorded {
        seq: reading.seq("seq", seq)?,
        at: reading.time("at", at)?,
        event: serde_json::from_str(event).map_err(|_| reading.bad("event"))?,
    })
}
