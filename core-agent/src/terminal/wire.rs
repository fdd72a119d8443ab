//! What an agent and a terminal's keeper say to each other, over the keeper's socket. Only processes of this user reach it.
//!
//! A frame is its length (four bytes, big endian), a kind, and a content: bytes of the terminal, or a JSON object.

use super::size::Size;
use super::spec::About;
use super::values::Values;
use bytes::{BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use std::io;
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

/// The largest frame. What a keeper keeps is sent in pieces.
const LARGEST: usize = 1024 * 1024;

const BYTES: u8 = 0;
const JSON: u8 = 1;

/// From the agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub(super) enum Order {
    /// The agent itself: tell the state now and whenever it changes.
    Follow,
    /// A client. The first order of its connection.
    Attach(Attach),
    /// The client has taken all of its replay: what it types from here on is typed by somebody.
    Ready,
    Resize {
        size: Size,
    },
    /// Send nothing until [`Order::Resume`].
    Pause,
    Resume,
    Rename {
        name: String,
    },
    /// Values to mask in what the terminal says from here on.
    Mask {
        values: Values,
    },
    /// End the terminal and all that runs in it. In a hurry its programs get a moment between hang-up and kill, and no more.
    Close {
        hurried: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attach {
    /// What the client has: go on from here.
    pub(super) position: Option<u64>,
    pub(super) size: Option<Size>,
    /// May type, and decide the size.
    pub(super) writes: bool,
}

/// From the keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub(super) enum Told {
    State(State),
    Attached(Attached),
    /// The client had fallen behind what is kept: the next `screen_bytes` restore the screen, and then it goes on at
    /// `position`.
    Skipped {
        position: u64,
        screen_bytes: u64,
    },
    /// The replay ends here: what follows is said now.
    Live {
        position: u64,
    },
    Resized {
        size: Size,
    },
    Title {
        title: String,
    },
    Exited(Exited),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attached {
    pub(super) replay: Replay,
    /// Where the bytes of the terminal go on.
    pub(super) position: u64,
    /// How many bytes come before them to restore the screen.
    pub(super) screen_bytes: u64,
    pub(super) size: Size,
    pub(super) title: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// Exactly the bytes that the client does not have.
    Missing,
    /// The screen as it is now, for what is missing is not kept any more, or was never had.
    Screen,
}

/// How a terminal's shell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exited {
    pub code: Option<i32>,
    pub signal: Option<i32>,
}

/// What there is to know of a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) about: About,
    pub(super) size: Size,
    pub(super) title: Option<String>,
    pub(super) writers: u32,
    pub(super) observers: u32,
    pub(super) exited: Option<Exited>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame<T> {
    Bytes(Bytes),
    Said(T),
}

/// Reads frames that say `R` and writes frames that say `W`.
#[derive(Debug)]
pub(super) struct Codec<R, W> {
    frames: LengthDelimitedCodec,
    says: std::marker::PhantomData<fn(W) -> R>,
}

pub(super) type AgentCodec = Codec<Told, Order>;
pub(super) type KeeperCodec = Codec<Order, Told>;

impl<R, W> Default for Codec<R, W> {
    fn default() -> Self {
        let frames = LengthDelimitedCodec::builder().max_frame_length(LARGEST).new_codec();
        Self { frames, says: std::marker::PhantomData }
    }
}

impl<R: for<'de> Deserialize<'de>, W> Decoder for Codec<R, W> {
    type Item = Frame<R>;
    type Error = io::Error;

    fn decode(&mut self, from: &mut BytesMut) -> io::Result<Option<Frame<R>>> {
        let Some(mut frame) = self.frames.decode(from)? else { return Ok(None) };
        let odd = || io::Error::new(io::ErrorKind::InvalidData, "a frame that says nothing");
        if frame.is_empty() {
            return Err(odd());
        }
        match frame.split_to(1)[0] {
            BYTES => Ok(Some(Frame::Bytes(frame.freeze()))),
            JSON => serde_json::from_slice(&frame).map(Frame::Said).map(Some).map_err(io::Error::other),
            _ => Err(odd()),
        }
    }
}

impl<R, W: Serialize> Encoder<Frame<W>> for Codec<R, W> {
    type Error = io::Error;

    fn encode(&mut self, frame: Frame<W>, to: &mut BytesMut) -> io::Result<()> {
        let mut content = BytesMut::new();
        match frame {
            Frame::Bytes(bytes) => {
                content.reserve(1 + bytes.len());
                content.put_u8(BYTES);
                content.put(bytes);
            }
            Frame::Said(said) => {
                content.put_u8(JSON);
                content.put(serde_json::to_vec(&said).map_err(io::Error::other)?.as_slice());
            }
        }
        self.frames.encode(content.freeze(), to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_read_back_as_they_were_written() {
        let (mut agent, mut keeper) = (AgentCodec::default(), KeeperCodec::default());
        let attach = Attach { position: Some(7), size: Some(Size::default()), writes: true };
        let mut wire = BytesMut::new();
        let bytes = Frame::Bytes(Bytes::from_static(b"ls\r"));
        for frame in [Frame::Said(Order::Attach(attach)), bytes, Frame::Said(Order::Ready)] {
            agent.encode(frame.clone(), &mut wire).unwrap();
            let cut = wire.split_off(wire.len() - 1);
            assert!(keeper.decode(&mut wire).unwrap().is_none(), "a frame that is not whole");
            wire.unsplit(cut);
            assert_eq!(format!("{:?}", keeper.decode(&mut wire).unwrap().unwrap()), format!("{frame:?}"));
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for wrong in [&[0, 0, 0, 0][..], &[0, 0, 0, 1, 9], &[0, 0, 0, 2, 1, b'x'], &[0xff, 0xff, 0xff, 0xff, 0]] {
            assert!(KeeperCodec::default().decode(&mut BytesMut::from(wrong)).is_err(), "{wrong:?}");
        }
    }
}
