//! Whatever hostile clients and hostile Cores may send. `CONDRIX_TEST_ROUNDS=N` runs each corpus N times: as it is
//! written at first, then with random changes. `CONDRIX_TEST_SEED` repeats a run.

mod answers;
mod http2;
mod link_frames;
mod origin;
mod pages;
mod smuggling;
mod spoofing;
mod stage;
mod strict;

use std::env;

/// How often each corpus is run.
fn rounds() -> u64 {
    env::var("CONDRIX_TEST_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number of rounds"))
}

/// Random choices that can be made again (`SplitMix64`).
#[derive(Clone, Debug)]
struct Seed(u64);

impl Seed {
    /// This run's, and says it, so that a failure can be repeated.
    fn of_run(what: &str) -> Self {
        let fresh = || u64::from_be_bytes(protocol::secret::random_bytes());
        let seed = env::var("CONDRIX_TEST_SEED").map_or_else(|_| fresh(), |seed| seed.parse().expect("a seed"));
        eprintln!("{what}: CONDRIX_TEST_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a size");
        usize::try_from(self.next() % bound.max(1)).expect("it is below a size")
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// Changes bytes where readers of HTTP disagree: line ends, blanks, separators, digits.
    fn disturb(&mut self, bytes: &mut Vec<u8>) {
        const TROUBLE: &[&[u8]] = &[
            b"\r",
            b"\n",
            b"\r\n",
            b"\n\n",
            b"\r\n\r\n",
            b"\0",
            b" ",
            b"\t",
            b"\x0b",
            b"\x0c",
            b":",
            b";",
            b",",
            b"0",
            b"1",
            b"f",
            b"\x7f",
            b"\x80",
            b"\xff",
            b"/",
            b"..",
            b"%00",
            b"%2e",
            b"\\",
            b"_",
            b"-",
            b"chunked",
            b"HTTP/1.1",
        ];
        for _ in 0..=self.below(3) {
            if bytes.is_empty() {
                bytes.push(b' ');
            }
            let at = self.below(bytes.len());
            let end = (at + self.below(6)).min(bytes.len());
            match self.below(5) {
                0 => drop(bytes.splice(at..at, self.pick(TROUBLE).iter().copied())),
                1 => drop(bytes.splice(at..end, self.pick(TROUBLE).iter().copied())),
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let piece = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, piece));
                }
                _ => bytes[at] ^= 1 << self.below(8),
            }
        }
    }
}
