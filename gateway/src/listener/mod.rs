//! The one port: accepts connections, ends TLS and hands each to the proxy or the fleet, as its ALPN says.

mod caps;
mod certificate;
mod downstream;
mod gate;

pub use certificate::{CertificateError, Certificates};

use crate::fleet::Fleet;
use crate::metrics::Metrics;
use crate::proxy::{self, Edge, Ending, Heads, Limits};
use caps::AddressCaps;
use downstream::Downstream;
use pingora_proxy::HttpProxy;
use protocol::link::ALPN as LINK_ALPN;
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

/// A listener that is bound but does not accept yet.
pub struct Listener {
    socket: TcpListener,
    reception: Arc<Reception>,
}

/// What every connection passes.
struct Reception {
    tls: TlsAcceptor,
    caps: AddressCaps,
    places: Arc<Semaphore>,
    proxy: Arc<HttpProxy<Edge>>,
    fleet: Arc<Fleet>,
    metrics: Arc<Metrics>,
    limits: Limits,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// How many connections are held at once.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    pub total: usize,
    pub per_address: usize,
}

/// What was sent and is not acknowledged by the peer's system for so long was sent to nobody: a laptop that was closed, a
/// phone in a tunnel. Streams have a heartbeat, so that there is always something to acknowledge.
const LOST_MILLIS: u32 = 60_000;

/// How long accepting rests when the process has run out of descriptors.
const EXHAUSTED: Duration = Duration::from_millis(100);

impl Listener {
    pub async fn bind(
        address: SocketAddr,
        certificates: Arc<Certificates>,
        caps: Caps,
        proxy: Arc<HttpProxy<Edge>>,
        fleet: Arc<Fleet>,
        metrics: Arc<Metrics>,
        limits: Limits,
    ) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let tls = TlsAcceptor::from(Arc::new(server_config(certificates)));
        let places = Arc::new(Semaphore::new(caps.total));
        let caps = AddressCaps::new(caps.per_address);
        Ok(Self { socket, reception: Arc::new(Reception { tls, caps, places, proxy, fleet, metrics, limits }) })
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts until `shutdown` fires, and then lets what is in flight come to its end for as long as `patience` says.
    /// Links stay up until then: requests are on their way over them. Connections run on `tasks`.
    pub async fn run(self, tasks: TaskTracker, shutdown: CancellationToken, patience: Duration) {
        let Self { socket, reception } = self;
        let over = CancellationToken::new();
        // However this ends, nothing of it stays.
        let _cut = over.clone().drop_guard();
        let (pingora_shutdown, pingora) = watch::channel(false);
        let clients = TaskTracker::new();
        let ending = Ending { asked: shutdown.clone(), over, pingora, clients: clients.clone() };
        loop {
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                () = shutdown.cancelled() => break,
            };
            let (tcp, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(reason) => {
                    error!(%reason, "a connection could not be accepted");
                    tokio::time::sleep(EXHAUSTED).await;
                    continue;
                }
            };
            let (Some(of_address), Ok(of_all)) =
                (reception.caps.admit(peer.ip()), Arc::clone(&reception.places).try_acquire_owned())
            else {
                debug!(%peer, "too many connections, from this address or in all");
                continue;
            };
            let (reception, ending) = (Arc::clone(&reception), ending.clone());
            tasks.spawn(async move {
                tokio::select! {
                    () = reception.serve(tcp, peer, &ending) => {}
                    () = ending.over.cancelled() => {}
                }
                drop((of_address, of_all));
            });
        }
        drop(socket);
        pingora_shutdown.send_replace(true);
        clients.close();
        if timeout(patience, clients.wait()).await.is_err() {
            warn!(left = clients.len(), "clients that were still being answered are cut off");
        }
    }
}

impl Reception {
    async fn serve(&self, tcp: TcpStream, peer: SocketAddr, ending: &Ending) {
        let deadline = Instant::now() + self.limits.head;
        // Keystrokes and tokens are small; waiting to fill a packet would be felt.
        let lost_after = rustix::net::sockopt::set_tcp_user_timeout(&tcp, LOST_MILLIS).map_err(io::Error::from);
        if let Err(reason) = tcp.set_nodelay(true).and(lost_after) {
            warn!(%peer, %reason, "a connection is already gone");
            return;
        }
        let accepted = tokio::select! {
            accepted = timeout_at(deadline, self.tls.accept(tcp)) => accepted,
            () = ending.asked.cancelled() => return,
        };
        let tls = match accepted {
            Ok(Ok(tls)) => tls,
            Ok(Err(reason)) => return debug!(%peer, %reason, "a TLS handshake failed"),
            Err(_) => return debug!(%peer, "a TLS handshake took too long"),
        };
        if tls.get_ref().1.alpn_protocol() == Some(LINK_ALPN) {
            self.fleet.serve(tls, peer, ending.over.clone()).await;
        } else {
            let left = deadline.saturating_duration_since(Instant::now());
            let heads = Heads::new(self.limits.head_bytes, Arc::clone(&self.metrics));
            let (stream, remains) = Downstream::new(tls, Arc::clone(&heads));
            proxy::serve(Arc::clone(&self.proxy), self.limits, peer, left, heads, Box::new(stream), ending).await;
            remains.linger().await;
        }
    }
}

/// Ends the TLS connections of links that come in another carrier than the port.
pub fn link_tls(certificates: Arc<Certificates>) -> TlsAcceptor {
    let mut config = server_config(certificates);
    config.alpn_protocols = vec![LINK_ALPN.to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// TLS 1.2 and 1.3; an agent offers 1.3 alone, because its proof needs that version's exporter.
fn server_config(certificates: Arc<Certificates>) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![LINK_ALPN.to_vec(), b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}
