//! The client against a small server: what it adds, and that events and sockets arrive.

use super::client::{Client, Credentials};
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::Message as Said;
use axum::response::sse::{Event, Sse};
use axum::routing::{any, get};
use axum::{Json, Router};
use http::HeaderMap;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tokio_tungstenite::tungstenite::Message;

async fn shown(headers: HeaderMap) -> Json<Value> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Json(json!({ "cookie": text("cookie"), "origin": text("origin"), "authorization": text("authorization") }))
}

async fn events(headers: HeaderMap) -> Sse<impl futures::Stream<Item = Result<Event, Infallible>>> {
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let events = (after + 1..=3).map(|n: u32| Ok(Event::default().id(n.to_string()).data(format!("{{\"n\":{n}}}"))));
    Sse::new(futures::stream::iter(events))
}

async fn echo(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(Ok(message @ Said::Text(_))) = socket.recv().await {
            socket.send(message).await.unwrap();
        }
    })
}

async fn serve() -> Client {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let router = Router::new()
        .route("/shown", get(shown).post(shown).delete(shown))
        .route("/events", get(events))
        .route("/socket", any(echo));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(router.clone()));
            tokio::spawn(async move {
                let tls = TokioIo::new(acceptor.accept(tcp).await.unwrap());
                hyper::server::conn::http1::Builder::new().serve_connection(tls, service).with_upgrades().await
            });
        }
    });
    Client::new(address.parse().unwrap(), &cert.pem())
}

#[tokio::test]
async fn credentials_go_with_every_request() {
    let client = serve().await;
    let nobody = client.get("/shown").await.expect(200);
    assert_eq!(nobody, json!({ "cookie": null, "origin": null, "authorization": null }));
    let browser = client.with(Credentials::Cookie("a=b".to_owned()));
    let sent = browser.post("/shown", &json!({})).await.expect(200);
    assert_eq!(sent, json!({ "cookie": "a=b", "origin": client.origin(), "authorization": null }));
    let program = client.with(Credentials::Bearer("jwt".to_owned()));
    assert_eq!(program.delete("/shown").await.expect(200)["authorization"], "Bearer jwt");
}

#[tokio::test]
async fn a_stream_is_read_and_gone_on_with() {
    let client = serve().await;
    let mut first = client.events("/events", None).await;
    let read = first.until(|event| event.json()["n"] == 2).await;
    assert_eq!(read.len(), 2);
    let mut second = client.events("/events", first.last_id()).await;
    let rest: Vec<_> = second.rest().await.iter().map(|event| event.json()["n"].clone()).collect();
    assert_eq!(rest, [json!(3)]);
}

#[tokio::test]
async fn a_socket_opens_or_says_why_not() {
    let client = serve().await;
    let mut socket = client.socket("/socket").await.unwrap();
    socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(socket.next().await, Some(Message::text("hello")));
    socket.close().await;
    assert_eq!(client.socket("/nowhere").await.unwrap_err().status(), Some(404));
}
