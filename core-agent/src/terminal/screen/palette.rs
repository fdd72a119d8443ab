//! Colours that programs have given to numbers and to the terminal itself. The emulator's library passes over them, and the
//! programs that set them (a prompt's theme, an editor) do so once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// `rgb:ffff/ffff/ffff` and names are shorter.
const LONGEST: usize = 32;
/// Text, background, cursor, and their like.
const OWN: std::ops::RangeInclusive<u16> = 10..=19;
/// The command that puts own colour `n` back is so much higher.
const BACK: u16 = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Palette {
    numbered: BTreeMap<u8, String>,
    own: BTreeMap<u16, String>,
}

impl Palette {
    /// What stands between `ESC ]` and the end.
    pub(super) fn obey(&mut self, command: &str) {
        let (what, rest) = command.split_once(';').unwrap_or((command, ""));
        match what.parse() {
            Ok(4) => {
                let mut parts = rest.split(';');
                while let (Some(number), Some(colour)) = (parts.next(), parts.next()) {
                    if let (Ok(number), true) = (number.parse(), is_colour(colour)) {
                        self.numbered.insert(number, colour.to_owned());
                    }
                }
            }
            Ok(104) if rest.is_empty() => self.numbered.clear(),
            Ok(104) => rest.split(';').filter_map(|number| number.parse().ok()).for_each(|number: u8| {
                self.numbered.remove(&number);
            }),
            // Further colours are for those that follow.
            Ok(first) if OWN.contains(&first) => {
                for (what, colour) in (first..=*OWN.end()).zip(rest.split(';')) {
                    if is_colour(colour) {
                        self.own.insert(what, colour.to_owned());
                    }
                }
            }
            Ok(back) if OWN.contains(&back.saturating_sub(BACK)) => drop(self.own.remove(&(back - BACK))),
            Ok(_) | Err(_) => {}
        }
    }

    /// Also for an emulator that had other colours: resetting it leaves them in some.
    pub(super) fn restore(&self, to: &mut String) -> std::fmt::Result {
        to.push_str("\x1b]104\x1b\\");
        for (number, colour) in &self.numbered {
            write!(to, "\x1b]4;{number};{colour}\x1b\\")?;
        }
        for what in OWN {
            match self.own.get(&what) {
                Some(colour) => write!(to, "\x1b]{what};{colour}\x1b\\")?,
                // Those that every emulator has.
                None if what <= 12 => write!(to, "\x1b]{}\x1b\\", what + BACK)?,
                None => {}
            }
        }
        Ok(())
    }
}

/// A question (`?`) is none.
fn is_colour(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b':' | b'/' | b'.' | b' ');
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restoring(commands: &[&str]) -> String {
        let mut palette = Palette::default();
        for command in commands {
            palette.obey(command);
        }
        let mut text = String::new();
        palette.restore(&mut text).unwrap();
        text.replace('\x1b', "").replace('\\', " ")
    }

    #[test]
    fn colours_are_restored_as_they_were_given_and_taken_back() {
        assert_eq!(restoring(&[]), "]104 ]110 ]111 ]112 ");
        let given = ["4;1;#ff0000;2;rgb:00/80/00", "11;#101010;rgb:ff/ff/ff", "4;300;red;3;red", "10;?", "17;teal"];
        assert_eq!(
            restoring(&given),
            "]104 ]4;1;#ff0000 ]4;2;rgb:00/80/00 ]4;3;red ]110 ]11;#101010 ]12;rgb:ff/ff/ff ]17;teal "
        );
        let back = ["104;1;3", "111", "117", "118"];
        assert_eq!(restoring(&[&given[..], &back].concat()), "]104 ]4;2;rgb:00/80/00 ]110 ]111 ]12;rgb:ff/ff/ff ");
        assert_eq!(restoring(&[&given[..], &["104"]].concat()), "]104 ]110 ]11;#101010 ]12;rgb:ff/ff/ff ]17;teal ");
    }

    #[test]
    fn what_is_no_colour_is_not_kept() {
        for odd in ["4", "4;1", "4;1;\u{7}", "4;x;red", "11;", "99;red", "4;1;red\nblue", "11;\x1b[2J", "70000;x"] {
            assert_eq!(restoring(&[odd]), restoring(&[]), "{odd:?}");
        }
        assert_eq!(restoring(&[&format!("11;{}", "f".repeat(LONGEST + 1))]), restoring(&[]));
    }
}
