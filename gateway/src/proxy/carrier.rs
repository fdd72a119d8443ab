//! The second carrier of links: a WebSocket at `/link/v1`, for agents that reach the gateway only through a proxy which ends
//! TLS. In its messages an agent's own TLS connection runs, the same that comes to the port by ALPN where nothing stands
//! between: whoever passes it on can read nothing, and break the link at most.
//!
//! Nobody is let in here by the edge: the agent proves itself inside, to the fleet. Until it has, it holds what every client
//! holds that says nothing: a connection under its address's cap, and a deadline.

use crate::fleet::Fleet;
use http::header;
use link::{Carried, carrier_config};
use pingora_http::RequestHeader;
use protocol::link::ALPN;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{DuplexStream, duplex};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::accept_async_with_config;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;

/// For the WebSocket's opening and the TLS handshake in it.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What may stand between the edge and the link.
const DUPLEX: usize = 64 * 1024;

#[derive(Clone)]
pub struct Carrier {
    fleet: Arc<Fleet>,
    tls: TlsAcceptor,
    tasks: TaskTracker,
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier")
    }
}

impl Carrier {
    /// `tls` is the end of the TLS connections inside.
    pub const fn new(fleet: Arc<Fleet>, tls: TlsAcceptor, tasks: TaskTracker) -> Self {
        Self { fleet, tls, tasks }
    }

    /// Takes the upgrade that the edge passes on next. The link ends with the client's connection, which the gateway ends
    /// last when it ends itself.
    pub(super) fn open(&self, peer: SocketAddr) -> DuplexStream {
        let (near, far) = duplex(DUPLEX);
        let Self { fleet, tls, tasks } = self.clone();
        tasks.spawn(async move {
            if let Some(stream) = accept(far, &tls, peer).await {
                fleet.serve(stream, peer, CancellationToken::new()).await;
            }
        });
        near
    }
}

async fn accept(far: DuplexStream, tls: &TlsAcceptor, peer: SocketAddr) -> Option<TlsStream<Carried<DuplexStream>>> {
    let accepted = timeout(HANDSHAKE, async {
        let socket = accept_async_with_config(far, Some(carrier_config())).await.map_err(|error| error.to_string())?;
        tls.accept(Carried::new(socket)).await.map_err(|error| error.to_string())
    });
    match accepted.await {
        Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(ALPN) => return Some(stream),
        Ok(Ok(_)) => debug!(%peer, "what came in a carrier did not ask for a link"),
        Ok(Err(reason)) => debug!(%peer, reason, "no link came in a carrier"),
        Err(_) => debug!(%peer, "a link's TLS handshake in a carrier took too long"),
    }
    None
}

/// Whether an upgrade says what a WebSocket's opening says (RFC 6455, section 4.2.1), so that it will be answered with one.
pub(super) fn is_opening(request: &RequestHeader) -> bool {
    let one = |name| {
        let mut values = request.headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none())
    };
    let version = one(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    version && one(header::SEC_WEBSOCKET_KEY).is_some_and(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opening_has_one_key_and_the_one_version_there_is() {
        let opening = |headers: &[(&str, &str)]| {
            let mut request = RequestHeader::build("GET", b"/link/v1", None).unwrap();
            for (name, value) in headers {
                request.append_header((*name).to_owned(), (*value).to_owned()).unwrap();
            }
            is_opening(&request)
        };
        let (key, version) = (("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="), ("sec-websocket-version", "13"));
        assert!(opening(&[key, version]));
        for doubtful in [&[key][..], &[version], &[key, key, version], &[key, ("sec-websocket-version", "8")]] {
            assert!(!opening(doubtful), "{doubtful:?}");
        }
    }
}
