//! Where control sequences begin and end in output that comes in pieces.
//!
//! ```text
//!  Text ──ESC──► Escape ──[──► Control ──final byte──► Text
//!   │ │             └──] P X ^ _──► String ──BEL, or the next ESC──► …
//!   │ └──first byte of a character──► Character ──last byte──► Text
//! ```
//!
//! It cuts where an emulator's parser (the VT500's, as xterm has it) is at rest. What is not whole yet is held: an
//! emulator that is shown the screen needs it to understand what comes next.

/// A sequence that is longer than this is held no more, but for its first two bytes, by which an emulator passes over it.
/// Only strings are ever that long: pictures, and texts for the clipboard.
const LONGEST: usize = 16 * 1024;
const INTRODUCER: usize = 2;

const ESC: u8 = 0x1b;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Bytes to come.
    Character(u8),
    /// Whether intermediate bytes have come: then a bracket opens nothing.
    Escape {
        intermediates: bool,
    },
    Control,
    String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Whole characters, and controls of one byte.
    Text(&'a [u8]),
    /// The same, of a character that came in pieces.
    Character(Vec<u8>),
    /// A sequence, or a control that shifts character sets; also one that was broken off.
    Sequence(Vec<u8>),
}

#[derive(Debug, Default)]
pub(super) struct Sequences {
    state: State,
    held: Vec<u8>,
    /// What is held is all that there is of the sequence.
    cut_short: bool,
}

impl Sequences {
    /// What has come of something that is not whole yet.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// Takes a piece from the beginning of `rest`; None: all of it is taken.
    pub(super) fn next<'a>(&mut self, rest: &mut &'a [u8]) -> Option<Piece<'a>> {
        if self.state == State::Text
            && let Some(text) = text(rest)
        {
            return Some(Piece::Text(text));
        }
        while let Some((byte, behind)) = rest.split_first() {
            let ended = self.ends(*byte);
            if ended != Some(End::Before) {
                *rest = behind;
                self.hold(*byte);
            }
            if ended.is_some() {
                let was = std::mem::take(&mut self.state);
                let held = std::mem::take(&mut self.held);
                if std::mem::take(&mut self.cut_short) || held.is_empty() {
                    // Nothing that a screen shows is that long.
                    continue;
                }
                return Some(match was {
                    State::Text | State::Character(_) => Piece::Character(held),
                    State::Escape { .. } | State::Control | State::String => Piece::Sequence(held),
                });
            }
        }
        None
    }

    fn hold(&mut self, byte: u8) {
        if self.cut_short {
            return;
        }
        self.held.push(byte);
        if self.held.len() > LONGEST {
            self.held.truncate(INTRODUCER);
            self.cut_short = true;
        }
    }

    /// Whether this byte ends what has begun, and goes on with it otherwise.
    fn ends(&mut self, byte: u8) -> Option<End> {
        const CANCEL: u8 = 0x18;
        const SUBSTITUTE: u8 = 0x1a;
        self.state = match (self.state, byte) {
            (State::Text, ESC) => State::Escape { intermediates: false },
            (State::Text, 0x0e | 0x0f) => {
                self.state = State::Control;
                return Some(End::With);
            }
            (State::Text, _) => match character_length(byte) {
                length @ 2.. => State::Character(length - 1),
                _ => return Some(End::With),
            },
            (State::Character(more), 0x80..=0xbf) => {
                if more == 1 {
                    return Some(End::With);
                }
                State::Character(more - 1)
            }
            // An escape begins another sequence; a string is over by it.
            (State::Character(_), _) | (_, ESC) => return Some(End::Before),
            (_, CANCEL | SUBSTITUTE) => return Some(End::With),
            (State::Escape { intermediates: false }, b'[') => State::Control,
            (State::Escape { intermediates: false }, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
            (State::Escape { .. }, 0x20..=0x2f) => State::Escape { intermediates: true },
            (State::Escape { .. }, 0x30..=0x7e) | (State::Control, 0x40..=0x7e) => return Some(End::With),
            (State::Escape { .. } | State::Control, 0x80..) => return Some(End::Before),
            (State::String, 0x07) if self.held.get(1) == Some(&b']') => return Some(End::With),
            (state @ (State::Escape { .. } | State::Control | State::String), _) => state,
        };
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    With,
    Before,
}

/// Text from the beginning, up to what is none, or not whole.
fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let is_text = |byte: &u8| !matches!(*byte, ESC | 0x0e | 0x0f);
    let mut end = rest.iter().position(|byte| !is_text(byte)).unwrap_or(rest.len());
    if end == rest.len() {
        end -= begun_character(rest);
    }
    let (text, behind) = rest.split_at(end);
    *rest = behind;
    (!text.is_empty()).then_some(text)
}

/// 0: no character of UTF-8 begins so.
const fn character_length(first: u8) -> u8 {
    match first {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 0,
    }
}

/// How many bytes at the end are the beginning of a character.
fn begun_character(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        if !(0x80..=0xbf).contains(&byte) {
            return if usize::from(character_length(byte)) > back { back } else { 0 };
        }
    }
    0
}

/// What a sequence says, as far as it is looked at here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// To the character set in this place.
    Shift(usize),
    Escape {
        intermediate: Option<u8>,
        last: u8,
    },
    Control {
        prefix: Option<u8>,
        numbers: Vec<u16>,
        intermediate: Option<u8>,
        last: u8,
    },
    Other,
}

impl Said {
    /// The first number, where it is none or nought the usual one.
    pub(super) fn number(numbers: &[u16], usual: u16) -> u16 {
        numbers.first().copied().filter(|number| *number > 0).unwrap_or(usual)
    }

    pub(super) fn read(sequence: &[u8]) -> Self {
        match sequence {
            [0x0e] => Self::Shift(1),
            [0x0f] => Self::Shift(0),
            [ESC, b'[', inner @ .., last @ 0x40..=0x7e] => {
                let prefix = inner.first().copied().filter(|byte| matches!(byte, b'<'..=b'?'));
                let inner = &inner[usize::from(prefix.is_some())..];
                let end = inner.iter().position(|byte| (0x20..=0x2f).contains(byte)).unwrap_or(inner.len());
                let (numbers, intermediates) = inner.split_at(end);
                let numbers = match numbers {
                    [] => Vec::new(),
                    // A number that is none is nought, as in the emulators.
                    some => some
                        .split(|byte| *byte == b';')
                        .map(|number| std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()).unwrap_or(0))
                        .collect(),
                };
                Self::Control { prefix, numbers, intermediate: intermediates.first().copied(), last: *last }
            }
            [ESC, last @ 0x30..=0x7e] => Self::Escape { intermediate: None, last: *last },
            [ESC, intermediate @ 0x20..=0x2f, last @ 0x30..=0x7e] => {
                Self::Escape { intermediate: Some(*intermediate), last: *last }
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(output: &[u8], cut: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
        let (mut sequences, mut pieces) = (Sequences::default(), Vec::new());
        let mut text = Vec::new();
        for mut part in [&output[..cut], &output[cut..]] {
            while let Some(piece) = sequences.next(&mut part) {
                match piece {
                    Piece::Text(more) => text.extend_from_slice(more),
                    Piece::Character(more) => text.extend(more),
                    Piece::Sequence(sequence) => {
                        pieces.extend([std::mem::take(&mut text), sequence]);
                    }
                }
            }
        }
        pieces.push(text);
        (pieces.into_iter().filter(|piece| !piece.is_empty()).collect(), sequences.held().to_vec())
    }

    #[test]
    fn sequences_are_found_and_what_is_not_whole_is_held() {
        type Case<'a> = (&'a [u8], &'a [&'a [u8]], &'a [u8]);
        let cases: [Case<'_>; 12] = [
            (b"one\x1b[1;31mtwo", &[b"one", b"\x1b[1;31m", b"two"], b""),
            (b"one\x1b[1;3", &[b"one"], b"\x1b[1;3"),
            (b"\x1b(0q\x1b(B", &[b"\x1b(0", b"q", b"\x1b(B"], b""),
            (b"\x1b]0;title\x07x", &[b"\x1b]0;title\x07", b"x"], b""),
            (b"\x1b]0;title\x1b\\x", &[b"\x1b]0;title", b"\x1b\\", b"x"], b""),
            (b"\x1b]0;ti", &[], b"\x1b]0;ti"),
            (b"\x1bPq#0\x07~\x1b", &[b"\x1bPq#0\x07~"], b"\x1b"),
            (b"\xc3\xa4\xe2\x94", &[b"\xc3\xa4"], b"\xe2\x94"),
            (b"a\xf0\x9f\x98", &[b"a"], b"\xf0\x9f\x98"),
            (b"\x1b[1\x18x", &[b"\x1b[1\x18", b"x"], b""),
            (b"a\x0eb", &[b"a", b"\x0e", b"b"], b""),
            (b"\x1b[\x1b[m", &[b"\x1b[", b"\x1b[m"], b""),
        ];
        for (output, expected, held) in cases {
            let found = pieces(output, 0);
            assert_eq!(found, (expected.iter().map(|piece| piece.to_vec()).collect(), held.to_vec()), "{output:?}");
        }
    }

    #[test]
    fn a_picture_is_not_held_but_passed_over() {
        let picture = [b"\x1b]1337;", &vec![b'x'; 2 * LONGEST][..]].concat();
        assert_eq!(pieces(&picture, 100), (vec![], b"\x1b]".to_vec()));
        assert_eq!(pieces(&[&picture, &b"\x07on"[..]].concat(), 100), (vec![b"on".to_vec()], vec![]));
    }

    #[test]
    fn what_a_sequence_says_is_read() {
        let control = |prefix, numbers: &[u16], intermediate, last| Said::Control {
            prefix,
            numbers: numbers.to_vec(),
            intermediate,
            last,
        };
        assert_eq!(Said::read(b"\x1b[?1049;25h"), control(Some(b'?'), &[1049, 25], None, b'h'));
        assert_eq!(Said::read(b"\x1b[;5r"), control(None, &[0, 5], None, b'r'));
        assert_eq!(Said::read(b"\x1b[!p"), control(None, &[], Some(b'!'), b'p'));
        assert_eq!(Said::read(b"\x1b[>1u"), control(Some(b'>'), &[1], None, b'u'));
        assert_eq!(Said::read(b"\x1b)0"), Said::Escape { intermediate: Some(b')'), last: b'0' });
        assert_eq!(Said::read(b"\x0e"), Said::Shift(1));
        assert_eq!(Said::read(b"\x1b]0;x\x07"), Said::Other);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_output_is_cut(
            output in prop::collection::vec(
                prop_oneof![Just(ESC), Just(b'['), Just(b']'), Just(0x07), any::<u8>(), b' '..b'\x7f'], 0..60),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(output.len() + 1);
            let (whole, held) = pieces(&output, 0);
            let (parts, held_of_parts) = pieces(&output, cut);
            prop_assert_eq!(whole.concat(), parts.concat());
            prop_assert_eq!(&held, &held_of_parts);
            // Nothing is lost, added or put elsewhere.
            prop_assert_eq!([whole.concat(), held].concat(), output);
        }
    }
}
