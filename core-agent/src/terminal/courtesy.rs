//! Whoever says much makes room for those who type elsewhere.
//!
//! A program that never stops saying something takes what processors and link have, and a key that is typed into another
//! terminal waits behind it at each step of its way. So while somebody types into another terminal of the Core, a client is
//! told at a rate that people can follow anyway; and all that it takes when nobody does.

use protocol::ids::TerminalId;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// For so long after a key somebody is taken to type still.
const TYPES: Duration = Duration::from_secs(2);
/// What may come at once is what would come in this time: a screen does not come in slices.
const AT_ONCE: Duration = Duration::from_millis(250);

/// Who typed last on this Core.
#[derive(Debug, Default)]
pub(super) struct Typists(Mutex<Latest>);

#[derive(Debug, Default)]
struct Latest {
    key: Option<(TerminalId, Instant)>,
    /// The newest in any other terminal than that one.
    elsewhere: Option<Instant>,
}

impl Typists {
    pub(super) fn typed(&self, terminal: TerminalId, now: Instant) {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((other, at)) = latest.key.replace((terminal, now))
            && other != terminal
        {
            latest.elsewhere = Some(at);
        }
    }

    /// Whether somebody types now, and not into this one.
    fn elsewhere(&self, terminal: TerminalId, now: Instant) -> bool {
        let latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = match latest.key {
            Some((other, at)) if other != terminal => Some(at),
            Some(_) | None => latest.elsewhere,
        };
        key.is_some_and(|at| now.duration_since(at) < TYPES)
    }
}

/// What one client of a terminal is told.
#[derive(Debug)]
pub(super) struct Share {
    terminal: TerminalId,
    typists: Arc<Typists>,
    /// Bytes a second.
    rate: NonZeroU32,
    /// When all that it was told would have been told at that rate.
    told_by: Option<Instant>,
}

impl Share {
    pub(super) const fn new(terminal: TerminalId, typists: Arc<Typists>, rate: NonZeroU32) -> Self {
        Self { terminal, typists, rate, told_by: None }
    }

    /// It was told this much. Returns when it may be told more, if that is not now.
    pub(super) fn told(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        if !self.typists.elsewhere(self.terminal, now) {
            self.told_by = None;
            return None;
        }
        let nanos = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000_000_000) / u64::from(self.rate.get());
        let takes = Duration::from_nanos(nanos);
        let earliest = now.checked_sub(AT_ONCE).unwrap_or(now);
        let told_by = self.told_by.map_or(earliest, |told_by| told_by.max(earliest)) + takes;
        self.told_by = Some(told_by);
        Some(told_by).filter(|told_by| *told_by > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

    fn share(of: TerminalId) -> (Share, Arc<Typists>) {
        let typists = Arc::new(Typists::default());
        (Share::new(of, Arc::clone(&typists), RATE), typists)
    }

    /// How long it takes to tell a client this much in pieces.
    fn time_for(share: &mut Share, bytes: usize, mut now: Instant, mut between: impl FnMut(Instant)) -> Duration {
        let began = now;
        for _ in 0..bytes / 10_000 {
            between(now);
            now = share.told(10_000, now).unwrap_or(now);
        }
        now - began
    }

    #[tokio::test]
    async fn while_somebody_types_elsewhere_output_comes_at_the_rate_and_no_slower() {
        let (mine, other, now) = (TerminalId::new(), TerminalId::new(), Instant::now());
        let (mut share, typists) = share(mine);
        let took = time_for(&mut share, 5_000_000, now, |now| typists.typed(other, now));
        let expected = Duration::from_millis(4_750);
        assert!(took.abs_diff(expected) < Duration::from_millis(20), "{took:?}");
    }

    #[tokio::test]
    async fn nobody_is_held_by_keys_of_his_own_or_by_none() {
        let (mine, now) = (TerminalId::new(), Instant::now());
        let (mut share, typists) = share(mine);
        assert_eq!(time_for(&mut share, 5_000_000, now, |_| {}), Duration::ZERO);
        assert_eq!(time_for(&mut share, 5_000_000, now, |now| typists.typed(mine, now)), Duration::ZERO);
    }

    #[tokio::test]
    async fn who_types_into_a_third_terminal_is_not_hidden_by_a_key_into_this_one() {
        let (mine, now) = (TerminalId::new(), Instant::now());
        let (mut share, typists) = share(mine);
        for terminal in [TerminalId::new(), TerminalId::new(), mine] {
            typists.typed(terminal, now);
        }
        assert!(share.told(5_000_000, now).is_some());
    }

    #[tokio::test]
    async fn it_ends_a_moment_after_the_last_key() {
        let (mine, other, now) = (TerminalId::new(), TerminalId::new(), Instant::now());
        let (mut share, typists) = share(mine);
        typists.typed(other, now);
        assert!(share.told(1_000_000, now).is_some());
        assert!(share.told(1_000_000, now + TYPES - Duration::from_millis(1)).is_some());
        assert_eq!(share.told(50_000_000, now + TYPES), None);
    }

    #[tokio::test]
    async fn what_was_told_at_leisure_is_not_charged_later() {
        let (mine, other, now) = (TerminalId::new(), TerminalId::new(), Instant::now());
        let (mut share, typists) = share(mine);
        share.told(50_000_000, now);
        typists.typed(other, now);
        assert_eq!(share.told(200_000, now), None, "a screen at once");
        assert!(share.told(200_000, now).is_some());
    }
}
