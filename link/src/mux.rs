//! Many streams over one connection (yamux). The gateway opens them all; an agent that opens one breaks the protocol.
//!
//! A [`Driver`] owns the connection and must be run; dropping it ends every stream at once, which is how a link is cut.

use crate::watched::{LastHeard, Watched};
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _};

/// One stream of a link, as tokio knows streams.
pub type Stream = Compat<yamux::Stream>;

/// Streams in progress on one connection, and what they may hold together in receive buffers.
const MAX_STREAMS: usize = 512;
const MAX_RECEIVE_WINDOW: usize = MAX_STREAMS * yamux::DEFAULT_CREDIT as usize;
/// Open requests that wait for the driver, and inbound streams that wait for a server.
const QUEUE: usize = 256;

/// When to ask whether the peer lives, and when to stop believing it.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub ping: Duration,
    pub dead: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { ping: Duration::from_secs(15), dead: Duration::from_secs(20) }
    }
}

/// Why a connection is over.
#[derive(Debug)]
pub enum Ended {
    /// The peer closed it.
    Closed,
    /// Nothing was heard for the time that [`Timing::dead`] gives.
    Silent,
    /// An agent tried to open a stream towards its gateway.
    Intruded,
    Failed(yamux::ConnectionError),
}

/// The link is down.
#[derive(Debug, thiserror::Error)]
#[error("the link is down")]
pub struct LinkDown;

/// Opens streams on a connection whose driver runs.
#[derive(Clone, Debug)]
pub struct Opener {
    requests: mpsc::Sender<oneshot::Sender<Stream>>,
}

impl Opener {
    /// A new stream. The peer sees it with the first bytes written.
    pub async fn open(&self) -> Result<Stream, LinkDown> {
        let (reply, stream) = oneshot::channel();
        self.requests.send(reply).await.map_err(|_| LinkDown)?;
        stream.await.map_err(|_| LinkDown)
    }
}

/// The streams that the peer opened.
pub type Inbound = mpsc::Receiver<Stream>;

enum Role {
    Opener { requests: mpsc::Receiver<oneshot::Sender<Stream>>, waiting: Option<oneshot::Sender<Stream>> },
    Server { streams: mpsc::Sender<Stream> },
}

/// Moves a connection's bytes until it ends.
pub struct Driver<S> {
    connection: yamux::Connection<Compat<Watched<S>>>,
    role: Role,
    heard: LastHeard,
    timing: Timing,
}

impl<S> fmt::Debug for Driver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("timing", &self.timing).finish_non_exhaustive()
    }
}

/// The side that opens streams: the gateway's.
pub fn opener<S>(stream: S, timing: Timing) -> (Opener, Driver<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (requests, receiver) = mpsc::channel(QUEUE);
    let role = Role::Opener { requests: receiver, waiting: None };
    (Opener { requests }, Driver::new(stream, yamux::Mode::Client, role, timing))
}

/// The side that serves streams: the agent's.
pub fn server<S>(stream: S, timing: Timing) -> (Inbound, Driver<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (streams, inbound) = mpsc::channel(QUEUE);
    (inbound, Driver::new(stream, yamux::Mode::Server, Role::Server { streams }, timing))
}

impl<S> Driver<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    fn new(stream: S, mode: yamux::Mode, role: Role, timing: Timing) -> Self {
        let (watched, heard) = Watched::new(stream);
        let mut config = yamux::Config::default();
        config.set_max_num_streams(MAX_STREAMS);
        config.set_max_connection_receive_window(Some(MAX_RECEIVE_WINDOW));
        Self { connection: yamux::Connection::new(watched.compat(), config, mode), role, heard, timing }
    }

    /// Runs until the connection ends. Every stream ends with it.
    pub async fn run(mut self) -> Ended {
        let mut pings = interval_at(Instant::now() + self.timing.ping, self.timing.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let dead = self.heard.at() + self.timing.dead;
            tokio::select! {
                ended = poll_fn(|cx| self.poll(cx, &mut pings)) => return ended,
                () = tokio::time::sleep_until(dead) => {
                    if self.heard.at() + self.timing.dead <= Instant::now() {
                        return Ended::Silent;
                    }
                }
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, pings: &mut Interval) -> Poll<Ended> {
        // yamux sends a ping of its own whenever it is polled and ten seconds have passed since the last answer: all that
        // is needed of us is to poll an idle connection now and then.
        while pings.poll_tick(cx).is_ready() {}
        loop {
            self.poll_open(cx);
            match self.connection.poll_next_inbound(cx) {
                Poll::Ready(Some(Ok(stream))) => match &self.role {
                    Role::Opener { .. } => return Poll::Ready(Ended::Intruded),
                    // A full queue means that the agent is overwhelmed: dropping the stream resets it, and the gateway
                    // answers that the Core does not respond.
                    Role::Server { streams } => drop(streams.try_send(stream.compat())),
                },
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Ended::Failed(error)),
                Poll::Ready(None) => return Poll::Ready(Ended::Closed),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Serves those who wait for a stream. What hinders it will wake this task through the connection.
    fn poll_open(&mut self, cx: &mut Context<'_>) {
        let Role::Opener { requests, waiting } = &mut self.role else { return };
        loop {
            if waiting.is_none() {
                match requests.poll_recv(cx) {
                    Poll::Ready(Some(request)) => *waiting = Some(request),
                    Poll::Ready(None) | Poll::Pending => return,
                }
            }
            match self.connection.poll_new_outbound(cx) {
                Poll::Ready(Ok(stream)) => {
                    if let Some(request) = waiting.take() {
                        // The one who asked may have gone: the stream is dropped unused, and the peer never saw it.
                        drop(request.send(stream.compat()));
                    }
                }
                // The request fails by being dropped; the connection itself reports what is wrong when it is polled.
                Poll::Ready(Err(_)) => *waiting = None,
                Poll::Pending => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const PATIENT: Timing = Timing { ping: Duration::from_secs(15), dead: Duration::from_secs(20) };

    #[tokio::test]
    async fn bytes_arrive_on_the_stream_they_were_sent_on() {
        let (near, far) = duplex(64 * 1024);
        let (opener, gateway) = opener(near, PATIENT);
        let (mut inbound, agent) = server(far, PATIENT);
        let tasks = [tokio::spawn(gateway.run()), tokio::spawn(agent.run())];
        let echo = tokio::spawn(async move {
            while let Some(stream) = inbound.recv().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = tokio::io::split(stream);
                    tokio::io::copy(&mut read, &mut write).await.unwrap();
                    write.shutdown().await.unwrap();
                });
            }
        });
        let mut streams = Vec::new();
        for number in 0..100_u32 {
            let mut stream = opener.open().await.unwrap();
            stream.write_all(&number.to_be_bytes()).await.unwrap();
            streams.push((number, stream));
        }
        for (number, mut stream) in streams {
            stream.shutdown().await.unwrap();
            let mut back = Vec::new();
            stream.read_to_end(&mut back).await.unwrap();
            assert_eq!(back, number.to_be_bytes());
        }
        echo.abort();
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }

    #[tokio::test]
    async fn dropping_the_driver_ends_every_stream_at_once() {
        let (near, far) = duplex(64 * 1024);
        let (opener, gateway) = opener(near, PATIENT);
        let (mut inbound, agent) = server(far, PATIENT);
        let gateway = tokio::spawn(gateway.run());
        let agent = tokio::spawn(agent.run());
        let mut stream = opener.open().await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        let mut served = inbound.recv().await.unwrap();
        gateway.abort();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), served.read_to_end(&mut rest)).await.unwrap();
        assert!(ended.is_err() || rest == b"hello");
        assert!(matches!(agent.await.unwrap(), Ended::Closed | Ended::Failed(_)));
        assert!(opener.open().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_dead_after_the_given_time() {
        let (near, _nobody) = duplex(64 * 1024);
        let (_opener, alone) = opener(near, PATIENT);
        let started = Instant::now();
        assert!(matches!(alone.run().await, Ended::Silent));
        assert!(started.elapsed() < Duration::from_secs(21), "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn an_agent_that_opens_a_stream_breaks_the_link() {
        let (near, far) = duplex(64 * 1024);
        let (_opener, gateway) = opener(near, PATIENT);
        // The peer plays a server's part by mode but opens a stream all the same.
        let (watched, _) = Watched::new(far);
        let mut rogue = yamux::Connection::new(watched.compat(), yamux::Config::default(), yamux::Mode::Server);
        let gateway = tokio::spawn(gateway.run());
        let stream = poll_fn(|cx| rogue.poll_new_outbound(cx)).await.unwrap();
        let mut stream = stream.compat();
        let rogue = tokio::spawn(async move { poll_fn(|cx| rogue.poll_next_inbound(cx)).await.is_some() });
        drop(stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await);
        assert!(matches!(gateway.await.unwrap(), Ended::Intruded));
        rogue.abort();
    }
}
