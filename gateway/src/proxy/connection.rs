//! One client connection, handed to pingora request by request.

use super::lifeline::{Flights, Lifeline, Patience, Severed};
use super::repolled::repolled;
use super::{Edge, Heads};
use async_trait::async_trait;
use pingora_core::apps::{HttpServerApp, HttpServerOptions, ReusedHttpStream, ServerApp as _};
use pingora_core::protocols::http::ServerSession;
use pingora_core::protocols::http::v2::server::H2Options;
use pingora_core::protocols::{ALPN, Stream};
use pingora_core::server::ShutdownWatch;
use pingora_proxy::HttpProxy;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;

/// How long an HTTP/2 connection may take to write out its last answers when the gateway ends.
const FAREWELL: Duration = Duration::from_secs(2);
/// Requests in progress on one HTTP/2 connection. All tabs of a browser share it, and each follows the Cores that it shows.
const H2_STREAMS: u32 = 250;

/// How much and how long a client may keep the edge waiting.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From accept to a complete first head, TLS handshake included.
    pub head: Duration,
    /// From a head to the end of its body.
    pub body_time: Duration,
    /// How long an HTTP/1.1 connection may wait for its next request.
    pub keep_alive: Duration,
    /// How long one write may wait for a client that does not read.
    pub write: Duration,
    /// How long an answer may pause.
    pub silence: Duration,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Bytes of a request's body.
    pub body: u64,
}

/// How connections are ended when the gateway is.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Fires first: what is idle or without an end goes, what will be answered soon may stay.
    pub asked: CancellationToken,
    /// Fires last: everything goes.
    pub over: CancellationToken,
    /// As pingora wants to hear of the first.
    pub pingora: ShutdownWatch,
    /// The connections that are waited for in between.
    pub clients: TaskTracker,
}

impl Ending {
    async fn of(&self, flights: &Flights, is_http2: bool) {
        self.asked.cancelled().await;
        let landed = async {
            flights.landed().await;
            if is_http2 {
                // Answers are only queued by then: the connection still has to write them, and ends by itself after that.
                tokio::time::sleep(FAREWELL).await;
            }
        };
        tokio::select! {
            () = landed => {}
            () = self.over.cancelled() => {}
        }
    }
}

/// The pingora application for one connection. Each connection has its own, so that a request knows where it came in
/// without a header that could be forged.
pub struct Connection {
    proxy: Arc<HttpProxy<Edge>>,
    limits: Limits,
    peer: SocketAddr,
    heads: Arc<Heads>,
    flights: Flights,
    asked: CancellationToken,
    options: HttpServerOptions,
    had_request: AtomicBool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("peer", &self.peer).finish_non_exhaustive()
    }
}

/// Serves an accepted connection until it ends. `left` is what remains of the first head's time; `heads` judges what
/// `stream` lets through over HTTP/1.1.
pub async fn serve(
    proxy: Arc<HttpProxy<Edge>>,
    limits: Limits,
    peer: SocketAddr,
    left: Duration,
    heads: Arc<Heads>,
    stream: Stream,
    ending: &Ending,
) {
    let mut options = HttpServerOptions::default();
    options.h2_idle_timeout = Some(limits.keep_alive);
    let app = Arc::new(Connection {
        proxy,
        limits: Limits { head: left, ..limits },
        peer,
        heads,
        flights: Flights::waited_for(ending.clients.token()),
        asked: ending.asked.clone(),
        options,
        had_request: AtomicBool::new(false),
    });
    // pingora waits without limit for HTTP/2's preface and for the first stream.
    let is_http2 = matches!(stream.selected_alpn_proto(), Some(ALPN::H2));
    let first = async {
        tokio::time::sleep(left).await;
        if !is_http2 || app.had_request.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        _ = app.process_new(stream, &ending.pingora) => {}
        () = first => debug!(%peer, "an HTTP/2 connection without a request was closed"),
        () = ending.of(&app.flights, is_http2) => {}
    }
}

impl Connection {
    fn patience(&self) -> Patience {
        // Between two requests of one connection a client may be idle; then the clock for a head starts.
        let later = self.had_request.swap(true, Ordering::Relaxed);
        let head = if later { self.limits.keep_alive + self.limits.head } else { self.limits.head };
        Patience { head, body: self.limits.body_time }
    }
}

#[async_trait]
impl HttpServerApp for Connection {
    async fn process_new_http(
        self: &Arc<Self>,
        session: ServerSession,
        shutdown: &ShutdownWatch,
    ) -> Option<ReusedHttpStream> {
        if session.as_http1().is_some() {
            self.heads.expect();
        }
        let lifeline = Lifeline::new(self.peer, self.flights.clone());
        let patience = self.patience();
        tokio::select! {
            biased;
            severed = lifeline.severed(patience, &self.asked) => {
                match severed {
                    Severed::Killed | Severed::Dismissed => {}
                    Severed::HeadOverdue | Severed::BodyOverdue => {
                        debug!(peer = %self.peer, ?severed, "a slow request was dropped");
                    }
                }
                None
            }
            reused = lifeline.scope(repolled(self.proxy.process_new_http(session, shutdown))) => reused,
        }
    }

    fn h2_options(&self) -> Option<H2Options> {
        let mut options = H2Options::new();
        // Twice what the edge lets in: it answers with a problem where the library would answer with nothing.
        let list = u32::try_from(self.limits.head_bytes.saturating_mul(2)).unwrap_or(u32::MAX);
        options.max_header_list_size(list).max_concurrent_streams(H2_STREAMS);
        Some(options)
    }

    fn server_options(&self) -> Option<&HttpServerOptions> {
        Some(&self.options)
    }
}
