//! How fast a terminal's program goes on saying something.

use std::time::Duration;

/// A program that says more than its fastest reader takes is slowed down to that reader. From half of this many bytes ahead
/// of it on gently, so that it does not go on in bursts that everybody else on the machine feels,
const AHEAD: u64 = 256 * 1024;
const GENTLY: Duration = Duration::from_millis(2);
/// and beyond it by so much for each piece, for a reader that has stopped must not stop the program.
const STOPPED: Duration = Duration::from_millis(50);
/// One that nobody uses leaves the machine to others.
const UNATTENDED: Duration = Duration::from_millis(4);

/// What it waits after each piece. `behind`: how far the fastest of those is who use it, if there are any.
pub(super) const fn pause(behind: Option<u64>) -> Option<Duration> {
    match behind {
        None => Some(UNATTENDED),
        Some(behind) if behind > AHEAD => Some(STOPPED),
        Some(behind) if behind > AHEAD / 2 => Some(GENTLY),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_slowed_down_to_its_reader_and_never_stopped() {
        assert_eq!([0, AHEAD / 2].map(|behind| pause(Some(behind))), [None; 2]);
        assert_eq!([AHEAD / 2 + 1, AHEAD].map(|behind| pause(Some(behind))), [Some(GENTLY); 2]);
        assert_eq!([AHEAD + 1, u64::MAX].map(|behind| pause(Some(behind))), [Some(STOPPED); 2]);
        assert_eq!(pause(None), Some(UNATTENDED));
    }
}
