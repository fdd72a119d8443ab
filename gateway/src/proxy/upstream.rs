//! Where admitted requests go: always a virtual stream of its own, used for one request and dropped.

use super::carrier::Carrier;
use super::head::MOST_HEADERS;
use crate::auth::Caller;
use crate::fleet::Entry;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use link::NotOpened;
use pingora_core::connectors::l4::Connect;
use pingora_core::prelude::HttpPeer;
use pingora_core::protocols::l4::socket::SocketAddr;
use pingora_core::protocols::l4::stream::Stream;
use pingora_core::protocols::l4::virt::{VirtualSockOpt, VirtualSocket, VirtualSocketStream};
use pingora_error::{Error, ErrorType, Result};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// pingora's own connection timeout does not cover virtual streams.
const OPEN: Duration = Duration::from_secs(5);
/// All places on the Core's link are taken.
pub(super) const FULL: ErrorType = ErrorType::Custom("LinkFull");
/// What may stand between the edge and the control plane.
const DUPLEX: usize = 64 * 1024;
/// A report is on its way before the answer that goes with it.
const REPORT: Duration = Duration::from_secs(2);

/// The control plane's HTTP service, served in memory.
#[derive(Clone, Debug)]
pub struct ControlPlane {
    router: Router,
    tasks: TaskTracker,
}

impl ControlPlane {
    pub const fn new(router: Router, tasks: TaskTracker) -> Self {
        Self { router, tasks }
    }

    fn open(&self, caller: Caller) -> DuplexStream {
        let (near, far) = duplex(DUPLEX);
        let Self { router, tasks } = self.clone();
        self.tasks.spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(caller.clone());
                // A handler runs to its end even when its client leaves: what it has made durable must become visible.
                let answer = tasks.spawn(router.clone().oneshot(request));
                async move {
                    match answer.await {
                        Ok(answer) => answer.map_err(|never| match never {}),
                        Err(panicked) => Err(io::Error::other(panicked)),
                    }
                }
            });
            let served = hyper::server::conn::http1::Builder::new()
                .keep_alive(false)
                // More than the edge lets in and adds: what is too much is for the edge to say.
                .max_headers(2 * MOST_HEADERS)
                .serve_connection(TokioIo::new(far), service)
                .await;
            if let Err(reason) = served {
                tracing::debug!(%reason, "a request to the control plane was not answered to its end");
            }
        });
        near
    }
}

/// What one request was admitted to.
#[derive(Clone)]
pub(super) enum Upstream {
    ControlPlane(ControlPlane, Caller),
    Core(Arc<Entry>),
    /// A link's carrier, and where it comes from.
    Carrier(Carrier, std::net::SocketAddr),
}

impl Upstream {
    /// Waits until the gateway knows what a Core has reported up to this revision, so that the next request of whoever
    /// gets the answer is judged by it.
    pub(super) async fn reported(&self, revision: u64) {
        if let Self::Core(entry) = self
            && timeout(REPORT, entry.reported(revision)).await.is_err()
        {
            tracing::warn!(revision, "a Core's report did not come with its answer");
        }
    }

    /// Whether a stream that broke did so because its Core's link has ended.
    pub(super) async fn has_lost_link(&self) -> bool {
        match self {
            Self::ControlPlane(..) | Self::Carrier(..) => false,
            Self::Core(entry) => entry.has_lost_link().await,
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlPlane(..) => "ControlPlane",
            Self::Core(_) => "Core",
            Self::Carrier(..) => "Carrier",
        })
    }
}

#[async_trait]
impl Connect for Upstream {
    async fn connect(&self, _address: &SocketAddr) -> Result<Stream> {
        let socket: Box<dyn VirtualSocket> = match self {
            Self::ControlPlane(control, caller) => Box::new(Virtual::new(control.open(caller.clone()))),
            Self::Carrier(carrier, peer) => Box::new(Virtual::new(carrier.open(*peer))),
            Self::Core(entry) => match timeout(OPEN, entry.open()).await {
                Ok(Ok(stream)) => Box::new(Virtual::new(stream)),
                Ok(Err(NotOpened::Full)) => return Error::e_explain(FULL, "the link has no place for another stream"),
                Ok(Err(reason)) => return Error::e_because(ErrorType::ConnectError, "no stream on the link", reason),
                Err(_) => return Error::e_explain(ErrorType::ConnectTimedout, "the link gave no stream in time"),
            },
        };
        Ok(VirtualSocketStream::new(socket).into())
    }
}

/// A peer that exists for one request, and may be silent for so long.
pub(super) fn peer(upstream: Upstream, silence: Option<Duration>) -> Box<HttpPeer> {
    // pingora pools idle upstream connections under their peer's hash. No two peers here have the same, so that no
    // request can ever be given another one's stream.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    // The address is never dialled.
    let mut peer = HttpPeer::new(std::net::SocketAddr::from(([127, 0, 0, 1], 1)), false, String::new());
    peer.group_key = NUMBER.fetch_add(1, Ordering::Relaxed);
    peer.options.custom_l4 = Some(Arc::new(upstream));
    peer.options.idle_timeout = Some(Duration::ZERO);
    peer.options.read_timeout = silence;
    Box::new(peer)
}

/// A stream as pingora's upstream socket.
///
/// Until it has answered, its first read after a write yields once. pingora 0.9 polls "the request's body has ended" and
/// "the upstream has answered" without order, and takes a WebSocket whose 101 is there at the first poll for one that has
/// ended (its issue 946); an answer that takes one more poll never meets that window.
struct Virtual<S> {
    inner: S,
    wrote: bool,
    answered: bool,
}

impl<S> Virtual<S> {
    const fn new(inner: S) -> Self {
        Self { inner, wrote: false, answered: false }
    }
}

impl<S> fmt::Debug for Virtual<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Virtual")
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Virtual<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if std::mem::take(&mut self.wrote) && !self.answered {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let poll = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.answered |= poll.is_ready();
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Virtual<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.wrote = true;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> VirtualSocket for Virtual<S> {
    fn set_socket_option(&self, _option: VirtualSockOpt) -> io::Result<()> {
        Ok(())
    }
}
