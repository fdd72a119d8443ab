//! What each command does to the tables, within a transaction that the writer opened.

use super::project::Log;
use super::rows::{ApprovalState, millis};
use super::writer::{Changed, Command};
use super::{
    Acceptance, Answer, Decided, JournalError, MAX_IMAGE_BYTES, MAX_QUEUED_MESSAGES, NewMessage, NewSession, fork,
    images, read, remove,
};
use protocol::approval::Through;
use protocol::event::{BypassEnd, Event, InterruptReason, WithdrawnReason};
use protocol::ids::SessionId;
use sqlx::SqliteConnection;
use time::OffsetDateTime;

/// Carries a command out. A refusal is an outcome; an error means that nothing of the transaction may be kept.
pub(super) async fn apply(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    command: &mut Command,
    changed: &mut Changed,
) -> Result<(), JournalError> {
    match command {
        Command::Create { new, reply } => reply.outcome = Some(create(db, now, new, changed).await?),
        Command::Append { session, close, events, reply } => {
            reply.outcome = Some(append(db, now, *session, *close, events, changed).await?);
        }
        Command::Accept { message, reply } => reply.outcome = Some(accept(db, now, message, changed).await?),
        Command::Decide { session, answer, reply } => {
            reply.outcome = Some(decide(db, now, *session, answer, changed).await?);
        }
        Command::Fork { fork, reply } => reply.outcome = Some(fork::fork(db, now, fork, changed).await?),
        Command::Remove { session, why, reply } => {
            reply.outcome = Some(remove::remove(db, now, *session, why, changed).await?);
        }
        Command::GiveBack { reply } => reply.outcome = Some(Ok(remove::give_back(db).await?)),
        Command::Recover { reply } => reply.outcome = Some(Ok(recover(db, now, changed).await?)),
        // Taken out of the batch before: see `run`.
        Command::Close { .. } => {}
    }
    Ok(())
}

/// What is told to whoever asked, within what the transaction made of it.
pub(super) type Outcome<T> = Result<Result<T, JournalError>, JournalError>;

async fn create(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    new: &NewSession,
    changed: &mut Changed,
) -> Outcome<()> {
    if read::session(&mut *db, new.id).await?.is_some() {
        return Ok(Err(JournalError::SessionExists(new.id)));
    }
    let (id, mode, user, at) =
        (new.id.to_string(), new.permission_mode.cli_name(), new.by.user.to_string(), millis(now));
    let visibility = new.visibility.as_str();
    sqlx::query!(
        "INSERT INTO sessions
           (id, workspace, model, permission_mode, visibility, created_by, created_by_name, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        new.workspace,
        new.model,
        mode,
        visibility,
        user,
        new.by.name,
        at
    )
    .execute(&mut *db)
    .await?;
    let first = Event::SessionCreated {
        workspace: new.workspace.clone(),
        model: new.model.clone(),
        permission_mode: new.permission_mode,
        visibility: new.visibility,
        forked_from: None,
        by: new.by.clone(),
    };
    let title = new.title.clone().map(|title| Event::TitleChanged { title: Some(title), by: new.by.clone() });
    let events: Vec<Event> = std::iter::once(first).chain(title).collect();
    append(db, now, new.id, false, &events, changed).await.map(|appended| appended.map(|_| ()))
}

async fn append(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    session: SessionId,
    close: bool,
    events: &[Event],
    changed: &mut Changed,
) -> Outcome<u64> {
    let Some(mut log) = Log::open(db, session, now).await? else {
        return Ok(Err(JournalError::UnknownSession(session)));
    };
    for event in events {
        log.push(event).await?;
    }
    log.altered |= close;
    changed.note(&log);
    let seq = log.seq();
    if close {
        let (id, at) = (session.to_string(), millis(now));
        sqlx::query!("UPDATE sessions SET closed_at = coalesce(closed_at, ?) WHERE id = ?", at, id).execute(db).await?;
    }
    Ok(Ok(seq))
}

async fn accept(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    message: &NewMessage,
    changed: &mut Changed,
) -> Outcome<Acceptance> {
    let Some(mut log) = Log::open(db, message.session, now).await? else {
        return Ok(Err(JournalError::UnknownSession(message.session)));
    };
    if let Some(before) = read::accepted(&mut *log.db, message).await? {
        return Ok(Ok(before));
    }
    if log.closed {
        return Ok(Ok(Acceptance::Closed));
    }
    if log.archived {
        return Ok(Ok(Acceptance::Archived));
    }
    let (session, author, hash) =
        (log.key().to_owned(), message.by.user.to_string(), message.body_hash.as_bytes().as_slice());
    let queued = sqlx::query_scalar!("SELECT count(*) FROM messages WHERE session = ? AND status = 'queued'", session)
        .fetch_one(&mut *log.db)
        .await?;
    if queued >= i64::from(MAX_QUEUED_MESSAGES) {
        return Ok(Ok(Acceptance::QueueFull));
    }
    if !images::fit(&mut *log.db, &session, &message.images, MAX_IMAGE_BYTES).await? {
        return Ok(Ok(Acceptance::ImagesFull));
    }
    let (turn, text, by) = (message.turn, message.text.clone(), message.by.clone());
    let shown = message.images.iter().map(|new| new.image.clone()).collect();
    log.push(&Event::MessageAccepted { turn, text, by, images: shown }).await?;
    images::store(&mut *log.db, &session, &message.images).await?;
    let named = images::named(&message.images);
    changed.note(&log);
    let seq = log.seq();
    let (id, number) = (turn.to_string(), i64::try_from(seq).unwrap_or(i64::MAX));
    sqlx::query!(
        "INSERT INTO messages
             (turn, session, seq, author, author_name, idempotency_key, body_hash, text, images, status)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued')",
        id,
        session,
        number,
        author,
        message.by.name,
        message.idempotency_key,
        hash,
        message.text,
        named
    )
    .execute(db)
    .await?;
    Ok(Ok(Acceptance::New { turn, seq }))
}

async fn decide(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    session: SessionId,
    answer: &Answer,
    changed: &mut Changed,
) -> Outcome<Decided> {
    let Some(approval) = read::approval(&mut *db, session, answer.approval).await? else {
        return Ok(Ok(Decided::Unknown));
    };
    match approval.state {
        ApprovalState::Decided { decision, by } => return Ok(Ok(Decided::Lost { by, decision })),
        ApprovalState::Withdrawn => return Ok(Ok(Decided::Withdrawn)),
        ApprovalState::Pending => {}
    }
    let decided = Event::ApprovalDecided {
        turn: approval.turn,
        approval: approval.id,
        decision: answer.decision,
        by: answer.by.clone(),
        message: answer.message.clone(),
        through: Through::Answer,
        terms: answer.terms.clone(),
    };
    let appended = append(db, now, session, false, &[decided], changed).await?;
    Ok(appended.map(|seq| Decided::Won { seq }))
}

async fn recover(
    db: &mut SqliteConnection,
    now: OffsetDateTime,
    changed: &mut Changed,
) -> Result<Vec<SessionId>, JournalError> {
    let id = |text: &str| text.parse().map_err(|_| JournalError::row("messages", "session", text));
    let running = sqlx::query!("SELECT session, turn FROM messages WHERE status = 'running' ORDER BY session, seq");
    for row in running.fetch_all(&mut *db).await? {
        let turn = row.turn.parse().map_err(|_| JournalError::row("messages", "turn", &row.turn))?;
        let reason = InterruptReason::AgentRestarted;
        let ended = Event::TurnInterrupted { turn, reason, by: None, usage: None };
        append(db, now, id(&row.session)?, false, &[ended], changed).await??;
    }
    let pending = sqlx::query!("SELECT id, session, turn FROM approvals WHERE state = 'pending' ORDER BY id");
    for row in pending.fetch_all(&mut *db).await? {
        let turn = row.turn.parse().map_err(|_| JournalError::row("approvals", "turn", &row.id))?;
        let approval = row.id.parse().map_err(|_| JournalError::row("approvals", "id", &row.id))?;
        let gone = Event::ApprovalWithdrawn { turn, approval, reason: WithdrawnReason::ProcessEnded };
        append(db, now, id(&row.session)?, false, &[gone], changed).await??;
    }
    let lent = sqlx::query_scalar!("SELECT id FROM sessions WHERE bypass_until IS NOT NULL ORDER BY id");
    for session in lent.fetch_all(&mut *db).await? {
        let session = session.parse().map_err(|_| JournalError::row("sessions", "id", &session))?;
        let over = Event::BypassEnded { reason: BypassEnd::AgentRestarted, by: None };
        append(db, now, session, false, &[over], changed).await??;
    }
    // The agent ended before it could give them up: nobody wants their answer.
    let closed = sqlx::query!(
        "SELECT messages.session, messages.turn FROM messages JOIN sessions ON sessions.id = messages.session
         WHERE messages.status = 'queued' AND sessions.closed_at IS NOT NULL ORDER BY messages.session, messages.seq"
    );
    for row in closed.fetch_all(&mut *db).await? {
        let turn = row.turn.parse().map_err(|_| JournalError::row("messages", "turn", &row.turn))?;
        let (reason, by) = (InterruptReason::User, None);
        let given_up =
            [Event::TurnStarted { turn, model: None }, Event::TurnInterrupted { turn, reason, by, usage: None }];
        append(db, now, id(&row.session)?, false, &given_up, changed).await??;
    }
    read::unfinished_sessions(db).await
}
