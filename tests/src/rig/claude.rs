//! A Core's relation to Claude, handled as people handle it: by the public API, with the vendor's page in a browser.

use super::eventually::eventually;
use super::{Answer, Client, Core};
use crate::vendor::Vendor;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// A sign-in that waits for its code.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: String,
    /// Where a person approves.
    pub url: Url,
    pub lapses_at: String,
}

impl Pending {
    pub fn read(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned();
        Self { id: text("id"), url: text("url").parse().expect("the address is a URL"), lapses_at: text("lapses_at") }
    }

    /// A parameter of the authorization request.
    pub fn asked(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Core {
    pub async fn begin_sign_in(&self, by: &Client) -> Pending {
        Pending::read(&by.post(&self.path("claude/sign-ins"), &json!({})).await.expect(201))
    }

    /// Through the vendor's console.
    pub async fn begin_console_sign_in(&self, by: &Client) -> Pending {
        Pending::read(&by.post(&self.path("claude/sign-ins"), &json!({ "kind": "console" })).await.expect(201))
    }

    /// The whole of it, as `dev`, who has an account of the console. Returns the Core's state.
    pub async fn sign_in_by_console(&self, by: &Client, vendor: &Vendor) -> Value {
        let sign_in = self.begin_console_sign_in(by).await;
        let code = vendor.approve(&sign_in.url, "dev").expect("the vendor's page shows a code");
        self.hand_in(by, &sign_in, &code).await.expect(200)
    }

    pub async fn hand_in(&self, by: &Client, sign_in: &Pending, code: &str) -> Answer {
        by.post(&self.path(&format!("claude/sign-ins/{}/code", sign_in.id)), &json!({ "code": code })).await
    }

    /// The whole of it, as `account` at the vendor. Returns the Core's state as the last answer tells it.
    pub async fn sign_in(&self, by: &Client, vendor: &Vendor, account: &str) -> Value {
        let sign_in = self.begin_sign_in(by).await;
        let code = vendor.approve(&sign_in.url, account).expect("the vendor's page shows a code");
        self.hand_in(by, &sign_in, &code).await.expect(200)
    }

    pub async fn sign_out(&self, by: &Client) -> Answer {
        by.post(&self.path("claude/sign-out"), &json!({})).await
    }

    /// Its state, as it says itself.
    pub async fn claude(&self, by: &Client) -> Value {
        by.get(&self.path("claude")).await.expect(200)
    }

    /// Its line in the gateway's list of Cores.
    pub async fn listed(&self, by: &Client) -> Value {
        let listed = by.get("/api/v1/cores").await.expect(200);
        let items = listed["items"].as_array().expect("a list of Cores");
        items.iter().find(|core| core["id"] == self.id()).cloned().expect("the Core is listed")
    }

    /// Waits until the gateway knows this of the sign-in, and returns it.
    pub async fn until_known(&self, by: &Client, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let what = format!("{}: {what}", self.name());
        eventually(&what, async || Some(self.listed(by).await["claude"].take()).filter(|claude| wanted(claude))).await
    }

    pub fn credentials_file(&self) -> PathBuf {
        self.home().join(".claude/.credentials.json")
    }

    /// The `claudeAiOauth` object of the credentials file.
    pub fn credentials(&self) -> Option<Value> {
        let text = std::fs::read_to_string(self.credentials_file()).ok()?;
        serde_json::from_str::<Value>(&text).ok()?.get("claudeAiOauth").cloned()
    }

    /// The file in which the CLI keeps the key of a sign-in through the console.
    pub fn cli_state_file(&self) -> PathBuf {
        self.home().join(".claude.json")
    }

    /// That key, where there is one.
    pub fn console_key(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.cli_state_file()).ok()?;
        serde_json::from_str::<Value>(&text).ok()?["primaryApiKey"].as_str().map(str::to_owned)
    }

    /// One of the two tokens, where there is one.
    pub fn token(&self, name: &str) -> Option<String> {
        self.credentials()?[name].as_str().filter(|token| !token.is_empty()).map(str::to_owned)
    }

    /// As if so much time had passed that only this much of the access token's life remained: the CLI and the agent read
    /// the expiry from the file.
    pub fn let_the_access_token_age(&self, remaining: Duration) {
        let file = self.credentials_file();
        let text = std::fs::read_to_string(&file).expect("there are credentials");
        let mut whole: Value = serde_json::from_str(&text).expect("credentials are JSON");
        let lapses = (SystemTime::now() + remaining).duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
        whole["claudeAiOauth"]["expiresAt"] = json!(u64::try_from(lapses.as_millis()).expect("a time in this age"));
        let aged = file.with_extension("aged");
        self.write_private(&aged, &whole.to_string());
        std::fs::rename(aged, file).expect("the file is replaced as the CLI does it");
    }

    /// Puts a file where only the Core's user may read it.
    pub fn write_private(&self, path: &std::path::Path, text: &str) {
        std::fs::write(path, text).expect("a file is written");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("the mode is set");
        super::folder::own(path, self.user());
    }

    /// Puts a program where the Core's user may run it.
    pub fn write_program(&self, path: &std::path::Path, text: &str) {
        std::fs::write(path, text).expect("a file is written");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("the mode is set");
        super::folder::own(path, self.user());
    }

    /// Waits until nothing of the CLI runs any more.
    pub async fn quiet(&self) {
        let what = format!("no CLI process is left on {}", self.name());
        eventually(&what, async || self.cli_processes().is_empty().then_some(())).await;
    }

    /// Waits until nothing at all runs any more: no tool, no supervisor.
    pub async fn deserted(&self) {
        let what = format!("no process is left on {}", self.name());
        eventually(&what, async || self.processes().is_empty().then_some(())).await;
    }
}
