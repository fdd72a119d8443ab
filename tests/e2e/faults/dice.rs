//! Randomness that a number repeats (`SplitMix64`).

use std::time::{SystemTime, UNIX_EPOCH};

pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn any_seed() -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
        u64::from(now.subsec_nanos()) ^ (now.as_secs() << 20)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let number = self.next() % u64::try_from(end).expect("a length is a number");
        usize::try_from(number).expect("it is below a length")
    }

    pub(super) fn chance(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(super) fn shuffled<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let mut rest = all.to_vec();
        let mut shuffled = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            shuffled.push(rest.swap_remove(self.below(rest.len())));
        }
        shuffled
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
