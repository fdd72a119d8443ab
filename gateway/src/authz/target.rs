//! Which request targets are looked at all.
//!
//! Gateway, control plane and agent each split a path for themselves. A path that one of them could resolve to something
//! else than the other (`..`, an encoded slash, a backslash) would be checked as one thing and served as another, so such
//! paths are refused rather than repaired.

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetRefused {
    #[error("the path does not start with a slash")]
    NotAbsolute,
    #[error("the path holds a character that does not belong there")]
    Character,
    #[error("the path holds an escape that hides a separator, a dot or a control character")]
    Escape,
    #[error("the path holds an empty, `.` or `..` segment")]
    Segment,
    #[error("the request target is too long")]
    TooLong,
}

/// The longest target that is looked at: ids and a cursor fit many times over.
const LONGEST: usize = 2048;

/// Judges a request's target (path and query, as they came). The query is opaque: only its characters are judged.
pub fn check_target(target: &str) -> Result<(), TargetRefused> {
    if target.len() > LONGEST {
        return Err(TargetRefused::TooLong);
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if !path.starts_with('/') {
        return Err(TargetRefused::NotAbsolute);
    }
    if !path.bytes().all(is_path_byte) || !query.bytes().all(is_query_byte) {
        return Err(TargetRefused::Character);
    }
    check_escapes(path)?;
    // "/" alone is the root; elsewhere an empty segment means a double or a trailing slash.
    if path != "/" && path[1..].split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(TargetRefused::Segment);
    }
    Ok(())
}

/// RFC 3986's `pchar` and the slash. No backslash, no fragment, nothing beyond ASCII.
const fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'')
        || matches!(byte, b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@' | b'%')
}

const fn is_query_byte(byte: u8) -> bool {
    is_path_byte(byte) || matches!(byte, b'?' | b'[' | b']')
}

fn check_escapes(path: &str) -> Result<(), TargetRefused> {
    for after in path.split('%').skip(1) {
        let byte = after.get(..2).and_then(|digits| hex::decode(digits).ok()).ok_or(TargetRefused::Character)?[0];
        // An encoded percent sign would become another escape for whoever decodes twice.
        if byte.is_ascii_control() || matches!(byte, b'/' | b'\\' | b'.' | b'%') {
            return Err(TargetRefused::Escape);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_targets_pass() {
        for target in [
            "/",
            "/livez",
            "/api/v1/cores/0190a7c6-0000-7000-8000-000000000000/sessions/x/events?after=1:7",
            "/api/openapi.json",
            "/a%20b/c%C3%BC",
            "/a...b",
            "/x?next=/../y",
        ] {
            assert_eq!(check_target(target), Ok(()), "{target}");
        }
    }

    #[test]
    fn targets_that_two_readers_could_read_differently_are_refused() {
        for (target, why) in [
            ("", TargetRefused::NotAbsolute),
            ("*", TargetRefused::NotAbsolute),
            ("http://x/api", TargetRefused::NotAbsolute),
            ("//evil/api", TargetRefused::Segment),
            ("/api//v1", TargetRefused::Segment),
            ("/api/v1/", TargetRefused::Segment),
            ("/api/./v1", TargetRefused::Segment),
            ("/api/../v1", TargetRefused::Segment),
            ("/..", TargetRefused::Segment),
            ("/api/%2e%2E/v1", TargetRefused::Escape),
            ("/api/.%2e/v1", TargetRefused::Escape),
            ("/api%2fv1", TargetRefused::Escape),
            ("/api%5Cv1", TargetRefused::Escape),
            ("/api%00", TargetRefused::Escape),
            ("/api%0d%0aX", TargetRefused::Escape),
            ("/api%252e", TargetRefused::Escape),
            ("/api%", TargetRefused::Character),
            ("/api%2", TargetRefused::Character),
            ("/api%zz", TargetRefused::Character),
            ("/api\\v1", TargetRefused::Character),
            ("/api\0", TargetRefused::Character),
            ("/api#x", TargetRefused::Character),
            ("/api?x#y", TargetRefused::Character),
            ("/api\u{fc}", TargetRefused::Character),
            ("/a b", TargetRefused::Character),
        ] {
            assert_eq!(check_target(target), Err(why), "{target:?}");
        }
        assert_eq!(check_target(&format!("/{}", "a".repeat(LONGEST))), Err(TargetRefused::TooLong));
    }

    proptest! {
        #[test]
        fn what_passes_means_the_same_before_and_after_decoding(target in "(/[a%2e5cF0./\\\\]{0,6}){1,4}(\\?.{0,4})?") {
            if check_target(&target).is_ok() {
                let path = target.split('?').next().unwrap_or_default();
                let decoded: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
                let segments = |path: &[u8]| path.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
                prop_assert_eq!(segments(path.as_bytes()).len(), segments(&decoded).len());
                prop_assert!(!segments(&decoded).iter().any(|segment| segment == b"." || segment == b".."));
                prop_assert!(!decoded.iter().any(|byte| *byte == b'\\' || byte.is_ascii_control()));
            }
        }

        #[test]
        fn no_input_panics(target in "\\PC{0,40}") {
            let _judged = check_target(&target);
        }
    }
}
