//! Becoming a Core by the public interface alone.

use super::dial::alpn;
use crate::rig::{Answer, Client, Gateway};
use crate::wire::Door;
use protocol::ids::CoreId;
use protocol::keys::{PublicKey, SigningKey};
use protocol::pairing::{PairRequest, PairResponse, PairingToken};
use secrecy::ExposeSecret as _;

#[derive(Debug)]
pub struct Identity {
    pub core: CoreId,
    pub key: SigningKey,
    pub gateway_key: PublicKey,
    pub(super) door: Door,
}

impl Identity {
    pub async fn pair(gateway: &Gateway, name: &str) -> Self {
        let made = gateway.order(&["core", "pair", "--name", name], "").await;
        let token = made["token"].as_str().expect("a token is text").parse().expect("the token is whole");
        let key = SigningKey::generate();
        let answer = redeem(&gateway.client(), &token, key.public(), "rogue").await.expect(201);
        let PairResponse { core, gateway_key, .. } = serde_json::from_value(answer).expect("a pairing's answer");
        Self { core, key, gateway_key, door: Door::of(gateway, alpn()) }
    }

    /// The same Core's key in somebody else's hands.
    pub fn copy(&self) -> Self {
        let key = SigningKey::from_pkcs8(self.key.to_pkcs8().to_vec()).expect("a key is a key");
        Self { core: self.core, key, gateway_key: self.gateway_key, door: self.door.clone() }
    }
}

/// One attempt to redeem a token.
pub async fn redeem(client: &Client, token: &PairingToken, key: PublicKey, hostname: &str) -> Answer {
    let secret = token.secret.expose_secret().to_owned();
    let request = PairRequest { secret, key, hostname: hostname.to_owned() };
    client.post("/api/v1/pairing", &serde_json::to_value(request).expect("a request is JSON")).await
}
