//! The one task that writes. A transaction holds whatever had arrived when it began: one command when idle, many when
//! commands arrive faster than the disk takes them.

use super::apply::apply;
use super::heads::Heads;
use super::open::Start;
use super::project::Log;
use super::{
    Acceptance, Altered, Answer, Decided, Forked, JournalError, NewFork, NewMessage, NewSession, Removed, Why, open,
};
use protocol::event::Event;
use protocol::ids::SessionId;
use sqlx::SqliteConnection;
use time::OffsetDateTime;
use tokio::sync::{broadcast, mpsc, oneshot};

/// Commands that wait; more wait in their senders.
pub(super) const QUEUE: usize = 256;
const BATCH: usize = 128;

pub(super) type ReplyTo<T> = oneshot::Sender<Result<T, JournalError>>;

/// Where an outcome waits until its transaction is durable.
#[derive(Debug)]
pub(super) struct Reply<T> {
    to: ReplyTo<T>,
    pub(super) outcome: Option<Result<T, JournalError>>,
}

impl<T> Reply<T> {
    pub(super) const fn new(to: ReplyTo<T>) -> Self {
        Self { to, outcome: None }
    }

    fn finish(self, committed: Result<(), JournalError>) {
        let outcome = committed.and_then(|()| self.outcome.unwrap_or(Err(JournalError::Closed)));
        // Whoever asked may have given up; what was written stays written.
        drop(self.to.send(outcome));
    }
}

#[derive(Debug)]
pub(super) enum Command {
    Create {
        new: NewSession,
        reply: Reply<()>,
    },
    Append {
        session: SessionId,
        close: bool,
        events: Vec<Event>,
        reply: Reply<u64>,
    },
    Accept {
        message: NewMessage,
        reply: Reply<Acceptance>,
    },
    Decide {
        session: SessionId,
        answer: Answer,
        reply: Reply<Decided>,
    },
    Fork {
        fork: NewFork,
        reply: Reply<Forked>,
    },
    Remove {
        session: SessionId,
        why: Why,
        reply: Reply<Removed>,
    },
    /// Answers whether there is more to give back.
    GiveBack {
        reply: Reply<bool>,
    },
    Recover {
        reply: Reply<Vec<SessionId>>,
    },
    Close {
        reply: ReplyTo<()>,
    },
}

impl Command {
    fn finish(self, committed: Result<(), JournalError>) {
        match self {
            Self::Create { reply, .. } => reply.finish(committed),
            Self::Append { reply, .. } => reply.finish(committed),
            Self::Accept { reply, .. } => reply.finish(committed),
            Self::Decide { reply, .. } => reply.finish(committed),
            Self::Fork { reply, .. } => reply.finish(committed),
            Self::Remove { reply, .. } => reply.finish(committed),
            Self::GiveBack { reply } => reply.finish(committed),
            Self::Recover { reply } => reply.finish(committed),
            Self::Close { reply } => drop(reply.send(committed)),
        }
    }
}

/// What a transaction did that readers are told of.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Sessions, and how far they grew.
    pub(super) grown: Vec<(SessionId, u64)>,
    pub(super) removed: Vec<SessionId>,
    /// Sessions that stand otherwise than before, or are gone.
    pub(super) altered: Vec<Altered>,
}

impl Changed {
    /// What was written to a session.
    pub(super) fn note(&mut self, log: &Log<'_>) {
        self.grown.push((log.before.session, log.seq()));
        self.altered.extend(log.altered.then_some(log.before));
    }
}

/// To be run for as long as the journal is used.
#[derive(Debug)]
pub struct Writer {
    pub(super) db: SqliteConnection,
    start: Start,
    commands: mpsc::Receiver<Command>,
    heads: Heads,
    altered: broadcast::Sender<Altered>,
}

impl Writer {
    pub(super) const fn new(
        db: SqliteConnection,
        start: Start,
        commands: mpsc::Receiver<Command>,
        heads: Heads,
        altered: broadcast::Sender<Altered>,
    ) -> Self {
        Self { db, start, commands, heads, altered }
    }

    /// Returns after [`super::Journal::close`], or when nobody is left who could write.
    pub async fn run(mut self) {
        while let Some(first) = self.commands.recv().await {
            let mut batch = vec![first];
            while batch.len() < BATCH
                && !matches!(batch.last(), Some(Command::Close { .. }))
                && let Ok(next) = self.commands.try_recv()
            {
                batch.push(next);
            }
            let close = batch.pop_if(|last| matches!(last, Command::Close { .. }));
            self.commit(batch).await;
            if let Some(close) = close {
                close.finish(open::end(self.db, &self.start).await.map_err(JournalError::from));
                return;
            }
        }
    }

    /// A command that cannot be written fails alone: its batch is then tried again one by one.
    async fn commit(&mut self, mut batch: Vec<Command>) {
        match self.attempt(&mut batch).await {
            Ok(changed) => {
                for (session, seq) in changed.grown {
                    self.heads.publish(session, seq);
                }
                for session in changed.removed {
                    self.heads.end(session);
                }
                for altered in changed.altered {
                    // An error means that nobody follows.
                    drop(self.altered.send(altered));
                }
                for command in batch {
                    command.finish(Ok(()));
                }
            }
            Err(error) if batch.len() == 1 => {
                tracing::error!(%error, "the journal cannot be written");
                for command in batch {
                    command.finish(Err(error.clone()));
                }
            }
            Err(_) => {
                for command in batch {
                    Box::pin(self.commit(vec![command])).await;
                }
            }
        }
    }

    async fn attempt(&mut self, batch: &mut [Command]) -> Result<Changed, JournalError> {
        if batch.is_empty() {
            return Ok(Changed::default());
        }
        self.start.note(&mut self.db).await?;
        let now = OffsetDateTime::now_utc();
        // By hand, not as sqlx's `Transaction`: SQLite rolls back by itself when the disk is full, of which sqlx learns
        // nothing, and it would begin no other one on this connection.
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.db).await?;
        let mut changed = Changed::default();
        let written = async {
            for command in batch {
                apply(&mut self.db, now, command, &mut changed).await?;
            }
            sqlx::query("COMMIT").execute(&mut self.db).await?;
            Ok(())
        };
        if let Err(error) = written.await {
            if let Err(none) = sqlx::query("ROLLBACK").execute(&mut self.db).await {
                tracing::debug!(%none, "nothing was left to roll back");
            }
            return Err(error);
        }
        Ok(changed)
    }
}
