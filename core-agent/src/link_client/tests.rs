//! The client against a gateway's side of the `link` crate.

use super::*;
use axum::routing::get;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use link::{Opener, Timing, Verified};
use protocol::ids::CoreId;
use protocol::link::{ALPN, Welcome};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsStream};

const OPTIONS: LinkOptions = LinkOptions { carrier: CarrierChoice::Direct, refused_retry: Duration::from_mins(1) };
const DEADLINE: Duration = Duration::from_secs(20);

struct Gateway {
    listener: TcpListener,
    tls: TlsAcceptor,
    key: SigningKey,
}

impl Gateway {
    async fn start(versions: &[&'static rustls::SupportedProtocolVersion]) -> Self {
        let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![ALPN.to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, tls: TlsAcceptor::from(Arc::new(config)), key: SigningKey::generate() }
    }

    /// An agent that was paired with this gateway, or thinks so.
    fn agent(&self, gateway_key: protocol::keys::PublicKey) -> Agent {
        let paired = Paired {
            gateway: format!("https://{}", self.listener.local_addr().unwrap()).parse().unwrap(),
            gateway_key,
            core: CoreId::new(),
            name: "test".into(),
        };
        let router = Router::new().route("/v1/hello", get(async || "hello"));
        let client = LinkClient::new(paired, SigningKey::generate(), router, Proxies::new("", ""), OPTIONS).unwrap();
        let (state, stop) = (client.state(), CancellationToken::new());
        Agent { state, task: tokio::spawn(client.run(stop.clone())), stop }
    }

    async fn accept(&self) -> Verified<TcpStream> {
        let receive = async {
            let (tcp, _) = self.listener.accept().await.unwrap();
            let stream = TlsStream::from(self.tls.accept(tcp).await.unwrap());
            link::receive(stream, &self.key).await.unwrap()
        };
        timeout(DEADLINE, receive).await.unwrap()
    }

    /// Takes both connections of a link.
    async fn take(&self) -> (LinkId, [Taken; 2]) {
        let mut taken = Vec::new();
        let mut link = None;
        for _ in 0..2 {
            let verified = self.accept().await;
            let (id, class) = (verified.claim.link, verified.claim.class);
            assert!(link.replace(id).is_none_or(|other| other == id), "two connections of one link carry one id");
            let stream = verified.welcome(Welcome { core: CoreId::new(), epoch: 1 }).await.unwrap();
            let (opener, driver) = link::opener(stream, Timing::default());
            taken.push(Taken { class, opener, driver: tokio::spawn(driver.run()) });
        }
        (link.unwrap(), taken.try_into().unwrap())
    }
}

struct Agent {
    state: watch::Receiver<LinkState>,
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Agent {
    async fn becomes(&mut self, state: LinkState) {
        timeout(DEADLINE, self.state.wait_for(|now| *now == state)).await.unwrap().unwrap();
    }

    async fn stop(self) {
        self.stop.cancel();
        timeout(DEADLINE, self.task).await.unwrap().unwrap();
    }
}

#[derive(Debug)]
struct Taken {
    class: Class,
    opener: Opener,
    driver: JoinHandle<link::Ended>,
}

impl Taken {
    async fn get(&self, path: &str) -> String {
        let stream = self.opener.open().await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let request = Request::get(path).header("host", "core").body(Empty::<Bytes>::new()).unwrap();
        let response = timeout(DEADLINE, sender.send_request(request)).await.unwrap().unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        connection.abort();
        String::from_utf8(body.to_vec()).unwrap()
    }
}

const MODERN: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

#[tokio::test]
async fn requests_are_answered_on_both_connections() {
    let gateway = Gateway::start(MODERN).await;
    let mut agent = gateway.agent(gateway.key.public());
    let (_, connections) = gateway.take().await;
    agent.becomes(LinkState::Up { epoch: 1 }).await;
    assert_ne!(connections[0].class, connections[1].class);
    for connection in &connections {
        for _ in 0..3 {
            assert_eq!(connection.get("/v1/hello").await, "hello");
        }
    }
    agent.stop().await;
    for connection in connections {
        timeout(DEADLINE, connection.driver).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn when_one_connection_ends_both_do_and_the_link_comes_back_under_its_id() {
    let gateway = Gateway::start(MODERN).await;
    let mut agent = gateway.agent(gateway.key.public());
    let (before, [one, other]) = gateway.take().await;
    agent.becomes(LinkState::Up { epoch: 1 }).await;
    one.driver.abort();
    timeout(DEADLINE, other.driver).await.unwrap().unwrap();
    let (after, connections) = gateway.take().await;
    assert_eq!(before, after);
    assert_eq!(connections[0].get("/v1/hello").await, "hello");
    agent.stop().await;
}

#[tokio::test]
async fn a_core_learns_at_the_handshake_that_it_was_revoked() {
    let gateway = Gateway::start(MODERN).await;
    let mut agent = gateway.agent(gateway.key.public());
    gateway.accept().await.refuse(Refusal::Revoked).await.unwrap();
    agent.becomes(LinkState::Revoked).await;
    agent.stop().await;
}

#[tokio::test]
async fn a_gateway_with_another_key_is_refused_whatever_its_certificate_says() {
    let gateway = Gateway::start(MODERN).await;
    let mut agent = gateway.agent(SigningKey::generate().public());
    let (tcp, _) = gateway.listener.accept().await.unwrap();
    let stream = TlsStream::from(gateway.tls.accept(tcp).await.unwrap());
    assert!(link::receive(stream, &gateway.key).await.is_err(), "the agent proved itself to a stranger");
    agent.becomes(LinkState::Refused).await;
    agent.stop().await;
}

#[tokio::test]
async fn a_link_needs_tls_1_3() {
    let gateway = Gateway::start(&[&rustls::version::TLS12]).await;
    let agent = gateway.agent(gateway.key.public());
    let (tcp, _) = gateway.listener.accept().await.unwrap();
    assert!(gateway.tls.accept(tcp).await.is_err());
    agent.stop().await;
}
