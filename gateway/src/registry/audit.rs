//! The audit log: append-only, each event chained to the one before it by its hash.
//!
//! An event's hash is SHA-256 over the hash before it and the event's columns, each with its length in front, so that no
//! two events have the same encoding. The head row names the last event: cutting the log's end off is seen as well.
//! Whoever can write the file can make a whole new chain; a copy kept elsewhere is what tells.

use super::RegistryError;
use super::row::{json, millis};
use futures::TryStreamExt as _;
use protocol::ids::{CoreId, UserId};
use ring::digest::{Context, SHA256};
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use time::OffsetDateTime;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// Whoever may open the admin socket or the data folder.
    CommandLine,
    Core(CoreId),
    /// Somebody who is nobody yet, by where they are.
    Address(IpAddr),
    Gateway,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::CommandLine => f.write_str("command-line"),
            Self::Core(id) => write!(f, "core:{id}"),
            Self::Address(address) => write!(f, "address:{address}"),
            Self::Gateway => f.write_str("gateway"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    SetupTokenIssued,
    UserCreated,
    LoggedIn,
    LoginEnded,
    ApiTokenCreated,
    ApiTokenDeleted,
    PairingTokenCreated,
    PairingTokenDeleted,
    CorePaired,
    CoreChanged,
    CoreRevoked,
    CoreRestored,
    CoreKeyInUseTwice,
    LinkRefused,
    TerminalOpened,
    TerminalAttached,
    TerminalWatched,
    TerminalClosed,
    RecordingRead,
    RecordingRemoved,
    BypassBegun,
    WorkspaceTrusted,
    WorkspaceDistrusted,
    McpServerSet,
    McpServerRemoved,
    GitCredentialSet,
    GitCredentialRemoved,
    SessionRemoved,
}

impl Action {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetupTokenIssued => "setup_token.issued",
            Self::UserCreated => "user.created",
            Self::LoggedIn => "login.began",
            Self::LoginEnded => "login.ended",
            Self::ApiTokenCreated => "api_token.created",
            Self::ApiTokenDeleted => "api_token.deleted",
            Self::PairingTokenCreated => "pairing_token.created",
            Self::PairingTokenDeleted => "pairing_token.deleted",
            Self::CorePaired => "core.paired",
            Self::CoreChanged => "core.changed",
            Self::CoreRevoked => "core.revoked",
            Self::CoreRestored => "core.restored",
            Self::CoreKeyInUseTwice => "core.key_in_use_twice",
            Self::LinkRefused => "link.refused",
            Self::TerminalOpened => "terminal.opened",
            Self::TerminalAttached => "terminal.attached",
            Self::TerminalWatched => "terminal.watched",
            Self::TerminalClosed => "terminal.closed",
            Self::RecordingRead => "recording.read",
            Self::RecordingRemoved => "recording.removed",
            Self::BypassBegun => "bypass.begun",
            Self::WorkspaceTrusted => "workspace.trusted",
            Self::WorkspaceDistrusted => "workspace.distrusted",
            Self::McpServerSet => "mcp_server.set",
            Self::McpServerRemoved => "mcp_server.removed",
            Self::GitCredentialSet => "git_credential.set",
            Self::GitCredentialRemoved => "git_credential.removed",
            Self::SessionRemoved => "session.removed",
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    #[error("the audit log was altered at event {seq}")]
    Event { seq: i64 },
    #[error("the audit log's end does not fit its head")]
    Head,
}

struct Chained<'e> {
    seq: i64,
    at: i64,
    actor: &'e str,
    action: &'e str,
    subject: &'e str,
    detail: &'e str,
}

impl Chained<'_> {
    fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let mut context = Context::new(&SHA256);
        let (seq, at) = (self.seq.to_be_bytes(), self.at.to_be_bytes());
        let parts: [&[u8]; 7] = [
            previous,
            &seq,
            &at,
            self.actor.as_bytes(),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            self.detail.as_bytes(),
        ];
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.finish().as_ref().to_vec()
    }
}

pub(super) async fn append(
    connection: &mut SqliteConnection,
    at: OffsetDateTime,
    actor: &Actor,
    action: Action,
    subject: &str,
    detail: &[(&str, &str)],
) -> Result<(), RegistryError> {
    let head = sqlx::query!("SELECT seq, hash FROM audit_head").fetch_one(&mut *connection).await?;
    let (seq, at, actor, action) = (head.seq + 1, millis(at), actor.to_string(), action.as_str());
    let detail = json(&detail.iter().copied().collect::<BTreeMap<_, _>>());
    let hash = Chained { seq, at, actor: &actor, action, subject, detail: &detail }.hash(&head.hash);
    sqlx::query!(
        "INSERT INTO audit_events (seq, at, actor, action, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        seq,
        at,
        actor,
        action,
        subject,
        detail,
        hash
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("UPDATE audit_head SET seq = ?, hash = ?", seq, hash).execute(connection).await?;
    Ok(())
}

/// Follows the chain from its beginning to its head.
pub async fn verify(connection: &mut SqliteConnection) -> Result<Result<(), BrokenChain>, RegistryError> {
    let head = sqlx::query!("SELECT seq, hash FROM audit_head").fetch_one(&mut *connection).await?;
    let mut previous = (0, vec![0; 32]);
    let mut rows = sqlx::query!("SELECT seq, at, actor, action, subject, detail, hash FROM audit_events ORDER BY seq")
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let chained = Chained {
            seq: row.seq,
            at: row.at,
            actor: &row.actor,
            action: &row.action,
            subject: &row.subject,
            detail: &row.detail,
        };
        if row.seq != previous.0 + 1 || row.hash != chained.hash(&previous.1) {
            return Ok(Err(BrokenChain::Event { seq: row.seq }));
        }
        previous = (row.seq, row.hash);
    }
    Ok(if previous == (head.seq, head.hash) { Ok(()) } else { Err(BrokenChain::Head) })
}

/// An event as tests look at it.
#[cfg(test)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditEvent {
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
}

/// The newest events, newest first.
#[cfg(test)]
pub(crate) async fn events(connection: &mut SqliteConnection) -> Vec<AuditEvent> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT actor, action, subject FROM audit_events ORDER BY seq DESC")
            .fetch_all(connection)
            .await
            .unwrap();
    rows.into_iter().map(|(actor, action, subject)| AuditEvent { actor, action, subject }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::registry;
    use super::*;

    const TRIGGERS: &str = "DROP TRIGGER audit_events_are_not_changed; DROP TRIGGER audit_events_are_not_removed;";

    #[tokio::test]
    async fn every_edit_of_the_log_breaks_the_chain() {
        for (edit, found) in [
            ("UPDATE audit_events SET at = at + 1 WHERE seq = 2", BrokenChain::Event { seq: 2 }),
            ("UPDATE audit_events SET actor = 'command-line' WHERE seq = 2", BrokenChain::Event { seq: 2 }),
            ("UPDATE audit_events SET subject = 'other' WHERE seq = 1", BrokenChain::Event { seq: 1 }),
            ("UPDATE audit_events SET detail = '{}' WHERE seq = 3", BrokenChain::Event { seq: 3 }),
            ("UPDATE audit_events SET hash = zeroblob(32) WHERE seq = 2", BrokenChain::Event { seq: 2 }),
            ("DELETE FROM audit_events WHERE seq = 2", BrokenChain::Event { seq: 3 }),
            ("DELETE FROM audit_events WHERE seq = 3", BrokenChain::Head),
            ("DELETE FROM audit_events", BrokenChain::Head),
            ("UPDATE audit_head SET seq = 2", BrokenChain::Head),
        ] {
            let (_folder, registry) = registry().await;
            for subject in ["one", "two", "three"] {
                registry.record(Actor::Gateway, Action::CoreChanged, subject, &[("name", subject)]).await.unwrap();
            }
            let mut routine = registry.routine().await.unwrap();
            assert_eq!(verify(routine.connection()).await.unwrap(), Ok(()));
            sqlx::raw_sql(TRIGGERS).execute(routine.connection()).await.unwrap();
            sqlx::raw_sql(edit).execute(routine.connection()).await.unwrap();
            assert_eq!(verify(routine.connection()).await.unwrap(), Err(found), "{edit}");
        }
    }

    #[tokio::test]
    async fn the_log_cannot_be_edited_through_the_registry() {
        let (_folder, registry) = registry().await;
        registry.record(Actor::Gateway, Action::CoreChanged, "one", &[]).await.unwrap();
        for edit in ["UPDATE audit_events SET subject = 'x'", "DELETE FROM audit_events", "DELETE FROM audit_head"] {
            let mut routine = registry.routine().await.unwrap();
            assert!(sqlx::raw_sql(edit).execute(routine.connection()).await.is_err(), "{edit}");
        }
    }

    #[tokio::test]
    async fn a_change_that_is_not_committed_leaves_neither_itself_nor_an_event() {
        let (_folder, registry) = registry().await;
        let mut change = registry.change().await.unwrap();
        super::super::settings::set(change.connection(), "k", "v").await.unwrap();
        drop(change);
        let mut reader = registry.reader().await.unwrap();
        assert_eq!(super::super::settings::get(&mut reader, "k").await.unwrap(), None);
        assert!(events(&mut reader).await.is_empty());
    }

    #[test]
    fn fields_cannot_trade_places_under_one_hash() {
        let event = |actor, action| Chained { seq: 1, at: 1, actor, action, subject: "", detail: "" }.hash(&[0; 32]);
        assert_ne!(event("ab", "c"), event("a", "bc"));
    }
}
