//! Claims on links that do not hold, in the audit log: who tries is written down, and trying often fills nothing.

use super::Fleet;
use crate::registry::{Action, Actor};
use protocol::ids::CoreId;
use protocol::keys::PublicKey;
use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::{error, warn};

/// What was claimed in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Claimed {
    /// A key, without a proof that holds.
    Key,
    /// To be a Core, with a key that none has.
    Core,
    /// A link, after the Core was revoked: its agent asks so until it is restored.
    Admission,
    /// A link that was fenced: somebody else has this Core's key.
    FencedLink,
    /// A stream towards the gateway.
    Stream,
}

impl Claimed {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "forged_proof",
            Self::Core => "unknown_key",
            Self::Admission => "revoked",
            Self::FencedLink => "fenced",
            Self::Stream => "stream_of_agent",
        }
    }

    /// What goes on is one event within this time.
    const fn interval(self) -> Duration {
        match self {
            Self::Key | Self::Core | Self::Stream => Duration::from_mins(1),
            Self::FencedLink => Duration::from_mins(10),
            Self::Admission => Duration::from_hours(1),
        }
    }
}

/// What was written down last. One entry for a Core and a kind of claim, and one a kind for all that is of no Core.
#[derive(Debug, Default)]
pub(super) struct Written(Mutex<HashMap<(Option<CoreId>, Claimed), Instant>>);

impl Written {
    /// Whether an event is due now; if so, it counts as written.
    pub(super) fn is_due(&self, core: Option<CoreId>, claimed: Claimed, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = last.get(&(core, claimed)).is_some_and(|at| now.duration_since(*at) < claimed.interval());
        if !recent {
            last.insert((core, claimed), now);
        }
        !recent
    }
}

impl Fleet {
    pub(super) async fn note_refused(
        &self,
        key: &PublicKey,
        claimed: Claimed,
        peer: SocketAddr,
        why: &(impl fmt::Debug + Sync),
    ) {
        let core = self.member_by_key(key).map(|member| member.id());
        warn!(core = core.map(tracing::field::display), %key, %peer, ?claimed, ?why, "a claim on a link was refused");
        if !self.refused.is_due(core, claimed, Instant::now()) {
            return;
        }
        let subject = core.map_or_else(|| key.to_string(), |core| core.to_string());
        let (actor, detail) = (Actor::Address(peer.ip()), [("claim", claimed.as_str())]);
        if let Err(reason) = self.registry.record(actor, Action::LinkRefused, &subject, &detail).await {
            error!(%reason, "a refused claim could not be written to the audit log");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_one_event_and_what_is_new_is_another() {
        let (written, core, now) = (Written::default(), Some(CoreId::new()), Instant::now());
        assert!(written.is_due(core, Claimed::Key, now));
        assert!(!written.is_due(core, Claimed::Key, now + Duration::from_secs(59)));
        assert!(written.is_due(core, Claimed::Stream, now), "another kind");
        assert!(written.is_due(Some(CoreId::new()), Claimed::Key, now), "another Core");
        assert!(written.is_due(core, Claimed::Key, now + Duration::from_mins(1)), "it still goes on");
    }

    #[test]
    fn strangers_share_one_event_and_a_revoked_agent_that_asks_on_has_one_an_hour() {
        let (written, core, now) = (Written::default(), Some(CoreId::new()), Instant::now());
        let due = |core, claimed, step: Duration, steps: u32| {
            (0..steps).filter(|number| written.is_due(core, claimed, now + step * *number)).count()
        };
        assert_eq!(due(None, Claimed::Core, Duration::from_millis(1), 10_000), 1);
        assert_eq!(due(core, Claimed::Admission, Duration::from_secs(30), 240), 2);
    }
}
