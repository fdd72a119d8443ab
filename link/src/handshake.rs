//! Who is at the other end: the exchange that `protocol::link` describes, over one TLS connection.

use crate::frame::{self, FrameError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::ids::LinkId;
use protocol::keys::{PublicKey, SigningKey};
use protocol::link::{
    Answer, Challenge, Class, EXPORTER_LABEL, EXPORTER_LENGTH, Hello, Proof, Refusal, Side, Transcript, VERSION,
    Version, Welcome,
};
use protocol::secret::random_bytes;
use protocol::statement::StatementError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsStream;

#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("the TLS connection has no exporter: {0}")]
    Exporter(#[from] rustls::Error),
    #[error("the gateway has another key than the one this agent was paired with")]
    WrongGateway,
    #[error("the gateway speaks version {}.{} of the protocol, and this agent speaks {}.{}", .0.major, .0.minor, VERSION.major, VERSION.minor)]
    Version(Version),
    #[error("the gateway's proof does not hold: {0}")]
    Proof(#[from] StatementError),
    /// Seen by a gateway: somebody who claims a key that somebody else may have.
    #[error("the proof for the key {key} does not hold: {reason}")]
    Forged { key: PublicKey, reason: StatementError },
    /// Said by a gateway. It is believable only behind a valid challenge, or where it is about the version.
    #[error("the gateway refuses the link: {0:?}")]
    Refused(Refusal),
}

fn nonce() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<16>())
}

/// RFC 9266. The agent offers TLS 1.3 alone, where the exporter is bound to the whole handshake.
fn exporter<S>(stream: &TlsStream<S>) -> Result<[u8; EXPORTER_LENGTH], rustls::Error> {
    let out = [0; EXPORTER_LENGTH];
    match stream {
        TlsStream::Client(stream) => stream.get_ref().1.export_keying_material(out, EXPORTER_LABEL, None),
        TlsStream::Server(stream) => stream.get_ref().1.export_keying_material(out, EXPORTER_LABEL, None),
    }
}

/// The agent's side. Returns once the gateway has proved itself and taken the link.
pub async fn connect<S>(
    stream: &mut TlsStream<S>,
    key: &SigningKey,
    gateway: PublicKey,
    link: LinkId,
    class: Class,
    agent_version: &str,
) -> Result<Welcome, HandshakeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let exporter = exporter(stream)?;
    let hello = Hello {
        version: VERSION,
        agent_version: agent_version.to_owned(),
        key: key.public(),
        nonce: nonce(),
        link,
        class,
    };
    frame::write(stream, &hello).await?;
    let challenge: Challenge = match frame::read(stream).await? {
        Answer::Accepted(challenge) => challenge,
        Answer::Refused(refusal) => return Err(HandshakeError::Refused(unproven(refusal))),
    };
    // Before the statement is judged: what another major version signs may be anything.
    if !challenge.version.is_spoken() {
        return Err(HandshakeError::Version(challenge.version));
    }
    if challenge.key != gateway {
        return Err(HandshakeError::WrongGateway);
    }
    let transcript = Transcript::new(&hello, challenge.version, challenge.key, &challenge.nonce, &exporter);
    transcript.verify(&challenge.statement, Side::Gateway)?;
    frame::write(stream, &Proof { statement: transcript.sign(key, Side::Core)? }).await?;
    match frame::read(stream).await? {
        Answer::Accepted(welcome) => Ok(welcome),
        Answer::Refused(refusal) => Err(HandshakeError::Refused(refusal)),
    }
}

/// A refusal from somebody who has not proved to be the gateway may say that the version does not fit; it may not say that
/// the Core was revoked, for an agent ends its work on hearing that.
fn unproven(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Version { .. } => refusal,
        Refusal::Handshake | Refusal::UnknownKey | Refusal::Revoked | Refusal::Fenced => Refusal::Handshake,
    }
}

/// What an agent has proved: it holds the private half of `key`, on this very connection.
#[derive(Clone, Debug)]
pub struct Claim {
    pub key: PublicKey,
    pub link: LinkId,
    pub class: Class,
    pub agent_version: String,
}

/// A proven agent whose link is not taken yet.
#[derive(Debug)]
pub struct Verified<S> {
    pub claim: Claim,
    stream: TlsStream<S>,
}

/// The gateway's side, up to the proof. Whether the key belongs to a Core is for the caller to look up.
pub async fn receive<S>(mut stream: TlsStream<S>, key: &SigningKey) -> Result<Verified<S>, HandshakeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let exporter = exporter(&stream)?;
    let hello: Hello = frame::read(&mut stream).await?;
    if !hello.version.is_spoken() {
        let refusal = Refusal::Version { supported: VERSION };
        frame::write(&mut stream, &Answer::<Challenge>::Refused(refusal.clone())).await?;
        return Err(HandshakeError::Refused(refusal));
    }
    let nonce = nonce();
    let transcript = Transcript::new(&hello, VERSION, key.public(), &nonce, &exporter);
    let statement = transcript.sign(key, Side::Gateway)?;
    let challenge = Challenge { version: VERSION, key: key.public(), nonce, statement };
    frame::write(&mut stream, &Answer::Accepted(challenge)).await?;
    let proof: Proof = frame::read(&mut stream).await?;
    if let Err(reason) = transcript.verify(&proof.statement, Side::Core) {
        // It is told, if it stays to hear it: what it tried counts.
        drop(frame::write(&mut stream, &Answer::<Welcome>::Refused(Refusal::Handshake)).await);
        return Err(HandshakeError::Forged { key: hello.key, reason });
    }
    let claim = Claim { key: hello.key, link: hello.link, class: hello.class, agent_version: hello.agent_version };
    Ok(Verified { claim, stream })
}

impl<S> Verified<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    /// Takes the link.
    pub async fn welcome(mut self, welcome: Welcome) -> Result<TlsStream<S>, HandshakeError> {
        frame::write(&mut self.stream, &Answer::Accepted(welcome)).await?;
        Ok(self.stream)
    }

    /// Tells the agent why not.
    pub async fn refuse(mut self, refusal: Refusal) -> Result<(), HandshakeError> {
        frame::write(&mut self.stream, &Answer::<Welcome>::Refused(refusal)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::CoreId;
    use protocol::link::Version;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
    use std::sync::Arc;
    use tokio::io::{DuplexStream, duplex};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    /// Two ends of one TLS 1.3 connection.
    async fn tls() -> (TlsStream<DuplexStream>, TlsStream<DuplexStream>) {
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let certificate = CertificateDer::from(issued.cert.der().to_vec());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate).unwrap();
        let client = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (near, far) = duplex(64 * 1024);
        let name = ServerName::try_from("localhost").unwrap();
        let (agent, gateway) = tokio::join!(
            TlsConnector::from(Arc::new(client)).connect(name, near),
            TlsAcceptor::from(Arc::new(server)).accept(far)
        );
        (TlsStream::Client(agent.unwrap()), TlsStream::Server(gateway.unwrap()))
    }

    #[tokio::test]
    async fn both_sides_learn_who_the_other_is() {
        let (mut agent, gateway) = tls().await;
        let (core_key, gateway_key) = (SigningKey::generate(), SigningKey::generate());
        let (link, core) = (LinkId::new(), CoreId::new());
        let taken = async {
            let verified = receive(gateway, &gateway_key).await.unwrap();
            assert_eq!((verified.claim.key, verified.claim.link), (core_key.public(), link));
            verified.welcome(Welcome { core, epoch: 4 }).await.unwrap()
        };
        let asked = connect(&mut agent, &core_key, gateway_key.public(), link, Class::Bulk, "0.1.0");
        let (welcome, _) = tokio::join!(asked, taken);
        assert_eq!(welcome.unwrap(), Welcome { core, epoch: 4 });
    }

    #[tokio::test]
    async fn an_agent_does_not_talk_to_another_gateway() {
        let (mut agent, gateway) = tls().await;
        let (core_key, impostor, paired) = (SigningKey::generate(), SigningKey::generate(), SigningKey::generate());
        let asked = async {
            let answer = connect(&mut agent, &core_key, paired.public(), LinkId::new(), Class::Bulk, "0.1.0").await;
            drop(agent);
            answer
        };
        let (answer, received) = tokio::join!(asked, receive(gateway, &impostor));
        assert!(matches!(answer, Err(HandshakeError::WrongGateway)));
        assert!(received.is_err());
    }

    #[tokio::test]
    async fn a_stranger_cannot_tell_an_agent_that_it_was_revoked() {
        let (mut agent, mut gateway) = tls().await;
        let key = SigningKey::generate();
        let lie = async {
            let _: Hello = frame::read(&mut gateway).await.unwrap();
            frame::write(&mut gateway, &Answer::<Challenge>::Refused(Refusal::Revoked)).await.unwrap();
        };
        let asked = connect(&mut agent, &key, key.public(), LinkId::new(), Class::Bulk, "0.1.0");
        let (answer, ()) = tokio::join!(asked, lie);
        assert!(matches!(answer, Err(HandshakeError::Refused(Refusal::Handshake))));
    }

    #[tokio::test]
    async fn a_proven_gateway_can() {
        let (mut agent, gateway) = tls().await;
        let (core_key, gateway_key) = (SigningKey::generate(), SigningKey::generate());
        let refuse = async { receive(gateway, &gateway_key).await.unwrap().refuse(Refusal::Revoked).await.unwrap() };
        let asked = connect(&mut agent, &core_key, gateway_key.public(), LinkId::new(), Class::Bulk, "0.1.0");
        let (answer, ()) = tokio::join!(asked, refuse);
        assert!(matches!(answer, Err(HandshakeError::Refused(Refusal::Revoked))));
    }

    #[tokio::test]
    async fn an_agent_of_another_major_version_is_refused() {
        let (mut agent, gateway) = tls().await;
        let (core_key, gateway_key) = (SigningKey::generate(), SigningKey::generate());
        let old = async {
            let hello = Hello {
                version: Version { major: VERSION.major + 1, minor: 0 },
                agent_version: "9.0.0".into(),
                key: core_key.public(),
                nonce: nonce(),
                link: LinkId::new(),
                class: Class::Interactive,
            };
            frame::write(&mut agent, &hello).await.unwrap();
            frame::read::<_, Answer<Challenge>>(&mut agent).await.unwrap()
        };
        let (answer, received) = tokio::join!(old, receive(gateway, &gateway_key));
        assert_eq!(answer, Answer::Refused(Refusal::Version { supported: VERSION }));
        assert!(matches!(received, Err(HandshakeError::Refused(Refusal::Version { .. }))));
    }

    /// Plays a gateway of another version up to the proof, which must hold.
    async fn challenge(gateway: &mut TlsStream<DuplexStream>, key: &SigningKey, version: Version) {
        let exporter = exporter(gateway).unwrap();
        let hello: Hello = frame::read(gateway).await.unwrap();
        let nonce = nonce();
        let transcript = Transcript::new(&hello, version, key.public(), &nonce, &exporter);
        let statement = transcript.sign(key, Side::Gateway).unwrap();
        let challenge = Challenge { version, key: key.public(), nonce, statement };
        frame::write(gateway, &Answer::Accepted(challenge)).await.unwrap();
        let Ok(proof) = frame::read::<_, Proof>(gateway).await else { return };
        assert_eq!(transcript.verify(&proof.statement, Side::Core), Ok(()));
        let welcome = Welcome { core: CoreId::new(), epoch: 1 };
        frame::write(gateway, &Answer::Accepted(welcome)).await.unwrap();
    }

    #[tokio::test]
    async fn a_gateway_of_another_major_version_is_refused() {
        let (mut agent, mut gateway) = tls().await;
        let (core_key, gateway_key) = (SigningKey::generate(), SigningKey::generate());
        let newer = Version { major: VERSION.major + 1, minor: 0 };
        let asked = async {
            let answer =
                connect(&mut agent, &core_key, gateway_key.public(), LinkId::new(), Class::Bulk, "0.1.0").await;
            drop(agent);
            answer
        };
        let (answer, ()) = tokio::join!(asked, challenge(&mut gateway, &gateway_key, newer));
        assert!(matches!(answer, Err(HandshakeError::Version(version)) if version == newer), "{answer:?}");
    }

    #[tokio::test]
    async fn a_newer_minor_version_of_either_side_is_no_obstacle() {
        let newer = Version { minor: VERSION.minor + 1, ..VERSION };
        let (core_key, gateway_key) = (SigningKey::generate(), SigningKey::generate());
        let (mut agent, mut gateway) = tls().await;
        let asked = connect(&mut agent, &core_key, gateway_key.public(), LinkId::new(), Class::Bulk, "0.1.0");
        let (welcome, ()) = tokio::join!(asked, challenge(&mut gateway, &gateway_key, newer));
        welcome.unwrap();

        let (mut agent, gateway) = tls().await;
        let asks = async {
            let exporter = exporter(&agent).unwrap();
            let hello = Hello {
                version: newer,
                agent_version: "9.0.0".into(),
                key: core_key.public(),
                nonce: nonce(),
                link: LinkId::new(),
                class: Class::Bulk,
            };
            frame::write(&mut agent, &hello).await.unwrap();
            let Answer::Accepted(challenge) = frame::read::<_, Answer<Challenge>>(&mut agent).await.unwrap() else {
                panic!("no challenge")
            };
            let transcript = Transcript::new(&hello, challenge.version, challenge.key, &challenge.nonce, &exporter);
            transcript.verify(&challenge.statement, Side::Gateway).unwrap();
            frame::write(&mut agent, &Proof { statement: transcript.sign(&core_key, Side::Core).unwrap() })
                .await
                .unwrap();
        };
        let ((), verified) = tokio::join!(asks, receive(gateway, &gateway_key));
        assert_eq!(verified.unwrap().claim.key, core_key.public());
    }

    #[tokio::test]
    async fn a_hello_under_anothers_key_is_not_believed() {
        let (mut agent, gateway) = tls().await;
        let (core_key, thief, gateway_key) = (SigningKey::generate(), SigningKey::generate(), SigningKey::generate());
        let claim = async {
            let exporter = exporter(&agent).unwrap();
            let hello = Hello {
                version: VERSION,
                agent_version: "0.1.0".into(),
                key: core_key.public(),
                nonce: nonce(),
                link: LinkId::new(),
                class: Class::Interactive,
            };
            frame::write(&mut agent, &hello).await.unwrap();
            let Answer::Accepted(challenge) = frame::read::<_, Answer<Challenge>>(&mut agent).await.unwrap() else {
                panic!("no challenge")
            };
            let transcript = Transcript::new(&hello, challenge.version, challenge.key, &challenge.nonce, &exporter);
            let statement = transcript.sign(&thief, Side::Core).unwrap();
            frame::write(&mut agent, &Proof { statement }).await.unwrap();
            frame::read::<_, Answer<Welcome>>(&mut agent).await.unwrap()
        };
        let (answer, received) = tokio::join!(claim, receive(gateway, &gateway_key));
        assert_eq!(answer, Answer::Refused(Refusal::Handshake));
        assert!(matches!(received, Err(HandshakeError::Forged { key, .. }) if key == core_key.public()));
    }
}
