//! What programs say, told to the emulator's library: as it is where the library knows it, and in its own terms where not.

use super::Screen;
use super::buffer::{Beneath, Buffer};
use super::charset::Charsets;
use super::modes::Modes;
use super::palette::Palette;
use super::sequences::{Piece, Said};
use std::num::NonZeroU16;
use vt100::Parser;

impl Screen {
    /// Takes output, a piece at a time.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(piece) = self.sequences.next(&mut rest) {
            match piece {
                Piece::Text(text) => self.print(text),
                Piece::Character(character) => self.print(&character),
                Piece::Sequence(sequence) => self.obey(&sequence),
            }
        }
    }

    fn print(&mut self, text: &[u8]) {
        let as_it_is = !self.charsets.draws_lines() && self.modes.wraps() && !self.modes.inserts();
        if as_it_is {
            return self.parser.process(text);
        }
        for letter in String::from_utf8_lossy(text).chars() {
            let letter = self.charsets.drawn(letter);
            // Room is made first for what is inserted.
            if self.modes.inserts() && !letter.is_control() {
                match width(letter) {
                    // It joins the letter before it.
                    0 => {}
                    cells => self.tell(format_args!("\x1b[{cells}@")),
                }
            }
            let mut bytes = [0; 4];
            self.parser.process(letter.encode_utf8(&mut bytes).as_bytes());
            let (column, columns) = (self.parser.screen().cursor_position().1, self.parser.screen().size().1.get());
            if !self.modes.wraps() && column >= columns {
                self.tell(format_args!("\x1b[{columns}G"));
            }
        }
    }

    /// Says something to the library in its own terms.
    fn tell(&mut self, what: std::fmt::Arguments<'_>) {
        self.parser.process(what.to_string().as_bytes());
    }

    fn obey(&mut self, sequence: &[u8]) {
        let is_string = matches!(sequence.get(1), Some(b']' | b'P' | b'X' | b'^' | b'_'));
        // Controls within a sequence are obeyed before it.
        let (controls, letters) = match sequence {
            [first, inner @ ..] if !is_string && inner.iter().any(u8::is_ascii_control) => {
                let (controls, letters): (Vec<u8>, Vec<u8>) = inner.iter().copied().partition(u8::is_ascii_control);
                (controls, [&[*first], &letters[..]].concat())
            }
            whole => (Vec::new(), whole.to_vec()),
        };
        self.parser.process(&controls);
        let sequence = letters;
        match Said::read(&sequence) {
            Said::Shift(place) => self.charsets.shift(place),
            Said::Escape { intermediate, last } => self.escape(intermediate, last, &sequence),
            Said::Control { prefix, numbers, intermediate, last } => {
                self.control((prefix, intermediate, last), &numbers, &sequence);
            }
            // The library is brought to rest behind it.
            Said::Other if is_string => {
                self.parser.process(&[&sequence, &b"\x1b\\"[..]].concat());
                if let Some(command) = sequence.strip_prefix(b"\x1b]").and_then(|rest| std::str::from_utf8(rest).ok()) {
                    self.palette.obey(command.trim_end_matches('\x07'));
                }
            }
            // Broken off, or of nobody's kind.
            Said::Other => {}
        }
    }

    fn escape(&mut self, intermediate: Option<u8>, last: u8, sequence: &[u8]) {
        match (intermediate, last) {
            (Some(place), set) if self.charsets.designate(place, set) => {}
            (None, b'7') => self.save(),
            (None, b'8') => self.recall(),
            (None, b'D') => self.parser.process(b"\n"),
            (None, b'E') => self.parser.process(b"\r\n"),
            (None, b'n') => self.charsets.shift(2),
            (None, b'o') => self.charsets.shift(3),
            (None, b'c') => {
                self.parser.process(sequence);
                self.charsets = Charsets::default();
                self.modes = Modes::default();
                self.palette = Palette::default();
                self.buffer = Buffer::default();
                self.beneath = None;
            }
            _ => self.parser.process(sequence),
        }
    }

    fn control(&mut self, kind: (Option<u8>, Option<u8>, u8), numbers: &[u16], sequence: &[u8]) {
        let first = |usual| Said::number(numbers, usual);
        match kind {
            (Some(b'?'), None, on @ (b'h' | b'l')) => {
                for mode in numbers {
                    self.set_private(*mode, on == b'h');
                }
            }
            (None, None, on @ (b'h' | b'l')) => numbers.iter().for_each(|mode| self.modes.set(*mode, on == b'h')),
            (None, None, b'r') => self.set_region(first(1), numbers.get(1).copied().unwrap_or(0)),
            (None, None, b's') if numbers.is_empty() => self.save(),
            (None, None, b'u') => self.recall(),
            (None, None, b'a') => self.tell(format_args!("\x1b[{}C", first(1))),
            (None, None, b'e') => {
                let row = self.parser.screen().cursor_position().0;
                self.tell(format_args!("\x1b[{}d", row.saturating_add(first(1)).saturating_add(1)));
            }
            (None, None, way @ (b'A' | b'B' | b'E' | b'F')) => self.climb(way, first(1)),
            // They leave the cursor at the beginning of the line.
            (None, None, b'L' | b'M') if self.scrolls() => {
                self.parser.process(sequence);
                self.parser.process(b"\r");
            }
            (None, None, b'I') => (0..first(1).min(200)).for_each(|_| self.parser.process(b"\t")),
            (None, None, b'Z') => {
                let column = self.parser.screen().cursor_position().1;
                let stop = (column.div_ceil(8)).saturating_sub(first(1)) * 8;
                self.tell(format_args!("\x1b[{}G", stop + 1));
            }
            (None, Some(b'!'), b'p') => self.reset_softly(),
            (Some(prefix @ (b'<' | b'=' | b'>')), None, b'u') => self.buffer.keyboards.obey(prefix, numbers),
            (Some(b'>'), None, b'm') => self.modes.set_other_keys(numbers),
            _ => self.parser.process(sequence),
        }
    }

    fn set_private(&mut self, mode: u16, on: bool) {
        let last = if on { 'h' } else { 'l' };
        match mode {
            47 | 1047 | 1049 if on => self.lay_over(mode),
            47 | 1047 | 1049 => self.lift(mode),
            1048 if on => self.save(),
            1048 => self.recall(),
            66 => self.parser.process(if on { b"\x1b=" } else { b"\x1b>" }),
            // Whichever way the mouse is reported, switching one off switches it off.
            9 | 1000 | 1002 | 1003 if !on => self.parser.process(b"\x1b[?9;1000;1002;1003l"),
            6 => {
                self.buffer.from_region = on;
                self.tell(format_args!("\x1b[?6{last}"));
            }
            _ if self.modes.set_private(mode, on) => {}
            _ => self.tell(format_args!("\x1b[?{mode}{last}")),
        }
    }

    /// `bottom` may be nought or too large: the last row.
    fn set_region(&mut self, top: u16, bottom: u16) {
        let rows = self.parser.screen().size().0.get();
        let bottom = if bottom == 0 { rows } else { bottom.min(rows) };
        if top < bottom {
            self.buffer.region = ((top, bottom) != (1, rows)).then_some((top, bottom));
            self.tell(format_args!("\x1b[{top};{bottom}r\x1b[1;1H"));
        }
    }

    /// The region's edge stops the cursor wherever it comes from inside; to the library, only within the region.
    fn climb(&mut self, way: u8, rows: u16) {
        let screen = self.parser.screen();
        let (row, last) = (screen.cursor_position().0, screen.size().0.get() - 1);
        let (top, bottom) = self.buffer.region.map_or((0, last), |(top, bottom)| (top - 1, bottom - 1));
        let room = match way {
            b'A' | b'F' if row >= top => row - top,
            b'A' | b'F' => row,
            _ if row <= bottom => bottom - row,
            _ => last - row,
        };
        let direction = if matches!(way, b'A' | b'F') { 'A' } else { 'B' };
        match rows.min(room) {
            // Nought would be taken for one.
            0 => {}
            rows => self.tell(format_args!("\x1b[{rows}{direction}")),
        }
        if matches!(way, b'E' | b'F') {
            self.parser.process(b"\r");
        }
    }

    /// Whether the cursor is where lines scroll.
    fn scrolls(&self) -> bool {
        let row = self.parser.screen().cursor_position().0 + 1;
        self.buffer.region.is_none_or(|(top, bottom)| (top..=bottom).contains(&row))
    }

    fn save(&mut self) {
        self.buffer.save(self.parser.screen(), self.charsets);
        self.parser.process(b"\x1b7");
    }

    fn recall(&mut self) {
        self.parser.process(b"\x1b8");
        let saved = self.buffer.saved.as_ref();
        self.charsets = saved.map_or_else(Charsets::default, |saved| saved.charsets);
        self.buffer.from_region = saved.is_some_and(|saved| saved.from_region);
        // The library keeps one set of attributes for both screens.
        let attributes = saved.map_or_else(|| "\x1b[m".to_owned(), |saved| saved.attributes.clone());
        self.parser.process(attributes.as_bytes());
    }

    /// A full-screen program begins. The cursor stays where it is.
    fn lay_over(&mut self, mode: u16) {
        if mode == 1049 {
            self.save();
        }
        if self.beneath.is_some() {
            return;
        }
        let picture = self.parser.screen().clone();
        let (row, column) = picture.cursor_position();
        self.beneath = Some(Beneath { picture, buffer: std::mem::take(&mut self.buffer), mode });
        self.tell(format_args!("\x1b[?1049h\x1b[{};{}H", row + 1, column + 1));
    }

    fn lift(&mut self, mode: u16) {
        if let Some(beneath) = self.beneath.take() {
            self.buffer = beneath.buffer;
            let (row, column) = self.parser.screen().cursor_position();
            self.tell(format_args!("\x1b[?47l\x1b[{};{}H", row + 1, column + 1));
        }
        if mode == 1049 {
            self.recall();
        }
    }

    fn reset_softly(&mut self) {
        let (row, column) = self.parser.screen().cursor_position();
        self.tell(format_args!("\x1b[?25h\x1b[m\x1b[?1l\x1b>\x1b[?6l\x1b[r\x1b[{};{}H", row + 1, column + 1));
        self.charsets = Charsets::default();
        self.modes = Modes::default();
        self.buffer = Buffer { keyboards: std::mem::take(&mut self.buffer.keyboards), ..Buffer::default() };
    }
}

/// How many cells the library gives to a letter.
fn width(letter: char) -> u16 {
    const ROOM: NonZeroU16 = NonZeroU16::new(4).unwrap();
    let mut line = Parser::new(ROOM, ROOM, 0);
    line.process(letter.encode_utf8(&mut [0; 4]).as_bytes());
    line.screen().cursor_position().1
}
