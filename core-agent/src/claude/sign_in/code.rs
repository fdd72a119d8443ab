//! What a person pastes: `CODE#STATE`, as the vendor's page shows it.

use secrecy::SecretString;

/// Real ones have about a hundred characters.
const MAX_LENGTH: usize = 2048;

/// Worth nothing without the verifier, and still nobody's to read.
#[derive(Debug)]
pub(super) struct Pasted {
    pub(super) code: SecretString,
    pub(super) state: SecretString,
}

/// The reason is for the person who pasted it.
pub(super) fn parse(text: &str) -> Result<Pasted, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the code is empty");
    }
    if text.len() > MAX_LENGTH {
        return Err("the code is too long");
    }
    // The CLI reads lines: nothing but one may come of it.
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the code has a space, a line break or a character that no code has");
    }
    match text.split_once('#') {
        Some(("", _)) => Err("the part before # is missing: copy the whole code"),
        None | Some((_, "")) => Err("the part after # is missing: copy the whole code"),
        Some((_, state)) if state.contains('#') => Err("the code has more than one #"),
        Some((code, state)) => Ok(Pasted { code: code.into(), state: state.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_whole_code_is_taken_with_space_around_it() {
        let pasted = parse("  abc-DEF_1#st4te \r\n").unwrap();
        assert_eq!((pasted.code.expose_secret(), pasted.state.expose_secret()), ("abc-DEF_1", "st4te"));
    }

    #[test]
    fn what_is_not_a_whole_code_is_refused() {
        let long = format!("{}#b", "a".repeat(MAX_LENGTH));
        for text in ["", "  ", "abc", "#", "abc#", "#state", "a b#c", "a#b#c", "a\n#b", "a#b\u{0}", "ä#b", &long] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_taken_can_be_two_lines(text in any::<String>()) {
            if let Ok(pasted) = parse(&text) {
                for part in [&pasted.code, &pasted.state] {
                    prop_assert!(part.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()));
                    prop_assert!(!part.expose_secret().is_empty());
                }
            }
        }
    }
}
