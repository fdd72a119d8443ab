//! A link from the agent's side: as it should be, or message by message for whoever wants to lie.

use super::identity::Identity;
use super::serve::{self, Stage};
use crate::rig::within;
use link::{Ended, HandshakeError, Timing};
use protocol::ids::LinkId;
use protocol::link::{ALPN, Answer, Challenge, Class, EXPORTER_LABEL, EXPORTER_LENGTH, Hello, Proof, VERSION, Welcome};
use protocol::secret::random_bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsStream;

pub(super) const fn alpn() -> &'static [u8] {
    ALPN
}

/// A TLS connection for a link.
pub async fn dial(identity: &Identity) -> TlsStream<TcpStream> {
    let stream = within("a link's TLS handshake ends", Box::pin(identity.door.try_open())).await;
    TlsStream::Client(stream.expect("the TLS handshake succeeds"))
}

/// A link that is up. It ends with its handle.
#[derive(Debug)]
pub struct Link {
    tasks: JoinSet<(Class, Ended)>,
}

impl Link {
    pub(super) async fn up(identity: &Identity, id: LinkId, stage: &Arc<Stage>) -> Result<Self, HandshakeError> {
        let mut tasks = JoinSet::new();
        for class in Class::ALL {
            let mut stream = dial(identity).await;
            let asked = link::connect(&mut stream, &identity.key, identity.gateway_key, id, class, "0.1.0");
            within("a link is taken or refused", asked).await?;
            let (inbound, driver) = link::server(stream, Timing::default());
            let stage = Arc::clone(stage);
            tasks.spawn(async move {
                let serving = serve::serve(stage, inbound);
                tokio::select! {
                    ended = driver.run() => (class, ended),
                    () = serving => (class, Ended::Closed),
                }
            });
        }
        Ok(Self { tasks })
    }

    /// Waits until the gateway has ended one of the connections.
    pub async fn ended(&mut self) -> (Class, Ended) {
        let ended = within("the link ends", self.tasks.join_next()).await.expect("a link has connections");
        ended.expect("a connection's task does not panic")
    }

    /// Whether both connections are there still.
    pub fn is_up(&mut self) -> bool {
        self.tasks.try_join_next().is_none() && self.tasks.len() == Class::ALL.len()
    }
}

/// A handshake by hand.
#[derive(Debug)]
pub struct Hand {
    pub stream: TlsStream<TcpStream>,
}

impl Hand {
    pub async fn dial(identity: &Identity) -> Self {
        Self { stream: dial(identity).await }
    }

    /// An honest hello.
    pub fn hello(identity: &Identity) -> Hello {
        Hello {
            version: VERSION,
            agent_version: "0.1.0".to_owned(),
            key: identity.key.public(),
            nonce: u128::from_be_bytes(random_bytes()).to_string(),
            link: LinkId::new(),
            class: Class::Interactive,
        }
    }

    pub fn exporter(&self) -> [u8; EXPORTER_LENGTH] {
        let TlsStream::Client(stream) = &self.stream else { unreachable!("it was dialled") };
        let exported = stream.get_ref().1.export_keying_material([0; EXPORTER_LENGTH], EXPORTER_LABEL, None);
        exported.expect("TLS 1.3 has an exporter")
    }

    pub async fn say(&mut self, message: &impl Serialize) {
        self.say_raw(&serde_json::to_vec(message).expect("a message is JSON")).await;
    }

    /// Any bytes behind their length.
    pub async fn say_raw(&mut self, body: &[u8]) {
        let length = u16::try_from(body.len()).expect("two bytes hold the length").to_be_bytes();
        let sent = async {
            self.stream.write_all(&[&length[..], body].concat()).await?;
            self.stream.flush().await
        };
        let _closed = within("the gateway reads", sent).await;
    }

    /// The next message. None: the gateway closed.
    pub async fn hear<M: DeserializeOwned>(&mut self) -> Option<M> {
        let read = async {
            let length = self.stream.read_u16().await.ok()?;
            let mut body = vec![0; usize::from(length)];
            self.stream.read_exact(&mut body).await.ok()?;
            Some(serde_json::from_slice(&body).expect("the gateway writes what the protocol says"))
        };
        within("the gateway says something or closes", read).await
    }

    /// Says hello and takes the challenge.
    pub async fn challenged(&mut self, hello: &Hello) -> Challenge {
        self.say(hello).await;
        match self.hear::<Answer<Challenge>>().await {
            Some(Answer::Accepted(challenge)) => challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }

    /// Sends a proof and hears what becomes of it.
    pub async fn prove(&mut self, statement: String) -> Option<Answer<Welcome>> {
        self.say(&Proof { statement }).await;
        self.hear().await
    }
}
