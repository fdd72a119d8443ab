//! A terminal's life: what is to happen to its programs, and when.
//!
//! ```text
//!  Running ──shell ends──► Ending ──nobody left──► Over ──kept for a while──► past
//!     │                      ▲  (hang up, then kill)
//!     └──closed, alone too long┘
//! ```

use std::time::Duration;
use tokio::time::Instant;

/// Between the hang-up and the kill.
pub(super) const HANG_UP: Duration = Duration::from_secs(2);
pub(super) const HURRIED: Duration = Duration::from_millis(200);
const KILL_AGAIN: Duration = Duration::from_millis(10);
/// How long to go on killing what cannot be killed.
const KILLING: Duration = Duration::from_secs(10);
/// How long the end of a terminal can be looked at.
const OVER_FOR: Duration = Duration::from_mins(10);

#[derive(Debug)]
pub(super) struct Life {
    phase: Phase,
    /// Its end was asked for: nobody looks at what it said.
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    /// The shell has ended or is to; whatever it started follows.
    Ending {
        since: Instant,
        kill_at: Instant,
    },
    Over {
        since: Instant,
    },
}

/// What is to be done to all that runs in the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// What a terminal that goes away does to its programs.
    HangUp,
    Kill,
    /// What is left belongs to another user, and holds the terminal open: nobody waits for that.
    GiveUp,
}

impl Life {
    pub(super) const fn begin() -> Self {
        Self { phase: Phase::Running, closed: false }
    }

    pub(super) fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over { .. })
    }

    /// Whether nobody looks at its end any more.
    pub(super) fn is_past(&self, now: Instant) -> bool {
        matches!(self.phase, Phase::Over { since } if self.closed || now >= since + OVER_FOR)
    }

    /// `grace`: what its programs get to end by themselves.
    pub(super) fn close(&mut self, now: Instant, grace: Duration) -> Option<Act> {
        self.closed = true;
        self.end(now, grace)
    }

    pub(super) fn shell_ended(&mut self, now: Instant) -> Option<Act> {
        if self.is_running() { self.end(now, HANG_UP) } else { None }
    }

    fn end(&mut self, now: Instant, grace: Duration) -> Option<Act> {
        match &mut self.phase {
            Phase::Running => {
                self.phase = Phase::Ending { since: now, kill_at: now + grace };
                Some(Act::HangUp)
            }
            Phase::Ending { kill_at, .. } => {
                *kill_at = (*kill_at).min(now + grace);
                None
            }
            Phase::Over { .. } => None,
        }
    }

    pub(super) fn nobody_left(&mut self, now: Instant) {
        if !self.is_over() {
            self.phase = Phase::Over { since: now };
        }
    }

    /// What the time has come for.
    pub(super) fn due(&mut self, now: Instant) -> Option<Act> {
        match &mut self.phase {
            Phase::Ending { since, .. } if now >= *since + HANG_UP + KILLING => {
                self.nobody_left(now);
                Some(Act::GiveUp)
            }
            Phase::Ending { kill_at, .. } if now >= *kill_at => {
                *kill_at = now + KILL_AGAIN;
                Some(Act::Kill)
            }
            // Nobody of ours runs, and yet somebody has the terminal open.
            Phase::Over { since } if now >= *since + OVER_FOR => Some(Act::GiveUp),
            Phase::Running | Phase::Ending { .. } | Phase::Over { .. } => None,
        }
    }

    /// When there is something due, or it is past.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Running => None,
            Phase::Ending { kill_at, .. } => Some(kill_at),
            Phase::Over { since } => Some(since + OVER_FOR),
        }
    }
}

/// How long nobody has been there, where that is so.
#[derive(Debug)]
pub(super) struct Absence {
    since: Option<Instant>,
    at_most: Duration,
}

impl Absence {
    pub(super) const fn begin(now: Instant, at_most: Duration) -> Self {
        Self { since: Some(now), at_most }
    }

    pub(super) const fn goes_on(&mut self, nobody: bool, now: Instant) {
        self.since = match (nobody, self.since) {
            (true, None) => Some(now),
            (true, since) => since,
            (false, _) => None,
        };
    }

    pub(super) fn too_long_at(&self) -> Option<Instant> {
        Some(self.since? + self.at_most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn programs_are_hung_up_on_then_killed_until_nobody_is_left() {
        let (mut life, now) = (Life::begin(), Instant::now());
        assert_eq!((life.due(now), life.deadline()), (None, None));
        assert_eq!(life.shell_ended(now), Some(Act::HangUp));
        assert_eq!(life.shell_ended(now), None);
        let kill_at = life.deadline().unwrap();
        assert_eq!((kill_at, life.due(kill_at - MOMENT)), (now + HANG_UP, None));
        assert_eq!((life.due(kill_at), life.due(kill_at)), (Some(Act::Kill), None));
        assert_eq!(life.due(life.deadline().unwrap()), Some(Act::Kill), "again");
        life.nobody_left(kill_at);
        assert!(life.is_over() && life.due(kill_at + KILL_AGAIN).is_none());
        let last = life.deadline().unwrap();
        assert!(!life.is_past(last - MOMENT) && life.is_past(last), "its end can be looked at for a while");
    }

    #[test]
    fn who_is_in_a_hurry_shortens_what_others_have_granted_and_never_lengthens_it() {
        let (mut life, now) = (Life::begin(), Instant::now());
        assert_eq!(life.close(now, HANG_UP), Some(Act::HangUp));
        assert_eq!(life.close(now, HURRIED), None);
        assert_eq!(life.close(now, HANG_UP), None);
        assert_eq!(life.deadline(), Some(now + HURRIED));
        life.nobody_left(now);
        assert!(life.is_past(now), "nobody looks at what was closed");
    }

    #[test]
    fn what_cannot_be_killed_is_given_up() {
        let (mut life, now) = (Life::begin(), Instant::now());
        life.close(now, HURRIED);
        assert_eq!(life.due(now + HANG_UP + KILLING - MOMENT), Some(Act::Kill));
        assert_eq!(life.due(now + HANG_UP + KILLING), Some(Act::GiveUp));
        assert!(life.is_over());
    }

    #[test]
    fn an_absence_counts_from_when_the_last_one_went() {
        let now = Instant::now();
        let mut absence = Absence::begin(now, HANG_UP);
        absence.goes_on(true, now + MOMENT);
        assert_eq!(absence.too_long_at(), Some(now + HANG_UP));
        absence.goes_on(false, now + MOMENT);
        assert_eq!(absence.too_long_at(), None);
        absence.goes_on(true, now + MOMENT);
        assert_eq!(absence.too_long_at(), Some(now + MOMENT + HANG_UP));
    }
}
