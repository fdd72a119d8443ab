//! Orders and their answers, as they go over the socket: one JSON line each.

use crate::revocation::Receipt;
use protocol::claude::{Method, State};
use protocol::ids::{CoreId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use time::OffsetDateTime;

#[derive(Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    PairCore {
        name: Option<String>,
        labels: BTreeMap<String, String>,
    },
    ListCores,
    /// `core` is an id or a name.
    RevokeCore {
        core: String,
        sign_out: bool,
    },
    RestoreCore {
        core: String,
    },
    AddUser {
        name: String,
        password: String,
    },
    /// A one-time link that makes a user.
    IssueSetupLink {
        /// Refuse when there is a user already.
        first: bool,
    },
}

// By hand, because a password is in one of them.
impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PairCore { .. } => "PairCore",
            Self::ListCores => "ListCores",
            Self::RevokeCore { .. } => "RevokeCore",
            Self::RestoreCore { .. } => "RestoreCore",
            Self::AddUser { .. } => "AddUser",
            Self::IssueSetupLink { .. } => "IssueSetupLink",
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// `token` is a secret until an agent has used it.
    PairingToken {
        token: String,
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
    },
    Cores {
        cores: Vec<CoreLine>,
    },
    Revoked {
        receipt: Receipt,
    },
    Restored {
        core: CoreId,
        name: String,
        epoch: u64,
    },
    UserAdded {
        user: UserId,
        name: String,
    },
    /// `link` is a secret until it is used.
    SetupLink {
        link: String,
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
    },
    Refused {
        reason: String,
    },
}

// By hand, because secrets are in two of them.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PairingToken { .. } => f.write_str("PairingToken"),
            Self::Cores { cores } => f.debug_tuple("Cores").field(cores).finish(),
            Self::Revoked { receipt } => f.debug_tuple("Revoked").field(receipt).finish(),
            Self::Restored { core, .. } => f.debug_tuple("Restored").field(core).finish(),
            Self::UserAdded { user, .. } => f.debug_tuple("UserAdded").field(user).finish(),
            Self::SetupLink { .. } => f.write_str("SetupLink"),
            Self::Refused { reason } => f.debug_tuple("Refused").field(reason).finish(),
        }
    }
}

/// A Core as a table shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CoreLine {
    pub id: CoreId,
    pub name: String,
    pub hostname: String,
    pub online: bool,
    pub agent_version: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
    pub epoch: u64,
    pub claude_method: Method,
    pub claude_state: State,
}
