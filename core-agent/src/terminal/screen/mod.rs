//! What a terminal shows now, for a client that cannot be given all that it missed.
//!
//! The emulator's library keeps the picture, and tells of it what one screen shows. What else an emulator holds is kept
//! here: the screen beneath a full-screen program's, the region that scrolls, the saved cursor, sets of characters, modes,
//! colours, and the beginning of what is not whole yet. Where a program asks for something that the library does not know, it is
//! given the same in its own terms.
//!
//! Not restored: tab stops that a program has set, and which letters blink, are hidden, struck through, links, or bold and
//! dim at once.

mod buffer;
mod charset;
mod intensity;
mod modes;
mod palette;
mod sequences;
mod terms;
#[cfg(test)]
mod xterm_tests;

use super::size::Size;
use buffer::{Beneath, Buffer};
use charset::Charsets;
use modes::Modes;
use palette::Palette;
use sequences::Sequences;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use vt100::{Callbacks, Parser};

/// Characters of a title; more is no title but a text.
const LONGEST_TITLE: usize = 128;

#[derive(Debug, Default)]
struct Heard {
    title: Option<String>,
}

impl Callbacks for Heard {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = Some(plain(&String::from_utf8_lossy(title)));
    }
}

/// A title is text and nothing else: it is shown outside the terminal.
fn plain(title: &str) -> String {
    title.chars().filter(|letter| !letter.is_control() && !is_invisible(*letter)).take(LONGEST_TITLE).collect()
}

/// What changes how the text around it is read.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

pub(super) struct Screen {
    parser: Parser<Heard>,
    sequences: Sequences,
    charsets: Charsets,
    modes: Modes,
    palette: Palette,
    /// Of the screen that is shown.
    buffer: Buffer,
    beneath: Option<Beneath>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.parser.screen().size()).finish_non_exhaustive()
    }
}

impl Screen {
    pub(super) fn new(size: Size) -> Self {
        Self {
            parser: Parser::new_with_callbacks(size.rows(), size.columns(), 0, Heard::default()),
            sequences: Sequences::default(),
            charsets: Charsets::default(),
            modes: Modes::default(),
            palette: Palette::default(),
            buffer: Buffer::default(),
            beneath: None,
        }
    }

    /// Takes output. Returns the title, where it has changed.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<String> {
        let before = self.parser.callbacks().title.clone();
        self.guarded(|screen| screen.take(bytes));
        let now = &self.parser.callbacks().title;
        now.clone().filter(|_| *now != before)
    }

    pub(super) fn resize(&mut self, size: Size) {
        self.guarded(|screen| {
            screen.parser.set_size(size.rows(), size.columns());
            screen.buffer.region = None;
            if let Some(beneath) = &mut screen.beneath {
                beneath.picture.set_size(size.rows(), size.columns());
                beneath.buffer.region = None;
            }
        });
    }

    /// What makes an emulator show the same, in the same modes, whatever it showed before; and then what of a sequence or
    /// character it has had, for the rest is to come.
    pub(super) fn restoring(&self) -> Vec<u8> {
        let mut text = String::from("\x1bc");
        // Writing to a string does not fail.
        let _ = self.restore(&mut text);
        let mut bytes = intensity::told_apart(&text).into_bytes();
        bytes.extend_from_slice(self.sequences.held());
        bytes
    }

    fn restore(&self, to: &mut String) -> std::fmt::Result {
        if let Some(beneath) = &self.beneath {
            beneath.restore(to)?;
        }
        let screen = self.parser.screen();
        to.push_str(&screen.state_formatted());
        self.buffer.restore(screen, to)?;
        self.charsets.restore(to);
        self.modes.restore(to)?;
        self.palette.restore(to)?;
        if let Some(title) = &self.parser.callbacks().title {
            write!(to, "\x1b]2;{title}\x07")?;
        }
        Ok(())
    }

    /// Output is anybody's, and the emulator is a library: where it fails, a picture is lost and not the terminal.
    fn guarded(&mut self, act: impl FnOnce(&mut Self)) {
        let (rows, columns) = self.parser.screen().size();
        if catch_unwind(AssertUnwindSafe(|| act(self))).is_err() {
            let size = Size::new(rows.get(), columns.get()).unwrap_or_default();
            *self = Self::new(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(bytes: &[u8], size: Size) -> Screen {
        let mut screen = Screen::new(size);
        screen.feed(bytes);
        screen
    }

    #[test]
    fn another_emulator_can_be_brought_to_show_the_same() {
        let output = b"one\r\n\x1b[1;31mtwo\x1b[0m\x1b[?2004h\x1b[?25l\x1b[5;7Hhere";
        let screen = shown(output, Size::default());
        let mut other = shown(b"\x1b[?1049hsomething else", Size::default());
        other.feed(&screen.restoring());
        assert_eq!(other.parser.screen().contents(), screen.parser.screen().contents());
        assert_eq!(other.parser.screen().cursor_position(), screen.parser.screen().cursor_position());
        assert!(other.parser.screen().bracketed_paste() && other.parser.screen().hide_cursor());
        assert!(!other.parser.screen().alternate_screen());
    }

    #[test]
    fn a_full_screen_program_is_restored_on_the_alternate_screen() {
        let screen = shown(b"before\x1b[?1049h\x1b[2J\x1b[Hinside", Size::default());
        let mut other = Screen::new(Size::default());
        other.feed(&screen.restoring());
        assert!(other.parser.screen().alternate_screen());
        assert_eq!(other.parser.screen().contents(), "inside");
    }

    #[test]
    fn a_title_is_plain_text_and_short() {
        let mut screen = Screen::new(Size::default());
        assert_eq!(screen.feed(b"no title"), None);
        let title = format!("\x1b]0;a\u{202e}b\u{200b}{}\x07", "c".repeat(500));
        let told = screen.feed(title.as_bytes()).unwrap();
        assert!(told.starts_with("abc") && told.chars().count() == LONGEST_TITLE, "{told}");
        assert_eq!(screen.feed(title.as_bytes()), None);
    }

    /// All that a client would notice of it.
    fn all_of(screen: &Screen) -> (String, (u16, u16), String, Buffer, Modes, Charsets, Vec<u8>) {
        let shown = screen.parser.screen();
        let held = screen.sequences.held().to_vec();
        let (buffer, modes, charsets) = (screen.buffer.clone(), screen.modes.clone(), screen.charsets);
        (shown.contents(), shown.cursor_position(), shown.input_mode_formatted(), buffer, modes, charsets, held)
    }

    #[test]
    fn the_rest_of_a_sequence_is_no_text_to_who_was_shown_the_screen() {
        for output in [
            &b"\x1b[31mred"[..],
            "\x1b]0;title\x07\u{2713} \u{1f600}".as_bytes(),
            b"\x1bP+q\x1b\\text",
            b"\x1b(0qqq\x1b(B",
            b"\x1b[?1049h\x1b[3;5r\x1b[>1ux",
        ] {
            let whole = shown(output, Size::default());
            for cut in 0..=output.len() {
                let mut other = shown(b"something else \x1b[", Size::default());
                other.feed(&shown(&output[..cut], Size::default()).restoring());
                other.feed(&output[cut..]);
                assert_eq!(all_of(&other), all_of(&whole), "{} at {cut}", output.escape_ascii());
            }
        }
    }

    #[test]
    fn the_screen_beneath_a_full_screen_program_comes_back() {
        let screen = shown(b"$ vi\x1b[2;5r\x1b[31m\x1b[?1049h\x1b[2J\x1b[Hinside", Size::default());
        let mut other = Screen::new(Size::default());
        other.feed(&screen.restoring());
        other.feed(b"\x1b[?1049l");
        assert_eq!(other.parser.screen().contents(), "$ vi");
        assert_eq!(other.parser.screen().cursor_position(), (0, 0));
        assert_eq!(other.parser.screen().fgcolor(), vt100::Color::Idx(1));
        assert_eq!(other.buffer.region, Some((2, 5)));
    }

    proptest! {
        #[test]
        fn no_output_ends_a_terminal(
            pieces in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..30),
                    "\x1b[\\[\\]?;0-9a-zA-Z]{0,12}".prop_map(String::into_bytes),
                ],
                0..20,
            ),
            sizes in prop::collection::vec((1..=60_u16, 1..=60_u16), 1..5),
        ) {
            let mut screen = Screen::new(Size::default());
            for (at, piece) in pieces.iter().enumerate() {
                let (rows, columns) = sizes[at % sizes.len()];
                screen.resize(Size::new(rows, columns).unwrap());
                screen.feed(piece);
            }
            let mut other = Screen::new(Size::default());
            other.feed(&screen.restoring());
        }

        #[test]
        fn it_does_not_matter_in_what_pieces_output_comes(
            pieces in prop::collection::vec(
                prop_oneof!["[ -~]{0,9}", "\x1b[\\[\\]()?;0-9a-zA-Z]{0,9}", "[äöü漢✓\r\n]{0,5}"], 0..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let output = pieces.concat().into_bytes();
            let mut parts = shown(&output[..cut.index(output.len() + 1)], Size::default());
            parts.feed(&output[cut.index(output.len() + 1)..]);
            prop_assert_eq!(all_of(&parts), all_of(&shown(&output, Size::default())));
        }
    }
}
