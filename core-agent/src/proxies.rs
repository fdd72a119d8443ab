//! The HTTP proxy that a host may prescribe on the way to its gateway: `HTTPS_PROXY`, unless `NO_PROXY` names the gateway. It
//! carries bytes (CONNECT) and sees none of what is in them.
//!
//! The variables are read as curl and the CLI read them. Others (`ALL_PROXY`, which may name a SOCKS proxy) are not looked at.

use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::uri::Scheme;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::io;
use tokio::net::TcpStream;
use url::Url;

/// Which addresses are reached through which proxy.
#[derive(Debug)]
pub struct Proxies(Matcher);

/// One proxy, and how this agent proves itself there.
#[derive(Clone)]
pub struct HttpProxy {
    host: String,
    port: u16,
    authorization: Option<HeaderValue>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    #[error("HTTPS_PROXY must name an http:// proxy")]
    Scheme,
    #[error("the proxy {proxy} cannot be reached: {error}")]
    Connect { proxy: HttpProxy, error: io::Error },
    #[error("the proxy {proxy} does not answer as one: {error}")]
    Protocol { proxy: HttpProxy, error: hyper::Error },
    #[error("the proxy {proxy} refuses to connect (status {status})")]
    Refused { proxy: HttpProxy, status: StatusCode },
}

impl fmt::Display for HttpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for HttpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpProxy({self})")
    }
}

impl Proxies {
    pub fn from_env() -> Self {
        let first = |names: [&str; 2]| names.into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
        Self::new(&first(["HTTPS_PROXY", "https_proxy"]), &first(["NO_PROXY", "no_proxy"]))
    }

    /// As the two variables would say it. Empty: no proxy.
    pub fn new(https: &str, no: &str) -> Self {
        Self(Matcher::builder().https(https).no(no).build())
    }

    /// The proxy on the way to an `https` address.
    pub fn towards(&self, address: &Url) -> Result<Option<HttpProxy>, ProxyError> {
        // What is no URI for one library and is for the other has no host to connect to either.
        let Ok(uri) = address.as_str().parse::<Uri>() else { return Ok(None) };
        let Some(found) = self.0.intercept(&uri) else { return Ok(None) };
        let proxy = found.uri();
        let host = proxy.host().filter(|_| proxy.scheme() == Some(&Scheme::HTTP)).ok_or(ProxyError::Scheme)?;
        let authorization = found.basic_auth().cloned();
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Some(HttpProxy { host, port: proxy.port_u16().unwrap_or(80), authorization }))
    }
}

impl HttpProxy {
    /// A way through the proxy to `authority` (host and port).
    pub async fn connect(&self, authority: &str) -> Result<TokioIo<Upgraded>, ProxyError> {
        let broken = |error| ProxyError::Protocol { proxy: self.clone(), error };
        let unreachable = |error| ProxyError::Connect { proxy: self.clone(), error };
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        tcp.set_nodelay(true).map_err(unreachable)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(tcp)).await.map_err(broken)?;
        let mut request = Request::new(Empty::<Bytes>::new());
        *request.method_mut() = http::Method::CONNECT;
        let no_address = |_| unreachable(io::ErrorKind::InvalidInput.into());
        *request.uri_mut() = Uri::builder().authority(authority).build().map_err(no_address)?;
        let host = HeaderValue::from_str(authority).map_err(|_| unreachable(io::ErrorKind::InvalidInput.into()))?;
        request.headers_mut().insert(HOST, host);
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let asked = async move {
            let response = sender.send_request(request).await.map_err(broken)?;
            if !response.status().is_success() {
                return Err(ProxyError::Refused { proxy: self.clone(), status: response.status() });
            }
            hyper::upgrade::on(response).await.map_err(broken)
        };
        // The connection's own end tells nothing more than what was asked on it has heard.
        let (upgraded, _ended) = tokio::join!(asked, connection.with_upgrades());
        Ok(TokioIo::new(upgraded?))
    }

    /// The same for a client of the `reqwest` crate.
    pub fn for_reqwest(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let proxy = reqwest::Proxy::https(format!("http://{host}:{}", self.port))?;
        Ok(match &self.authorization {
            Some(authorization) => proxy.custom_http_auth(authorization.clone()),
            None => proxy,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    fn towards(https: &str, no: &str, address: &str) -> Result<Option<String>, ProxyError> {
        let found = Proxies::new(https, no).towards(&address.parse().unwrap())?;
        Ok(found.map(|proxy| proxy.to_string()))
    }

    #[test]
    fn a_proxy_stands_before_what_no_proxy_does_not_name() {
        let gateway = "https://gateway.example:8443/";
        assert_eq!(towards("", "", gateway).unwrap(), None);
        for (variable, proxy) in [
            ("http://proxy.example:3128", "proxy.example:3128"),
            ("proxy.example:3128", "proxy.example:3128"),
            ("http://proxy.example", "proxy.example:80"),
            ("http://[::1]:3128", "::1:3128"),
        ] {
            assert_eq!(towards(variable, "", gateway).unwrap().as_deref(), Some(proxy));
            assert_eq!(towards(variable, "other.example", gateway).unwrap().as_deref(), Some(proxy));
            for named in ["gateway.example", ".example", "*"] {
                assert_eq!(towards(variable, named, gateway).unwrap(), None, "{named}");
            }
        }
        assert_eq!(towards("http://p:1", "127.0.0.0/8", "https://127.0.0.1:1/").unwrap(), None);
        assert!(matches!(towards("socks5://p:1", "", gateway), Err(ProxyError::Scheme)));
        assert!(matches!(towards("https://p:1", "", gateway), Err(ProxyError::Scheme)));
    }

    #[tokio::test]
    async fn a_proxy_is_asked_by_name_and_told_who_asks_and_nobody_else_is() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let variable = format!("http://agent:s3cret@{}", listener.local_addr().unwrap());
        let proxy = Proxies::new(&variable, "").towards(&"https://gateway.example".parse().unwrap()).unwrap().unwrap();
        assert!(!format!("{proxy} {proxy:?}").contains("s3cret"));
        let answering = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\nhello").await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), b'!');
            String::from_utf8(head).unwrap().to_ascii_lowercase()
        };
        let asking = async {
            let mut way = proxy.connect("gateway.example:443").await.unwrap();
            let mut hello = [0; 5];
            way.read_exact(&mut hello).await.unwrap();
            assert_eq!(&hello, b"hello");
            way.write_all(b"!").await.unwrap();
            way
        };
        let (head, _way) = tokio::join!(answering, asking);
        assert!(head.starts_with("connect gateway.example:443 http/1.1\r\n"), "{head}");
        assert!(head.contains("host: gateway.example:443\r\n"), "{head}");
        assert!(head.contains("proxy-authorization: basic ywdlbnq6cznjcmv0\r\n"), "{head}");
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_says_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let variable = format!("http://{}", listener.local_addr().unwrap());
        let proxy = Proxies::new(&variable, "").towards(&"https://gateway.example".parse().unwrap()).unwrap().unwrap();
        let answering = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 407 Who Are You\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            stream
        };
        let (_stream, refused) = tokio::join!(answering, proxy.connect("gateway.example:443"));
        assert!(
            matches!(refused, Err(ProxyError::Refused { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, .. })),
            "{refused:?}"
        );
    }
}
