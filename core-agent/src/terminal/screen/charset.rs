//! Character sets: a program may have letters drawn as lines.

/// What stands for the letters from `` ` `` to `~` in the set of lines.
const LINES: [char; 31] = [
    '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼', '⎽', '├', '┤', '┴',
    '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// The set that is there without anybody asking for one.
const USUAL: u8 = b'B';
const GRAPHICS: u8 = b'0';

/// Four places for sets, one of which letters are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Charsets {
    places: [u8; 4],
    shifted: usize,
}

impl Default for Charsets {
    fn default() -> Self {
        Self { places: [USUAL; 4], shifted: 0 }
    }
}

impl Charsets {
    /// `place` is the intermediate byte of the sequence that says so. False: it is none of a set.
    pub(super) fn designate(&mut self, place: u8, set: u8) -> bool {
        let place = match place {
            b'(' => 0,
            b')' => 1,
            b'*' => 2,
            b'+' => 3,
            _ => return false,
        };
        self.places[place] = set;
        true
    }

    pub(super) fn shift(&mut self, place: usize) {
        self.shifted = place;
    }

    pub(super) fn draws_lines(&self) -> bool {
        self.places[self.shifted] == GRAPHICS
    }

    pub(super) fn drawn(&self, letter: char) -> char {
        let line = u32::from(letter).checked_sub(u32::from('`')).and_then(|at| LINES.get(at as usize));
        line.copied().filter(|_| self.draws_lines()).unwrap_or(letter)
    }

    /// What brings an emulator from the usual sets to these.
    pub(super) fn restore(&self, to: &mut String) {
        for (place, set) in ['(', ')', '*', '+'].into_iter().zip(self.places) {
            if set != USUAL {
                to.extend(['\x1b', place, char::from(set)]);
            }
        }
        to.push_str(["", "\x0e", "\x1bn", "\x1bo"][self.shifted]);
    }

    /// What brings it back to the usual ones.
    pub(super) fn undo(&self, to: &mut String) {
        for (place, set) in ['(', ')', '*', '+'].into_iter().zip(self.places) {
            if set != USUAL {
                to.extend(['\x1b', place, char::from(USUAL)]);
            }
        }
        if self.shifted != 0 {
            to.push('\x0f');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_lines_where_a_program_has_asked_for_them() {
        let mut sets = Charsets::default();
        assert_eq!(sets.drawn('q'), 'q');
        assert!(sets.designate(b')', GRAPHICS) && !sets.designate(b'#', b'8'));
        sets.shift(1);
        assert_eq!((sets.drawn('q'), sets.drawn('~'), sets.drawn('A')), ('─', '·', 'A'));
        let mut restoring = String::new();
        sets.restore(&mut restoring);
        assert_eq!(restoring, "\x1b)0\x0e");
    }
}
