//! What a terminal has said, as far back as is kept, by absolute position.
//!
//! A position counts the bytes since the terminal began. It says what a client has, whatever happened in between.

use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct Scrollback {
    kept: VecDeque<u8>,
    /// The position of the first byte that is kept.
    start: u64,
    capacity: usize,
}

impl Scrollback {
    pub(super) fn new(capacity: usize) -> Self {
        Self { kept: VecDeque::new(), start: 0, capacity }
    }

    /// The position behind the newest byte.
    pub(super) fn end(&self) -> u64 {
        self.start + self.kept.len() as u64
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let newest = &bytes[bytes.len().saturating_sub(self.capacity)..];
        let surplus = (self.kept.len() + newest.len()).saturating_sub(self.capacity);
        let end = self.end() + bytes.len() as u64;
        self.kept.drain(..surplus);
        self.kept.extend(newest);
        self.start = end - self.kept.len() as u64;
    }

    /// Whether all that was said behind this position is still here.
    pub(super) fn reaches(&self, position: u64) -> bool {
        (self.start..=self.end()).contains(&position)
    }

    /// At most `most` bytes from a position on, which this must [reach](Self::reaches); none where there are none yet.
    pub(super) fn from(&self, position: u64, most: usize) -> Option<Vec<u8>> {
        if !self.reaches(position) {
            return None;
        }
        let skipped = usize::try_from(position - self.start).ok()?;
        let until = self.kept.len().min(skipped.saturating_add(most));
        let mut part = Vec::with_capacity(until - skipped);
        // Slice by slice: byte by byte a flood would be felt.
        let (front, back) = self.kept.as_slices();
        let split = front.len();
        part.extend_from_slice(&front[skipped.min(split)..until.min(split)]);
        part.extend_from_slice(&back[skipped.saturating_sub(split)..until.saturating_sub(split)]);
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_kept_is_the_end_of_what_was_said(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20),
            capacity in 1..64_usize,
        ) {
            let mut scrollback = Scrollback::new(capacity);
            let mut said = Vec::new();
            for piece in pieces {
                scrollback.push(&piece);
                said.extend(piece);
                prop_assert_eq!(scrollback.end(), said.len() as u64);
                for position in 0..=said.len() {
                    let kept = said.len() - position <= capacity;
                    let read = scrollback.from(position as u64, usize::MAX);
                    prop_assert_eq!(read.as_deref(), kept.then_some(&said[position..]));
                }
            }
        }
    }

    #[test]
    fn what_nobody_has_said_yet_is_not_there() {
        let mut scrollback = Scrollback::new(8);
        scrollback.push(b"abc");
        assert_eq!(scrollback.from(3, 10).as_deref(), Some(&b""[..]));
        assert_eq!(scrollback.from(4, 10), None);
        assert_eq!(scrollback.from(1, 1).as_deref(), Some(&b"b"[..]));
    }
}
