//! One connection to the gateway: TCP, TLS 1.3, the handshake.

use crate::pairing::Paired;
use link::HandshakeError;
use protocol::ids::LinkId;
use protocol::keys::SigningKey;
use protocol::link::{ALPN, Class, Welcome};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, TlsStream};

const CONNECT: Duration = Duration::from_secs(10);
const HANDSHAKE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("the gateway's address {0} names no host")]
    Address(url::Url),
    #[error("the gateway cannot be reached: {0}")]
    Connect(#[source] io::Error),
    #[error("the gateway does not speak TLS 1.3 for links: {0}")]
    Tls(#[source] io::Error),
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

pub(super) async fn dial(
    ends: &Ends,
    tls: &Arc<ClientConfig>,
    class: Class,
) -> Result<(Welcome, TlsStream<TcpStream>), DialError> {
    let address = &ends.paired.gateway;
    let unnamed = || DialError::Address(address.clone());
    let port = address.port_or_known_default().ok_or_else(unnamed)?;
    let (name, host) = match address.host().ok_or_else(unnamed)? {
        url::Host::Domain(domain) => {
            (ServerName::try_from(domain.to_owned()).map_err(|_| unnamed())?, domain.to_owned())
        }
        url::Host::Ipv4(ip) => (ServerName::from(std::net::IpAddr::from(ip)), ip.to_string()),
        url::Host::Ipv6(ip) => (ServerName::from(std::net::IpAddr::from(ip)), ip.to_string()),
    };
    let connected = timeout(CONNECT, TcpStream::connect((host.as_str(), port))).await;
    let tcp = connected.map_err(|_| DialError::Timeout)?.map_err(DialError::Connect)?;
    // A keystroke must not wait for an acknowledgement.
    tcp.set_nodelay(true).map_err(DialError::Connect)?;
    timeout(HANDSHAKE, async {
        let stream = TlsConnector::from(tls.clone()).connect(name, tcp).await.map_err(DialError::Tls)?;
        let mut stream = TlsStream::from(stream);
        let version = env!("CARGO_PKG_VERSION");
        let gateway = ends.paired.gateway_key;
        let welcome = link::connect(&mut stream, &ends.key, gateway, ends.link, class, version).await?;
        Ok((welcome, stream))
    })
    .await
    .map_err(|_| DialError::Timeout)?
}

/// TLS for links. The certificate may be anybody's: what counts is the key that signs the handshake's transcript, which
/// is bound to this TLS connection. The signature within TLS is still checked, as the exporter's worth rests on it.
pub(super) fn tls() -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
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
