//! A WebSocket client.

use super::eventually::within;
use futures::{SinkExt as _, StreamExt as _};
use reqwest::header::HeaderMap;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

#[derive(Debug)]
pub struct Socket(WebSocketStream<TlsStream<TcpStream>>);

/// What came instead of a WebSocket.
#[derive(Debug)]
pub enum Refused {
    Answer { status: u16, body: String },
    Failed(String),
}

impl Refused {
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Failed(_) => None,
        }
    }
}

impl Socket {
    /// `port`: where to dial, where that is not the address's own.
    pub(super) async fn open(
        tls: &rustls::ClientConfig,
        url: &Url,
        port: Option<u16>,
        headers: HeaderMap,
    ) -> Result<Self, Refused> {
        // Boxed: the TLS handshake's state is large.
        within("a WebSocket is opened or refused", Box::pin(Self::try_open(tls, url, port, headers))).await
    }

    async fn try_open(
        tls: &rustls::ClientConfig,
        url: &Url,
        port: Option<u16>,
        headers: HeaderMap,
    ) -> Result<Self, Refused> {
        let failed = |error: &dyn std::fmt::Display| Refused::Failed(error.to_string());
        let (host, port) = (url.host_str().unwrap_or_default(), port.or(url.port_or_known_default()).unwrap_or(443));
        let tcp = TcpStream::connect((host, port)).await.map_err(|error| failed(&error))?;
        tcp.set_nodelay(true).map_err(|error| failed(&error))?;
        let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(&error))?;
        let connector = TlsConnector::from(Arc::new(tls.clone()));
        let stream = connector.connect(name, tcp).await.map_err(|error| failed(&error))?;
        let address = url.as_str().replacen("https", "wss", 1);
        let mut request = address.into_client_request().map_err(|error| failed(&error))?;
        request.headers_mut().extend(headers);
        // What it reads at once is cleared for each frame.
        let config = WebSocketConfig::default().read_buffer_size(16 * 1024);
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                let body = String::from_utf8_lossy(body).into_owned();
                Err(Refused::Answer { status: response.status().as_u16(), body })
            }
            Err(error) => Err(failed(&error)),
        }
    }

    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.0.send(message).await
    }

    /// The next message that carries something. None: the socket was closed or broken.
    pub async fn next(&mut self) -> Option<Message> {
        within("a message comes", self.next_at_leisure()).await
    }

    /// The same without a deadline. Pings are answered underneath.
    pub async fn next_at_leisure(&mut self) -> Option<Message> {
        loop {
            match self.0.next().await? {
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(message) => return Some(message),
            }
        }
    }

    pub async fn close(&mut self) {
        // A socket that is broken is closed.
        let _ = self.0.close(None).await;
    }
}
