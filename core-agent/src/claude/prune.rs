//! Keeping the journal within its bounds: sessions that nobody needs go, whole, and their room is given back.
//!
//! A journal that is too large loses sessions in the archive, those archived first in front, and no others: where none is
//! left, nothing new begins until somebody archives or removes one. By age any session goes in which nothing has happened
//! for long enough. One that is at work never goes.

use super::session::{Sessions, transcript};
use super::settings::Settings;
use crate::journal::{Journal, JournalError, Prune, Removed, Why};
use protocol::ids::SessionId;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

/// How often it is looked whether something is too much or too old.
const EVERY: Duration = Duration::from_mins(1);
/// Sessions taken at once. Those that are at work are passed over.
const BATCH: u32 = 64;

/// Of removed sessions: as many as an agent may have been at when it was killed, and more.
const LAST: u32 = 64;

#[derive(Debug, thiserror::Error)]
enum ClearError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("the CLI's folder: {0}")]
    Disk(#[from] std::io::Error),
}

#[derive(Debug)]
pub(super) struct Pruner {
    journal: Journal,
    sessions: Sessions,
    settings: Arc<Settings>,
    /// Copies that an earlier agent has left: of those that are made from now on each is somebody's.
    copies: Vec<SessionId>,
    wanted: Notify,
    /// One at a time.
    pruning: Mutex<()>,
}

impl Pruner {
    pub(super) fn new(journal: Journal, sessions: Sessions, settings: Arc<Settings>) -> Self {
        let copies = transcript::copies(&settings.claude_dir()).unwrap_or_else(|error| {
            tracing::warn!(%error, "copies that an earlier agent has left cannot be looked for");
            Vec::new()
        });
        Self { journal, sessions, settings, copies, wanted: Notify::new(), pruning: Mutex::new(()) }
    }

    /// There may be something to do.
    pub(super) fn look(&self) {
        self.wanted.notify_one();
    }

    pub(super) async fn run(&self) {
        if let Err(error) = self.clear_away().await {
            tracing::warn!(%error, "what sessions have left cannot be cleared away now");
        }
        loop {
            self.prune().await;
            // Sooner, where something was removed or archived.
            let _ = timeout(EVERY, self.wanted.notified()).await;
        }
    }

    /// Takes away what an agent that was killed in the middle has left of the CLI's: transcripts of sessions that were removed
    /// last, and copies for forks that never were.
    async fn clear_away(&self) -> Result<(), ClearError> {
        let mut gone: Vec<_> = self.journal.removals(None, LAST).await?.iter().map(|removal| removal.session).collect();
        for &fork in &self.copies {
            if self.journal.session(fork).await?.is_none() {
                gone.push(fork);
            }
        }
        Ok(transcript::forget(self.settings.claude_dir(), gone).await?)
    }

    /// Removes what must go and gives back what is free.
    pub(super) async fn prune(&self) {
        let _alone = self.pruning.lock().await;
        if let Err(error) = self.prune_alone().await {
            tracing::warn!(%error, "the journal cannot be pruned now");
        }
    }

    async fn prune_alone(&self) -> Result<(), JournalError> {
        if !self.settings.max_age.is_zero() {
            let before = OffsetDateTime::now_utc() - self.settings.max_age;
            while self.remove_some(Prune::ForAge { before }).await? {}
        }
        while self.remove_some(Prune::ForSize).await? {}
        while self.journal.give_back().await? {}
        Ok(())
    }

    /// Removes sessions for as long as that is needed. Says whether some went, so that there may be more.
    async fn remove_some(&self, prune: Prune) -> Result<bool, JournalError> {
        let mut removed = false;
        for session in self.journal.prunable(prune, BATCH).await? {
            if prune == Prune::ForSize && !self.is_too_large().await? {
                return Ok(false);
            }
            if !self.sessions.is_live(session) {
                removed |= self.remove(session, prune).await?;
            }
        }
        Ok(removed)
    }

    async fn is_too_large(&self) -> Result<bool, JournalError> {
        Ok(self.journal.space().await?.used >= self.settings.limits.max_size)
    }

    async fn remove(&self, session: SessionId, prune: Prune) -> Result<bool, JournalError> {
        match self.journal.remove_session(session, Why::Pruned(prune)).await {
            Ok(Removed::Gone) => {}
            // Somebody needed it again, or removed it.
            Ok(Removed::Kept) | Err(JournalError::UnknownSession(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
        tracing::info!(%session, ?prune, "a session was pruned");
        if let Err(error) = transcript::forget(self.settings.claude_dir(), vec![session]).await {
            tracing::warn!(%session, %error, "the CLI's transcript of a pruned session remains");
        }
        Ok(true)
    }
}
