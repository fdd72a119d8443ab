//! What an emulator holds of each of its two screens, besides the picture.

use super::charset::Charsets;
use super::modes::Keyboards;
use std::fmt::Write as _;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Buffer {
    /// The rows that scroll, from one on; None: all.
    pub(super) region: Option<(u16, u16)>,
    /// Whether the cursor's places are counted from the region's top.
    pub(super) from_region: bool,
    pub(super) saved: Option<Saved>,
    pub(super) keyboards: Keyboards,
}

/// A cursor that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Saved {
    position: (u16, u16),
    pub(super) attributes: String,
    pub(super) charsets: Charsets,
    pub(super) from_region: bool,
}

impl Buffer {
    pub(super) fn save(&mut self, screen: &vt100::Screen, charsets: Charsets) {
        self.saved = Some(Saved {
            position: screen.cursor_position(),
            attributes: screen.attributes_formatted(),
            charsets,
            from_region: self.from_region,
        });
    }

    /// To an emulator that shows this picture already. The cursor is brought where it was.
    pub(super) fn restore(&self, screen: &vt100::Screen, to: &mut String) -> std::fmt::Result {
        self.keyboards.restore(to)?;
        if self.region.is_none() && self.saved.is_none() && !self.from_region {
            return Ok(());
        }
        if let Some((top, bottom)) = self.region {
            write!(to, "\x1b[{top};{bottom}r")?;
        }
        if let Some(Saved { position: (row, column), attributes, charsets, .. }) = &self.saved {
            write!(to, "\x1b[{};{}H{attributes}", row + 1, column + 1)?;
            charsets.restore(to);
            to.push_str("\x1b7");
            charsets.undo(to);
        }
        let (row, column) = screen.cursor_position();
        if self.from_region {
            let top = self.region.map_or(0, |(top, _)| top - 1);
            write!(to, "\x1b[?6h\x1b[{};{}H", row.saturating_sub(top) + 1, column + 1)?;
        } else {
            let placed = screen.cursor_state_formatted();
            // Behind the last column it may be only by printing there, for which the library may save a cursor of its own.
            if placed.contains("\x1b7") {
                write!(to, "\x1b[{};{}H", row + 1, column + 1)?;
            } else {
                to.push_str(&placed);
            }
        }
        to.push_str(&screen.attributes_formatted());
        Ok(())
    }
}

/// A full-screen program's screen lies over this one, which comes back when the program ends.
#[derive(Debug)]
pub(super) struct Beneath {
    pub(super) picture: vt100::Screen,
    pub(super) buffer: Buffer,
    /// Which of the three it was laid over by.
    pub(super) mode: u16,
}

impl Beneath {
    pub(super) fn restore(&self, to: &mut String) -> std::fmt::Result {
        to.push_str(&self.picture.contents_formatted());
        self.buffer.restore(&self.picture, to)?;
        if let Some(saved) = self.buffer.saved.as_ref().filter(|_| self.mode == 1049) {
            // It saves the cursor by itself.
            saved.charsets.restore(to);
            write!(to, "\x1b[?1049h")?;
            saved.charsets.undo(to);
        } else {
            write!(to, "\x1b[?{}h", self.mode)?;
        }
        Ok(())
    }
}
