//! Pairing against a gateway that answers one request.

use super::*;
use crate::proxies::Proxies;
use crate::state_dir::StateDir;
use axum::routing::post;
use axum::{Json, Router};
use http::{StatusCode, header};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use protocol::keys::SigningKey;
use protocol::pairing::{Fingerprint, PairRequest, PairResponse, PairingToken};
use protocol::problem::{MEDIA_TYPE, Problem, ProblemType};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// No proxy in between.
fn direct() -> Proxies {
    Proxies::new("", "")
}

struct Gateway {
    token: PairingToken,
    answer: PairResponse,
    asked: Arc<Mutex<Vec<PairRequest>>>,
}

impl Gateway {
    async fn start() -> Self {
        let certificate = rcgen::generate_simple_self_signed(["somewhere.else".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let token = PairingToken {
            gateway: format!("https://{}", listener.local_addr().unwrap()).parse().unwrap(),
            fingerprint: Fingerprint::of(certificate.cert.der()),
            secret: "s3cret".to_owned().into(),
        };
        let answer =
            PairResponse { core: CoreId::new(), name: "forge".into(), gateway_key: SigningKey::generate().public() };
        let asked = Arc::<Mutex<Vec<PairRequest>>>::default();
        let gateway = Self { token, answer, asked };
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), gateway.router()));
        gateway
    }

    fn router(&self) -> Router {
        let asked = self.asked.clone();
        let answer = serde_json::to_value(&self.answer).unwrap();
        let handler = async move |Json(request): Json<PairRequest>| {
            let taken = request.secret == "s3cret";
            asked.lock().unwrap().push(request);
            if taken {
                (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], answer.to_string())
            } else {
                let refused = Problem::new(ProblemType::PairingRefused);
                let text = serde_json::to_string(&refused).unwrap();
                (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, MEDIA_TYPE)], text)
            }
        };
        Router::new().route("/api/v1/pairing", post(handler))
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, router: Router) {
    while let Ok((tcp, _)) = listener.accept().await {
        // A client that trusts nothing here ends the handshake: the next one is served.
        if let Ok(stream) = tls.accept(tcp).await {
            let service = TowerToHyperService::new(router.clone());
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            drop(connection.await);
        }
    }
}

fn state(folder: &TempDir) -> StateDir {
    StateDir::open(&folder.path().join("state")).unwrap()
}

#[tokio::test]
async fn an_agent_sends_its_public_key_and_remembers_the_gateways() {
    let (gateway, folder) = (Gateway::start().await, TempDir::new().unwrap());
    let state = state(&folder);
    let token = gateway.token.clone();
    let paired = join(&token.gateway, &token, &state, "host", false, &direct()).await.unwrap();
    assert_eq!((paired.core, paired.name.as_str()), (gateway.answer.core, "forge"));
    assert_eq!(paired.gateway_key, gateway.answer.gateway_key);
    assert_eq!(Paired::load(&state.gateway()).unwrap(), Some(paired));
    let asked = gateway.asked.lock().unwrap().pop().unwrap();
    assert_eq!((asked.key, asked.hostname.as_str()), (state.ensure_identity().unwrap().public(), "host"));

    let again = join(&token.gateway, &token, &state, "host", false, &direct()).await;
    assert!(matches!(again, Err(JoinError::AlreadyPaired { .. })));
    join(&token.gateway, &token, &state, "host", true, &direct()).await.unwrap();
    let repeated = gateway.asked.lock().unwrap().pop().unwrap();
    assert_eq!(repeated.key, asked.key, "a second try is made with the same key");

    private_files::write(&state.gateway(), b"{").unwrap();
    assert!(matches!(Paired::load(&state.gateway()), Err(PairedError::Malformed { .. })), "damage is not forgotten");
}

#[tokio::test]
async fn a_token_is_never_sent_to_another_certificate() {
    let (gateway, folder) = (Gateway::start().await, TempDir::new().unwrap());
    let mut token = gateway.token.clone();
    token.fingerprint = Fingerprint::of(b"another");
    let refused = join(&token.gateway, &token, &state(&folder), "host", false, &direct()).await;
    assert!(matches!(refused, Err(JoinError::Unreachable(_))), "{refused:?}");
    assert!(gateway.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_token_for_another_gateway_or_without_encryption_is_not_used() {
    let (gateway, folder) = (Gateway::start().await, TempDir::new().unwrap());
    let state = state(&folder);
    let plain = gateway.token.gateway.as_str().replace("https", "http").parse().unwrap();
    let refused = join(&plain, &gateway.token, &state, "host", false, &direct()).await;
    assert!(matches!(refused, Err(JoinError::PlainText)), "{refused:?}");
    let other = "https://gateway.example/".parse().unwrap();
    let refused = join(&other, &gateway.token, &state, "host", false, &direct()).await;
    assert!(matches!(refused, Err(JoinError::OtherGateway { .. })), "{refused:?}");
    assert!(gateway.asked.lock().unwrap().is_empty());
    assert_eq!(Paired::load(&state.gateway()).unwrap(), None);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_gateways_words() {
    let (gateway, folder) = (Gateway::start().await, TempDir::new().unwrap());
    let mut token = gateway.token.clone();
    token.secret = "lapsed".to_owned().into();
    let refused = join(&token.gateway, &token, &state(&folder), "host", false, &direct()).await.unwrap_err();
    assert!(refused.to_string().contains(ProblemType::PairingRefused.title()), "{refused}");
}

#[test]
fn a_token_is_read_from_a_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    let token = PairingToken {
        gateway: "https://gateway.example/".parse().unwrap(),
        fingerprint: Fingerprint::of(b"der"),
        secret: "s3cret".to_owned().into(),
    };
    std::fs::write(&path, secrecy::ExposeSecret::expose_secret(&token.to_text())).unwrap();
    assert_eq!(read_token(Some(&path)).unwrap().gateway, token.gateway);
    std::fs::write(&path, "no token").unwrap();
    assert!(matches!(read_token(Some(&path)), Err(TokenError::Invalid(_))));
}
