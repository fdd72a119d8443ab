//! Somebody in the middle: an agent dials them, and they dial the gateway.

use condrix_tests::rig::{Gateway, within};
use condrix_tests::rogue::{Identity, Rogue, dial};
use link::HandshakeError;
use protocol::ids::LinkId;
use protocol::link::{ALPN, Class};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::sync::Arc;
use tokio::io::{copy_bidirectional, duplex};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// A TLS connection from an agent that trusts whoever is there, as agents do for links: `(agent's end, relay's end)`.
async fn lured() -> (TlsStream<tokio::io::DuplexStream>, TlsStream<tokio::io::DuplexStream>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = CertificateDer::from(cert.der().to_vec());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls13 = &[&rustls::version::TLS13];
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(tls13);
    let mut server = server
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a pair");
    server.alpn_protocols = vec![ALPN.to_vec()];
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a certificate");
    let client = ClientConfig::builder_with_provider(provider).with_protocol_versions(tls13);
    let mut client = client.expect("TLS 1.3").with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![ALPN.to_vec()];
    let (near, far) = duplex(64 * 1024);
    let name = ServerName::try_from("localhost").expect("a name");
    let (agent, relay) = tokio::join!(
        Box::pin(TlsConnector::from(Arc::new(client)).connect(name, near)),
        Box::pin(TlsAcceptor::from(Arc::new(server)).accept(far))
    );
    (TlsStream::Client(agent.expect("a handshake")), TlsStream::Server(relay.expect("a handshake")))
}

/// What an honest agent makes of a gateway that it reaches through somebody.
async fn through_a_relay(identity: &Identity) -> HandshakeError {
    let (mut agent, mut relay) = lured().await;
    let mut gateway = dial(identity).await;
    // Every byte is passed on as it is, both ways.
    let passes = tokio::spawn(async move { copy_bidirectional(&mut relay, &mut gateway).await });
    let asked =
        link::connect(&mut agent, &identity.key, identity.gateway_key, LinkId::new(), Class::Interactive, "0.1.0");
    let refused = within("the agent notices", asked).await.expect_err("a handshake was relayed");
    passes.abort();
    refused
}

#[tokio::test]
async fn a_handshake_cannot_be_relayed() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::prepare(&gateway, "core").await;
    // The gateway's proof holds on the relay's connection and not on the agent's, so the agent never proves itself.
    let refused = through_a_relay(&rogue.identity).await;
    assert!(matches!(refused, HandshakeError::Proof(_)), "{refused}");
    assert!(!rogue.is_online(&ada).await);
}

#[tokio::test]
async fn an_agent_talks_to_no_other_gateway_than_the_one_it_was_paired_with() {
    let (gateway, other) = (Gateway::start().await, Gateway::start().await);
    let (rogue, elsewhere) = (Rogue::prepare(&gateway, "core").await, Rogue::prepare(&other, "core").await);
    let mut stream = dial(&elsewhere.identity).await;
    let Identity { key, gateway_key, .. } = &rogue.identity;
    let asked = link::connect(&mut stream, key, *gateway_key, LinkId::new(), Class::Interactive, "0.1.0");
    let refused = within("the agent notices", asked).await.expect_err("another gateway was taken");
    assert!(matches!(refused, HandshakeError::WrongGateway), "{refused}");
}
