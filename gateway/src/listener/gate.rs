//! Lets a request's head through to the proxy once it is whole and beyond doubt, and answers by itself when it is not. A
//! chunked body passes as long as it is one.
//!
//! ```text
//!          ┌──── the next request ────┐
//!          ▼                          │
//! ──► Head ──── whole and judged ──► Open        everything passes
//!          └─── in doubt ──► Refusing ──► Shut      the proxy sees a connection that ended
//! ```

use crate::proxy::{Chunks, Doubt, Framing, Heads};
use bytes::{Buf as _, Bytes, BytesMut};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

#[derive(Debug)]
pub(super) struct Gate<S> {
    stream: S,
    heads: Arc<Heads>,
    phase: Phase,
    /// Read, but not yet let through.
    waiting: BytesMut,
    /// The body that passes, where it has to be looked at. It begins behind so many bytes of the head.
    body: Option<(usize, Chunks)>,
}

#[derive(Debug)]
enum Phase {
    /// So many bytes of what waits have been looked at.
    Head(usize),
    Open,
    Refusing(Bytes),
    Shut,
}

/// What the bytes of a head so far come to.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// The head ends here, its empty line included.
    End(usize),
    More,
    Doubt(Doubt),
}

impl<S> Gate<S> {
    pub(super) fn new(stream: S, heads: Arc<Heads>) -> Self {
        Self { stream, heads, phase: Phase::Open, waiting: BytesMut::new(), body: None }
    }

    pub(super) const fn stream(&self) -> &S {
        &self.stream
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    /// Decides about what waits.
    fn advance(&mut self, mut looked: usize) {
        // RFC 9112, section 2.2: an empty line before a request is nothing.
        while self.waiting.starts_with(b"\r\n") {
            self.waiting.advance(2);
            looked = 0;
        }
        let found = find_end(&self.waiting, looked);
        looked = self.waiting.len();
        let judged = match found {
            Found::End(end) if end > self.heads.limit() => Err(self.heads.refuse(Doubt::TooLarge)),
            Found::End(end) => self.heads.judge(&self.waiting[..end - 4]).map(|framing| {
                self.body = (framing == Framing::Chunked).then(|| (end, Chunks::default()));
            }),
            Found::Doubt(doubt) => Err(self.heads.refuse(doubt)),
            Found::More if looked > self.heads.limit() => Err(self.heads.refuse(Doubt::TooLarge)),
            Found::More => {
                self.phase = Phase::Head(looked);
                return;
            }
        };
        self.phase = judged.map_or_else(Phase::Refusing, |()| Phase::Open);
    }

    /// Looks at bytes that are about to pass.
    fn watch(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some((head, body)) = &mut self.body else { return Ok(()) };
        let of_head = bytes.len().min(*head);
        *head -= of_head;
        body.pass(&bytes[of_head..]).map_err(|doubt| io::Error::new(io::ErrorKind::InvalidData, doubt))
    }
}

/// Looks on from `from`; a line's end may have been cut in two there.
fn find_end(bytes: &[u8], from: usize) -> Found {
    for at in from.saturating_sub(1)..bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n') | None) => {}
            (b'\n', _) if at >= 3 && bytes[at - 3..].starts_with(b"\r\n\r\n") => return Found::End(at + 1),
            (b'\n', _) if at > 0 && bytes[at - 1] == b'\r' => {}
            (b'\r' | b'\n', _) => return Found::Doubt(Doubt::LineEnd),
            _ => {}
        }
    }
    Found::More
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Gate<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.heads.take_expected() {
            this.body = None;
            this.advance(0);
        }
        loop {
            match &mut this.phase {
                Phase::Head(looked) => {
                    let looked = *looked;
                    let mut part = [0; 4096];
                    let mut part = ReadBuf::new(&mut part);
                    ready!(Pin::new(&mut this.stream).poll_read(cx, &mut part))?;
                    if part.filled().is_empty() {
                        this.phase = Phase::Shut;
                    } else {
                        this.waiting.extend_from_slice(part.filled());
                        this.advance(looked);
                    }
                }
                Phase::Open if this.waiting.is_empty() => {
                    let before = buf.filled().len();
                    ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
                    let watched = this.watch(&buf.filled()[before..]);
                    if watched.is_err() {
                        buf.set_filled(before);
                    }
                    return Poll::Ready(watched);
                }
                Phase::Open => {
                    let count = this.waiting.len().min(buf.remaining());
                    let part = this.waiting.split_to(count);
                    this.watch(&part)?;
                    buf.put_slice(&part);
                    return Poll::Ready(Ok(()));
                }
                Phase::Refusing(answer) if answer.is_empty() => {
                    ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
                    this.phase = Phase::Shut;
                }
                Phase::Refusing(answer) => {
                    let count = ready!(Pin::new(&mut this.stream).poll_write(cx, answer))?;
                    answer.advance(count);
                }
                Phase::Shut => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gate<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use crate::proxy::MOST_HEADERS;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    const HEAD: &str = "POST /livez HTTP/1.1\r\nHost: h\r\n";

    fn gate(limit: usize) -> (Gate<DuplexStream>, DuplexStream) {
        let (near, far) = duplex(64 * 1024);
        let heads = Heads::new(limit, Arc::new(Metrics::new()));
        heads.expect();
        (Gate::new(near, heads), far)
    }

    /// What passes of these parts, and what their sender is told.
    async fn passes(parts: &[&str]) -> (io::Result<String>, String) {
        let (mut gate, mut client) = gate(1_000);
        let says = async {
            for part in parts {
                drop(client.write_all(part.as_bytes()).await);
                tokio::task::yield_now().await;
            }
            drop(client.shutdown().await);
            let mut told = String::new();
            client.read_to_string(&mut told).await.unwrap();
            told
        };
        let reads = async {
            let mut passed = String::new();
            let read = gate.read_to_string(&mut passed).await;
            drop(gate);
            read.map(|_| passed)
        };
        let (told, passed) = tokio::join!(says, reads);
        (passed, told)
    }

    #[tokio::test]
    async fn a_head_passes_whole_however_it_is_cut() {
        let whole = format!("{HEAD}Content-Length: 2\r\n\r\nab");
        for cut in 0..whole.len() {
            let (passed, told) = passes(&[&whole[..cut], &whole[cut..]]).await;
            assert_eq!((passed.unwrap().as_str(), told.as_str()), (&*whole, ""), "cut at {cut}");
        }
        let (passed, _) = passes(&["\r\n", "\r\n", &whole]).await;
        assert_eq!(passed.unwrap(), whole, "empty lines before a request are nothing");
    }

    #[tokio::test]
    async fn of_a_head_in_doubt_nothing_passes_and_its_sender_is_told() {
        for (head, status) in [
            (format!("{HEAD}X-A: b\n\r\n"), 400),
            (format!("{HEAD}X-A: b\rc\r\n\r\n"), 400),
            (format!("{HEAD}Host: i\r\n\r\n"), 400),
            (format!("{HEAD}X-A: {}\r\n\r\n", "b".repeat(1_000)), 431),
            (format!("{HEAD}X-A: {}", "b".repeat(1_000)), 431),
            (format!("{HEAD}{}\r\n", "a:b\r\n".repeat(MOST_HEADERS)), 431),
        ] {
            let (passed, told) = passes(&[&head, "more"]).await;
            assert_eq!(passed.unwrap(), "", "{head:?}");
            assert!(
                told.starts_with(&format!("HTTP/1.1 {status} ")) && told.contains("urn:condrix:problem:"),
                "{told}"
            );
        }
    }

    #[tokio::test]
    async fn a_chunked_body_passes_until_it_is_none() {
        let head = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n");
        let (passed, _) = passes(&[&head, "2\r\nab\r\n0\r\n\r\n"]).await;
        assert!(passed.unwrap().ends_with("0\r\n\r\n"));
        for body in ["\r\nab\r\n", "2\nab\r\n"] {
            for parts in [&[&*head, body][..], &[&*format!("{head}{body}")]] {
                assert_eq!(passes(parts).await.0.unwrap_err().kind(), io::ErrorKind::InvalidData);
            }
        }
    }
}
