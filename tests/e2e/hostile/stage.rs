//! What every hostile client meets: an impatient gateway, somebody who may do everything, and a Core that keeps each byte.

use condrix_tests::rig::{Client, Credentials, Gateway};
use condrix_tests::rogue::Rogue;
use condrix_tests::wire::Door;
use toml::toml;

pub(super) struct Stage {
    pub(super) gateway: Gateway,
    pub(super) ada: Client,
    pub(super) rogue: Rogue,
    /// Her id.
    pub(super) user: String,
    /// An access token of hers.
    pub(super) token: String,
    pub(super) door: Door,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let gateway = Gateway::start_with(&toml! {
            [limits]
            header_deadline = "1s"
            body_deadline = "1s"
            silence_deadline = "1s"
        })
        .await;
        let ada = gateway.add_user("ada").await;
        let rogue = Rogue::start(&gateway, "rogue").await;
        let Credentials::Bearer(token) = ada.as_program("a program").await.credentials().clone() else {
            unreachable!("a program has a token")
        };
        let user = ada.get("/api/v1/me").await.expect(200)["user"].as_str().expect("a user has an id").to_owned();
        let door = Door::of(&gateway, b"http/1.1");
        Self { gateway, ada, rogue, user, token, door }
    }

    /// Whatever clients send is no fault of the gateway, and it must not say so.
    pub(super) async fn assert_no_faults(&self) {
        let metrics = self.gateway.metrics().await;
        let faults: Vec<&str> = metrics.lines().filter(|line| line.contains("status_class=\"5xx\"")).collect();
        let log = self.gateway.log_text();
        let errors: Vec<&str> =
            log.lines().filter(|line| line.contains("ERROR") || line.contains("status=500")).collect();
        assert!(faults.is_empty() && errors.is_empty(), "{faults:#?}\n{}", errors.join("\n"));
    }

    /// Where the Core's addresses begin.
    pub(super) fn core(&self) -> String {
        format!("/api/v1/cores/{}", self.rogue.identity.core)
    }

    /// The `Host` that goes with the gateway's address.
    pub(super) fn host(&self) -> String {
        format!("localhost:{}", self.gateway.url().port().expect("a port of its own"))
    }
}
