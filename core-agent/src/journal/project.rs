//! Events and what follows from them, in one transaction.

use super::rows::{Reading, decision_text, millis};
use super::{Altered, JournalError};
use protocol::event::{Event, InterruptReason, Visibility, WithdrawnReason};
use protocol::ids::{ApprovalId, SessionId, TurnId};
use sqlx::SqliteConnection;
use time::OffsetDateTime;

/// A session being written to. Nothing is visible before the transaction that `db` is in has been committed.
pub(super) struct Log<'t> {
    pub(super) db: &'t mut SqliteConnection,
    key: String,
    at: i64,
    seq: u64,
    pub(super) closed: bool,
    pub(super) archived: bool,
    /// The session as it was found.
    pub(super) before: Altered,
    /// Whether its settings or its activity are not what they were.
    pub(super) altered: bool,
}

impl<'t> Log<'t> {
    pub(super) async fn open(
        db: &'t mut SqliteConnection,
        session: SessionId,
        now: OffsetDateTime,
    ) -> Result<Option<Self>, JournalError> {
        let key = session.to_string();
        let row = sqlx::query!(
            "SELECT created_by, visibility, closed_at, archived_at, last_seq FROM sessions WHERE id = ?",
            key
        );
        let Some(row) = row.fetch_optional(&mut *db).await? else { return Ok(None) };
        let reading = Reading { table: "sessions", row: &key };
        let (owner, seq) = (reading.id("created_by", &row.created_by)?, reading.seq("last_seq", row.last_seq)?);
        let visibility = Visibility::parse(&row.visibility).ok_or_else(|| reading.bad("visibility"))?;
        let (closed, archived) = (row.closed_at.is_some(), row.archived_at.is_some());
        let before = Altered { session, owner, visibility };
        Ok(Some(Self { db, key, at: millis(now), seq, closed, archived, before, altered: false }))
    }

    /// The newest event's number.
    pub(super) const fn seq(&self) -> u64 {
        self.seq
    }

    /// The session's id as the tables have it.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Writes an event and what follows from it.
    pub(super) async fn push(&mut self, event: &Event) -> Result<(), JournalError> {
        match event {
            Event::TurnStarted { turn, .. } => self.set_status(*turn, "running").await?,
            Event::TurnCompleted { turn, .. } | Event::TurnFailed { turn, .. } => {
                self.end_turn(*turn, WithdrawnReason::TurnEnded).await?;
            }
            Event::TurnInterrupted { turn, reason, .. } => self.end_turn(*turn, withdrawn_by(*reason)).await?,
            Event::ApprovalDecided { approval, decision, by, .. } => {
                let (id, decision, user) = (approval.to_string(), decision_text(*decision), by.user.to_string());
                let changed = sqlx::query!(
                    "UPDATE approvals SET state = 'decided', decision = ?, decided_by = ?, decided_by_name = ?
                     WHERE id = ? AND session = ? AND state = 'pending'",
                    decision,
                    user,
                    by.name,
                    id,
                    self.key
                );
                if changed.execute(&mut *self.db).await?.rows_affected() == 0 {
                    return Ok(());
                }
            }
            Event::ApprovalWithdrawn { approval, .. } => {
                let id = approval.to_string();
                let changed = sqlx::query!(
                    "UPDATE approvals SET state = 'withdrawn' WHERE id = ? AND session = ? AND state = 'pending'",
                    id,
                    self.key
                );
                if changed.execute(&mut *self.db).await?.rows_affected() == 0 {
                    return Ok(());
                }
            }
            Event::ModelChanged { model, .. } => {
                sqlx::query!("UPDATE sessions SET model = ? WHERE id = ?", model, self.key)
                    .execute(&mut *self.db)
                    .await?;
            }
            Event::PermissionModeChanged { mode, .. } => {
                let mode = mode.cli_name();
                sqlx::query!("UPDATE sessions SET permission_mode = ? WHERE id = ?", mode, self.key)
                    .execute(&mut *self.db)
                    .await?;
            }
            Event::TitleChanged { title, .. } => {
                sqlx::query!("UPDATE sessions SET title = ? WHERE id = ?", title, self.key)
                    .execute(&mut *self.db)
                    .await?;
            }
            Event::VisibilityChanged { visibility, .. } => {
                let visibility = visibility.as_str();
                sqlx::query!("UPDATE sessions SET visibility = ? WHERE id = ?", visibility, self.key)
                    .execute(&mut *self.db)
                    .await?;
            }
            Event::SessionArchived { .. } => self.set_archived(Some(self.at)).await?,
            Event::SessionUnarchived { .. } => self.set_archived(None).await?,
            Event::BypassBegan { by, until } => {
                let (user, until) = (by.user.to_string(), millis(*until));
                sqlx::query!(
                    "UPDATE sessions SET bypass_by = ?, bypass_by_name = ?, bypass_until = ? WHERE id = ?",
                    user,
                    by.name,
                    until,
                    self.key
                )
                .execute(&mut *self.db)
                .await?;
            }
            Event::BypassEnded { .. } => {
                sqlx::query!(
                    "UPDATE sessions SET bypass_by = NULL, bypass_by_name = NULL, bypass_until = NULL WHERE id = ?",
                    self.key
                )
                .execute(&mut *self.db)
                .await?;
            }
            Event::ApprovalRequested { turn, approval, .. } => {
                self.altered = true;
                self.record(event).await?;
                return self.open_approval(*approval, *turn).await;
            }
            // Their rows are made with them (`apply`).
            Event::SessionCreated { .. } | Event::MessageAccepted { .. } => {}
            // Nothing follows.
            Event::TextDelta { .. }
            | Event::ThinkingDelta { .. }
            | Event::Text { .. }
            | Event::Thinking { .. }
            | Event::MessageDiscarded { .. }
            | Event::ToolUse { .. }
            | Event::ToolResult { .. }
            | Event::Retrying { .. }
            | Event::RateLimit { .. }
            | Event::ProcessStarted { .. }
            | Event::ProcessEnded { .. }
            | Event::Unknown { .. } => return self.record(event).await,
        }
        self.altered = true;
        self.record(event).await
    }

    /// Gives the event the next number. The session's own row follows at once, so that numbers stay dense whatever is
    /// written next.
    async fn record(&mut self, event: &Event) -> Result<(), JournalError> {
        let seq = self.seq + 1;
        let number = i64::try_from(seq).map_err(|_| JournalError::row("sessions", "last_seq", &self.key))?;
        let text = serde_json::to_string(event).map_err(|_| JournalError::row("events", "event", &self.key))?;
        sqlx::query!(
            "INSERT INTO events (session, seq, at, event) VALUES (?, ?, ?, ?)",
            self.key,
            number,
            self.at,
            text
        )
        .execute(&mut *self.db)
        .await?;
        sqlx::query!("UPDATE sessions SET last_seq = ? WHERE id = ?", number, self.key).execute(&mut *self.db).await?;
        if is_searched(event) {
            self.index(number).await?;
        }
        self.seq = seq;
        Ok(())
    }

    /// Adds an event's text to what is searched: read back through the view that its removal will read it through, for
    /// the index must be given the very same words again.
    async fn index(&mut self, number: i64) -> Result<(), JournalError> {
        let text = sqlx::query!("INSERT INTO texts (session, seq) VALUES (?, ?)", self.key, number)
            .execute(&mut *self.db)
            .await?
            .last_insert_rowid();
        sqlx::query!("INSERT INTO search (rowid, text) SELECT id, text FROM text_contents WHERE id = ?", text)
            .execute(&mut *self.db)
            .await?;
        Ok(())
    }

    async fn set_archived(&mut self, at: Option<i64>) -> Result<(), JournalError> {
        sqlx::query!("UPDATE sessions SET archived_at = ? WHERE id = ?", at, self.key).execute(&mut *self.db).await?;
        Ok(())
    }

    async fn set_status(&mut self, turn: TurnId, status: &'static str) -> Result<(), JournalError> {
        let id = turn.to_string();
        let changed =
            sqlx::query!("UPDATE messages SET status = ? WHERE turn = ? AND session = ?", status, id, self.key)
                .execute(&mut *self.db)
                .await?;
        if changed.rows_affected() == 1 { Ok(()) } else { Err(JournalError::UnknownTurn(turn)) }
    }

    /// A turn that is over asks nothing more.
    async fn end_turn(&mut self, turn: TurnId, reason: WithdrawnReason) -> Result<(), JournalError> {
        let id = turn.to_string();
        let pending = sqlx::query_scalar!(
            "SELECT id FROM approvals WHERE session = ? AND turn = ? AND state = 'pending' ORDER BY requested_seq",
            self.key,
            id
        );
        for approval in pending.fetch_all(&mut *self.db).await? {
            let approval = approval.parse().map_err(|_| JournalError::row("approvals", "id", &approval))?;
            Box::pin(self.push(&Event::ApprovalWithdrawn { turn, approval, reason })).await?;
        }
        self.set_status(turn, "ended").await
    }

    async fn open_approval(&mut self, approval: ApprovalId, turn: TurnId) -> Result<(), JournalError> {
        let (id, turn) = (approval.to_string(), turn.to_string());
        let number = i64::try_from(self.seq).map_err(|_| JournalError::row("approvals", "requested_seq", &id))?;
        sqlx::query!(
            "INSERT INTO approvals (id, session, turn, requested_seq, state) VALUES (?, ?, ?, ?, 'pending')",
            id,
            self.key,
            turn,
            number
        )
        .execute(&mut *self.db)
        .await?;
        Ok(())
    }
}

/// Whole texts that somebody said. Deltas are parts of them, and what was thought is nobody's answer.
const fn is_searched(event: &Event) -> bool {
    matches!(event, Event::MessageAccepted { .. } | Event::Text { .. })
}

const fn withdrawn_by(reason: InterruptReason) -> WithdrawnReason {
    match reason {
        InterruptReason::User => WithdrawnReason::TurnEnded,
        InterruptReason::AgentRestarted
        | InterruptReason::ProcessEnded
        | InterruptReason::SignedOut
        | InterruptReason::Revoked => WithdrawnReason::ProcessEnded,
    }
}
