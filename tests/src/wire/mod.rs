//! A client that says exactly the bytes that a test gives it, and shows exactly what came back.

mod frames;
mod reply;

pub use frames::{Frames, Outcome};
pub use reply::Reply;
pub(crate) use reply::dechunk;
pub use reply::find;

use crate::rig::{Gateway, within};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// More than any answer that a test waits for.
const ENOUGH: usize = 4 * 1024 * 1024;

/// How a gateway is reached below HTTP: address, trust, and what the TLS handshake asks for.
#[derive(Clone, Debug)]
pub struct Door {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    from: IpAddr,
}

impl Door {
    /// Asks for this protocol by ALPN.
    pub fn of(gateway: &Gateway, alpn: &[u8]) -> Self {
        let port = gateway.url().port().expect("a gateway under test has a port of its own");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { address, tls: Arc::new(trusting(&gateway.certificate_pem(), alpn)), from: Ipv4Addr::LOCALHOST.into() }
    }

    /// The same, seen by the gateway as another address. All of 127/8 is this machine.
    pub fn seen_as(&self, last: u8) -> Self {
        Self { from: Ipv4Addr::new(127, 0, 1, last).into(), ..self.clone() }
    }

    pub async fn tcp(&self) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.from, 0).into())?;
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// A TLS connection, or why there is none.
    pub async fn try_open(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let tcp = self.tcp().await?;
        let name = ServerName::try_from("localhost").expect("a constant name is one");
        TlsConnector::from(self.tls.clone()).connect(name, tcp).await
    }

    pub async fn open(&self) -> Wire {
        let stream = within("the gateway takes a connection", Box::pin(self.try_open())).await;
        Wire::new(stream.expect("the TLS handshake succeeds"))
    }
}

/// Trust in one certificate, and no resumption: each connection stands for itself.
fn trusting(certificate_pem: &str, alpn: &[u8]) -> ClientConfig {
    let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).expect("the certificate is PEM");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("the certificate is X.509");
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has TLS 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    config
}

/// One connection.
#[derive(Debug)]
pub struct Wire {
    stream: TlsStream<TcpStream>,
    unread: Vec<u8>,
    ended: bool,
}

impl Wire {
    pub fn new(stream: TlsStream<TcpStream>) -> Self {
        Self { stream, unread: Vec::new(), ended: false }
    }

    /// Sends bytes. A peer that has closed already is no fault: what it said before is what counts.
    pub async fn send(&mut self, bytes: &[u8]) {
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        let _closed = within("the gateway reads", sent).await;
    }

    /// The next HTTP/1.1 answer. None: the connection ended before one began.
    pub async fn reply(&mut self) -> Option<Reply> {
        loop {
            if let Some((reply, used)) = Reply::parse(&self.unread, self.ended) {
                self.unread.drain(..used);
                return Some(reply);
            }
            if self.ended {
                return None;
            }
            self.read_some().await;
        }
    }

    /// All answers up to the end of the connection, which the gateway must bring about.
    pub async fn replies(&mut self) -> Vec<Reply> {
        let mut replies = Vec::new();
        while let Some(reply) = self.reply().await {
            replies.push(reply);
        }
        replies
    }

    /// Everything up to the end of the connection.
    pub async fn rest(&mut self) -> Vec<u8> {
        while !self.ended {
            self.read_some().await;
        }
        std::mem::take(&mut self.unread)
    }

    /// Exactly so many bytes. None: the connection ended before.
    pub async fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.unread.len() < count {
            if self.ended {
                return None;
            }
            self.read_some().await;
        }
        Some(self.unread.drain(..count).collect())
    }

    /// Reads what there is, waiting for at least something or the end.
    pub async fn read_some(&mut self) {
        let mut part = vec![0; 16 * 1024];
        match within("the gateway answers or closes", self.stream.read(&mut part)).await {
            Ok(0) | Err(_) => self.ended = true,
            Ok(count) => {
                self.unread.extend_from_slice(&part[..count]);
                // A reader that has had enough leaves.
                self.ended |= self.unread.len() > ENOUGH;
            }
        }
    }
}
