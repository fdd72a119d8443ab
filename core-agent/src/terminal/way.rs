//! The way between a client and a terminal.

use super::TerminalError;
use super::courtesy::{Share, Typists};
use super::folder;
use super::reply::is_answer;
use super::size::Size;
use super::wire::{AgentCodec, Attach, Attached, Exited, Frame, Order, Replay, Told};
use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use protocol::ids::TerminalId;
use std::io;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::Framed;

const PATIENCE: Duration = Duration::from_secs(10);

/// Where a client finds itself.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub replay: Replay,
    pub position: u64,
    pub screen_bytes: u64,
    pub size: Size,
    pub title: Option<String>,
}

/// What a terminal has for a client.
#[derive(Clone, Debug)]
pub enum Output {
    Bytes(Bytes),
    Skipped { position: u64, screen_bytes: u64 },
    Live { position: u64 },
    Resized(Size),
    Title(String),
    Exited(Exited),
}

/// The half that is read.
#[derive(Debug)]
pub struct Said {
    frames: SplitStream<Framed<UnixStream, AgentCodec>>,
    share: Share,
    /// Its replay is behind it: that is no flood, and comes as fast as it is taken.
    is_live: bool,
    /// Before this, others come first.
    held_until: Option<Instant>,
}

/// The half that is written.
#[derive(Debug)]
pub struct Typing {
    frames: SplitSink<Framed<UnixStream, AgentCodec>, Frame<Order>>,
    terminal: TerminalId,
    typists: Arc<Typists>,
    ready: bool,
}

pub(super) async fn attach(
    folder: &Path,
    id: TerminalId,
    wanted: Attach,
    typists: &Arc<Typists>,
    rate: NonZeroU32,
) -> Result<(Attachment, Said, Typing), TerminalError> {
    let attached = async {
        let mut frames = Framed::new(folder::connect(folder, id).await?, AgentCodec::default());
        frames.send(Frame::Said(Order::Attach(wanted))).await?;
        match frames.next().await {
            Some(Ok(Frame::Said(Told::Attached(attached)))) => Ok((attached, frames)),
            Some(Err(error)) => Err(error),
            Some(Ok(_)) | None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    };
    let (attached, frames) =
        timeout(PATIENCE, attached).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let Attached { replay, position, screen_bytes, size, title } = attached;
    let (typing, said) = frames.split();
    let said =
        Said { frames: said, share: Share::new(id, Arc::clone(typists), rate), is_live: false, held_until: None };
    let typing = Typing { frames: typing, terminal: id, typists: Arc::clone(typists), ready: false };
    Ok((Attachment { replay, position, screen_bytes, size, title }, said, typing))
}

impl Said {
    /// What comes next; None when the terminal is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<Output> {
        if let Some(until) = self.held_until {
            sleep_until(until).await;
            self.held_until = None;
        }
        loop {
            return Some(match self.frames.next().await?.ok()? {
                Frame::Bytes(bytes) => {
                    if self.is_live {
                        self.held_until = self.share.told(bytes.len(), Instant::now());
                    }
                    Output::Bytes(bytes)
                }
                Frame::Said(Told::Skipped { position, screen_bytes }) => Output::Skipped { position, screen_bytes },
                Frame::Said(Told::Live { position }) => {
                    self.is_live = true;
                    Output::Live { position }
                }
                Frame::Said(Told::Resized { size }) => Output::Resized(size),
                Frame::Said(Told::Title { title }) => Output::Title(title),
                Frame::Said(Told::Exited(exited)) => Output::Exited(exited),
                // Told to others, or once.
                Frame::Said(Told::State(_) | Told::Attached(_)) => continue,
            });
        }
    }
}

impl Typing {
    pub async fn keys(&mut self, bytes: Bytes) -> io::Result<()> {
        // What an emulator answers is nobody's key, and nothing is typed before it is ready.
        if self.ready && !is_answer(&bytes) {
            self.typists.typed(self.terminal, Instant::now());
        }
        self.frames.send(Frame::Bytes(bytes)).await
    }

    pub async fn ready(&mut self) -> io::Result<()> {
        self.ready = true;
        self.frames.send(Frame::Said(Order::Ready)).await
    }

    pub async fn resize(&mut self, size: Size) -> io::Result<()> {
        self.frames.send(Frame::Said(Order::Resize { size })).await
    }

    pub async fn pause(&mut self) -> io::Result<()> {
        self.frames.send(Frame::Said(Order::Pause)).await
    }

    pub async fn resume(&mut self) -> io::Result<()> {
        self.frames.send(Frame::Said(Order::Resume)).await
    }
}
