//! A Core's link as the fleet holds it: two connections with one id.

use crate::metrics::LinkUp;
use link::Opener;
use protocol::ids::LinkId;
use protocol::link::Class;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(super) struct Connected {
    pub(super) id: LinkId,
    interactive: Option<Opener>,
    bulk: Option<Opener>,
    pub(super) cut: CancellationToken,
    pub(super) since: OffsetDateTime,
    pub(super) agent_version: String,
    /// The gauge that says so, from the second connection to the link's end.
    up: Option<LinkUp>,
}

impl Connected {
    pub(super) fn new(id: LinkId, agent_version: &str) -> Self {
        Self {
            id,
            interactive: None,
            bulk: None,
            cut: CancellationToken::new(),
            since: OffsetDateTime::now_utc(),
            agent_version: agent_version.to_owned(),
            up: None,
        }
    }

    pub(super) const fn opener(&self, class: Class) -> Option<&Opener> {
        match class {
            Class::Interactive => self.interactive.as_ref(),
            Class::Bulk => self.bulk.as_ref(),
        }
    }

    /// Takes a connection in. Returns whether it completed the link.
    pub(super) fn take(&mut self, class: Class, opener: Opener, up: impl FnOnce() -> LinkUp) -> bool {
        match class {
            Class::Interactive => self.interactive = Some(opener),
            Class::Bulk => self.bulk = Some(opener),
        }
        let is_up = self.is_up();
        if is_up {
            self.up = Some(up());
        }
        is_up
    }

    pub(super) const fn is_up(&self) -> bool {
        self.interactive.is_some() && self.bulk.is_some()
    }
}

/// What a page of Cores shows of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkStatus {
    Online { since: OffsetDateTime, agent_version: String },
    Offline { since: OffsetDateTime },
}

/// One connection's place in a link, given back by [`Member::detach`](super::Member::detach).
#[derive(Debug)]
pub struct Attached {
    /// Fires when the link is to end.
    pub cut: CancellationToken,
    /// The link that had to give way to this one.
    pub fenced: Option<LinkId>,
    /// Whether this connection completed the link.
    pub up: bool,
}

/// The Core's admission is another than the one that the agent was welcomed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated;
