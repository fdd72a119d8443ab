//! What a terminal shows now, for a client that cannot be given all that it missed.

use super::size::Size;
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
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.parser.screen().size()).finish_non_exhaustive()
    }
}

impl Screen {
    pub(super) fn new(size: Size) -> Self {
        Self { parser: Parser::new_with_callbacks(size.rows(), size.columns(), 0, Heard::default()) }
    }

    /// Takes output. Returns the title, where it has changed.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<String> {
        let before = self.parser.callbacks().title.clone();
        self.guarded(|parser| parser.process(bytes));
        let now = &self.parser.callbacks().title;
        now.clone().filter(|_| *now != before)
    }

    pub(super) fn resize(&mut self, size: Size) {
        self.guarded(|parser| parser.set_size(size.rows(), size.columns()));
    }

    /// What makes an emulator show the same, in the same modes, whatever it showed before.
    pub(super) fn restoring(&self) -> Vec<u8> {
        let screen = self.parser.screen();
        let alternate = if screen.alternate_screen() { "\x1b[?1049h" } else { "" };
        format!("\x1bc{alternate}{}", screen.state_formatted()).into_bytes()
    }

    /// Output is anybody's, and the emulator is a library: where it fails, a picture is lost and not the terminal.
    fn guarded(&mut self, act: impl FnOnce(&mut Parser<Heard>)) {
        let (rows, columns) = self.parser.screen().size();
        if catch_unwind(AssertUnwindSafe(|| act(&mut self.parser))).is_err() {
            self.parser = Parser::new_with_callbacks(rows, columns, 0, Heard::default());
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
    }
}
