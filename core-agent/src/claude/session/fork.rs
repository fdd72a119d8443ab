//! Forking a conversation: its transcript is copied while no process writes to it.
//!
//! The CLI writes its transcript behind its answers. So a process that is there ends first, as it does for want of work;
//! the next message starts another. What the fork's own process resumes is the copy, whatever has become of the original.

use super::state::State;
use super::task::Session;
use super::{SessionError, transcript};
use crate::journal::{Forked, NewFork};
use protocol::event::ProcessEnd;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Forks of one session that may wait for its process to end.
const MAX_WAITING: usize = 8;
/// How long a process that an earlier agent left behind is waited for.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Forking {
    fork: NewFork,
    reply: oneshot::Sender<Result<Forked, SessionError>>,
}

impl Session {
    pub(super) fn fork(&mut self, fork: NewFork, reply: oneshot::Sender<Result<Forked, SessionError>>) {
        // Whether its process is to end first. None: it is busy.
        let ends = match self.state {
            State::Ready { .. } => Some(true),
            // Nothing was said to a spare.
            State::Starting { .. } => self.spare.is_some().then_some(true),
            State::Waiting { .. } | State::Turn { .. } => None,
            State::Asleep { .. } | State::Closing(_) => Some(false),
        };
        let Some(ends) = ends.filter(|_| self.forks.len() < MAX_WAITING) else {
            // Whoever asked may have stopped waiting.
            let _ = reply.send(Ok(Forked::Busy));
            return;
        };
        self.forks.push(Forking { fork, reply });
        if ends {
            self.close(ProcessEnd::Idle);
        }
    }

    /// Before the next message is taken: that would start a process.
    pub(super) async fn carry_out_forks(&mut self) {
        if !matches!(self.state, State::Asleep { .. }) {
            return;
        }
        for Forking { fork, reply } in std::mem::take(&mut self.forks) {
            // As above.
            let _ = reply.send(self.carry_out(fork).await);
        }
    }

    async fn carry_out(&self, fork: NewFork) -> Result<Forked, SessionError> {
        let shared = &self.shared;
        if timeout(LEFT_BEHIND, shared.launcher.alone(self.id)).await.is_err() {
            return Ok(Forked::Busy);
        }
        let (id, claude_dir) = (fork.id, || shared.claude_dir.clone());
        // The transcript before the session: one that is there can go on at once.
        let forked = match transcript::give(claude_dir(), self.id, id).await {
            Ok(()) => shared.journal.fork_session(fork).await.map_err(SessionError::from),
            Err(error) => Err(SessionError::Transcript(error)),
        };
        let settled = match forked {
            Ok(Forked::Done) => transcript::settle(claude_dir(), id).await,
            _ => transcript::forget(claude_dir(), vec![id]).await,
        };
        if let Err(error) = settled {
            // Its own process settles it, or the agent's next start takes it away.
            tracing::warn!(session = %id, %error, "the copy of a transcript is left as it is");
        }
        forked
    }
}
