//! What every hostile client meets: a gateway, somebody who may do everything, and a Core that keeps each byte.

use condrix_tests::rig::{Client, Credentials, Gateway};
use condrix_tests::rogue::Rogue;
use condrix_tests::wire::Door;
use toml::{Table, toml};

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
        Self::with(&Table::new()).await
    }

    /// For clients that do not come to an end. Honest ones need the ordinary deadlines: the machine may be busy.
    pub(super) async fn impatient_with_clients() -> Self {
        Self::with(&toml! { limits = { header_deadline = "2s", body_deadline = "2s" } }).await
    }

    /// For Cores that do not come to an end.
    pub(super) async fn impatient_with_cores() -> Self {
        Self::with(&toml! { limits = { silence_deadline = "1s" } }).await
    }

    async fn with(settings: &Table) -> Self {
        let gateway = Gateway::start_with(settings).await;
        let ada = gateway.add_user("ada").await;
        let rogue = Rogue::start(&gateway, "rogue").await;
        let Credentials::Bearer(token) = ada.as_program("a program").await.credentials().clone() else {
            unreachable!("a program has a token")
        };
        let user = ada.get("/api/v1/me").await.expect(200)["user"].as_str().expect("a user has an id").to_owned();
        let door = Door::of(&gateway, b"http/1.1");
        Self { gateway, ada, rogue, user, token, door }
    }

    /// An honest request with the same token gets through to the Core: what was refused was refused for what it was.
    pub(super) async fn assert_let_in(&self) {
        let program = self.ada.with(Credentials::Bearer(self.token.clone()));
        let answer = program.get(&self.rogue.path("workspaces?honest")).await.expect(200);
        assert_eq!(answer["answers"], "GET /v1/workspaces?honest HTTP/1.1");
        assert_eq!(self.rogue.settled().await.len(), 1);
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
