//! A session's history, event by event. This is what clients see; the CLI's own lines are translated into it, and what
//! this version does not know is kept as it came.

use crate::approval::{Asks, Terms, Through};
use crate::claude::PlanLimit;
use crate::ids::{ApprovalId, SessionId, TurnId, UserId};
use crate::image::Image;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// An event with its place in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Recorded {
    /// Dense from 1 within a session.
    pub seq: u64,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    #[serde(flatten)]
    pub event: Event,
}

/// Who did something, as the reader should see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    pub user: UserId,
    pub name: String,
}

/// The order within a turn: `message_accepted`, `turn_started`, deltas and blocks, tools and approvals, and exactly one
/// of `turn_completed`, `turn_failed`, `turn_interrupted`. A block's text event replaces its deltas; `message_discarded`
/// takes back every delta of a message whose stream broke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    SessionCreated {
        workspace: String,
        model: Option<String>,
        permission_mode: PermissionMode,
        #[serde(default)]
        visibility: Visibility,
        /// The session whose history follows, where this one was forked off it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forked_from: Option<ForkedFrom>,
        by: Actor,
    },
    TitleChanged {
        title: Option<String>,
        by: Actor,
    },
    VisibilityChanged {
        visibility: Visibility,
        by: Actor,
    },
    /// It takes no message until it is taken out of the archive.
    SessionArchived {
        by: Actor,
    },
    SessionUnarchived {
        by: Actor,
    },
    MessageAccepted {
        turn: TurnId,
        text: String,
        by: Actor,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        images: Vec<Image>,
    },
    TurnStarted {
        turn: TurnId,
        model: Option<String>,
    },
    TextDelta {
        turn: TurnId,
        message: String,
        block: u32,
        text: String,
    },
    ThinkingDelta {
        turn: TurnId,
        message: String,
        block: u32,
        text: String,
    },
    Text {
        turn: TurnId,
        message: String,
        block: u32,
        text: String,
    },
    Thinking {
        turn: TurnId,
        message: String,
        block: u32,
        text: String,
    },
    MessageDiscarded {
        turn: TurnId,
        message: String,
    },
    ToolUse {
        turn: TurnId,
        message: String,
        tool_use: String,
        name: String,
        input: Value,
    },
    ToolResult {
        turn: TurnId,
        tool_use: String,
        content: Value,
        is_error: bool,
    },
    ApprovalRequested {
        turn: TurnId,
        approval: ApprovalId,
        tool_use: Option<String>,
        tool: String,
        input: Value,
        description: Option<String>,
        suggestions: Value,
        #[serde(default)]
        asks: Asks,
    },
    ApprovalDecided {
        turn: TurnId,
        approval: ApprovalId,
        decision: Decision,
        by: Actor,
        message: Option<String>,
        #[serde(default)]
        through: Through,
        #[serde(default)]
        terms: Terms,
    },
    ApprovalWithdrawn {
        turn: TurnId,
        approval: ApprovalId,
        reason: WithdrawnReason,
    },
    /// The CLI tries a request to the vendor again.
    Retrying {
        turn: TurnId,
        attempt: u32,
        max_attempts: u32,
        status: Option<u16>,
        error: String,
    },
    RateLimit {
        turn: TurnId,
        /// As it came.
        info: Value,
        /// None where this version does not understand it.
        #[serde(default)]
        limit: Option<PlanLimit>,
    },
    ModelChanged {
        model: String,
        by: Actor,
    },
    PermissionModeChanged {
        mode: PermissionMode,
        by: Option<Actor>,
    },
    /// From here the session's tools are not asked for: the agent allows them in this person's name. Questions and plans
    /// still wait for a person.
    BypassBegan {
        by: Actor,
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    BypassEnded {
        reason: BypassEnd,
        by: Option<Actor>,
    },
    TurnCompleted {
        turn: TurnId,
        usage: Usage,
    },
    TurnFailed {
        turn: TurnId,
        error: TurnError,
        status: Option<u16>,
        detail: String,
        usage: Option<Usage>,
    },
    TurnInterrupted {
        turn: TurnId,
        reason: InterruptReason,
        by: Option<Actor>,
        usage: Option<Usage>,
    },
    /// A CLI process began to serve the session.
    ProcessStarted {
        resumed: bool,
        cli_version: Option<String>,
    },
    ProcessEnded {
        reason: ProcessEnd,
        exit_code: Option<i32>,
    },
    /// A line of the CLI that this version does not know, as it came (credentials masked).
    Unknown {
        turn: Option<TurnId>,
        line: Value,
    },
}

impl Event {
    /// The value of `kind`, which is also the name of the server-sent event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SessionCreated { .. } => "session_created",
            Self::TitleChanged { .. } => "title_changed",
            Self::VisibilityChanged { .. } => "visibility_changed",
            Self::SessionArchived { .. } => "session_archived",
            Self::SessionUnarchived { .. } => "session_unarchived",
            Self::MessageAccepted { .. } => "message_accepted",
            Self::TurnStarted { .. } => "turn_started",
            Self::TextDelta { .. } => "text_delta",
            Self::ThinkingDelta { .. } => "thinking_delta",
            Self::Text { .. } => "text",
            Self::Thinking { .. } => "thinking",
            Self::MessageDiscarded { .. } => "message_discarded",
            Self::ToolUse { .. } => "tool_use",
            Self::ToolResult { .. } => "tool_result",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalDecided { .. } => "approval_decided",
            Self::ApprovalWithdrawn { .. } => "approval_withdrawn",
            Self::Retrying { .. } => "retrying",
            Self::RateLimit { .. } => "rate_limit",
            Self::ModelChanged { .. } => "model_changed",
            Self::PermissionModeChanged { .. } => "permission_mode_changed",
            Self::BypassBegan { .. } => "bypass_began",
            Self::BypassEnded { .. } => "bypass_ended",
            Self::TurnCompleted { .. } => "turn_completed",
            Self::TurnFailed { .. } => "turn_failed",
            Self::TurnInterrupted { .. } => "turn_interrupted",
            Self::ProcessStarted { .. } => "process_started",
            Self::ProcessEnded { .. } => "process_ended",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// For whom a session is there: for its owner, who began it, or for everybody with a grant on its Core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Private,
    #[default]
    Shared,
}

impl Visibility {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Shared => "shared",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Private, Self::Shared].into_iter().find(|visibility| visibility.as_str() == text)
    }
}

/// Where a forked session's history comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ForkedFrom {
    pub session: SessionId,
    /// The last number that both have in common.
    pub through: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Allow,
    Deny,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawnReason {
    /// The CLI itself took the question back.
    Cli,
    /// The turn ended before an answer came.
    TurnEnded,
    /// The process that asked is gone.
    ProcessEnded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BypassEnd {
    /// Its time was up.
    Lapsed,
    /// A person ended it.
    User,
    /// The process that it was for has ended: a resumed session asks.
    ProcessEnded,
    AgentRestarted,
}

/// What the CLI may do without asking. `bypass_permissions` is missing on purpose: see [`Event::BypassBegan`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionMode {
    #[default]
    Default,
    AcceptEdits,
    Plan,
}

impl PermissionMode {
    /// The CLI's own spelling.
    pub const fn cli_name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::AcceptEdits => "acceptEdits",
            Self::Plan => "plan",
        }
    }

    pub fn from_cli_name(name: &str) -> Option<Self> {
        [Self::Default, Self::AcceptEdits, Self::Plan].into_iter().find(|mode| mode.cli_name() == name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnError {
    /// The Core's sign-in is missing, lapsed or refused.
    AuthenticationFailed,
    RateLimited,
    Overloaded,
    InvalidRequest,
    ModelNotFound,
    Network,
    /// The CLI ended or answered with something else.
    Cli,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InterruptReason {
    User,
    /// The agent was not running when the turn should have gone on.
    AgentRestarted,
    ProcessEnded,
    SignedOut,
    Revoked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProcessEnd {
    Idle,
    Exited,
    Killed,
    SignedOut,
    Revoked,
    Shutdown,
}

/// What a turn took. Costs are the CLI's own figures, in US dollars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Usage {
    pub cost_usd: f64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_read_input_tokens: u64,
    pub cache_creation_input_tokens: u64,
    pub duration_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_what_it_wrote() {
        let recorded = Recorded {
            seq: 4,
            at: OffsetDateTime::UNIX_EPOCH,
            event: Event::TextDelta { turn: TurnId::new(), message: "msg_1".into(), block: 1, text: "hi".into() },
        };
        let text = serde_json::to_string(&recorded).unwrap();
        assert!(text.contains(r#""kind":"text_delta""#), "{text}");
        assert_eq!(serde_json::from_str::<Recorded>(&text).unwrap(), recorded);
        assert_eq!(recorded.event.kind(), "text_delta");
    }
}
