//! One connection to a keeper: a task reads it, another writes it, and neither waits for anybody else's.

use super::super::wire::{Frame, KeeperCodec, Order, Told};
use bytes::Bytes;
use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, FramedWrite};
use tokio_util::task::AbortOnDropHandle;

/// Bytes that a client may have typed and that nobody has read yet. More waits on its own connection.
const TYPED_AHEAD: usize = 64 * 1024;
/// How often to look, while that waits, whether its client is still there.
const LOOK: Duration = Duration::from_secs(1);
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
        let (reads, writes) = stream.into_split();
        let mut frames = FramedRead::new(reads, KeeperCodec::default());
        let mut sink = FramedWrite::new(writes, KeeperCodec::default());
        let (outgoing, mut queue) = mpsc::channel(OUTGOING);
        let typed_ahead = Arc::new(Semaphore::new(TYPED_AHEAD));
        let read = async move {
            'heard: while let Some(Ok(frame)) = frames.next().await {
                let heard = match frame {
                    Frame::Said(order) => Heard::Order(order),
                    Frame::Bytes(mut bytes) => {
                        while !bytes.is_empty() {
                            let part = bytes.split_to(bytes.len().min(TYPED_AHEAD / 4));
                            let Some(typed) = count(&typed_ahead, part, frames.get_ref()).await else { break 'heard };
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

/// Waits until this much may be typed ahead. None: its client has gone meanwhile.
async fn count(typed_ahead: &Arc<Semaphore>, bytes: Bytes, client: &OwnedReadHalf) -> Option<Typed> {
    let permits = u32::try_from(bytes.len()).ok()?;
    loop {
        match timeout(LOOK, Arc::clone(typed_ahead).acquire_many_owned(permits)).await {
            Ok(counted) => return Some(Typed { bytes, _counted: counted.ok()? }),
            Err(_) if is_gone(client) => return None,
            Err(_) => {}
        }
    }
}

/// What a client has sent may still be to be read: only its end is asked for, and not waited for.
fn is_gone(client: &OwnedReadHalf) -> bool {
    match client.ready(Interest::READABLE).now_or_never() {
        Some(Ok(ready)) => ready.is_read_closed(),
        Some(Err(_)) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::wire::AgentCodec;
    use super::*;

    #[tokio::test]
    async fn what_waits_is_typed_as_soon_as_there_is_room_whatever_comes_next() {
        let (near, far) = UnixStream::pair().unwrap();
        let (inbox, mut heard) = mpsc::channel(64);
        let _connection = Connection::begin(ConnectionId(1), near, inbox, Arc::default());
        let mut client = FramedWrite::new(far, AgentCodec::default());
        for length in [TYPED_AHEAD, 1] {
            client.send(Frame::Bytes(vec![b'x'; length].into())).await.unwrap();
        }
        let mut waiting = Vec::new();
        while waiting.len() < 4 {
            waiting.push(heard.recv().await.unwrap().1);
        }
        assert!(timeout(2 * LOOK, heard.recv()).await.is_err(), "the last one waits");
        waiting.clear();
        let next = timeout(10 * LOOK, heard.recv()).await.expect("it is typed").unwrap();
        assert!(matches!(&next.1, Heard::Typed(typed) if typed.bytes.len() == 1), "{next:?}");
    }

    #[tokio::test]
    async fn a_client_that_goes_with_more_typed_than_is_read_is_gone() {
        let (near, far) = UnixStream::pair().unwrap();
        let (inbox, mut heard) = mpsc::channel(64);
        let _connection = Connection::begin(ConnectionId(1), near, inbox, Arc::default());
        let mut client = FramedWrite::new(far, AgentCodec::default());
        client.send(Frame::Bytes(vec![b'x'; 2 * TYPED_AHEAD].into())).await.unwrap();
        // Nothing of it is read: the places stay taken.
        let mut waiting = Vec::new();
        while waiting.len() < 4 {
            waiting.push(heard.recv().await.unwrap().1);
        }
        assert!(waiting.iter().all(|said| matches!(said, Heard::Typed(_))), "{waiting:?}");
        assert!(timeout(2 * LOOK, heard.recv()).await.is_err(), "it waits");
        drop(client);
        let next = timeout(10 * LOOK, heard.recv()).await.expect("it is noticed").unwrap();
        assert!(matches!(next.1, Heard::Gone), "{next:?}");
    }
}
