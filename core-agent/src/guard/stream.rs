//! Masking what a terminal says.

use super::Guard;
use super::needles::Find;
use zeroize::Zeroize as _;

/// Beginnings that all credentials of the vendor, or of a place for repositories, have in common, and that tell nothing.
const COMMON: [&[u8]; 6] = [b"sk-ant-", b"ghp_", b"gho_", b"ghs_", b"github_pat_", b"glpat-"];

/// How much of what may become a value goes out at once. Held back as a whole, the keys that a value begins with would be
/// echoed with the next one only. It is the more the more there is: what has gone out cannot be taken back.
fn lead(value: &[u8]) -> usize {
    let shared = |common: &[u8]| value.iter().zip(common).take_while(|(byte, common)| byte == common).count();
    COMMON.into_iter().map(shared).fold(1, usize::max)
}

const MASKED: u8 = b'*';

/// As [`TextGuard`](super::TextGuard), for bytes that somebody waits for. A value is masked behind its first characters,
/// by as many asterisks: what a terminal has laid out stays where it is.
#[derive(Debug)]
pub struct StreamGuard {
    guard: Guard,
    /// What may become a value.
    held: Vec<u8>,
    /// How much of that has gone out.
    out: usize,
}

impl StreamGuard {
    pub(super) const fn new(guard: Guard) -> Self {
        Self { guard, held: Vec::new(), out: 0 }
    }

    /// Takes the next bytes and returns what may go out.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let needles = self.guard.needles();
        self.held.extend_from_slice(piece);
        let mut said = Vec::with_capacity(self.held.len());
        // How much of what is before `at` has gone out, and how much is still to be skipped for that.
        let (mut at, mut gone) = (0, self.out);
        let mut say = |bytes: &[u8], gone: &mut usize| {
            let skipped = bytes.len().min(*gone);
            said.extend_from_slice(&bytes[skipped..]);
            *gone -= skipped;
        };
        loop {
            let rest = &self.held[at..];
            match needles.find_in_part(rest) {
                Some(Find::Value { start, end }) => {
                    let lead = (start + lead(&rest[start..end])).min(end);
                    say(&rest[..lead], &mut gone);
                    say(&vec![MASKED; end - lead], &mut gone);
                    at += end;
                }
                Some(Find::Undecided { start }) => {
                    // What went out as another value's beginning stays out.
                    let lead = (start + lead(&rest[start..])).max(gone);
                    say(&rest[..lead], &mut gone);
                    self.out = lead - start;
                    at += start;
                    break;
                }
                None => {
                    say(rest, &mut gone);
                    self.out = 0;
                    at = self.held.len();
                    break;
                }
            }
        }
        let held = self.held.split_off(at);
        self.held.zeroize();
        self.held = held;
        said
    }

    /// What was held back, when nothing more comes: it has not become a value.
    pub fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        held[std::mem::take(&mut self.out)..].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;
    use proptest::prelude::*;
    use secrecy::SecretString;

    fn guard(values: &[String]) -> Guard {
        let guard = Guard::new();
        guard.set_live(Source::SignIn, values.iter().map(|value| SecretString::from(value.as_str())).collect());
        guard
    }

    fn streamed(guard: &Guard, text: &[u8], cuts: &[prop::sample::Index]) -> Vec<u8> {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        at.extend([0, text.len()]);
        at.sort_unstable();
        let mut stream = guard.stream();
        let mut out: Vec<u8> = at.windows(2).flat_map(|edge| stream.push(&text[edge[0]..edge[1]])).collect();
        out.extend(stream.finish());
        out
    }

    fn occurs(value: &str, bytes: &[u8]) -> bool {
        bytes.windows(value.len()).any(|window| window == value.as_bytes())
    }

    /// Values that begin as credentials do, and such that only seem to.
    fn values() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("(sk-ant-|sk-|ghp_|gh|glp)[a-c0-9_-]{12,30}", 1..4)
    }

    proptest! {
        #[test]
        fn no_value_leaves_and_nothing_moves_however_the_output_is_cut(
            values in values(),
            pieces in prop::collection::vec(("[a-c skghp_\u{1b}\u{e9}-]{0,12}", any::<prop::sample::Index>()), 1..6),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let text = pieces.iter().fold(String::new(), |text, (around, which)| {
                text + around + which.get::<String>(&values)
            });
            let guard = guard(&values);
            let out = streamed(&guard, text.as_bytes(), &cuts);
            for value in &values {
                prop_assert!(!occurs(value, &out));
            }
            prop_assert_eq!(out.len(), text.len());
            prop_assert_eq!(&out, &streamed(&guard, text.as_bytes(), &[]), "the cuts changed the outcome");
            for (said, was) in out.iter().zip(text.as_bytes()) {
                prop_assert!(said == was || *said == MASKED);
            }
        }

        #[test]
        fn output_without_values_is_unchanged(
            values in values(),
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            prop_assume!(!values.iter().any(|value| occurs(value, &bytes)));
            prop_assert_eq!(streamed(&guard(&values), &bytes, &cuts), bytes);
        }
    }

    #[test]
    fn what_is_typed_is_echoed_key_by_key() {
        let mut stream = guard(&["sk-ant-oat01-abcdefgh".into()]).stream();
        for key in [b"s", b"k", b"-", b"a", b"n", b"t", b"-"] {
            assert_eq!(stream.push(key), key);
        }
        assert_eq!(stream.push(b"oat01-abcdefg"), b"");
        assert_eq!(stream.push(b"h!"), b"**************!");
        assert_eq!(stream.push(b"sk-ant-oat01-x"), b"sk-ant-oat01-x");
    }

    #[test]
    fn a_beginning_that_tells_nothing_is_echoed_and_of_any_other_value_one_character() {
        let mut stream = guard(&["ghp_abcdefghijkl".to_owned()]).stream();
        assert_eq!(stream.push(b"g"), b"g", "a typed key is echoed at once");
        assert_eq!(stream.push(b"h"), b"h", "gh is a command");
        assert_eq!(stream.push(b" ghp_abcdefghijkl"), b" ghp_************");
        let mut stream = guard(&["hunter2-hunter2".to_owned()]).stream();
        assert_eq!(stream.push(b"hunter"), b"h");
        assert_eq!(stream.push(b"2-hunter2"), b"**************");
    }

    #[test]
    fn what_went_out_as_the_beginning_of_another_value_is_not_said_again() {
        let mut stream = guard(&["sk-ant-api03-abcdefgh".to_owned(), "k-zebra-zebra".to_owned()]).stream();
        assert_eq!(stream.push(b"sk-"), b"sk-");
        assert_eq!(stream.push(b"z"), b"");
        assert_eq!(stream.push(b"!"), b"z!");
    }

    #[test]
    fn a_value_that_only_begins_like_a_credential_moves_nothing() {
        let mut stream = guard(&["sk-proj-abcdefgh".to_owned()]).stream();
        for key in [b"s", b"k", b"-"] {
            assert_eq!(stream.push(key), key);
        }
        assert_eq!(stream.push(b"p"), b"");
        assert_eq!(stream.push(b"x"), b"px");
    }
}
