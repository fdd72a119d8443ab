//! A reverse proxy on loopback that ends TLS, as companies and tunnels put before a gateway: it reads what passes, and can
//! alter it.

use super::gateway::Gateway;
use super::tls;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Every certificate is its own; whoever dials it must not mind.
#[derive(Debug)]
pub struct ReverseProxy {
    port: u16,
    passes: Arc<Passes>,
    _running: DropGuard,
}

#[derive(Debug, Default)]
struct Passes {
    /// The next bytes that come from the gateway lose one bit on their way.
    alters: AtomicBool,
    /// Connections that are there now.
    open: AtomicUsize,
}

impl ReverseProxy {
    pub async fn before(gateway: &Gateway) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has all versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a pair");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut towards = tls::trusting(&gateway.certificate_pem());
        towards.alpn_protocols = vec![b"http/1.1".to_vec()];
        let upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, gateway.url().port().expect("a gateway has a port")));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let (ended, passes) = (CancellationToken::new(), Arc::<Passes>::default());
        let (acceptor, connector) = (TlsAcceptor::from(Arc::new(config)), TlsConnector::from(Arc::new(towards)));
        tokio::spawn({
            let (ended, passes) = (ended.clone(), Arc::clone(&passes));
            ended.clone().run_until_cancelled_owned(async move {
                loop {
                    let (near, _) = listener.accept().await.expect("a listener accepts");
                    let (acceptor, connector, passes) = (acceptor.clone(), connector.clone(), Arc::clone(&passes));
                    tokio::spawn(ended.clone().run_until_cancelled_owned(async move {
                        // Whoever leaves or is refused is hung up on.
                        passes.open.fetch_add(1, Ordering::Relaxed);
                        let _gone = Box::pin(pass(near, upstream, &acceptor, &connector, &passes)).await;
                        passes.open.fetch_sub(1, Ordering::Relaxed);
                    }));
                }
            })
        });
        Self { port, passes, _running: ended.drop_guard() }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on, one bit of what the gateway says next is turned.
    pub fn alter(&self) {
        self.passes.alters.store(true, Ordering::Relaxed);
    }

    pub fn has_altered(&self) -> bool {
        !self.passes.alters.load(Ordering::Relaxed)
    }

    /// How many connections pass it now.
    pub fn open(&self) -> usize {
        self.passes.open.load(Ordering::Relaxed)
    }
}

async fn pass(
    near: TcpStream,
    upstream: SocketAddr,
    acceptor: &TlsAcceptor,
    connector: &TlsConnector,
    passes: &Passes,
) -> std::io::Result<()> {
    let near = acceptor.accept(near).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    let far = connector.connect(name, TcpStream::connect(upstream).await?).await?;
    let ((mut from_agent, mut to_agent), (mut from_gateway, mut to_gateway)) = (split(near), split(far));
    let never = AtomicBool::new(false);
    tokio::select! {
        ended = copy(&mut from_agent, &mut to_gateway, &never) => ended,
        ended = copy(&mut from_gateway, &mut to_agent, &passes.alters) => ended,
    }
}

/// Passes bytes on until one side ends.
async fn copy(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    alters: &AtomicBool,
) -> std::io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        // The last byte of what comes at once is the end of a message's content, never of its head.
        if alters.swap(false, Ordering::Relaxed) {
            bytes[count - 1] ^= 1;
        }
        to.write_all(&bytes[..count]).await?;
        to.flush().await?;
    }
}
