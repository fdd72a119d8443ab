//! A Core's relation to Claude, as it may be told: never a token.

use crate::ids::UserId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    #[default]
    None,
    #[serde(rename = "oauth")]
    OAuth,
    /// A key that the Core was set up with.
    ApiKey,
    /// A key that the CLI had made by a sign-in through the vendor's console.
    Console,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OAuth => "oauth",
            Self::ApiKey => "api_key",
            Self::Console => "console",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::None, Self::OAuth, Self::ApiKey, Self::Console].into_iter().find(|method| method.as_str() == text)
    }
}

/// ```text
/// signed_out ──sign-in──► signed_in ──lapsed, revoked, key refused──► expired
///      ▲                      │ ▲                                       │
///      └──────sign-out────────┘ └──────────────sign-in──────────────────┘
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    SignedOut,
    SignedIn,
    Expired,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::SignedIn => "signed_in",
            Self::Expired => "expired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::SignedOut, Self::SignedIn, Self::Expired].into_iter().find(|state| state.as_str() == text)
    }
}

/// Why a sign-in stopped working or could not be refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastError {
    pub kind: ErrorKind,
    pub detail: String,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The vendor no longer accepts the refresh token.
    RefreshRefused,
    /// The vendor refused the access token or the key.
    CredentialsRefused,
    /// The vendor could not be reached or answered with a fault; it will be tried again.
    Network,
    /// The CLI could not be run.
    Cli,
    /// The CLI is older than this Core takes.
    CliTooOld,
    /// The credentials file went away or cannot be read.
    CredentialsMissing,
}

/// How a plan stands with one of its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanLimit {
    /// What is limited, as the CLI names it (`five_hour`, `seven_day`).
    pub window: String,
    pub status: LimitStatus,
    #[serde(with = "time::serde::rfc3339::option")]
    pub resets_at: Option<OffsetDateTime>,
    /// More than 100 where it is exceeded. None: the CLI has not said.
    pub used_percent: Option<u16>,
    /// When the CLI first said this.
    #[serde(with = "time::serde::rfc3339")]
    pub said_at: OffsetDateTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitStatus {
    Allowed,
    /// It comes near.
    AllowedWarning,
    Rejected,
    /// A word of the CLI's that this version does not know.
    #[serde(other)]
    Unknown,
}

/// What a Core says of its sign-in. `account` is for the owner and administrators only: the gateway removes it for
/// everybody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClaudeState {
    pub method: Method,
    pub state: State,
    /// Who signed the Core in by OAuth. None for a key of either kind, and for a sign-in made on the host by hand.
    pub owner: Option<UserId>,
    /// The account's e-mail address.
    pub account: Option<String>,
    pub organisation: Option<String>,
    /// The plan as the CLI names it ("max", "pro").
    pub plan: Option<String>,
    /// What the vendor granted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// When the present access token lapses; it is refreshed before.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub last_refresh_at: Option<OffsetDateTime>,
    pub last_error: Option<LastError>,
    /// Who pays, as the CLI reports it: a plan or API billing.
    pub billing: Option<String>,
    /// When the CLI last said whose the sign-in is. None: it has not said so of this one yet.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub checked_at: Option<OffsetDateTime>,
    /// The plan's limits as the CLI last reported them, with an answer.
    #[serde(default)]
    pub limits: Vec<PlanLimit>,
}

impl ClaudeState {
    /// A plan of which the CLI has not said yet whose it is. Until it has, `owner` is who it belongs to if the account is
    /// still the one that they signed in with: nobody operates it, and no message that waits is given up.
    pub fn is_unconfirmed(&self) -> bool {
        self.method == Method::OAuth && self.state != State::SignedOut && self.checked_at.is_none()
    }
}

/// One report of an agent on the long-lived state request. Each replaces the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreReport {
    pub hostname: String,
    pub agent_version: String,
    /// None while no usable CLI is installed.
    pub cli_version: Option<String>,
    pub claude: ClaudeState,
    /// Counts the changes of `claude` since the agent started.
    #[serde(default)]
    pub revision: u64,
    /// Sessions with a turn in progress.
    pub working_sessions: u32,
    /// Approvals that wait for an answer.
    pub waiting_approvals: u32,
}

/// How a sign-out ended, told honestly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignOutOutcome {
    /// The vendor was told and the credentials are gone.
    Revoked,
    /// The credentials are gone from the host; the vendor could not be told, so they may still be valid there.
    DeletedLocally,
    /// There was nothing to sign out of.
    NotSignedIn,
    /// The key that a sign-in through the console had made is gone from the host. It stays valid until somebody deletes it
    /// in the vendor's console: the CLI cannot.
    KeyDeleted,
    /// Credentials remain on the host.
    Failed,
    /// The Core uses an API key. It is part of the host's configuration, and ends in the vendor's console alone.
    ApiKeyRemains,
}

/// The gateway's order to an agent whose Core was revoked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct RevokeOrder {
    pub sign_out: bool,
}

/// What the agent had ended when it answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RevokeConfirmation {
    pub turns_ended: u32,
    pub processes_ended: u32,
    pub terminals_ended: u32,
    /// Sessions whose work was told to end and had not ended yet. Most often a process that refreshes the sign-in, which
    /// must not be cut in two: its turn is interrupted and its tools are gone.
    pub unfinished: u32,
    /// How the Core was signed in when it answered: what its host still holds.
    pub method: Method,
    /// None where no sign-out was ordered.
    pub sign_out: Option<SignOutOutcome>,
}
