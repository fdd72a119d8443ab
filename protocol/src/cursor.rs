//! Where a reader stands in a session's history.

use std::fmt;
use std::str::FromStr;

/// `epoch:seq`. Sequence numbers are dense from 1 within a session. The epoch changes only when a Core may have lost
/// the newest events (a power cut), so a reader with an older epoch learns that its memory and the journal differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub epoch: u32,
    pub seq: u64,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a cursor is two numbers, epoch:seq")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (epoch, seq) = text.split_once(':').ok_or(InvalidCursor)?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(epoch) && digits(seq)) {
            return Err(InvalidCursor);
        }
        Ok(Self { epoch: epoch.parse().map_err(|_| InvalidCursor)?, seq: seq.parse().map_err(|_| InvalidCursor)? })
    }
}

/// Whether a reader that comes back gets exactly what it missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Continuity {
    /// What follows joins what the reader has.
    Ok,
    /// It does not: the reader starts anew with the first event that follows.
    Gap,
}

impl Cursor {
    /// Decides where a reader with this cursor goes on, given the journal's epoch and its newest sequence number.
    /// Returns the sequence number after which to send.
    pub fn resume(self, epoch: u32, newest: u64) -> (Continuity, u64) {
        if self.epoch == epoch && self.seq <= newest { (Continuity::Ok, self.seq) } else { (Continuity::Gap, 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_one_spelling() {
        let cursor = Cursor { epoch: 3, seq: 41 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for other in ["", "3", "3:", ":41", "+3:41", "3:-1", "3:41:5", "99999999999:1", "3: 41"] {
            assert_eq!(other.parse::<Cursor>(), Err(InvalidCursor), "{other}");
        }
    }

    #[test]
    fn a_reader_from_another_epoch_or_from_the_future_is_told_of_a_gap() {
        let cursor = Cursor { epoch: 1, seq: 7 };
        assert_eq!(cursor.resume(1, 9), (Continuity::Ok, 7));
        assert_eq!(cursor.resume(1, 7), (Continuity::Ok, 7));
        assert_eq!(cursor.resume(1, 6), (Continuity::Gap, 0));
        assert_eq!(cursor.resume(2, 9), (Continuity::Gap, 0));
    }
}
