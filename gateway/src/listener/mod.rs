//! The one port: accepts connections, ends TLS and hands each to the proxy or the fleet, as its ALPN says.

mod caps;
mod certificate;
mod downstream;
mod gate;

pub use certificate::{CertificateError, Certificates};

use crate::fleet::Fleet;
use crate::metrics::Metrics;
use crate::proxy::{self, Edge, Heads, Limits};
use caps::AddressCaps;
use downstream::Downstream;
use pingora_core::server::ShutdownWatch;
use pingora_proxy::HttpProxy;
use protocol::link::ALPN as LINK_ALPN;
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

/// A listener that is bound but does not accept yet.
pub struct Listener {
    socket: TcpListener,
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
        Ok(Self { socket, tls, caps: AddressCaps::new(caps.per_address), places, proxy, fleet, metrics, limits })
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts until `shutdown` fires. Connections run on `tasks`, under the same token.
    pub async fn run(self, tasks: TaskTracker, shutdown: CancellationToken, pingora_shutdown: ShutdownWatch) {
        let this = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                accepted = this.socket.accept() => accepted,
                () = shutdown.cancelled() => return,
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
                (this.caps.admit(peer.ip()), Arc::clone(&this.places).try_acquire_owned())
            else {
                debug!(%peer, "too many connections, from this address or in all");
                continue;
            };
            let (this, shutdown, pingora_shutdown) = (Arc::clone(&this), shutdown.clone(), pingora_shutdown.clone());
            tasks.spawn(async move {
                tokio::select! {
                    () = this.serve(tcp, peer, shutdown.clone(), pingora_shutdown) => {}
                    () = shutdown.cancelled() => {}
                }
                drop((of_address, of_all));
            });
        }
    }

    async fn serve(
        &self,
        tcp: TcpStream,
        peer: SocketAddr,
        shutdown: CancellationToken,
        pingora_shutdown: ShutdownWatch,
    ) {
        let deadline = Instant::now() + self.limits.head;
        // Keystrokes and tokens are small; waiting to fill a packet would be felt.
        if let Err(reason) = tcp.set_nodelay(true) {
            warn!(%peer, %reason, "a connection is already gone");
            return;
        }
        let tls = match timeout_at(deadline, self.tls.accept(tcp)).await {
            Ok(Ok(tls)) => tls,
            Ok(Err(reason)) => return debug!(%peer, %reason, "a TLS handshake failed"),
            Err(_) => return debug!(%peer, "a TLS handshake took too long"),
        };
        if tls.get_ref().1.alpn_protocol() == Some(LINK_ALPN) {
            self.fleet.serve(tls, peer, shutdown).await;
        } else {
            let left = deadline.saturating_duration_since(Instant::now());
            let heads = Heads::new(self.limits.head_bytes, Arc::clone(&self.metrics));
            let stream = Box::new(Downstream::new(tls, Arc::clone(&heads)));
            proxy::serve(Arc::clone(&self.proxy), self.limits, peer, left, heads, stream, &pingora_shutdown).await;
        }
    }
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
