//! `@path` in a text that the CLI takes for a person's.
//!
//! The CLI reads such a file without asking and sends it along. It holds the path itself against the deny rules and then
//! follows symbolic links, so that `@notes.md` in a hostile repository may be the Core's sign-in. No text reaches the CLI
//! with a live mention: the model sees the name and may read the file with its tools, which ask and obey the rules.

/// Invisible, joins without space, and is no white space: the CLI takes `@` for a mention only at the beginning of a text
/// or after white space.
const JOINER: char = '\u{2060}';

/// The same text with every mention made plain. Addresses (`ada@example.org`) stay as they are.
pub(super) fn silence(text: &str) -> String {
    let mut silent = String::with_capacity(text.len());
    let mut before = None;
    for character in text.chars() {
        if character == '@' && !before.is_some_and(char::is_alphanumeric) {
            silent.push(JOINER);
        }
        silent.push(character);
        before = Some(character);
    }
    silent
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mention_is_silenced_and_an_address_is_left_alone() {
        assert_eq!(silence("@a and @\"b c\""), "\u{2060}@a and \u{2060}@\"b c\"");
        assert_eq!(silence("ada@example.org asks"), "ada@example.org asks");
        assert_eq!(silence("no mention"), "no mention");
    }

    proptest! {
        #[test]
        fn no_at_sign_begins_a_text_or_follows_white_space(text in "[@a \\t\\n\u{3000}\u{3002}\u{FEFF}\"/~.]{0,40}") {
            let silent = silence(&text);
            let mut before = None;
            for character in silent.chars() {
                if character == '@' {
                    prop_assert!(before.is_some_and(|before: char| before.is_alphanumeric() || before == JOINER));
                }
                before = Some(character);
            }
            prop_assert_eq!(silent.replace(JOINER, ""), text);
        }
    }
}
