//! A link's bytes inside a WebSocket: the second carrier, where a proxy that ends TLS stands between agent and gateway.
//!
//! What is inside is the very TLS connection that the first carrier has beneath it, so that whoever passes the messages on
//! neither reads nor writes a link. Where one message ends and the next begins means nothing.

use bytes::{Buf as _, Bytes};
use futures::{Sink as _, Stream as _};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The most that goes into one message: as much as a TLS record holds.
const OUTGOING: usize = 16 * 1024;
/// The most that is taken in one: whoever stands between may join messages.
const INCOMING: usize = 64 * 1024;
/// What may wait to be written.
const WAITING: usize = 2 * INCOMING;

/// How a WebSocket that carries a link is set up, on both sides.
pub fn carrier_config() -> WebSocketConfig {
    // Nothing is held back: a keystroke is written at once.
    WebSocketConfig::default()
        .read_buffer_size(OUTGOING)
        .write_buffer_size(0)
        .max_write_buffer_size(WAITING)
        .max_message_size(Some(INCOMING))
        .max_frame_size(Some(INCOMING))
}

/// The bytes of a WebSocket's binary messages, both ways.
#[derive(Debug)]
pub struct Carried<S> {
    socket: WebSocketStream<S>,
    /// What has arrived and was not read yet.
    rest: Bytes,
}

impl<S> Carried<S> {
    pub fn new(socket: WebSocketStream<S>) -> Self {
        Self { socket, rest: Bytes::new() }
    }
}

/// A peer that closes, however briefly, has ended the stream. Whether that was in order, the TLS inside knows.
fn ended(error: Error) -> io::Result<()> {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => Ok(()),
        Error::Io(error) => Err(error),
        error => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

fn broken(error: Error) -> io::Error {
    ended(error).err().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Carried<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            self.rest = match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => bytes,
                // Answered underneath.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Ok(Message::Text(_) | Message::Frame(_))) => {
                    let reason = "a text message where a link was expected";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, reason)));
                }
                Some(Err(error)) => return Poll::Ready(ended(error)),
            };
        }
        let count = self.rest.len().min(buf.remaining());
        buf.put_slice(&self.rest[..count]);
        self.rest.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Carried<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(broken)?;
        let count = buf.len().min(OUTGOING);
        let message = Message::Binary(Bytes::copy_from_slice(&buf[..count]));
        Pin::new(&mut self.socket).start_send(message).map_err(broken)?;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(broken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.socket).poll_close(cx)) {
            Ok(()) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(ended(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::SinkExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::Role;

    async fn pair() -> (Carried<DuplexStream>, WebSocketStream<DuplexStream>) {
        // Less than one message fits, so that nothing is written in one go.
        let (near, far) = duplex(1024);
        let near = WebSocketStream::from_raw_socket(near, Role::Client, Some(carrier_config())).await;
        (Carried::new(near), WebSocketStream::from_raw_socket(far, Role::Server, Some(carrier_config())).await)
    }

    #[tokio::test]
    async fn bytes_arrive_as_they_were_sent_whatever_the_messages() {
        let (near, far) = pair().await;
        let mut far = Carried::new(far);
        let sent: Vec<u8> = (0..200_000_u32).map(|number| number.to_be_bytes()[3]).collect();
        let (mut reading, mut writing) = tokio::io::split(near);
        let echo = async {
            let mut back = vec![0; sent.len()];
            far.read_exact(&mut back).await.unwrap();
            far.write_all(&back).await.unwrap();
            far.shutdown().await.unwrap();
        };
        let write = async {
            writing.write_all(&sent).await.unwrap();
            writing.flush().await.unwrap();
        };
        let read = async {
            let mut back = Vec::new();
            reading.read_to_end(&mut back).await.unwrap();
            back
        };
        let ((), (), back) = tokio::join!(echo, write, read);
        assert!(back == sent);
    }

    #[tokio::test]
    async fn text_is_no_link_and_a_ping_is_no_bytes() {
        let (mut near, mut far) = pair().await;
        let said = async {
            for message in [Message::Ping(Bytes::new()), Message::binary(&b"link"[..]), Message::text("hello")] {
                far.send(message).await.unwrap();
            }
        };
        let heard = async {
            let mut bytes = [0; 4];
            near.read_exact(&mut bytes).await.unwrap();
            assert_eq!(&bytes, b"link");
            near.read_u8().await.unwrap_err()
        };
        let ((), error) = tokio::join!(said, heard);
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn a_message_that_is_too_large_breaks_the_link() {
        let (near, far) = duplex(2 * INCOMING);
        let mut near = Carried::new(WebSocketStream::from_raw_socket(near, Role::Client, Some(carrier_config())).await);
        let mut far = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
        far.send(Message::binary(vec![0; INCOMING + 1])).await.unwrap();
        assert_eq!(near.read_u8().await.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
