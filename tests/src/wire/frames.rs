//! HTTP/2 by hand: the frames that a client library would refuse to send.

use super::{Door, Wire};
use crate::rig::Gateway;
use serde_json::Value;

/// A connection that speaks frames.
#[derive(Debug)]
pub struct Frames {
    wire: Wire,
    /// What has been said about streams so far.
    bodies: Vec<(u32, Vec<u8>)>,
}

struct Received {
    kind: u8,
    flags: u8,
    of: u32,
    payload: Vec<u8>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer came, with this body.
    Answered(Vec<u8>),
    /// A plain 400 without a body.
    Declined,
    /// The stream was reset, with this code.
    Reset(u32),
    /// The connection was given up.
    GoneAway,
}

impl Outcome {
    pub fn json(&self) -> Value {
        match self {
            Self::Answered(body) => serde_json::from_slice(body).unwrap_or(Value::Null),
            Self::Declined | Self::Reset(_) | Self::GoneAway => Value::Null,
        }
    }

    /// Whether nothing was granted: no answer at all, or a problem.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Declined | Self::Reset(_) | Self::GoneAway => true,
            Self::Answered(_) => self.json()["type"].as_str().is_some_and(|kind| kind.starts_with("urn:condrix:")),
        }
    }
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

/// `:status: 400` in HPACK's static table.
const STATUS_400: u8 = 0x8c;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

impl Frames {
    pub async fn open(gateway: &Gateway) -> Self {
        let mut wire = Door::of(gateway, b"h2").open().await;
        wire.send(PREFACE).await;
        let mut this = Self { wire, bodies: Vec::new() };
        this.frame(SETTINGS, 0, 0, &[]).await;
        this
    }

    pub async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("a frame is small").to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.wire.send(&[&head[..], payload].concat()).await;
    }

    /// A request's head. Fields go as they are given: any order, any bytes, any name.
    pub async fn head(&mut self, stream: u32, fields: &[(&[u8], &[u8])], end: bool) {
        let block: Vec<u8> = fields.iter().flat_map(|(name, value)| literal(name, value)).collect();
        let end = if end { END_STREAM } else { 0 };
        // What does not fit the frame size that every peer takes goes on in continuations.
        let mut parts = block.chunks(16_000).peekable();
        let first = parts.next().unwrap_or_default();
        let last = |more: bool| if more { 0 } else { END_HEADERS };
        self.frame(HEADERS, end | last(parts.peek().is_some()), stream, first).await;
        while let Some(part) = parts.next() {
            self.frame(CONTINUATION, last(parts.peek().is_some()), stream, part).await;
        }
    }

    pub async fn data(&mut self, stream: u32, bytes: &[u8], end: bool) {
        self.frame(DATA, u8::from(end) * END_STREAM, stream, bytes).await;
    }

    /// Reads until a stream or the connection has ended, or is about to.
    pub async fn outcome(&mut self, stream: u32) -> Outcome {
        self.read_outcome(stream, true).await
    }

    /// The same for a stream that is to be answered although the connection ends behind it.
    pub async fn outcome_despite_farewell(&mut self, stream: u32) -> Outcome {
        self.read_outcome(stream, false).await
    }

    async fn read_outcome(&mut self, stream: u32, until_farewell: bool) -> Outcome {
        loop {
            let Some(Received { kind, flags, of, payload }) = self.received().await else { return Outcome::GoneAway };
            if kind == GOAWAY && until_farewell {
                return Outcome::GoneAway;
            }
            if kind == RST_STREAM && of == stream {
                let code = payload[..].try_into().map(u32::from_be_bytes).expect("a reset has a code");
                return Outcome::Reset(code);
            }
            if kind == HEADERS && of == stream && flags & END_STREAM != 0 && payload[0] == STATUS_400 {
                return Outcome::Declined;
            }
            if matches!(kind, DATA | HEADERS) && of == stream && flags & END_STREAM != 0 {
                return Outcome::Answered(std::mem::take(self.body(stream)));
            }
        }
    }

    /// Reads until what has come of a stream's body is enough. Whether streams end meanwhile is not looked at.
    pub async fn body_until(&mut self, stream: u32, enough: impl Fn(&[u8]) -> bool) {
        while !enough(self.body(stream)) {
            let goes_on = self.received().await.is_some_and(|received| received.kind != GOAWAY);
            assert!(goes_on, "the connection is gone");
        }
    }

    /// The next frame, with what every peer owes for it done. None: the connection has ended.
    async fn received(&mut self) -> Option<Received> {
        let head = self.wire.exactly(9).await?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let (kind, flags) = (head[3], head[4]);
        let of = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
        let payload = self.wire.exactly(length).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => self.frame(SETTINGS, ACK, 0, &[]).await,
            PING if flags & ACK == 0 => self.frame(PING, ACK, 0, &payload).await,
            DATA => self.body(of).extend_from_slice(&payload),
            _ => {}
        }
        Some(Received { kind, flags, of, payload })
    }

    fn body(&mut self, stream: u32) -> &mut Vec<u8> {
        let at = self.bodies.iter().position(|(of, _)| *of == stream).unwrap_or_else(|| {
            self.bodies.push((stream, Vec::new()));
            self.bodies.len() - 1
        });
        &mut self.bodies[at].1
    }
}

/// HPACK: a literal field without indexing, its name and value as plain strings (RFC 7541, section 6.2.2).
fn literal(name: &[u8], value: &[u8]) -> Vec<u8> {
    [&[0][..], &string(name), &string(value)].concat()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    if bytes.len() < 127 {
        encoded.push(u8::try_from(bytes.len()).expect("it was compared"));
    } else {
        encoded.push(127);
        let mut rest = bytes.len() - 127;
        while rest >= 128 {
            encoded.push(u8::try_from(rest % 128).expect("a remainder") | 128);
            rest /= 128;
        }
        encoded.push(u8::try_from(rest).expect("it was compared"));
    }
    encoded.extend_from_slice(bytes);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_encoded_as_the_rfc_does() {
        // RFC 7541, appendix C.1, with a prefix of seven bits.
        assert_eq!(string(b"ab"), [2, b'a', b'b']);
        assert_eq!(string(&[b'x'; 127])[..2], [127, 0]);
        assert_eq!(string(&[b'x'; 1337])[..3], [127, 0b1011_1010, 9]);
    }
}
