//! A chunked body as it passes (RFC 9112, section 7.1), read strictly.
//!
//! pingora takes an empty chunk size for a zero, and so ends a body where another reader would not. Nothing that is not
//! plainly a chunk gets as far.

use super::Doubt;

/// Watches one body. Behind its end anything may follow: it is no longer this body's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chunks(At);

#[derive(Clone, Copy, Debug)]
enum At {
    /// In a size, after so many digits.
    Size {
        digits: u8,
        size: u64,
    },
    /// Between a size and its line's end, where nothing means anything.
    Extension {
        size: u64,
    },
    SizeEnd {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataReturn,
    DataEnd,
    /// In the trailers, which are read by nobody: whether their present line holds something.
    Trailer {
        empty: bool,
    },
    TrailerEnd {
        empty: bool,
    },
    End,
}

impl Default for At {
    fn default() -> Self {
        Self::Size { digits: 0, size: 0 }
    }
}

impl Chunks {
    /// Looks at bytes on their way. An error: these must not go on.
    pub fn pass(&mut self, mut bytes: &[u8]) -> Result<(), Doubt> {
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = rest;
            self.0 = match (self.0, byte) {
                (At::End, _) => return Ok(()),
                (At::Data { left }, _) => {
                    // This byte and as many of the others as belong to the chunk.
                    let count = usize::try_from(left - 1).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = &bytes[count..];
                    match left - 1 - count as u64 {
                        0 => At::DataReturn,
                        left => At::Data { left },
                    }
                }
                (At::Size { digits, size }, _) if digits < 16 && byte.is_ascii_hexdigit() => {
                    let digit = char::from(byte).to_digit(16).unwrap_or_default();
                    At::Size { digits: digits + 1, size: size << 4 | u64::from(digit) }
                }
                (At::Size { digits: 1.., size } | At::Extension { size }, b'\r') => At::SizeEnd { size },
                (At::Size { digits: 1.., size }, b';' | b' ' | b'\t')
                | (At::Extension { size }, b'\t' | 0x20..=0x7e) => At::Extension { size },
                (At::SizeEnd { size: 0 } | At::TrailerEnd { empty: false }, b'\n') => At::Trailer { empty: true },
                (At::SizeEnd { size }, b'\n') => At::Data { left: size },
                (At::DataReturn, b'\r') => At::DataEnd,
                (At::DataEnd, b'\n') => At::default(),
                (At::Trailer { empty }, b'\r') => At::TrailerEnd { empty },
                (At::Trailer { .. }, b'\t' | 0x20..=0x7e | 0x80..) => At::Trailer { empty: false },
                (At::TrailerEnd { empty: true }, b'\n') => At::End,
                _ => return Err(Doubt::Chunk),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a body however it is cut into reads.
    fn judge(body: &str) -> bool {
        let whole = Chunks::default().pass(body.as_bytes()).is_ok();
        for cut in 0..body.len() {
            let mut chunks = Chunks::default();
            let parts = chunks.pass(&body.as_bytes()[..cut]).and_then(|()| chunks.pass(&body.as_bytes()[cut..]));
            assert_eq!(parts.is_ok(), whole, "cut at {cut}: {body:?}");
        }
        whole
    }

    #[test]
    fn chunks_pass() {
        for body in [
            "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "005;a=b \r\nhello\r\nA\r\n0123456789\r\n000\r\nX-A: b\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\n\0",
        ] {
            assert!(judge(body), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_chunk_does_not() {
        for body in [
            "\r\nhello\r\n0\r\n\r\n",
            "5\nhello\r\n0\r\n\r\n",
            "5;\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n",
            "0x5\r\nhello\r\n",
            " 5\r\nhello\r\n",
            ";a\r\n",
            "10000000000000005\r\nhello\r\n",
            "3\r\nhello\r\n",
            "7\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "0\n\n",
            "0\r\nX-A: b\n\r\n",
        ] {
            assert!(!judge(body), "{body:?}");
        }
    }
}
