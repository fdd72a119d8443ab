//! The Core's durable memory: every event of every session is on disk, with a dense sequence number, before anybody sees
//! it.
//!
//! SQLite in WAL mode with `synchronous=NORMAL`: a commit survives the end of the process, by `SIGKILL` too, and may be
//! lost in a power cut. Readers learn of that by the epoch, which changes when the boot id differs from the stored one
//! and no clean end was noted.
//!
//! One task writes ([`Writer`]). It commits at once when idle and batches what arrives while a commit is under way.
//! The tables beside `events` (a session's settings, a message's status, an approval's state) follow from the events:
//! [`project`] changes them in the same transaction, so they cannot disagree. So does the index of what was said
//! ([`search`]). A session that is removed is gone from all of them at once ([`remove`]). Whoever looks at all sessions is
//! told which of them have changed ([`altered`]).

mod altered;
mod apply;
mod error;
mod fork;
mod heads;
mod images;
mod list;
mod open;
mod project;
mod read;
mod remove;
mod reserve;
mod room;
mod rows;
mod search;
#[cfg(test)]
pub(crate) mod small_disk;
#[cfg(test)]
mod tests;
mod writer;

pub use altered::Altered;
pub use error::JournalError;
pub use fork::{Forked, NewFork};
pub use list::Filter;
pub use remove::{Prune, Removal, Removed, Why};
pub use room::{Limits, Room, Space};
pub use rows::{Activity, Approval, ApprovalState, Bypass, Message, MessageStatus, Session, StoredImage};
pub use search::{Found, Search, Words};
pub use writer::Writer;

use bytes::Bytes;
use heads::Heads;
use protocol::approval::Terms;
use protocol::event::{Actor, Decision, Event, PermissionMode, Recorded, Visibility};
use protocol::ids::{ApprovalId, SessionId, TurnId, UserId};
use protocol::image::Image;
use protocol::secret::SecretHash;
use sqlx::SqlitePool;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use writer::{Command, Reply};

/// Messages that may wait in a session behind the one that is being answered.
pub const MAX_QUEUED_MESSAGES: u32 = 16;
/// What a session's pictures may take, in bytes.
pub const MAX_IMAGE_BYTES: u64 = 64 * 1024 * 1024;

/// A session to be made.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub workspace: String,
    pub model: Option<String>,
    pub permission_mode: PermissionMode,
    pub title: Option<String>,
    pub visibility: Visibility,
    pub by: Actor,
}

/// Who looks for sessions, and sees shared ones and their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user: UserId,
    /// Other people's private sessions too.
    pub sees_all: bool,
}

#[derive(Clone, Debug)]
pub struct NewMessage {
    pub session: SessionId,
    /// The turn's id, if this is not a retry.
    pub turn: TurnId,
    pub idempotency_key: String,
    /// Over what the client sent: the same key with another body is an error of the client's.
    pub body_hash: SecretHash,
    pub text: String,
    pub images: Vec<NewImage>,
    pub by: Actor,
}

/// A picture of a message. Its bytes are the same for every clone.
#[derive(Clone, Debug)]
pub struct NewImage {
    pub image: Image,
    pub data: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    New {
        turn: TurnId,
        seq: u64,
    },
    /// The same message was accepted before: this is its turn.
    Retried {
        turn: TurnId,
        seq: u64,
    },
    /// The key was used for another message.
    KeyReused,
    QueueFull,
    /// The session holds as many pictures as it may.
    ImagesFull,
    Closed,
    Archived,
}

/// An answer to an approval. The first one wins.
#[derive(Clone, Debug)]
pub struct Answer {
    pub approval: ApprovalId,
    pub decision: Decision,
    pub message: Option<String>,
    pub terms: Terms,
    pub by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Won { seq: u64 },
    Lost { by: Actor, decision: Decision },
    Withdrawn,
    Unknown,
}

/// The handle. Clones share one writer, which ends after [`Journal::close`] or when the last handle is gone.
#[derive(Clone, Debug)]
pub struct Journal {
    epoch: u32,
    folder: Arc<Path>,
    commands: mpsc::Sender<Command>,
    readers: SqlitePool,
    /// For searches alone: a broad one keeps no reader of events waiting.
    searches: SqlitePool,
    heads: Heads,
    altered: broadcast::Sender<Altered>,
}

impl Journal {
    /// Opens the journal, or makes it where no file is. A file that cannot be understood is refused and left alone.
    /// The [`Writer`] must be run for anything to be written.
    pub async fn open(path: &Path, boot_id: &str) -> Result<(Self, Writer), JournalError> {
        open::open(path, boot_id).await
    }

    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Makes a session, with [`Event::SessionCreated`] as number 1.
    pub async fn create_session(&self, new: NewSession) -> Result<(), JournalError> {
        self.write(|reply| Command::Create { new, reply }).await
    }

    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, JournalError> {
        read::session(&self.readers, id).await
    }

    /// Closes a session, for good: no message is accepted from here on. Closing again changes nothing.
    pub async fn close_session(&self, session: SessionId) -> Result<(), JournalError> {
        self.write(|reply| Command::Append { session, close: true, events: Vec::new(), reply }).await.map(drop)
    }

    /// Appends events and all that follows from them. They are durable when this returns, with the newest number.
    ///
    /// `TurnStarted` makes its message running; `TurnCompleted`, `TurnFailed` and `TurnInterrupted` end it and withdraw
    /// its undecided approvals first; `ApprovalRequested` opens an approval. An `ApprovalWithdrawn` for one that is no
    /// longer open is left out. `ApprovalDecided` is written by [`Journal::decide_approval`] alone, but for what the agent
    /// itself allows: that is decided with its request.
    pub async fn append(&self, session: SessionId, events: Vec<Event>) -> Result<u64, JournalError> {
        self.write(|reply| Command::Append { session, close: false, events, reply }).await
    }

    /// Writes [`Event::MessageAccepted`], unless the message was accepted before or cannot be.
    pub async fn accept_message(&self, message: NewMessage) -> Result<Acceptance, JournalError> {
        self.write(|reply| Command::Accept { message, reply }).await
    }

    /// What became of a message that was sent before: its turn, or that its key was used for another one. None if it is
    /// new.
    pub async fn accepted(&self, message: &NewMessage) -> Result<Option<Acceptance>, JournalError> {
        read::accepted(&self.readers, message).await
    }

    /// The sessions that have messages which are running or queued.
    pub async fn unfinished_sessions(&self) -> Result<Vec<SessionId>, JournalError> {
        read::unfinished_sessions(&self.readers).await
    }

    /// Messages that are running or queued, in order.
    pub async fn open_messages(&self, session: SessionId) -> Result<Vec<Message>, JournalError> {
        read::open_messages(&self.readers, session).await
    }

    /// A picture of one of the session's messages.
    pub async fn image(&self, session: SessionId, hash: &str) -> Result<Option<StoredImage>, JournalError> {
        read::image(&self.readers, session, hash).await
    }

    /// Writes [`Event::ApprovalDecided`] if nobody has answered before.
    pub async fn decide_approval(&self, session: SessionId, answer: Answer) -> Result<Decided, JournalError> {
        self.write(|reply| Command::Decide { session, answer, reply }).await
    }

    pub async fn approval(&self, session: SessionId, id: ApprovalId) -> Result<Option<Approval>, JournalError> {
        read::approval(&self.readers, session, id).await
    }

    /// Undecided approvals as they were asked for, oldest first.
    pub async fn pending_approvals(&self, session: SessionId) -> Result<Vec<Recorded>, JournalError> {
        read::pending_approvals(&self.readers, session).await
    }

    /// To be called once at start, before sessions work: turns that were running are interrupted (the agent restarted),
    /// approvals that nobody can answer any more are withdrawn, closed sessions' messages given up. Returns the sessions whose queued messages wait.
    pub async fn recover(&self) -> Result<Vec<SessionId>, JournalError> {
        self.write(|reply| Command::Recover { reply }).await
    }

    /// Events after a number, in order: at most `limit`, fewer when they are large, none when there are no more.
    pub async fn read(&self, session: SessionId, after: u64, limit: u32) -> Result<Vec<Recorded>, JournalError> {
        read::events(&self.readers, session, after, limit).await
    }

    /// The newest event's number, followed as it grows. None if there is no such session.
    pub async fn head(&self, session: SessionId) -> Result<Option<watch::Receiver<u64>>, JournalError> {
        self.heads.follow(&self.readers, session).await
    }

    /// Sessions as they change, from now on: what is read after a change was told is at least as new as the change.
    pub fn altered(&self) -> broadcast::Receiver<Altered> {
        self.altered.subscribe()
    }

    /// Notes a clean end. Nothing can be written afterwards.
    pub async fn close(&self) -> Result<(), JournalError> {
        let (reply, closed) = oneshot::channel();
        self.commands.send(Command::Close { reply }).await.map_err(|_| JournalError::Closed)?;
        closed.await.map_err(|_| JournalError::Closed)?
    }

    async fn write<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, JournalError> {
        let (reply, outcome) = oneshot::channel();
        self.commands.send(command(Reply::new(reply))).await.map_err(|_| JournalError::Closed)?;
        outcome.await.map_err(|_| JournalError::Closed)?
    }
}
