//! How readers learn that a session has grown.

use super::{JournalError, read};
use protocol::ids::SessionId;
use sqlx::SqlitePool;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// One watch for each session that somebody follows; it is dropped when the last follower has gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads(Arc<Mutex<HashMap<SessionId, watch::Sender<u64>>>>);

impl Heads {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, watch::Sender<u64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells followers of a commit.
    pub(super) fn publish(&self, session: SessionId, seq: u64) {
        if let Some(head) = self.lock().get(&session) {
            raise(head, seq);
        }
    }

    /// Tells followers that the session is gone: their watch closes.
    pub(super) fn end(&self, session: SessionId) {
        self.lock().remove(&session);
    }

    /// The watch is there before the stored number is read, so that no commit falls between the two.
    pub(super) async fn follow(
        &self,
        readers: &SqlitePool,
        session: SessionId,
    ) -> Result<Option<watch::Receiver<u64>>, JournalError> {
        let (head, follower) = {
            let mut heads = self.lock();
            heads.retain(|id, head| *id == session || head.receiver_count() > 0);
            let head = heads.entry(session).or_insert_with(|| watch::Sender::new(0));
            (head.clone(), head.subscribe())
        };
        let Some(stored) = read::session(readers, session).await? else { return Ok(None) };
        raise(&head, stored.last_seq);
        Ok(Some(follower))
    }
}

fn raise(head: &watch::Sender<u64>, seq: u64) {
    head.send_if_modified(|newest| {
        let grown = seq > *newest;
        *newest = seq.max(*newest);
        grown
    });
}
