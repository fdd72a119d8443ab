//! A request's head as it came over HTTP/1.1, read strictly.
//!
//! pingora mends what it reads: blanks in a target become `%20`, a fragment is cut off, of a length and an encoding the
//! length is dropped, a bare line feed ends a line. Somebody before or behind it may have read the same bytes otherwise.
//! So the bytes are judged before pingora sees them, and what leaves room for doubt goes no further.

use super::answer;
use crate::authz::{self, TargetRefused};
use crate::metrics::Metrics;
use bytes::Bytes;
use http::Method;
use protocol::ids::RequestId;
use protocol::problem::{Problem, ProblemType};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracing::info;

/// More than any browser sends; pingora itself takes no more than 256.
pub const MOST_HEADERS: usize = 128;

/// Judges the heads that arrive on one connection.
#[derive(Debug)]
pub struct Heads {
    limit: usize,
    metrics: Arc<Metrics>,
    /// Whether what comes next is a head: set with every request, taken with its head.
    expected: AtomicBool,
}

impl Heads {
    pub fn new(limit: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { limit, metrics, expected: AtomicBool::new(false) })
    }

    /// How many bytes a head may have.
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// What comes next is a head.
    pub fn expect(&self) {
        self.expected.store(true, Ordering::Release);
    }

    /// Whether a new request has begun since this was asked last.
    pub fn take_expected(&self) -> bool {
        self.expected.swap(false, Ordering::AcqRel)
    }

    /// Judges a head without the empty line behind it. Refused, it comes with the whole answer to give.
    pub fn judge(&self, head: &[u8]) -> Result<Framing, Bytes> {
        check(head).map_err(|doubt| self.refuse(doubt))
    }

    /// The answer to somebody whose head is in doubt.
    pub fn refuse(&self, doubt: Doubt) -> Bytes {
        let id = RequestId::new();
        let kind = match doubt {
            Doubt::TooLarge | Doubt::TooMany => ProblemType::HeadersTooLarge,
            Doubt::LineEnd
            | Doubt::RequestLine
            | Doubt::Target(_)
            | Doubt::Header
            | Doubt::Host
            | Doubt::Length
            | Doubt::Encoding
            | Doubt::Both
            | Doubt::Chunk => ProblemType::BadRequest,
        };
        // There is no method yet; the label of methods that nobody knows is the one that fits.
        self.metrics.request("unmatched", &Method::TRACE, kind.status(), Duration::ZERO);
        info!(request = %id, %doubt, status = kind.status(), "a request's head was refused");
        answer::written(Problem::new(kind).detail(doubt.to_string()), id)
    }
}

/// What is wrong with a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("a line of the head does not end in carriage return and line feed")]
    LineEnd,
    #[error("the first line is not method, path and HTTP/1.1")]
    RequestLine,
    #[error(transparent)]
    Target(TargetRefused),
    #[error("a line of the head is no header")]
    Header,
    #[error("exactly one Host header is needed")]
    Host,
    #[error("Content-Length is no single number")]
    Length,
    #[error("the only Transfer-Encoding is chunked, and it needs HTTP/1.1")]
    Encoding,
    #[error("Transfer-Encoding and Content-Length contradict each other")]
    Both,
    #[error("the body is not made of chunks")]
    Chunk,
    #[error("the head is too large")]
    TooLarge,
    #[error("the head has too many lines")]
    TooMany,
}

/// How the body behind a head ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Where the head says, if there is one.
    Counted,
    Chunked,
}

fn check(head: &[u8]) -> Result<Framing, Doubt> {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_http_11 = request_line(lines.next().unwrap_or_default())?;
    let (mut hosts, mut lengths, mut encodings) = (0, 0, 0);
    for (count, line) in lines.enumerate() {
        if count == MOST_HEADERS {
            return Err(Doubt::TooMany);
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(Doubt::Header)?;
        let (name, value) = (&line[..colon], trim_blanks(&line[colon + 1..]));
        if name.is_empty() || !name.iter().copied().all(is_token) || !value.iter().copied().all(is_text) {
            return Err(Doubt::Header);
        }
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            lengths += 1;
            // 18 digits: every length that anybody can mean, and none that overflows.
            if value.is_empty() || value.len() > 18 || !value.iter().all(u8::is_ascii_digit) {
                return Err(Doubt::Length);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            encodings += 1;
            if !value.eq_ignore_ascii_case(b"chunked") || !is_http_11 {
                return Err(Doubt::Encoding);
            }
        }
    }
    match (hosts, lengths, encodings) {
        (1, 0 | 1, 0) => Ok(Framing::Counted),
        (1, 0, 1) => Ok(Framing::Chunked),
        (1, 1.., 1..) => Err(Doubt::Both),
        (1, 2.., _) => Err(Doubt::Length),
        (1, ..) => Err(Doubt::Encoding),
        _ => Err(Doubt::Host),
    }
}

/// Whether it is HTTP/1.1, not 1.0.
fn request_line(line: &[u8]) -> Result<bool, Doubt> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Doubt::RequestLine);
    };
    if method.is_empty() || !method.iter().copied().all(is_token) {
        return Err(Doubt::RequestLine);
    }
    authz::check_target(&String::from_utf8_lossy(target)).map_err(Doubt::Target)?;
    match version {
        b"HTTP/1.1" => Ok(true),
        b"HTTP/1.0" => Ok(false),
        _ => Err(Doubt::RequestLine),
    }
}

/// RFC 9110, section 5.6.3: blanks and tabs, and nothing else that some call white.
const fn trim_blanks(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// RFC 9110, section 5.6.2.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.')
        || matches!(byte, b'^' | b'_' | b'`' | b'|' | b'~')
}

const fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= 0x20 && byte != 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(lines: &str) -> Result<Framing, Doubt> {
        check(format!("POST /livez HTTP/1.1\r\nHost: h\r\n{lines}").trim_end_matches("\r\n").as_bytes())
    }

    #[test]
    fn ordinary_heads_pass() {
        for lines in ["", "Content-Length: 5", "Content-Length:\t05 ", "Cookie: a=\"b\"; c=\u{fc}", "X-Empty:"] {
            assert_eq!(judge(lines), Ok(Framing::Counted), "{lines}");
        }
        assert_eq!(judge("transfer-encoding: Chunked"), Ok(Framing::Chunked));
    }

    #[test]
    fn a_head_that_two_readers_could_read_differently_does_not() {
        for (lines, doubt) in [
            ("Host: i", Doubt::Host),
            ("Content-Length: 5\r\nContent-Length: 5", Doubt::Length),
            ("Content-Length: +5", Doubt::Length),
            ("Content-Length: 5, 5", Doubt::Length),
            ("Content-Length: 9999999999999999999", Doubt::Length),
            ("Content-Length:", Doubt::Length),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", Doubt::Both),
            ("Transfer-Encoding: xchunked", Doubt::Encoding),
            ("Transfer-Encoding: gzip, chunked", Doubt::Encoding),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", Doubt::Encoding),
            ("Transfer-Encoding : chunked", Doubt::Header),
            ("X-A: b\r\n c", Doubt::Header),
            (": b", Doubt::Header),
            ("X-A: \0", Doubt::Header),
            ("Content-Length:\u{c}5", Doubt::Header),
            ("X-A: b\u{c}", Doubt::Header),
        ] {
            assert_eq!(judge(lines), Err(doubt), "{lines}");
        }
        assert_eq!(judge(&"X-A: b\r\n".repeat(MOST_HEADERS)), Err(Doubt::TooMany));
        assert_eq!(check(b"GET / HTTP/1.1"), Err(Doubt::Host));
        assert_eq!(check(b"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked"), Err(Doubt::Encoding));
    }

    #[test]
    fn a_first_line_has_three_parts_and_a_plain_path() {
        for line in ["GET /", "GET / HTTP/1.2", "GET  / HTTP/1.1", "GET / x HTTP/1.1", "G(T / HTTP/1.1", " / HTTP/1.1"]
        {
            assert_eq!(request_line(line.as_bytes()), Err(Doubt::RequestLine), "{line}");
        }
        for line in ["GET * HTTP/1.1", "GET http://h/ HTTP/1.1", "GET /a#b HTTP/1.1", "CONNECT h:1 HTTP/1.1"] {
            assert!(matches!(request_line(line.as_bytes()), Err(Doubt::Target(_))), "{line}");
        }
    }
}
