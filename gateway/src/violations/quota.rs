//! How many lines reports may fill, whoever sends them and however many.

use std::time::{Duration, Instant};

const LINES: u32 = 20;
const WINDOW: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
pub(super) struct Quota {
    /// None: no line was ever written.
    began: Option<Instant>,
    said: u32,
    unsaid: u64,
}

impl Quota {
    /// Takes room for a line. Returns how many were left out since the last one that was written; None: there is no room.
    pub(super) fn take(&mut self, now: Instant) -> Option<u64> {
        if self.began.is_none_or(|began| now.duration_since(began) >= WINDOW) {
            self.began = Some(now);
            self.said = 0;
        }
        if self.said == LINES {
            self.unsaid = self.unsaid.saturating_add(1);
            return None;
        }
        self.said += 1;
        Some(std::mem::take(&mut self.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_twenty_lines_a_minute_and_the_next_line_says_how_much_was_left_out() {
        let (mut quota, start) = (Quota::default(), Instant::now());
        let written = (0..1_000).filter(|_| quota.take(start).is_some()).count();
        assert_eq!(written, 20);
        assert_eq!(quota.take(start + WINDOW.mul_f32(0.9)), None);
        assert_eq!(quota.take(start + WINDOW), Some(981));
        assert_eq!(quota.take(start + WINDOW), Some(0));
    }
}
