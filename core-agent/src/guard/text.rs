//! Masking a text that arrives in pieces.

use super::needles::Find;
use super::{Guard, MASK};
use zeroize::Zeroize as _;

/// One content block. What may turn out to be the beginning of a value is held back until more text, or the block's
/// end, decides; at most one value's length is ever held.
#[derive(Debug)]
pub struct TextGuard {
    guard: Guard,
    held: String,
}

impl TextGuard {
    pub(super) const fn new(guard: Guard) -> Self {
        Self { guard, held: String::new() }
    }

    /// Takes the next piece and returns what may go out.
    pub fn push(&mut self, piece: &str) -> String {
        let needles = self.guard.needles();
        self.held.push_str(piece);
        let mut out = String::with_capacity(self.held.len());
        let mut rest = self.held.as_str();
        let held = loop {
            match needles.find_in_part(rest.as_bytes()) {
                Some(Find::Value { start, end }) => {
                    out.push_str(&rest[..start]);
                    out.push_str(MASK);
                    rest = &rest[end..];
                }
                Some(Find::Undecided { start }) => {
                    out.push_str(&rest[..start]);
                    break rest[start..].to_owned();
                }
                None => {
                    out.push_str(rest);
                    break String::new();
                }
            }
        };
        self.held.zeroize();
        self.held = held;
        out
    }

    /// Ends the text: what was held back goes out, masked if it holds a shorter value after all.
    pub fn finish(mut self) -> String {
        self.guard.mask(std::mem::take(&mut self.held))
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

    fn streamed(guard: &Guard, text: &str, cuts: &[prop::sample::Index]) -> String {
        let mut at: Vec<usize> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
        at.extend([0, text.len()]);
        at.sort_unstable();
        let mut block = guard.text();
        let mut out: String = at.windows(2).map(|edge| block.push(&text[edge[0]..edge[1]])).collect();
        out.push_str(&block.finish());
        out
    }

    /// Values over a small alphabet, so that they overlap themselves and each other and begin one another.
    fn values() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec(prop_oneof!["[ab]{12,20}", "sk-ant-[a-z0-9_-]{12,40}"], 1..4)
    }

    proptest! {
        #[test]
        fn no_value_leaves_however_the_text_is_cut(
            values in values(),
            pieces in prop::collection::vec(("[abé›‹ sk-]{0,12}", any::<prop::sample::Index>()), 1..6),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let text = pieces.iter().fold(String::new(), |text, (around, which)| {
                text + around + which.get::<String>(&values)
            });
            let guard = guard(&values);
            let out = streamed(&guard, &text, &cuts);
            for value in &values {
                prop_assert!(!out.contains(value.as_str()), "{value} is in {out}");
            }
            prop_assert_eq!(out, guard.mask(text), "the cuts changed the outcome");
        }

        #[test]
        fn text_without_values_is_unchanged(
            values in values(),
            text in "\\PC{0,200}|[ab]{0,60}|(sk-ant-[a-z]{0,9} ){0,5}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            prop_assume!(!values.iter().any(|value| text.contains(value.as_str())));
            let guard = guard(&values);
            prop_assert_eq!(streamed(&guard, &text, &cuts), text.clone());
            prop_assert_eq!(guard.mask(text.clone()), text);
        }

        #[test]
        fn little_is_held_back(values in values(), text in "[ab]{0,200}") {
            let guard = guard(&values);
            let mut block = guard.text();
            for piece in text.split_inclusive('b') {
                block.push(piece);
                let longest = values.iter().map(String::len).max().unwrap_or(0);
                prop_assert!(block.held.len() < longest);
            }
        }
    }

    #[test]
    fn text_that_cannot_become_a_value_goes_out_at_once() {
        let mut block = guard(&["sk-ant-oat01-abcdef".into()]).text();
        assert_eq!(block.push("hello s"), "hello ");
        assert_eq!(block.push("k"), "");
        assert_eq!(block.push("y"), "sky");
    }

    #[test]
    fn a_value_that_becomes_known_while_its_beginning_is_held_is_masked() {
        let guard = guard(&["sk-ant-oat01-abcdef".into()]);
        let mut block = guard.text();
        assert_eq!(block.push("sk-ant-oat01-"), "");
        guard.set_live(Source::SignIn, vec!["sk-ant-oat01-refreshed".into()]);
        assert_eq!(block.push("refreshed!"), format!("{MASK}!"));
    }
}
