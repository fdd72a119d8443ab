//! Sessions: each is owned by one task, which owns at most one CLI process.
//!
//! ```text
//!              message                 initialize answered            message taken
//!   ┌─ asleep ─────────► starting ───────────────────────► ready ─────────────────────► turn
//!   │    ▲                  │                               ▲ │                          │ │
//!   │    │                  │ it ended                 idle │ │        the turn's end    │ │ it ended
//!   │    │                  ▼                               │ ▼◄─────────────────────────┘ ▼
//!   │    └──────────────── closing ◄────────────────────────┴──────────────────────── (interrupted)
//!   └─► the task itself ends when nothing has been asked of it for a while
//! ```
//!
//! Messages wait in the journal and are taken one at a time: messages that the CLI gets during a turn would be merged
//! into it. What the CLI says is in the journal before anything follows from it. A process that has ended is replaced at
//! the next message and resumes the conversation; then the CLI asks again before it edits, whatever was allowed before.

mod allowances;
mod approvals;
mod bypass;
mod controls;
mod fork;
mod heard;
mod hurry;
mod live;
mod orders;
mod places;
mod queue;
mod spare;
mod state;
mod task;
pub(super) mod transcript;
mod turn;
mod verdict;

pub use controls::ControlError;
pub(super) use places::Places;
pub(super) use spare::Spares;
pub use verdict::AnswerFault;

use super::account::Account;
use super::commands::Commands;
use super::mcp::McpServers;
use super::model::Models;
use super::process::Launcher;
use super::state::Board;
use super::stream::outgoing::Control;
use super::trust::Trust;
use crate::guard::Guard;
use crate::journal::{Answer, Decided, Forked, Journal, JournalError, NewFork};
use crate::workspace::Workspaces;
use controls::Answering;
use hurry::{Hurried, Hurry};
use protocol::event::{Actor, InterruptReason, PermissionMode, ProcessEnd};
use protocol::ids::SessionId;
use serde_json::Value;
use spare::Spare;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use task::Session;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Requests that wait for a session's task. They are short; more than that are turned away.
const INBOX: usize = 64;

/// Whether sessions may run processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    Closed,
}

/// Why a session's process is ended from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    SignedOut,
    Revoked,
    Shutdown,
    /// The session itself was closed.
    Closed(Actor),
}

impl Reason {
    const fn process_end(&self) -> ProcessEnd {
        match self {
            Self::SignedOut => ProcessEnd::SignedOut,
            Self::Revoked => ProcessEnd::Revoked,
            Self::Shutdown => ProcessEnd::Shutdown,
            Self::Closed(_) => ProcessEnd::Exited,
        }
    }

    const fn interrupt(&self) -> InterruptReason {
        match self {
            Self::SignedOut => InterruptReason::SignedOut,
            Self::Revoked => InterruptReason::Revoked,
            Self::Shutdown => InterruptReason::AgentRestarted,
            Self::Closed(_) => InterruptReason::User,
        }
    }

    fn by(&self) -> Option<Actor> {
        match self {
            Self::Closed(by) => Some(by.clone()),
            Self::SignedOut | Self::Revoked | Self::Shutdown => None,
        }
    }

    /// Whether messages that wait are given up too. A restarted agent goes on with them.
    const fn empties_queue(&self) -> bool {
        !matches!(self, Self::Shutdown)
    }
}

/// What had been running in a session when it was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) turn: bool,
    pub(super) process: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("too many requests wait for this session")]
    Busy,
    #[error("the session's task has ended")]
    Gone,
    #[error(transparent)]
    Answer(#[from] AnswerFault),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the CLI's transcript cannot be copied: {0}")]
    Transcript(#[source] std::io::Error),
}

#[derive(Debug)]
enum Command {
    /// There may be a message to take, or nothing more to come.
    Wake,
    /// Answers whether there was something to interrupt.
    Interrupt {
        by: Actor,
        hurried: Hurried,
        reply: oneshot::Sender<Result<bool, SessionError>>,
    },
    Answer {
        answer: Box<Answer>,
        reply: oneshot::Sender<Result<Decided, SessionError>>,
    },
    BeginBypass {
        by: Actor,
        lasts: Duration,
        reply: oneshot::Sender<Result<(), SessionError>>,
    },
    Control {
        control: Control,
        reply: Answering,
    },
    EndBypass {
        by: Actor,
        hurried: Hurried,
        reply: oneshot::Sender<()>,
    },
    SetModel {
        model: String,
        by: Actor,
        reply: oneshot::Sender<Result<(), SessionError>>,
    },
    SetMode {
        mode: PermissionMode,
        by: Actor,
        reply: oneshot::Sender<Result<(), SessionError>>,
    },
    Fork {
        fork: Box<NewFork>,
        reply: oneshot::Sender<Result<Forked, SessionError>>,
    },
    /// A spare is not needed any more.
    Discard,
    End {
        reason: Reason,
        hurried: Hurried,
        reply: oneshot::Sender<Ended>,
    },
}

/// What every session works with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) launcher: Launcher,
    pub(super) journal: Journal,
    pub(super) workspaces: Workspaces,
    pub(super) board: Board,
    pub(super) account: Arc<Account>,
    pub(super) guard: Guard,
    pub(super) models: Models,
    pub(super) commands: Commands,
    pub(super) trust: Arc<Trust>,
    pub(super) mcp: Arc<McpServers>,
    pub(super) mcp_dir: PathBuf,
    pub(super) places: Places,
    pub(super) gate: watch::Receiver<Gate>,
    /// The agent is ending: a session without a process has nothing to stay for.
    pub(super) over: CancellationToken,
    pub(super) claude_dir: PathBuf,
    pub(super) idle_timeout: Duration,
}

/// The sessions that have a task. A session without one is as the journal says.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    shared: Arc<Shared>,
    tasks: TaskTracker,
    running: Running,
}

/// Whoever sends, and a task that ends, holds this: a task ends only when nothing can have been sent to it.
#[derive(Clone, Debug, Default)]
struct Running(Arc<Mutex<HashMap<SessionId, Handle>>>);

#[derive(Clone, Debug)]
struct Handle {
    inbox: mpsc::Sender<Command>,
    hurry: Hurry,
}

impl Handle {
    fn end(&self, reason: Reason) -> (Command, oneshot::Receiver<Ended>) {
        let (reply, answer) = oneshot::channel();
        (Command::End { reason, hurried: self.hurry.order(), reply }, answer)
    }
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the task of this session may end: it is out of the list then.
    fn leave(&self, id: SessionId, inbox: &mpsc::Receiver<Command>) -> bool {
        let mut running = self.lock();
        let leaves = inbox.is_empty();
        if leaves {
            running.remove(&id);
        }
        leaves
    }
}

impl Sessions {
    pub(super) fn new(shared: Arc<Shared>, tasks: TaskTracker) -> Self {
        Self { shared, tasks, running: Running::default() }
    }

    /// There may be a message: it is taken as soon as its turn comes.
    pub(super) fn wake(&self, id: SessionId) {
        // A full inbox will be read, and the journal looked into after any of what is in it.
        match self.send(id, |_| Command::Wake) {
            Ok(()) | Err(SessionError::Busy) => {}
            Err(error) => tracing::error!(session = %id, %error, "a session cannot be woken"),
        }
    }

    pub(super) fn wake_all(&self) {
        let ids: Vec<SessionId> = self.running.lock().keys().copied().collect();
        for id in ids {
            self.wake(id);
        }
    }

    pub(super) async fn interrupt(&self, id: SessionId, by: Actor) -> Result<bool, SessionError> {
        self.ask(id, |handle, reply| Command::Interrupt { by, hurried: handle.hurry.order(), reply }).await?
    }

    pub(super) async fn answer(&self, id: SessionId, answer: Answer) -> Result<Decided, SessionError> {
        self.ask(id, |_, reply| Command::Answer { answer: Box::new(answer), reply }).await?
    }

    pub(super) async fn begin_bypass(&self, id: SessionId, by: Actor, lasts: Duration) -> Result<(), SessionError> {
        self.ask(id, |_, reply| Command::BeginBypass { by, lasts, reply }).await?
    }

    pub(super) async fn end_bypass(&self, id: SessionId, by: Actor) -> Result<(), SessionError> {
        self.ask(id, |handle, reply| Command::EndBypass { by, hurried: handle.hurry.order(), reply }).await
    }

    pub(super) async fn set_model(&self, id: SessionId, model: String, by: Actor) -> Result<(), SessionError> {
        self.ask(id, |_, reply| Command::SetModel { model, by, reply }).await?
    }

    pub(super) async fn set_mode(&self, id: SessionId, mode: PermissionMode, by: Actor) -> Result<(), SessionError> {
        self.ask(id, |_, reply| Command::SetMode { mode, by, reply }).await?
    }

    /// A session that has a task looks whether it is archived: its process then ends as soon as nothing waits.
    pub(super) fn rest(&self, id: SessionId) {
        if self.is_live(id) {
            self.wake(id);
        }
    }

    /// Whether a session has a task, and perhaps a process.
    pub(super) fn is_live(&self, id: SessionId) -> bool {
        self.running.lock().contains_key(&id)
    }

    pub(super) async fn fork(&self, fork: NewFork) -> Result<Forked, SessionError> {
        self.ask(fork.source, |_, reply| Command::Fork { fork: Box::new(fork), reply }).await?
    }

    /// Asks the session's process, and waits so long for its answer.
    pub(super) async fn control(&self, id: SessionId, control: Control, wait: Duration) -> Result<Value, ControlError> {
        let (reply, answer) = oneshot::channel();
        self.send(id, |_| Command::Control { control, reply }).map_err(|_| ControlError::TooMany)?;
        match timeout(wait, answer).await {
            Ok(Ok(answer)) => answer,
            // It has ended meanwhile.
            Ok(Err(_)) => Err(ControlError::NoProcess),
            Err(_) => Err(ControlError::Timeout),
        }
    }

    /// Ends one session's turn and process. Not to be turned away: where the inbox is full it waits.
    pub(super) async fn end(&self, id: SessionId, reason: Reason) -> Result<Ended, SessionError> {
        let handle = self.handle(&mut self.running.lock(), id).clone();
        let (end, answer) = handle.end(reason);
        handle.inbox.send(end).await.map_err(|_| SessionError::Gone)?;
        answer.await.map_err(|_| SessionError::Gone)
    }

    /// Ends every session's turn and process. Sessions that begin later see the gate, which must be closed before.
    /// The answers come as they end; one that is missing stands for a process that has not ended yet.
    pub(super) fn end_all(&self, reason: &Reason) -> Vec<oneshot::Receiver<Ended>> {
        let handles: Vec<_> = self.running.lock().values().cloned().collect();
        let mut answers = Vec::with_capacity(handles.len());
        for handle in handles {
            let (end, answer) = handle.end(reason.clone());
            if let Err(mpsc::error::TrySendError::Full(end)) = handle.inbox.try_send(end) {
                // Not to be turned away: it waits for its place.
                self.tasks.spawn(async move { handle.inbox.send(end).await });
            }
            answers.push(answer);
        }
        answers
    }

    async fn ask<T>(
        &self,
        id: SessionId,
        command: impl FnOnce(&Handle, oneshot::Sender<T>) -> Command,
    ) -> Result<T, SessionError> {
        let (reply, answer) = oneshot::channel();
        self.send(id, |handle| command(handle, reply))?;
        answer.await.map_err(|_| SessionError::Gone)
    }

    /// Gives a command to the session's task, which is started where there is none.
    fn send(&self, id: SessionId, command: impl FnOnce(&Handle) -> Command) -> Result<(), SessionError> {
        let mut running = self.running.lock();
        let handle = self.handle(&mut running, id);
        handle.inbox.try_send(command(handle)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SessionError::Busy,
            mpsc::error::TrySendError::Closed(_) => SessionError::Gone,
        })
    }

    fn handle<'r>(&self, running: &'r mut HashMap<SessionId, Handle>, id: SessionId) -> &'r Handle {
        // One that has not left the list, and reads no more, has panicked.
        if running.get(&id).is_some_and(|handle| handle.inbox.is_closed()) {
            tracing::error!(session = %id, "a session's task has ended where it should not; another takes its place");
            running.remove(&id);
        }
        self.insert(running, id, None)
    }

    /// The session's task, which is started where there is none.
    fn insert<'r>(
        &self,
        running: &'r mut HashMap<SessionId, Handle>,
        id: SessionId,
        spare: Option<Spare>,
    ) -> &'r Handle {
        running.entry(id).or_insert_with(|| {
            let (sender, inbox) = mpsc::channel(INBOX);
            let hurry = Hurry::default();
            let session = Session::new(id, Arc::clone(&self.shared), inbox, hurry.clone(), spare);
            self.tasks.spawn(session.run(self.running.clone()));
            Handle { inbox: sender, hurry }
        })
    }

    /// Ends a spare, if it is one still.
    pub(super) fn discard(&self, id: SessionId) {
        if let Some(handle) = self.running.lock().get(&id) {
            // One that is busy, or gone, is no spare.
            let _ = handle.inbox.try_send(Command::Discard);
        }
    }
}
