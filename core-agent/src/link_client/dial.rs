//! One connection to the gateway: TCP (through a proxy, if there is one), a carrier, TLS 1.3, the handshake.

use super::carrier::Carrier;
use crate::pairing::Paired;
use crate::proxies::{Proxies, ProxyError};
use link::{Carried, HandshakeError, carrier_config};
use protocol::ids::LinkId;
use protocol::keys::SigningKey;
use protocol::link::{ALPN, Class, Welcome, paths};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme, SupportedProtocolVersion};
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, TlsStream};
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error as WebSocketError;
use url::{Host, Url};

const CONNECT: Duration = Duration::from_secs(10);
const HANDSHAKE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("the gateway's address {0} names no host")]
    Address(Url),
    #[error("the gateway cannot be reached: {0}")]
    Connect(#[source] io::Error),
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    #[error("the gateway does not speak TLS 1.3 for links: {0}")]
    Tls(#[source] io::Error),
    #[error("whoever answers at the gateway's address knows no links")]
    NoLink,
    #[error("whoever answers at the gateway's address opens no WebSocket for links (status {status})")]
    NoCarrier { status: u16 },
    #[error("the WebSocket for the link fails: {0}")]
    Upgrade(#[source] Box<WebSocketError>),
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error("the gateway did not answer in time")]
    Timeout,
}

/// What identifies this end, and the other.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) paired: Paired,
    pub(super) key: SigningKey,
    pub(super) link: LinkId,
}

/// Whatever a link's TLS runs on.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for S {}
pub(super) type Connection = TlsStream<Box<dyn Wire>>;

pub(super) struct Dialler {
    pub(super) ends: Ends,
    proxies: Proxies,
    /// For the link.
    inner: TlsConnector,
    /// For the WebSocket that carries one.
    outer: TlsConnector,
}

impl fmt::Debug for Dialler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialler").field("ends", &self.ends).finish_non_exhaustive()
    }
}

/// The gateway, as it is dialled and as TLS names it.
struct Address {
    host: String,
    port: u16,
    name: ServerName<'static>,
}

impl Dialler {
    pub(super) fn new(ends: Ends, proxies: Proxies) -> Result<Self, Error> {
        let inner = TlsConnector::from(Arc::new(tls(&[&rustls::version::TLS13], ALPN)?));
        // A proxy may be older than that, and need not be trusted.
        let outer = tls(&[&rustls::version::TLS13, &rustls::version::TLS12], b"http/1.1")?;
        Ok(Self { ends, proxies, inner, outer: TlsConnector::from(Arc::new(outer)) })
    }

    pub(super) async fn dial(&self, carrier: Carrier, class: Class) -> Result<(Welcome, Connection), DialError> {
        let address = self.address()?;
        let reached = timeout(CONNECT, self.reach(&address)).await;
        let wire = reached.map_err(|_| DialError::Timeout)??;
        // Boxed: the state of two TLS handshakes is large.
        let shaken = timeout(HANDSHAKE, Box::pin(self.shake_hands(carrier, class, address.name, wire))).await;
        shaken.map_err(|_| DialError::Timeout)?
    }

    fn address(&self) -> Result<Address, DialError> {
        let url = &self.ends.paired.gateway;
        let unnamed = || DialError::Address(url.clone());
        let port = url.port_or_known_default().ok_or_else(unnamed)?;
        let (name, host) = match url.host().ok_or_else(unnamed)? {
            Host::Domain(domain) => {
                (ServerName::try_from(domain.to_owned()).map_err(|_| unnamed())?, domain.to_owned())
            }
            Host::Ipv4(ip) => (ServerName::from(IpAddr::from(ip)), ip.to_string()),
            Host::Ipv6(ip) => (ServerName::from(IpAddr::from(ip)), ip.to_string()),
        };
        Ok(Address { host, port, name })
    }

    /// A way for bytes to the gateway's port.
    async fn reach(&self, Address { host, port, .. }: &Address) -> Result<Box<dyn Wire>, DialError> {
        if let Some(proxy) = self.proxies.towards(&self.ends.paired.gateway)? {
            let authority = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
            return Ok(Box::new(proxy.connect(&authority).await?));
        }
        let tcp = TcpStream::connect((host.as_str(), *port)).await.map_err(DialError::Connect)?;
        // A keystroke must not wait for an acknowledgement.
        tcp.set_nodelay(true).map_err(DialError::Connect)?;
        Ok(Box::new(tcp))
    }

    async fn shake_hands(
        &self,
        carrier: Carrier,
        class: Class,
        name: ServerName<'static>,
        wire: Box<dyn Wire>,
    ) -> Result<(Welcome, Connection), DialError> {
        let wire = match carrier {
            Carrier::Direct => wire,
            Carrier::WebSocket => self.carried(name.clone(), wire).await?,
        };
        let stream = self.inner.connect(name, wire).await.map_err(DialError::Tls)?;
        if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(DialError::NoLink);
        }
        let mut stream = TlsStream::from(stream);
        let Ends { paired, key, link } = &self.ends;
        let version = env!("CARGO_PKG_VERSION");
        let welcome = link::connect(&mut stream, key, paired.gateway_key, *link, class, version).await?;
        Ok((welcome, stream))
    }

    async fn carried(&self, name: ServerName<'static>, wire: Box<dyn Wire>) -> Result<Box<dyn Wire>, DialError> {
        let unnamed = || DialError::Address(self.ends.paired.gateway.clone());
        let mut address = self.ends.paired.gateway.join(paths::CARRIER).map_err(|_| unnamed())?;
        address.set_scheme("wss").map_err(|()| unnamed())?;
        let tls = self.outer.connect(name, wire).await.map_err(DialError::Tls)?;
        match client_async_with_config(address.as_str(), tls, Some(carrier_config())).await {
            Ok((socket, _)) => Ok(Box::new(Carried::new(socket))),
            Err(WebSocketError::Http(answer)) => Err(DialError::NoCarrier { status: answer.status().as_u16() }),
            Err(error) => Err(DialError::Upgrade(Box::new(error))),
        }
    }
}

/// TLS to the gateway. The certificate may be anybody's: what counts is the key that signs the handshake's transcript, which
/// is bound to the link's TLS connection. The signature within TLS is still checked, as the exporter's worth rests on it. The
/// TLS connection around a WebSocket protects nothing that is not protected inside: whoever ends it, a proxy whose own
/// authority nobody on this host knows included, may carry the link or break it.
fn tls(versions: &[&'static SupportedProtocolVersion], alpn: &[u8]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
