//! The way to this Core's keepers: of terminals that are made, and of those that an earlier agent has left.

use super::entry::{self, Entries};
use super::wire::Order;
use super::{folder, left_behind};
use crate::guard::Guard;
use crate::supervise::tree;
use protocol::ids::TerminalId;
use rustix::process::Signal;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often to look for a keeper that is there and does not answer.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(super) struct Keepers {
    /// Where the sockets are.
    pub(super) folder: PathBuf,
    pub(super) entries: Arc<Entries>,
    pub(super) guard: Guard,
    /// Whether terminals may be opened: not while this Core is revoked, and not when the agent ends.
    pub(super) open: Arc<AtomicBool>,
    /// The agent leaves what it has not ended to the next one.
    pub(super) left: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl Keepers {
    /// Finds the terminals that an earlier agent has left.
    pub(super) async fn find_all(&self) -> io::Result<()> {
        let found = folder::list(&self.folder)?.into_iter().map(async |id| {
            if !self.find(id).await {
                self.tasks.spawn(self.clone().find_later(id));
            }
        });
        futures::future::join_all(found).await;
        Ok(())
    }

    /// Ends the terminals of keepers that do not answer, if there are some: they are on nobody's list. Returns how many.
    pub(super) async fn end_all_unheard(&self) -> u32 {
        let there = folder::list(&self.folder).unwrap_or_else(|error| {
            tracing::error!(%error, "terminals that are not heard of cannot be looked for");
            Vec::new()
        });
        let unheard = there.into_iter().filter(|id| self.entries.get(*id).is_none());
        let ended = futures::future::join_all(unheard.map(|id| self.end_unheard(id))).await;
        u32::try_from(ended.len()).unwrap_or(u32::MAX)
    }

    /// Ends what there is of a terminal whose keeper cannot be asked to.
    pub(super) async fn end_unheard(&self, id: TerminalId) {
        // A frozen keeper's socket can be reached as well: the kernel answers.
        if let Ok(stream) = folder::connect(&self.folder, id).await
            && let Some(keeper) = entry::keeper_of(&stream)
        {
            tree::send(keeper, Signal::KILL);
        }
        left_behind::kill(id).await;
        folder::remove(&self.folder, id);
        tracing::warn!(terminal = %id, "a terminal was ended whose keeper did not answer");
    }

    pub(super) async fn follow(&self, id: TerminalId) -> io::Result<()> {
        entry::follow(self, id).await
    }

    /// Whether it is found, or gone. One that is frozen or busy is neither.
    async fn find(&self, id: TerminalId) -> bool {
        match self.follow(id).await {
            Ok(()) => true,
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) => {
                tracing::info!(terminal = %id, "a terminal that an earlier agent has left is gone");
                left_behind::kill(id).await;
                folder::remove(&self.folder, id);
                true
            }
            Err(error) => {
                tracing::warn!(terminal = %id, %error, "a terminal's keeper does not answer");
                false
            }
        }
    }

    async fn find_later(self, id: TerminalId) {
        loop {
            tokio::select! {
                () = sleep(AGAIN) => {}
                () = self.left.cancelled() => return,
            }
            if self.find(id).await {
                break;
            }
        }
        // Meanwhile the Core may have been revoked, and this one was on nobody's list.
        if !self.open.load(Ordering::SeqCst) {
            drop(self.entries.order(id, Order::Close { hurried: true }).await);
        }
    }
}
