//! What the tables beside `events` hold, as types.

use super::JournalError;
use protocol::event::{Actor, Decision, PermissionMode, Visibility};
use protocol::ids::{ApprovalId, SessionId, TurnId};
use protocol::image::ImageType;
use serde::Serialize;
use std::str::FromStr;
use time::OffsetDateTime;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub workspace: String,
    pub model: Option<String>,
    pub permission_mode: PermissionMode,
    pub title: Option<String>,
    pub visibility: Visibility,
    /// Its owner.
    pub created_by: Actor,
    pub created_at: OffsetDateTime,
    pub closed_at: Option<OffsetDateTime>,
    pub archived_at: Option<OffsetDateTime>,
    pub forked_from: Option<SessionId>,
    pub last_seq: u64,
    /// When its newest event was written.
    pub updated_at: OffsetDateTime,
    pub activity: Activity,
    pub bypass: Option<Bypass>,
}

/// Whether there is something to do in a session, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Nothing is to be answered.
    Idle,
    /// A turn is in progress, or messages wait for theirs.
    Working,
    /// An approval, a question or a plan waits for a person.
    Waiting,
}

impl Activity {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "idle" => Some(Self::Idle),
            "working" => Some(Self::Working),
            "waiting" => Some(Self::Waiting),
            _ => None,
        }
    }
}

/// That the session runs without asking. One whose time is up is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bypass {
    pub by: Actor,
    pub until: OffsetDateTime,
}

/// A picture as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    pub media_type: ImageType,
    pub data: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub turn: TurnId,
    pub text: String,
    /// The hashes of its pictures, in order.
    pub images: Vec<String>,
    pub by: Actor,
    pub status: MessageStatus,
    /// The number of its `MessageAccepted`.
    pub seq: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageStatus {
    Queued,
    Running,
    Ended,
}

impl MessageStatus {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "queued" => Some(Self::Queued),
            "running" => Some(Self::Running),
            "ended" => Some(Self::Ended),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub turn: TurnId,
    pub requested_seq: u64,
    pub state: ApprovalState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    Pending,
    Decided { decision: Decision, by: Actor },
    Withdrawn,
}

pub(super) const fn decision_text(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::Deny => "deny",
    }
}

fn parse_decision(text: &str) -> Option<Decision> {
    [Decision::Allow, Decision::Deny].into_iter().find(|decision| decision_text(*decision) == text)
}

pub(super) fn millis(at: OffsetDateTime) -> i64 {
    // Years within the range of `OffsetDateTime` fit by far.
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// A row being read, for errors that name it.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) table: &'static str,
    pub(super) row: &'a str,
}

impl Reading<'_> {
    pub(super) fn bad(self, column: &'static str) -> JournalError {
        JournalError::row(self.table, column, self.row)
    }

    pub(super) fn id<T: FromStr>(self, column: &'static str, text: &str) -> Result<T, JournalError> {
        text.parse().map_err(|_| self.bad(column))
    }

    pub(super) fn seq(self, column: &'static str, number: i64) -> Result<u64, JournalError> {
        u64::try_from(number).map_err(|_| self.bad(column))
    }

    pub(super) fn time(self, column: &'static str, millis: i64) -> Result<OffsetDateTime, JournalError> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).map_err(|_| self.bad(column))
    }
}

pub(super) struct SessionRow {
    pub(super) id: String,
    pub(super) workspace: String,
    pub(super) model: Option<String>,
    pub(super) permission_mode: String,
    pub(super) title: Option<String>,
    pub(super) visibility: String,
    pub(super) created_by: String,
    pub(super) created_by_name: String,
    pub(super) created_at: i64,
    pub(super) closed_at: Option<i64>,
    pub(super) archived_at: Option<i64>,
    pub(super) forked_from: Option<String>,
    pub(super) last_seq: i64,
    pub(super) updated_at: i64,
    pub(super) activity: String,
    pub(super) bypass_by: Option<String>,
    pub(super) bypass_by_name: Option<String>,
    pub(super) bypass_until: Option<i64>,
}

impl TryFrom<SessionRow> for Session {
    type Error = JournalError;

    fn try_from(row: SessionRow) -> Result<Self, JournalError> {
        let reading = Reading { table: "sessions", row: &row.id };
        let bypass = match (&row.bypass_by, row.bypass_by_name, row.bypass_until) {
            (Some(user), Some(name), Some(until)) => Some(Bypass {
                by: Actor { user: reading.id("bypass_by", user)?, name },
                until: reading.time("bypass_until", until)?,
            }),
            (None, None, None) => None,
            _ => return Err(reading.bad("bypass_until")),
        };
        Ok(Self {
            bypass,
            id: reading.id("id", &row.id)?,
            permission_mode: PermissionMode::from_cli_name(&row.permission_mode)
                .ok_or_else(|| reading.bad("permission_mode"))?,
            created_by: Actor { user: reading.id("created_by", &row.created_by)?, name: row.created_by_name },
            created_at: reading.time("created_at", row.created_at)?,
            closed_at: row.closed_at.map(|at| reading.time("closed_at", at)).transpose()?,
            archived_at: row.archived_at.map(|at| reading.time("archived_at", at)).transpose()?,
            visibility: Visibility::parse(&row.visibility).ok_or_else(|| reading.bad("visibility"))?,
            forked_from: row.forked_from.map(|id| reading.id("forked_from", &id)).transpose()?,
            title: row.title,
            last_seq: reading.seq("last_seq", row.last_seq)?,
            updated_at: reading.time("updated_at", row.updated_at)?,
            activity: Activity::parse(&row.activity).ok_or_else(|| reading.bad("activity"))?,
            workspace: row.workspace,
            model: row.model,
        })
    }
}

pub(super) struct MessageRow {
    pub(super) turn: String,
    pub(super) seq: i64,
    pub(super) author: String,
    pub(super) author_name: String,
    pub(super) text: String,
    pub(super) images: String,
    pub(super) status: String,
}

impl TryFrom<MessageRow> for Message {
    type Error = JournalError;

    fn try_from(row: MessageRow) -> Result<Self, JournalError> {
        let reading = Reading { table: "messages", row: &row.turn };
        Ok(Self {
            turn: reading.id("turn", &row.turn)?,
            by: Actor { user: reading.id("author", &row.author)?, name: row.author_name },
            status: MessageStatus::parse(&row.status).ok_or_else(|| reading.bad("status"))?,
            seq: reading.seq("seq", row.seq)?,
            images: serde_json::from_str(&row.images).map_err(|_| reading.bad("images"))?,
            text: row.text,
        })
    }
}

pub(super) struct ApprovalRow {
    pub(super) id: String,
    pub(super) turn: String,
    pub(super) requested_seq: i64,
    pub(super) state: String,
    pub(super) decision: Option<String>,
    pub(super) decided_by: Option<String>,
    pub(super) decided_by_name: Option<String>,
}

impl TryFrom<ApprovalRow> for Approval {
    type Error = JournalError;

    fn try_from(row: ApprovalRow) -> Result<Self, JournalError> {
        let reading = Reading { table: "approvals", row: &row.id };
        let state = match (row.state.as_str(), row.decision, row.decided_by, row.decided_by_name) {
            ("pending", None, None, None) => ApprovalState::Pending,
            ("withdrawn", None, None, None) => ApprovalState::Withdrawn,
            ("decided", Some(decision), Some(user), Some(name)) => ApprovalState::Decided {
                decision: parse_decision(&decision).ok_or_else(|| reading.bad("decision"))?,
                by: Actor { user: reading.id("decided_by", &user)?, name },
            },
            _ => return Err(reading.bad("state")),
        };
        Ok(Self {
            id: reading.id("id", &row.id)?,
            turn: reading.id("turn", &row.turn)?,
            requested_seq: reading.seq("requested_seq", row.requested_seq)?,
            state,
        })
    }
}
