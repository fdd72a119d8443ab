//! What becomes of a session: changed, archived, closed, forked, removed.

use super::session::{Reason, transcript};
use super::{Claude, ClaudeError};
use crate::journal::{Forked, JournalError, NewFork, Room, Why};
use protocol::event::{Actor, Event};
use protocol::ids::SessionId;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a process that an earlier agent left behind may take to end: as long as its supervisor gives it.
const LEFT_BEHIND: Duration = Duration::from_mins(3);

/// What something new takes, in bytes.
#[derive(Clone, Copy)]
struct Weight {
    journal: u64,
    transcript: u64,
    /// What the transcript leaves free where it lies.
    transcript_leaves: u64,
}

impl Weight {
    /// Of what begins small.
    const NOTHING: Self = Self { journal: 0, transcript: 0, transcript_leaves: u64::MAX };
}

impl Claude {
    /// Appends what a person has changed of a session: its title, or for whom it is there.
    pub async fn note(&self, session: SessionId, events: Vec<Event>) -> Result<(), ClaudeError> {
        self.journal.append(session, events).await?;
        Ok(())
    }

    /// Closes a session for good: its turn and its process end, its history stays. Closing again changes nothing.
    pub async fn close(self: &Arc<Self>, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        let claude = Arc::clone(self);
        self.to_its_end(async move { claude.close_now(session, by).await }).await
    }

    async fn close_now(&self, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        self.known(session).await?;
        // First the journal: no message is accepted from here on.
        self.journal.close_session(session).await?;
        self.sessions.end(session, Reason::Closed(by)).await?;
        Ok(())
    }

    /// Puts a session into the archive. What was accepted is still answered; then its process ends.
    pub async fn archive(&self, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        if self.known(session).await?.archived_at.is_none() {
            self.journal.append(session, vec![Event::SessionArchived { by }]).await?;
            self.sessions.rest(session);
            // There may be a need for what it holds.
            self.pruner.look();
        }
        Ok(())
    }

    /// Takes a session out of the archive.
    pub async fn unarchive(&self, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        if self.known(session).await?.archived_at.is_some() {
            self.journal.append(session, vec![Event::SessionUnarchived { by }]).await?;
        }
        Ok(())
    }

    /// Makes a session that goes on from where another one stands.
    pub async fn fork(self: &Arc<Self>, fork: NewFork) -> Result<(), ClaudeError> {
        self.has_room_for(self.weigh(fork.source).await?).await?;
        let claude = Arc::clone(self);
        let forked = self.to_its_end(async move { Ok(claude.sessions.fork(fork).await?) }).await?;
        match forked {
            Forked::Done => Ok(()),
            Forked::Busy => Err(ClaudeError::SessionBusy),
        }
    }

    /// Removes a session: its turn and its process end, and nothing is left of it but the note that it was removed.
    pub async fn remove(self: &Arc<Self>, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        let claude = Arc::clone(self);
        self.to_its_end(async move { claude.remove_now(session, by).await }).await
    }

    async fn remove_now(&self, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        self.known(session).await?;
        // First the journal: no message is accepted from here on.
        self.journal.close_session(session).await?;
        self.sessions.end(session, Reason::Closed(by.clone())).await?;
        // Whether it is over or not: its supervisor is told to end, too.
        let _ = timeout(LEFT_BEHIND, self.launcher.alone(session)).await;
        // The files before the rows: as long as there are any, the session can be removed again.
        transcript::forget(self.settings.claude_dir(), vec![session]).await.map_err(ClaudeError::Transcript)?;
        match self.journal.remove_session(session, Why::Deleted(by)).await {
            // Somebody else was faster.
            Ok(_) | Err(JournalError::UnknownSession(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.pruner.look();
        Ok(())
    }

    /// Whether something new may begin. Where the journal itself is full, room is made of what is in the archive.
    pub(super) async fn has_room(&self) -> Result<(), ClaudeError> {
        self.has_room_for(Weight::NOTHING).await
    }

    async fn has_room_for(&self, weight: Weight) -> Result<(), ClaudeError> {
        let mut room = self.room(weight).await?;
        if room == Room::JournalFull {
            self.pruner.prune().await;
            room = self.room(weight).await?;
        }
        if room == Room::Enough { Ok(()) } else { Err(ClaudeError::NoRoom(room)) }
    }

    async fn room(&self, weight: Weight) -> Result<Room, ClaudeError> {
        // The transcript may lie on the journal's file system or on another one: it must fit into either.
        if weight.transcript_leaves < self.settings.limits.min_free {
            return Ok(Room::DiskLow);
        }
        let space = self.journal.space().await?.with(weight.journal, weight.transcript);
        Ok(space.room(self.settings.limits))
    }

    /// What a fork copies is weighed before anything of it is written.
    async fn weigh(&self, source: SessionId) -> Result<Weight, ClaudeError> {
        let claude_dir = self.settings.claude_dir();
        let weighed = tokio::task::spawn_blocking(move || transcript::weigh(&claude_dir, source)).await;
        let (transcript, free) = weighed.map_err(|_| ClaudeError::SessionGone)?.map_err(ClaudeError::Transcript)?;
        let journal = self.journal.weigh(source).await?;
        Ok(Weight { journal, transcript, transcript_leaves: free.saturating_sub(transcript) })
    }
}
