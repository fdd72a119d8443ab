//! One HTTP/1.1 answer out of bytes, read strictly: what a browser could make two answers of must not look like one here.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body came to its announced end.
    pub whole: bool,
    /// What no answer should be, and a lenient reader would overlook.
    pub faults: Vec<String>,
}

enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClose,
}

impl Reply {
    /// The first answer in `bytes` and its length. None: it is not all there, and more may come.
    pub(super) fn parse(bytes: &[u8], ended: bool) -> Option<(Self, usize)> {
        if bytes.is_empty() {
            return None;
        }
        let Some(head) = find(bytes, b"\r\n\r\n") else {
            assert!(!ended, "the answer's head is cut off: {}", bytes.escape_ascii());
            return None;
        };
        let (status, headers) = parse_head(&bytes[..head]);
        let start = head + 4;
        let mut reply = Self { status, headers, body: Vec::new(), whole: true, faults: Vec::new() };
        let rest = &bytes[start..];
        let body = match reply.framing() {
            Ok(Framing::None) => Some((Vec::new(), 0)),
            Ok(Framing::Length(length)) => (rest.len() >= length).then(|| (rest[..length].to_vec(), length)),
            Ok(Framing::Chunked) => match dechunk(rest) {
                Ok(read) => read,
                Err(fault) => {
                    reply.faults.push(format!("{fault:#}"));
                    ended.then(|| (rest.to_vec(), rest.len()))
                }
            },
            Ok(Framing::UntilClose) => ended.then(|| (rest.to_vec(), rest.len())),
            Err(fault) => {
                reply.faults.push(format!("{fault:#}"));
                ended.then(|| (rest.to_vec(), rest.len()))
            }
        };
        match body {
            Some((body, used)) => {
                reply.body = body;
                Some((reply, start + used))
            }
            None if ended => {
                reply.body = rest.to_vec();
                reply.whole = false;
                Some((reply, bytes.len()))
            }
            None => None,
        }
    }

    fn framing(&self) -> Result<Framing> {
        let lengths: Vec<_> = self.all("content-length").collect();
        let encodings: Vec<_> = self.all("transfer-encoding").collect();
        ensure!(lengths.len() + encodings.len() <= 1, "an answer with two ends");
        Ok(match (self.status, lengths.first(), encodings.first()) {
            (100..=199 | 204 | 304, ..) => Framing::None,
            (_, Some(length), _) => Framing::Length(length.parse().context("a length that is no number")?),
            (_, _, Some(encoding)) => {
                ensure!(*encoding == "chunked", "the encoding {encoding}");
                Framing::Chunked
            }
            _ => Framing::UntilClose,
        })
    }

    pub fn all<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header that comes once.
    pub fn header<'r>(&'r self, name: &'r str) -> Option<&'r str> {
        let mut all = self.all(name);
        let first = all.next();
        assert!(all.next().is_none(), "{name} comes twice: {self:?}");
        first
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Which problem it is: the end of its type. Only a body that is whole, says that it is a problem and names the same status
    /// is one.
    pub fn problem(&self) -> Option<String> {
        if !self.whole || self.header("content-type") != Some("application/problem+json") {
            return None;
        }
        let body = self.json();
        let slug = body["type"].as_str()?.strip_prefix("urn:condrix:problem:")?;
        (body["status"] == self.status).then(|| slug.to_owned())
    }
}

/// Where `what` begins.
pub fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn parse_head(head: &[u8]) -> (u16, Vec<(String, String)>) {
    let text = String::from_utf8(head.to_vec()).unwrap_or_else(|_| panic!("not text: {}", head.escape_ascii()));
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
    let status = status.unwrap_or_else(|| panic!("not a status line: {}", head.escape_ascii()));
    let headers = lines.map(|line| {
        assert!(!line.contains(['\r', '\n', '\0']), "a line within a line: {}", head.escape_ascii());
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("not a header: {line:?}"));
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    (status, headers.collect())
}

/// The body and how many bytes of `bytes` it takes, once its last chunk is there.
pub(crate) fn dechunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let Some(line) = find(&bytes[at..], b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&bytes[at..at + line])?;
        ensure!(size.bytes().all(|byte| byte.is_ascii_hexdigit()), "a chunk of the size {size:?}");
        let size = usize::from_str_radix(size, 16)?;
        at += line + 2;
        if size == 0 {
            ensure!(bytes.len() < at + 2 || bytes[at..].starts_with(b"\r\n"), "trailers");
            return Ok((bytes.len() >= at + 2).then_some((body, at + 2)));
        }
        if bytes.len() < at + size + 2 {
            return Ok(None);
        }
        body.extend_from_slice(&bytes[at..at + size]);
        ensure!(&bytes[at + size..at + size + 2] == b"\r\n", "a chunk that does not end where it says");
        at += size + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_cut_where_their_framing_says() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404 Not Found\r\n\
                      Transfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
        let mut at = 0;
        for (status, body) in [(200, "ab"), (404, "xyz"), (204, "")] {
            let (reply, used) = Reply::parse(&bytes[at..], false).unwrap();
            assert_eq!((reply.status, reply.text().as_str()), (status, body));
            at += used;
        }
        assert_eq!(at, bytes.len());
    }

    #[test]
    fn an_answer_that_is_cut_off_is_not_whole() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab";
        assert_eq!(Reply::parse(bytes, false), None);
        let (reply, used) = Reply::parse(bytes, true).unwrap();
        assert_eq!((reply.whole, used), (false, bytes.len()));
    }
}
