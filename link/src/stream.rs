//! One stream of a link, and the place that it takes up.
//!
//! yamux has a limit of its own on streams, and meeting it ends the connection with everything on it: the library's way
//! with a peer that misbehaves. Places are counted here instead, well below that limit, so that a full connection refuses
//! the next stream and keeps the others.

use futures::AsyncRead as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{self, AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Duration, timeout};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _};

/// Streams in progress on one connection, apart from those that are reserved.
pub const PLACES: usize = 512;
/// Places for what the opening side has to say itself, however many others there are.
const RESERVED: usize = 8;
/// What the serving side takes before it refuses. More than the opener has: a stream that has ended there may not have
/// ended here yet.
const SERVED: usize = 2 * (PLACES + RESERVED);
/// yamux's own limit, which is never to be met.
pub(crate) const LIBRARY_LIMIT: usize = 8 * SERVED;
/// How long to wait for a place: somebody may be leaving just now.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most that is read at once, as much as a frame of the link has. The reader's buffer has to be cleared before yamux may
/// see it, and is mostly far larger than what there is to read.
const PIECE: usize = 16 * 1024;

/// One stream of a link, as tokio knows streams.
#[derive(Debug)]
pub struct Stream {
    inner: Compat<yamux::Stream>,
    /// Given back after the stream itself has gone.
    _place: OwnedSemaphorePermit,
}

impl Stream {
    pub(crate) fn new(stream: yamux::Stream, place: OwnedSemaphorePermit) -> Self {
        Self { inner: stream.compat(), _place: place }
    }
}

/// The places on one connection, as its opening side counts them.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    open: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self { open: Arc::new(Semaphore::new(PLACES)), reserved: Arc::new(Semaphore::new(RESERVED)) }
    }

    /// None when all are taken.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        Self::wait(&self.open).await
    }

    pub(crate) async fn take_reserved(&self) -> Option<OwnedSemaphorePermit> {
        Self::wait(&self.reserved).await
    }

    async fn wait(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
        // A semaphore of ours is never closed.
        timeout(PATIENCE, Arc::clone(places).acquire_owned()).await.ok()?.ok()
    }
}

/// The same for the side that serves.
pub(crate) fn served() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(SERVED))
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let piece = buf.initialize_unfilled_to(buf.remaining().min(PIECE));
        let count = ready!(Pin::new(self.inner.get_mut()).poll_read(cx, piece))?;
        buf.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
