//! Masking what a terminal says.

use super::Guard;
use super::needles::Find;
use zeroize::Zeroize as _;

/// The beginning that all credentials of the vendor have in common, and that tells nothing.
const COMMON: &[u8] = b"sk-ant-";

/// How much of what may become a value goes out at once. Held back as a whole, the key that a value begins with would be
/// echoed with the next one only.
fn lead(value: &[u8]) -> usize {
    let common = value.iter().zip(COMMON).take_while(|(byte, common)| byte == common).count();
    if common == value.len().min(COMMON.len()) { COMMON.len() } else { 1 }
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
                    let lead = (start + lead(&rest[start..])).min(rest.len());
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

    proptest! {
        #[test]
        fn no_value_leaves_and_nothing_moves_however_the_output_is_cut(
            values in prop::collection::vec("sk-ant-[a-c0-9_-]{12,30}", 1..4),
            pieces in prop::collection::vec(("[a-c sk\u{1b}\u{e9}-]{0,12}", any::<prop::sample::Index>()), 1..6),
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
            values in prop::collection::vec("sk-ant-[a-c0-9_-]{12,30}", 1..4),
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
    fn of_what_is_no_credential_of_the_vendor_one_character_is_shown() {
        let guard = guard(&["ghp_abcdefghijkl".to_owned()]);
        let mut stream = guard.stream();
        assert_eq!(stream.push(b"g"), b"g", "a typed key is echoed at once");
        assert_eq!(stream.push(b"it ghp_abcdefghijkl"), b"it g***************");
    }
}
