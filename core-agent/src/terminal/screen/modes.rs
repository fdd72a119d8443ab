//! Modes of a terminal that the emulator's library does not keep, for what types into it and what draws on it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Programs that a program starts each want the keyboard their own way.
const MOST_KEYBOARDS: usize = 16;

/// Private modes that are off until somebody asks for them: reversed colours, wrapping backwards, reports of the focus,
/// wheel keys, two encodings of the mouse, output in one go, reports of the colour scheme.
const OFF: [u16; 8] = [5, 45, 1004, 1007, 1015, 1016, 2026, 2031];
/// Wrapping at the end of a line, which is on.
const WRAP: u16 = 7;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Modes {
    /// Private modes that are not as usual.
    changed: BTreeSet<u16>,
    inserts: bool,
    new_line: bool,
    /// How much of what is typed with Ctrl and Alt is told apart (xterm's `modifyOtherKeys`).
    other_keys: u16,
}

impl Modes {
    /// False: this mode is not kept here.
    pub(super) fn set_private(&mut self, mode: u16, on: bool) -> bool {
        let usual = mode == WRAP;
        if !usual && !OFF.contains(&mode) {
            return false;
        }
        if on == usual {
            self.changed.remove(&mode);
        } else {
            self.changed.insert(mode);
        }
        true
    }

    pub(super) fn set(&mut self, mode: u16, on: bool) {
        match mode {
            4 => self.inserts = on,
            20 => self.new_line = on,
            _ => {}
        }
    }

    /// `CSI > 4 ; level m`.
    pub(super) fn set_other_keys(&mut self, numbers: &[u16]) {
        match numbers {
            [4, level] => self.other_keys = *level,
            [4] | [] => self.other_keys = 0,
            _ => {}
        }
    }

    pub(super) const fn inserts(&self) -> bool {
        self.inserts
    }

    pub(super) fn wraps(&self) -> bool {
        !self.changed.contains(&WRAP)
    }

    /// What brings an emulator there that was just reset.
    pub(super) fn restore(&self, to: &mut String) -> std::fmt::Result {
        for mode in &self.changed {
            write!(to, "\x1b[?{mode}{}", if *mode == WRAP { 'l' } else { 'h' })?;
        }
        for (mode, on) in [(4, self.inserts), (20, self.new_line)] {
            if on {
                write!(to, "\x1b[{mode}h")?;
            }
        }
        if self.other_keys > 0 {
            write!(to, "\x1b[>4;{}m", self.other_keys)?;
        }
        Ok(())
    }
}

/// How programs want keys reported (the kitty protocol), the newest last. Either screen has its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keyboards(Vec<u16>);

impl Keyboards {
    /// `CSI prefix numbers u`.
    pub(super) fn obey(&mut self, prefix: u8, numbers: &[u16]) {
        let (first, second) = (numbers.first().copied(), numbers.get(1).copied());
        match prefix {
            b'>' => {
                if self.0.len() == MOST_KEYBOARDS {
                    self.0.remove(0);
                }
                self.0.push(first.unwrap_or(0));
            }
            b'<' => {
                let popped = usize::from(first.unwrap_or(1).max(1));
                self.0.truncate(self.0.len().saturating_sub(popped));
            }
            b'=' => {
                if self.0.is_empty() {
                    self.0.push(0);
                }
                let flags = first.unwrap_or(0);
                if let Some(newest) = self.0.last_mut() {
                    *newest = match second.unwrap_or(1) {
                        2 => *newest | flags,
                        3 => *newest & !flags,
                        _ => flags,
                    };
                }
            }
            _ => {}
        }
    }

    pub(super) fn restore(&self, to: &mut String) -> std::fmt::Result {
        self.0.iter().try_for_each(|flags| write!(to, "\x1b[>{flags}u"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_that_are_as_usual_need_no_word() {
        let mut modes = Modes::default();
        let restoring = |modes: &Modes| {
            let mut text = String::new();
            modes.restore(&mut text).unwrap();
            text
        };
        assert_eq!(restoring(&modes), "");
        for (mode, on) in [(1004, true), (WRAP, false), (2031, true), (2031, false), (5, false)] {
            assert!(modes.set_private(mode, on));
        }
        assert!(!modes.set_private(25, true));
        modes.set(4, true);
        modes.set_other_keys(&[4, 2]);
        assert_eq!(restoring(&modes), "\x1b[?7l\x1b[?1004h\x1b[4h\x1b[>4;2m");
    }

    #[test]
    fn keyboards_are_pushed_and_popped() {
        let mut keyboards = Keyboards::default();
        for _ in 0..2 * MOST_KEYBOARDS {
            keyboards.obey(b'>', &[1]);
        }
        assert_eq!(keyboards.0.len(), MOST_KEYBOARDS);
        keyboards.obey(b'<', &[14]);
        keyboards.obey(b'=', &[4, 2]);
        let mut restoring = String::new();
        keyboards.restore(&mut restoring).unwrap();
        assert_eq!(restoring, "\x1b[>1u\x1b[>5u");
        keyboards.obey(b'<', &[]);
        keyboards.obey(b'<', &[9]);
        assert_eq!(keyboards, Keyboards::default());
    }
}
