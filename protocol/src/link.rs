//! The link's handshake: what is said, and how each side judges it. Sending and receiving is the `link` crate's.
//!
//! ```text
//!  agent                                        gateway
//!    │ Hello {version, key, nonce, link, class} ──► │
//!    │ ◄── Challenge {key, nonce, statement}        │   or Refusal (version)
//!    │ Proof {statement} ─────────────────────────► │
//!    │ ◄── Welcome {core, epoch}                    │   or Refusal (unknown key, revoked)
//!    └───────────── yamux from here on ─────────────┘
//! ```
//!
//! Both statements carry the same [`Transcript`]. It includes the TLS exporter (RFC 9266), so that statements made on
//! one TLS connection are worth nothing on another: a handshake cannot be relayed. The gateway proves itself before it
//! refuses, so that nobody else can make an agent believe that its Core was revoked.

use crate::ids::{CoreId, LinkId};
use crate::keys::{PublicKey, SigningKey};
use crate::statement::{self, Purpose, StatementError};
use serde::{Deserialize, Serialize};

/// ALPN of a link: it shares the gateway's port with browsers.
pub const ALPN: &[u8] = b"condrix-link/1";
/// The exporter's label (RFC 9266) and length.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";
pub const EXPORTER_LENGTH: usize = 32;

/// The protocol's version. A peer with another major version is refused, by either side; minor versions only add what the
/// other side may ignore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
}

pub const VERSION: Version = Version { major: 1, minor: 0 };

impl Version {
    /// Whether this program can talk to a peer of that version.
    pub const fn is_spoken(self) -> bool {
        self.major == VERSION.major
    }
}

/// A link is two connections, so that a download never delays a keystroke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Interactive,
    Bulk,
}

impl Class {
    pub const ALL: [Self; 2] = [Self::Interactive, Self::Bulk];
}

pub type Nonce = String;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub version: Version,
    pub agent_version: String,
    pub key: PublicKey,
    pub nonce: Nonce,
    pub link: LinkId,
    pub class: Class,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub version: Version,
    pub key: PublicKey,
    pub nonce: Nonce,
    pub statement: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub statement: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub core: CoreId,
    pub epoch: u64,
}

/// Why a gateway does not take a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// The agent speaks another major version.
    Version { supported: Version },
    /// The hello or the proof cannot be believed.
    Handshake,
    /// No Core has this key.
    UnknownKey,
    /// The Core with this key was revoked.
    Revoked,
    /// A newer link of the same Core is up.
    Fenced,
}

/// What a gateway may answer; `Result` keeps the two apart on the wire too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<T> {
    Accepted(T),
    Refused(Refusal),
}

/// What both sides sign. Equal field by field, or there is no link. It has each side's version as that side said it, so
/// that nobody in between can make the two believe in an older peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    pub core_version: Version,
    pub gateway_version: Version,
    pub core_key: PublicKey,
    pub gateway_key: PublicKey,
    pub core_nonce: Nonce,
    pub gateway_nonce: Nonce,
    pub link: LinkId,
    pub class: Class,
    pub exporter: String,
}

impl Transcript {
    pub fn new(
        hello: &Hello,
        gateway_version: Version,
        gateway_key: PublicKey,
        gateway_nonce: &str,
        exporter: &[u8; EXPORTER_LENGTH],
    ) -> Self {
        Self {
            core_version: hello.version,
            gateway_version,
            core_key: hello.key,
            gateway_key,
            core_nonce: hello.nonce.clone(),
            gateway_nonce: gateway_nonce.to_owned(),
            link: hello.link,
            class: hello.class,
            exporter: hex::encode(exporter),
        }
    }

    pub fn sign(&self, key: &SigningKey, side: Side) -> Result<String, StatementError> {
        statement::sign(key, side.purpose(), self)
    }

    /// Whether `statement` is the other side's signature under this very transcript.
    pub fn verify(&self, statement: &str, side: Side) -> Result<(), StatementError> {
        let key = match side {
            Side::Gateway => &self.gateway_key,
            Side::Core => &self.core_key,
        };
        let said: Self = statement::verify(key, side.purpose(), statement)?;
        if said == *self { Ok(()) } else { Err(StatementError::Invalid) }
    }
}

/// Who signs. The two sign under different `typ`s, so that a statement cannot be sent back to its author as a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Gateway,
    Core,
}

impl Side {
    const fn purpose(self) -> Purpose {
        match self {
            Self::Gateway => Purpose::LinkGateway,
            Self::Core => Purpose::LinkCore,
        }
    }
}

/// Paths that agent and gateway agree on. The first is the gateway's; the others are on a link, and only the gateway itself
/// uses them: the proxy never forwards a client to them.
pub mod paths {
    /// A WebSocket that carries the link's own TLS bytes, where a proxy that ends TLS stands between.
    pub const CARRIER: &str = "/link/v1";
    /// GET: the agent's state as JSON lines, newest last, for as long as the link is up.
    pub const REPORTS: &str = "/link/v1/reports";
    /// POST [`RevokeOrder`](crate::claude::RevokeOrder): the Core was revoked; end everything.
    pub const REVOKED: &str = "/link/v1/revoked";
    /// What follows a Core's id in the public address follows this on the link.
    pub const API: &str = "/v1";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(core: &SigningKey, gateway: &SigningKey, exporter: u8) -> Transcript {
        let hello = Hello {
            version: VERSION,
            agent_version: "0.1.0".into(),
            key: core.public(),
            nonce: "core".into(),
            link: LinkId::from_uuid(uuid::Uuid::nil()),
            class: Class::Interactive,
        };
        Transcript::new(&hello, VERSION, gateway.public(), "gateway", &[exporter; EXPORTER_LENGTH])
    }

    #[test]
    fn a_proof_holds_on_its_own_connection_only() {
        let (core, gateway) = (SigningKey::generate(), SigningKey::generate());
        let here = transcript(&core, &gateway, 1);
        let proof = here.sign(&core, Side::Core).unwrap();
        assert_eq!(here.verify(&proof, Side::Core), Ok(()));
        assert!(transcript(&core, &gateway, 2).verify(&proof, Side::Core).is_err(), "relayed to another connection");
    }

    #[test]
    fn a_statement_cannot_be_sent_back_as_a_proof() {
        let both = SigningKey::generate();
        let here = transcript(&both, &both, 1);
        let challenge = here.sign(&both, Side::Gateway).unwrap();
        assert_eq!(here.verify(&challenge, Side::Core), Err(StatementError::WrongPurpose));
    }

    #[test]
    fn a_proof_holds_for_the_versions_that_both_sides_said() {
        let (core, gateway) = (SigningKey::generate(), SigningKey::generate());
        let here = transcript(&core, &gateway, 1);
        let proof = here.sign(&core, Side::Core).unwrap();
        let other = Version { minor: VERSION.minor + 1, ..VERSION };
        for made_older in
            [Transcript { core_version: other, ..here.clone() }, Transcript { gateway_version: other, ..here }]
        {
            assert!(made_older.verify(&proof, Side::Core).is_err());
        }
    }

    #[test]
    fn another_key_proves_nothing() {
        let (core, gateway, thief) = (SigningKey::generate(), SigningKey::generate(), SigningKey::generate());
        let here = transcript(&core, &gateway, 1);
        assert!(here.verify(&here.sign(&thief, Side::Core).unwrap(), Side::Core).is_err());
    }
}
