//! One connection to a keeper: a task reads it, another writes it, and neither waits for anybody else's.

use super::super::wire::{Frame, KeeperCodec, Order, Told};
use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use std::sync::Arc;
use tokio::net::UnixStream;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::codec::Framed;
use tokio_util::task::AbortOnDropHandle;

/// Bytes that a client may have typed and that nobody has read yet. More waits on its own connection.
const TYPED_AHEAD: usize = 64 * 1024;
/// Frames on their way to a client.
const OUTGOING: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ConnectionId(pub(super) u64);

#[derive(Debug)]
pub(super) enum Heard {
    Order(Order),
    Typed(Typed),
    Gone,
}

/// What a client has typed. It counts against the client until this is dropped.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) bytes: Bytes,
    _counted: OwnedSemaphorePermit,
}

pub(super) type Inbox = mpsc::Sender<(ConnectionId, Heard)>;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) outgoing: mpsc::Sender<Frame<Told>>,
    _reader: AbortOnDropHandle<()>,
    pub(super) writer: AbortOnDropHandle<()>,
}

impl Connection {
    /// `room` is notified whenever something has been written.
    pub(super) fn begin(id: ConnectionId, stream: UnixStream, inbox: Inbox, room: Arc<Notify>) -> Self {
        let (mut sink, mut frames) = Framed::new(stream, KeeperCodec::default()).split();
        let (outgoing, mut queue) = mpsc::channel(OUTGOING);
        let typed_ahead = Arc::new(Semaphore::new(TYPED_AHEAD));
        let read = async move {
            while let Some(Ok(frame)) = frames.next().await {
                let heard = match frame {
                    Frame::Said(order) => Heard::Order(order),
                    Frame::Bytes(mut bytes) => {
                        while !bytes.is_empty() {
                            let part = bytes.split_to(bytes.len().min(TYPED_AHEAD / 4));
                            let Some(typed) = count(&typed_ahead, part).await else { return };
                            if inbox.send((id, Heard::Typed(typed))).await.is_err() {
                                return;
                            }
                        }
                        continue;
                    }
                };
                if inbox.send((id, heard)).await.is_err() {
                    return;
                }
            }
            // The keeper may have ended.
            drop(inbox.send((id, Heard::Gone)).await);
        };
        let write = async move {
            while let Some(frame) = queue.recv().await {
                if sink.send(frame).await.is_err() {
                    return;
                }
                room.notify_one();
            }
        };
        Self {
            outgoing,
            _reader: AbortOnDropHandle::new(tokio::spawn(read)),
            writer: AbortOnDropHandle::new(tokio::spawn(write)),
        }
    }
}

async fn count(typed_ahead: &Arc<Semaphore>, bytes: Bytes) -> Option<Typed> {
    let permits = u32::try_from(bytes.len()).ok()?;
    let counted = Arc::clone(typed_ahead).acquire_many_owned(permits).await.ok()?;
    Some(Typed { bytes, _counted: counted })
}
