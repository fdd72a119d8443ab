//! Processes that are started before anybody needs them, so that a first message does not wait for a start.
//!
//! A process belongs to a directory and to a conversation's id, so that a spare is the task of a session which is not in
//! the journal yet: the next session of its workspace takes its id. Until a message comes nothing is written of it. It
//! obeys whatever ends a process (signing out, a revocation, another session that needs the place, too long without work);
//! a session that takes the id of one that has ended starts its process like any other.

use super::live::Live;
use super::places::Place;
use super::queue::NotNow;
use super::task::{Session, sign};
use super::{Gate, Sessions};
use crate::claude::stream::outgoing;
use crate::memory;
use protocol::event::{Event, PermissionMode, ProcessEnd};
use protocol::ids::SessionId;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A spare takes some 180 MB, and more as it starts; it is not to push out what does work.
const MEMORY: u64 = 1024 * 1024 * 1024;

/// What a task is that waits for its session to be made.
#[derive(Debug)]
pub(super) struct Spare {
    pub(super) workspace: String,
    /// Until the process has it.
    pub(super) place: Option<Place>,
}

/// The spares there are, of the workspaces in which sessions were made last.
#[derive(Debug)]
pub(in crate::claude) struct Spares {
    most: usize,
    held: Mutex<VecDeque<(String, SessionId)>>,
}

impl Spares {
    pub(in crate::claude) const fn new(most: usize) -> Self {
        Self { most, held: Mutex::new(VecDeque::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, SessionId)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one of a workspace: it is the caller's from here on.
    pub(in crate::claude) fn take(&self, workspace: &str) -> Option<SessionId> {
        let mut held = self.lock();
        let at = held.iter().position(|(of, _)| of == workspace)?;
        held.remove(at).map(|(_, id)| id)
    }

    /// Starts one in a workspace, in place of the oldest where there are as many as may be.
    pub(in crate::claude) fn renew(&self, workspace: &str, sessions: &Sessions) {
        let mut held = self.lock();
        if self.most == 0 || held.iter().any(|(of, _)| of == workspace) || !has_memory() {
            return;
        }
        if held.len() >= self.most
            && let Some((_, oldest)) = held.pop_front()
        {
            sessions.discard(oldest);
        }
        if let Some(id) = sessions.prepare(workspace) {
            held.push_back((workspace.to_owned(), id));
        }
    }
}

/// Where the kernel does not say, there is enough.
fn has_memory() -> bool {
    memory::free().is_none_or(|free| free >= MEMORY)
}

impl Sessions {
    /// Begins a spare, where there is a place that nobody waits for.
    fn prepare(&self, workspace: &str) -> Option<SessionId> {
        let place = self.shared.places.spare()?;
        let spare = Spare { workspace: workspace.to_owned(), place: Some(place) };
        let id = SessionId::new();
        let mut running = self.running.lock();
        // Whoever ends every session has closed the gate before it looks at the list.
        if *self.shared.gate.borrow() == Gate::Closed {
            return None;
        }
        self.insert(&mut running, id, Some(spare));
        Some(id)
    }
}

impl Session {
    /// There is a message: what was a spare is its session's process. Returns what is to be written of it. It stays a spare
    /// until it is known what its session asked for.
    pub(super) async fn settle(&mut self, live: &mut Live) -> Result<Option<Event>, NotNow> {
        if self.spare.is_none() {
            return Ok(None);
        }
        let session = self.shared.journal.session(self.id).await;
        let session = session.inspect_err(|error| tracing::error!(%error, "the journal cannot be read"));
        let session = session.ok().flatten().ok_or(NotNow)?;
        self.spare = None;
        sign(&live.signature, session.created_by.user).await;
        if let Some(model) = &session.model {
            live.control(outgoing::set_model(model)).await;
        }
        if session.permission_mode != PermissionMode::Default {
            live.translator.set_mode(session.permission_mode);
            live.control(outgoing::set_permission_mode(session.permission_mode)).await;
        }
        Ok(Some(Event::ProcessStarted { resumed: false, cli_version: self.shared.board.cli_version() }))
    }

    /// Another workspace needs it more.
    pub(super) fn discard(&mut self) {
        if self.spare.is_some() {
            self.close(ProcessEnd::Idle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spare_is_taken_once_and_by_its_own_workspace() {
        let (spares, id) = (Spares::new(1), SessionId::new());
        spares.lock().push_back(("garden".to_owned(), id));
        assert_eq!(spares.take("kitchen"), None);
        assert_eq!((spares.take("garden"), spares.take("garden")), (Some(id), None));
    }
}
