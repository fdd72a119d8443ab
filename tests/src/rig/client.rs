//! A thin client of the public HTTP API: it adds credentials and shows what came back, and decides nothing.

use super::events::Events;
use super::eventually::{DEADLINE, within};
use super::socket::{Refused, Socket};
use super::tls;
use reqwest::header::{self, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    tls: rustls::ClientConfig,
    base: Url,
    credentials: Credentials,
    /// Where sockets are dialled, where that is not the address's own port.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    Nobody,
    /// A browser: the cookie's `name=value`, and the Origin that goes with it.
    Cookie(String),
    /// A program: a JWT.
    Bearer(String),
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Which problem it is: the end of its type.
    pub fn problem(&self) -> Option<String> {
        self.json()["type"].as_str()?.strip_prefix("urn:condrix:problem:").map(str::to_owned)
    }

    /// The body of an answer that must be a success.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Asserts a refusal of this type.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, slug: &str) {
        let told = (self.status, self.problem());
        assert_eq!(told, (status, Some(slug.to_owned())), "{}", self.text);
        assert_eq!(self.json()["status"], status, "{}", self.text);
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Client {
    pub fn new(base: Url, certificate_pem: &str) -> Self {
        let tls = tls::trusting(certificate_pem);
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            // Nobody waits for ever on a gateway that says nothing: streams have heartbeats.
            .read_timeout(DEADLINE)
            .build()
            .expect("the client is complete");
        Self { http, tls, base, credentials: Credentials::Nobody, port: None }
    }

    /// The same client for somebody else.
    pub fn with(&self, credentials: Credentials) -> Self {
        Self { credentials, ..self.clone() }
    }

    /// The same client, whose sockets go to the same address by way of this loopback port.
    pub fn dialling(&self, port: u16) -> Self {
        Self { port: Some(port), ..self.clone() }
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("the path is one")
    }

    /// The exact value of `Origin` for a page of this gateway.
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// A request with the credentials on it, to be changed or sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match &self.credentials {
            Credentials::Nobody => request,
            Credentials::Cookie(cookie) => request.header(header::COOKIE, cookie).header(header::ORIGIN, self.origin()),
            Credentials::Bearer(token) => request.bearer_auth(token),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        read(self.request(Method::POST, path).json(body)).await
    }

    /// A post that a retry with the same key does not repeat.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        read(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        read(self.request(Method::DELETE, path)).await
    }

    /// Opens an event stream, after the event `last` if that is given.
    pub async fn events(&self, path: &str, last: Option<&str>) -> Events {
        let mut request = self.request(Method::GET, path).header(header::ACCEPT, "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Events::open(request).await
    }

    /// Opens a WebSocket.
    pub async fn socket(&self, path: &str) -> Result<Socket, Refused> {
        self.socket_for(path, None).await
    }

    /// The same for a subprotocol.
    pub async fn socket_for(&self, path: &str, subprotocol: Option<&'static str>) -> Result<Socket, Refused> {
        let mut headers = HeaderMap::new();
        if let Some(subprotocol) = subprotocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, header::HeaderValue::from_static(subprotocol));
        }
        let value = |text: &str| text.parse::<header::HeaderValue>().expect("credentials are header values");
        match &self.credentials {
            Credentials::Nobody => {}
            Credentials::Cookie(cookie) => {
                headers.insert(header::COOKIE, value(cookie));
                headers.insert(header::ORIGIN, value(&self.origin()));
            }
            Credentials::Bearer(token) => {
                headers.insert(header::AUTHORIZATION, value(&format!("Bearer {token}")));
            }
        }
        Socket::open(&self.tls, &self.url(path), self.port, headers).await
    }

    /// The same with exactly these headers besides the protocol's own.
    pub async fn socket_with(&self, path: &str, headers: HeaderMap) -> Result<Socket, Refused> {
        Socket::open(&self.tls, &self.url(path), self.port, headers).await
    }
}

/// Sends a request and reads the whole answer.
pub async fn read(request: RequestBuilder) -> Answer {
    let answer = async {
        let response = request.send().await.unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap_or_else(|error| panic!("a broken answer: {error:?}"));
        Answer { status, headers, text }
    };
    within("an answer comes and ends", answer).await
}

/// For plain HTTP on loopback: metrics, control ports.
pub fn plain_http() -> reqwest::Client {
    // An error means that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().expect("the client is complete")
}

/// A fresh idempotency key.
pub fn fresh_key() -> String {
    Uuid::new_v4().to_string()
}
