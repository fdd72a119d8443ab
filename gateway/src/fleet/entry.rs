//! A request's place on a Core.

use link::{NotOpened, Opener, Stream};
use protocol::ids::LinkId;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A link's streams end a moment before the fleet knows that the link has.
const MOMENT: Duration = Duration::from_millis(250);

/// Why a request cannot go to a Core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEntered {
    #[error("the Core was revoked")]
    Revoked,
    #[error("the Core is not connected")]
    Offline,
}

/// How far a Core's reports have come, over which link. Each process of an agent counts anew, and has a link id of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Revision {
    pub(super) link: Option<LinkId>,
    pub(super) number: u64,
}

/// Counted until it is dropped.
#[derive(Debug)]
pub struct Entry {
    /// Fires when the Core is revoked.
    pub kill: CancellationToken,
    pub(super) link: LinkId,
    pub(super) cut: CancellationToken,
    pub(super) opener: Opener,
    pub(super) live: watch::Sender<usize>,
    pub(super) revision: watch::Receiver<Revision>,
}

impl Entry {
    pub async fn open(&self) -> Result<Stream, NotOpened> {
        self.opener.open().await
    }

    /// Returns once the reports of the agent that this request went to have come to this revision, or once another agent
    /// has its place.
    pub async fn reported(&self, revision: u64) {
        let known = |known: &Revision| known.link != Some(self.link) || known.number >= revision;
        // A Core that is no longer known reports nothing more.
        drop(self.revision.clone().wait_for(known).await);
    }

    /// Whether a stream that ended early ended with its link, and not by itself.
    pub async fn has_lost_link(&self) -> bool {
        timeout(MOMENT, self.cut.cancelled()).await.is_ok()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.live.send_modify(|count| *count -= 1);
    }
}
