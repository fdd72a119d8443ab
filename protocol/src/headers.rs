//! Headers that the gateway adds towards a Core. A client's own are dropped at the edge, and only the gateway can open
//! streams on a link, so an agent may decide by them.

/// The acting user's id.
pub const USER: &str = "condrix-user";
/// What the user may do on this Core: `observe`, `operate` or `administer` (see [`Grant`]).
pub const GRANT: &str = "condrix-grant";
/// The user's display name, percent-encoded UTF-8: shown as the author of a message.
pub const USER_NAME: &str = "condrix-user-name";
/// One id for a request, in the answer and in both logs.
pub const REQUEST_ID: &str = "condrix-request-id";
/// W3C trace context, made at the gateway's edge.
pub const TRACEPARENT: &str = "traceparent";

/// On a Core's answer to what changed its sign-in: the [revision](crate::claude::CoreReport::revision) that the gateway
/// must know before it passes the answer on. Whoever was told of a change is then judged by it.
pub const REVISION: &str = "condrix-revision";

/// From a client: the id of the user whom it takes itself for. Where another is logged in meanwhile, in a tab beside, the
/// gateway refuses the request, so that nothing is done under a name that is not its author's.
pub const EXPECTED_USER: &str = "condrix-expected-user";

/// Every name with this prefix belongs to the gateway.
pub const RESERVED_PREFIX: &str = "condrix-";

/// How far a user may go on a Core. Ordered: each level includes the ones before it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// See state, sessions and their events.
    Observe,
    /// Send messages, answer approvals, create workspaces.
    Operate,
    /// Sign in and out, configure, open terminals.
    Administer,
}

impl Grant {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Operate => "operate",
            Self::Administer => "administer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Observe, Self::Operate, Self::Administer].into_iter().find(|grant| grant.as_str() == text)
    }
}
