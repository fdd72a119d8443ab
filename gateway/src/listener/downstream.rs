//! A client's TLS connection, as pingora wants to see one.

use super::gate::Gate;
use crate::proxy::Heads;
use async_trait::async_trait;
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::{
    ALPN, GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl, TimingDigest, UniqueID,
    UniqueIDType,
};
use std::io;
use std::os::fd::AsRawFd as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// How long a farewell may wait for a client that does not read.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long a client may go on sending what nobody reads any more, so that it gets to read what it was told.
const LINGER: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Downstream {
    /// There until the drop.
    tls: Option<Gate<TlsStream<TcpStream>>>,
    end: Option<oneshot::Sender<TcpStream>>,
}

impl Downstream {
    pub(super) fn new(tls: TlsStream<TcpStream>, heads: Arc<Heads>) -> (Self, Remains) {
        let (end, remains) = oneshot::channel();
        (Self { tls: Some(Gate::new(tls, heads)), end: Some(end) }, Remains(remains))
    }

    const fn tls(&self) -> &TlsStream<TcpStream> {
        self.tls.as_ref().expect("the connection is there until the drop").stream()
    }

    fn gate(&mut self) -> Pin<&mut Gate<TlsStream<TcpStream>>> {
        Pin::new(self.tls.as_mut().expect("the connection is there until the drop"))
    }
}

impl Drop for Downstream {
    fn drop(&mut self) {
        if let (Some(gate), Some(end)) = (self.tls.take(), self.end.take()) {
            // Whoever does not wait for the remains wants the connection closed.
            drop(end.send(gate.into_stream().into_inner().0));
        }
    }
}

/// Where a connection is once nobody speaks over it any more.
#[derive(Debug)]
pub(super) struct Remains(oneshot::Receiver<TcpStream>);

impl Remains {
    /// Says that nothing follows, and closes when the client has done so. A connection that is closed with bytes unread takes
    /// back what its client has not read yet (RFC 9112, section 9.6).
    pub(super) async fn linger(mut self) {
        let Ok(mut tcp) = self.0.try_recv() else { return };
        let unread = async {
            tcp.shutdown().await?;
            let mut part = [0; 4096];
            while tcp.read(&mut part).await? > 0 {}
            io::Result::Ok(())
        };
        // It may take too long, or fail: then there is nobody to be kind to.
        drop(timeout(LINGER, unread).await);
    }
}

impl AsyncRead for Downstream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.gate().poll_read(cx, buf)
    }
}

impl AsyncWrite for Downstream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.gate().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.gate().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.gate().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.gate().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tls.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }
}

#[async_trait]
impl Shutdown for Downstream {
    async fn shutdown(&mut self) {
        // The client may be gone already, which is what a shutdown wants.
        drop(timeout(FAREWELL, self.gate().shutdown()).await);
    }
}

impl UniqueID for Downstream {
    fn id(&self) -> UniqueIDType {
        self.tls().get_ref().0.as_raw_fd()
    }
}

impl Ssl for Downstream {
    fn selected_alpn_proto(&self) -> Option<ALPN> {
        match self.tls().get_ref().1.alpn_protocol() {
            Some(b"h2") => Some(ALPN::H2),
            _ => Some(ALPN::H1),
        }
    }
}

// pingora asks for these to log; the edge has its own log, and knows its peer from the listener.
impl GetTimingDigest for Downstream {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        Vec::new()
    }
}

impl GetProxyDigest for Downstream {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        None
    }
}

impl GetSocketDigest for Downstream {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        None
    }
}

impl Peek for Downstream {}
