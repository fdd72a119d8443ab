//! What an earlier agent left undone: turns in the midst of which it ended, and messages that it accepted.
//!
//! ```text
//!  Due ── there is room ──► Waiting ── the gateway has admitted this agent ──► Waiting (for nobody)
//! ```

use super::Claude;
use super::session::Gate;
use crate::journal::{Journal, JournalError};
use protocol::ids::SessionId;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// How often it is tried to write on a disk that was full.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) enum Recovery {
    /// The disk has no room for the end of what was under way. The gate stays closed.
    Due,
    /// Sessions with messages that an earlier agent accepted. They wait for [`Claude::admitted`].
    Waiting(Vec<SessionId>),
}

impl Recovery {
    /// Where it cannot be done yet the gate is closed.
    pub(super) async fn at_start(journal: &Journal, gate: &watch::Sender<Gate>) -> Result<Self, JournalError> {
        let recovery = Self::attempt(journal).await?;
        if recovery.is_due() {
            gate.send_replace(Gate::Closed);
        }
        Ok(recovery)
    }

    async fn attempt(journal: &Journal) -> Result<Self, JournalError> {
        match journal.recover().await {
            Ok(sessions) => Ok(Self::Waiting(sessions)),
            Err(JournalError::DiskFull) => Ok(Self::Due),
            Err(error) => Err(error),
        }
    }

    pub(super) const fn is_due(&self) -> bool {
        matches!(self, Self::Due)
    }

    /// Those that wait. They are the caller's.
    fn release(&mut self) -> Vec<SessionId> {
        match self {
            Self::Due => Vec::new(),
            Self::Waiting(sessions) => std::mem::take(sessions),
        }
    }
}

impl Claude {
    pub(super) fn recovery(&self) -> MutexGuard<'_, Recovery> {
        self.recovery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets what could not be recovered at the start be recovered later.
    pub(super) fn recover_in_time(self: &Arc<Self>) {
        if self.recovery().is_due() {
            let claude = Arc::clone(self);
            self.tasks.spawn(self.over.clone().run_until_cancelled_owned(async move { claude.recover().await }));
        }
    }

    /// Tries until there is room, and lets work begin then.
    async fn recover(&self) {
        tracing::error!("the disk is full: nothing begins until there is room for the end of what was under way");
        let recovered = loop {
            sleep(AGAIN).await;
            match Recovery::attempt(&self.journal).await {
                Ok(Recovery::Due) => {}
                Ok(recovered) => break recovered,
                // It was reported when it was met first, or is another one now: what helps is the same.
                Err(error) => tracing::error!(%error, "what an earlier agent left cannot be recovered yet"),
            }
        };
        // Nobody is admitted, revoked or signed out meanwhile.
        let admission = self.admission.lock().await;
        let _one = self.ending.lock().await;
        *self.recovery() = recovered;
        tracing::info!("there is room again");
        self.unlock_gate();
        if admission.is_admitted() {
            self.release_recovered();
        }
    }

    /// Lets recovered sessions go on: where the gate is open with their messages, where it is closed to their end.
    pub(super) fn release_recovered(&self) {
        let recovered = self.recovery().release();
        for session in recovered {
            self.sessions.wake(session);
        }
    }
}
