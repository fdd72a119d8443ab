//! Bold and dim. To the emulator's library a letter is the one or the other, and where it turns from dim to bold it says
//! `1` and no more; to other emulators it is both then.

/// The same text, in which whatever makes letters bold or dim ends the other first.
pub(super) fn told_apart(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut pieces = text.split("\x1b[");
    told.extend(pieces.next());
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit() && letter != ';').unwrap_or(piece.len());
        if piece[end..].starts_with('m') && changes_intensity(&piece[..end]) {
            told.push_str("\x1b[22m");
        }
        told.push_str("\x1b[");
        told.push_str(piece);
    }
    told
}

fn changes_intensity(numbers: &str) -> bool {
    let mut numbers = numbers.split(';');
    while let Some(number) = numbers.next() {
        match number {
            "1" | "2" => return true,
            // A colour of its own has numbers of its own.
            "38" | "48" => {
                let of_it = if numbers.next() == Some("2") { 3 } else { 1 };
                (0..of_it).for_each(|_| {
                    numbers.next();
                });
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_and_dim_end_each_other() {
        let told = told_apart("a\x1b[2mb\x1b[38;2;1;2;1;1mc\x1b[mx\x1b[48;5;2m\x1b[1;1Hy");
        assert_eq!(told, "a\x1b[22m\x1b[2mb\x1b[22m\x1b[38;2;1;2;1;1mc\x1b[mx\x1b[48;5;2m\x1b[1;1Hy");
    }
}
