//! Many streams over one connection (yamux). The gateway opens them all; an agent that opens one breaks the protocol.
//!
//! A [`Driver`] owns the connection and must be run; dropping it ends every stream at once, which is how a link is cut.

use crate::stream::{LIBRARY_LIMIT, Places, Stream, served};
use crate::watched::{LastHeard, Watched};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, BufWriter};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Duration, Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt as _};

/// What yamux may give streams beyond the window that each begins with: nothing, as this is just those windows' sum.
const MAX_RECEIVE_WINDOW: usize = LIBRARY_LIMIT * yamux::DEFAULT_CREDIT as usize;
/// What is gathered before it is written. yamux writes a frame's head and its content by themselves, and asks for both to
/// go out after that: without this a keystroke would be two TLS records, two packets, and two awakenings of its reader.
const GATHERED: usize = 32 * 1024;
/// A frame fills a TLS record, its head of twelve bytes included.
const LARGEST_CONTENT: usize = 16 * 1024 - 12;
/// Open requests on their way to the driver, and inbound streams that wait for a server.
const QUEUE: usize = 256;

/// When to look whether the peer is to be asked if it lives, and when to stop believing that it does.
///
/// yamux asks when it is polled and ten seconds have passed since the last answer. An idle peer is thus asked ten seconds
/// and one `look` after it was heard at the latest, and has the rest of `dead` to answer.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub look: Duration,
    pub dead: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { look: Duration::from_secs(5), dead: Duration::from_secs(20) }
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

/// Why there is no new stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error("the link is down")]
    LinkDown,
    /// All places are taken. The link is well, and so are the streams on it.
    #[error("the link has no place for another stream")]
    Full,
}

/// Opens streams on a connection whose driver runs.
#[derive(Clone, Debug)]
pub struct Opener {
    requests: mpsc::Sender<Request>,
    places: Places,
}

/// Where the driver puts the stream that somebody waits for.
type Request = oneshot::Sender<yamux::Stream>;

impl Opener {
    /// A new stream. The peer sees it with the first bytes written.
    pub async fn open(&self) -> Result<Stream, NotOpened> {
        let place = self.places.take().await.ok_or(NotOpened::Full)?;
        Ok(Stream::new(self.ask().await?, place))
    }

    /// A new stream for what the gateway itself has to say: it has places of its own.
    pub async fn open_reserved(&self) -> Result<Stream, NotOpened> {
        let place = self.places.take_reserved().await.ok_or(NotOpened::Full)?;
        Ok(Stream::new(self.ask().await?, place))
    }

    async fn ask(&self) -> Result<yamux::Stream, NotOpened> {
        let (reply, stream) = oneshot::channel();
        self.requests.send(reply).await.map_err(|_| NotOpened::LinkDown)?;
        stream.await.map_err(|_| NotOpened::LinkDown)
    }
}

/// The streams that the peer opened.
pub type Inbound = mpsc::Receiver<Stream>;

enum Role {
    /// Those who wait hold a place each, which bounds them.
    Opener {
        requests: mpsc::Receiver<Request>,
        waiting: VecDeque<Request>,
    },
    Server {
        streams: mpsc::Sender<Stream>,
        places: Arc<Semaphore>,
    },
}

/// Moves a connection's bytes until it ends.
pub struct Driver<S> {
    connection: yamux::Connection<Compat<BufWriter<Watched<S>>>>,
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
    let role = Role::Opener { requests: receiver, waiting: VecDeque::new() };
    (Opener { requests, places: Places::new() }, Driver::new(stream, yamux::Mode::Client, role, timing))
}

/// The side that serves streams: the agent's.
pub fn server<S>(stream: S, timing: Timing) -> (Inbound, Driver<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (streams, inbound) = mpsc::channel(QUEUE);
    (inbound, Driver::new(stream, yamux::Mode::Server, Role::Server { streams, places: served() }, timing))
}

impl<S> Driver<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    fn new(stream: S, mode: yamux::Mode, role: Role, timing: Timing) -> Self {
        let (watched, heard) = Watched::new(stream);
        let gathering = BufWriter::with_capacity(GATHERED, watched);
        let mut config = yamux::Config::default();
        // The window first: yamux wants each to fit the other at every step.
        config.set_max_connection_receive_window(Some(MAX_RECEIVE_WINDOW));
        config.set_max_num_streams(LIBRARY_LIMIT);
        config.set_split_send_size(LARGEST_CONTENT);
        Self { connection: yamux::Connection::new(gathering.compat(), config, mode), role, heard, timing }
    }

    /// Runs until the connection ends. Every stream ends with it.
    pub async fn run(mut self) -> Ended {
        let mut looks = interval_at(Instant::now() + self.timing.look, self.timing.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let dead = self.heard.at() + self.timing.dead;
            tokio::select! {
                // What has arrived is read before the peer is judged: this process may have slept, and not the peer.
                biased;
                ended = poll_fn(|cx| self.poll(cx, &mut looks)) => return ended,
                () = tokio::time::sleep_until(dead) => {
                    if self.heard.at() + self.timing.dead <= Instant::now() {
                        return Ended::Silent;
                    }
                }
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, looks: &mut Interval) -> Poll<Ended> {
        // Polling an idle connection now and then is all that yamux needs to ask after its peer.
        while looks.poll_tick(cx).is_ready() {}
        loop {
            self.poll_open(cx);
            match self.connection.poll_next_inbound(cx) {
                Poll::Ready(Some(Ok(stream))) => match &self.role {
                    Role::Opener { .. } => return Poll::Ready(Ended::Intruded),
                    Role::Server { streams, places } => {
                        // Without a place or a server the agent is overwhelmed: dropping the stream resets it, and the
                        // gateway says that the Core ended it.
                        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
                            drop(streams.try_send(Stream::new(stream, place)));
                        }
                    }
                },
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Ended::Failed(error)),
                Poll::Ready(None) => return Poll::Ready(Ended::Closed),
                // The streams that were just seen to have ended no longer hinder a new one, and nobody else will say so.
                Poll::Pending if self.poll_open(cx) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Serves those who wait for a stream. Returns whether anybody was served.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> bool {
        let Role::Opener { requests, waiting } = &mut self.role else { return false };
        while let Poll::Ready(Some(request)) = requests.poll_recv(cx) {
            waiting.push_back(request);
        }
        // Who has gone has given the place back, and is not to stand before the others.
        waiting.retain(|request| !request.is_closed());
        let before = waiting.len();
        while !waiting.is_empty() {
            match self.connection.poll_new_outbound(cx) {
                Poll::Ready(Ok(stream)) => {
                    if let Some(request) = waiting.pop_front() {
                        // The one who asked may have gone: the stream is dropped unused, and the peer never saw it.
                        drop(request.send(stream));
                    }
                }
                // The requests fail by being dropped; the connection itself reports what is wrong when it is polled.
                Poll::Ready(Err(_)) => waiting.clear(),
                Poll::Pending => break,
            }
        }
        waiting.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::PLACES;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::task::{AbortHandle, JoinSet};
    use tokio::time::timeout;
    use tokio_util::compat::FuturesAsyncReadCompatExt as _;

    const PATIENT: Timing = Timing { look: Duration::from_secs(5), dead: Duration::from_secs(20) };

    /// Sends back what comes on every stream.
    fn echoes(mut inbound: Inbound) -> AbortHandle {
        let serving = tokio::spawn(async move {
            let mut streams = JoinSet::new();
            while let Some(stream) = inbound.recv().await {
                streams.spawn(async move {
                    let (mut read, mut write) = tokio::io::split(stream);
                    tokio::io::copy(&mut read, &mut write).await.ok();
                });
            }
        });
        serving.abort_handle()
    }

    async fn answers(stream: &mut Stream) {
        stream.write_all(b"there?").await.unwrap();
        let mut back = [0; 6];
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"there?");
    }

    #[tokio::test]
    async fn a_full_connection_refuses_the_next_stream_and_keeps_the_others() {
        let (near, far) = duplex(64 * 1024);
        let (opener, gateway) = opener(near, PATIENT);
        let (inbound, agent) = server(far, PATIENT);
        let tasks =
            [tokio::spawn(gateway.run()).abort_handle(), tokio::spawn(agent.run()).abort_handle(), echoes(inbound)];
        let mut streams = Vec::new();
        for _ in 0..PLACES {
            let mut stream = opener.open().await.unwrap();
            answers(&mut stream).await;
            streams.push(stream);
        }
        for _ in 0..3 {
            assert_eq!(opener.open().await.unwrap_err(), NotOpened::Full);
        }
        answers(&mut opener.open_reserved().await.expect("the gateway's own word gets through")).await;
        for stream in &mut streams {
            answers(stream).await;
        }
        streams.pop();
        answers(&mut opener.open().await.expect("a place that was given back is free")).await;
        for _ in 0..2 * PLACES {
            answers(&mut opener.open().await.expect("places are not used up")).await;
        }
        tasks.iter().for_each(AbortHandle::abort);
    }

    #[tokio::test]
    async fn whoever_waits_for_an_unanswered_stream_to_end_is_served_when_it_does() {
        /// yamux opens no more than these that the peer has not acknowledged.
        const UNANSWERED: usize = 256;
        let (near, far) = duplex(64 * 1024);
        let (opener, gateway) = opener(near, PATIENT);
        let (_inbound, agent) = server(far, PATIENT);
        let tasks = [tokio::spawn(gateway.run()), tokio::spawn(agent.run())];
        let mut streams = Vec::new();
        for _ in 0..UNANSWERED {
            streams.push(opener.open().await.unwrap());
        }
        let waiting = opener.open();
        tokio::pin!(waiting);
        // The first, the one of somebody who leaves while waiting, is not in the way of the second.
        assert!(timeout(Duration::from_millis(100), opener.open()).await.is_err(), "yamux has another limit now");
        assert!(timeout(Duration::from_millis(100), &mut waiting).await.is_err());
        streams.pop();
        let served = timeout(PATIENT.look / 2, waiting).await.expect("it is served at once, not at the next look");
        served.unwrap();
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }

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
