//! Telling an emulator's own answers from what a person types.

/// Whether this is what emulators answer to a program's questions (device attributes and status, colours, modes), and
/// nothing else. Where several clients watch, every one of their emulators answers; the program asked one terminal.
pub(super) fn is_answer(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(behind) = one(rest) {
        rest = behind;
    }
    rest.is_empty() && !bytes.is_empty()
}

/// What is behind one answer at the beginning.
fn one(bytes: &[u8]) -> Option<&[u8]> {
    let (introducer, rest) = (bytes.strip_prefix(b"\x1b")?.first()?, bytes.get(2..)?);
    match introducer {
        b'[' => {
            let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte))?;
            let (parameters, last) = (&rest[..end], rest[end]);
            let private = matches!(parameters.first(), Some(b'?' | b'>' | b'='));
            // A cursor's place has two numbers and begins with no 1, which would be a function key with a modifier.
            let place = last == b'R' && parameters.contains(&b';') && !parameters.starts_with(b"1;");
            let answers = match last {
                b'c' | b'y' => private,
                b'n' => true,
                _ => place,
            };
            answers.then(|| &rest[end + 1..])
        }
        // An operating-system command or a device control string, to its terminator.
        b']' | b'P' => {
            let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
            let terminator = if rest[end] == 0x07 { 1 } else { 2 };
            (terminator == 1 || rest.get(end + 1) == Some(&b'\\')).then(|| &rest[end + terminator..])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_emulators_answer_is_told_from_what_people_type() {
        for answer in [
            &b"\x1b[?1;2c"[..],
            b"\x1b[>0;276;0c",
            b"\x1b[24;80R",
            b"\x1b[0n",
            b"\x1b[?2026;2$y",
            b"\x1b]11;rgb:0000/0000/0000\x07",
            b"\x1b]10;rgb:ff/ff/ff\x1b\\",
            b"\x1bP>|xterm.js\x1b\\",
            b"\x1b[?1;2c\x1b[0n",
        ] {
            assert!(is_answer(answer), "{}", answer.escape_ascii());
        }
        for typed in [
            &b""[..],
            b"a",
            b"\x1b",
            b"\x1b[A",
            b"\x1bOP",
            b"\x1b[1;2R",
            b"\x1b[15~",
            b"\x1b[200~x\x1b[201~",
            b"\x1b[?1;2cls\r",
        ] {
            assert!(!is_answer(typed), "{}", typed.escape_ascii());
        }
    }
}
