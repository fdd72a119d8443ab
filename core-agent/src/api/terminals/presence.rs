//! Whether a client that says nothing is still there. Its program answers heartbeats without being asked to.

use std::sync::atomic::{AtomicU8, Ordering};

/// A client from which nothing came during so many heartbeats is gone, whatever its connection seems to be.
const UNANSWERED: u8 = 3;
/// Instead of a count: something that it has sent is being taken, and until then nothing else of it is looked at.
const NOT_LISTENED: u8 = u8::MAX;

/// Shared between what hears a client and what tells it.
#[derive(Debug, Default)]
pub(super) struct Presence(AtomicU8);

impl Presence {
    /// It has said something, which may take a while to be taken.
    pub(super) fn heard(&self) {
        self.0.store(NOT_LISTENED, Ordering::Relaxed);
    }

    pub(super) fn listens(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// At a heartbeat: whether to go on.
    pub(super) fn beat(&self) -> bool {
        let count = |unanswered| match unanswered {
            NOT_LISTENED => Some(NOT_LISTENED),
            UNANSWERED.. => None,
            fewer => Some(fewer + 1),
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_nothing_is_gone_and_who_is_not_listened_to_is_not() {
        let presence = Presence::default();
        assert!((0..UNANSWERED).all(|_| presence.beat()));
        assert!(!presence.beat());
        presence.heard();
        assert!((0..10 * UNANSWERED).all(|_| presence.beat()), "its words are waiting");
        presence.listens();
        assert!((0..UNANSWERED).all(|_| presence.beat()));
        assert!(!presence.beat());
    }
}
