//! Logging people and programs in.

use super::client::{Answer, Client, Credentials};
use super::gateway::Gateway;
use serde_json::json;

/// What every user of the rig chose.
pub const PASSWORD: &str = "correct horse battery staple";

impl Gateway {
    /// Adds a user by the command line and logs in as they would in a browser.
    pub async fn add_user(&self, name: &str) -> Client {
        self.order(&["user", "add", name], &format!("{PASSWORD}\n")).await;
        self.log_in(name).await
    }

    /// A browser's client.
    pub async fn log_in(&self, name: &str) -> Client {
        let client = self.client();
        let answer = client.log_in(name, PASSWORD).await;
        let cookie = answer.cookie().unwrap_or_else(|| panic!("{name} cannot log in: {}", answer.text));
        client.with(Credentials::Cookie(cookie))
    }
}

impl Client {
    /// Asks for a login session.
    pub async fn log_in(&self, name: &str, password: &str) -> Answer {
        // What a browser's page sends.
        let request = self.request(reqwest::Method::POST, "/api/v1/login").header("origin", self.origin());
        super::read(request.json(&json!({ "name": name, "password": password }))).await
    }

    /// Makes an API token and exchanges it: a program's client for the same user.
    pub async fn as_program(&self, name: &str) -> Client {
        let made = self.post("/api/v1/tokens", &json!({ "name": name })).await.expect(201);
        let secret = made["token"].as_str().unwrap_or_else(|| panic!("no secret: {made}"));
        self.with(Credentials::Nobody).exchange(secret).await
    }

    /// Exchanges an API token's secret for a JWT.
    pub async fn exchange(&self, secret: &str) -> Client {
        let answer = self.post("/api/v1/token", &json!({ "api_token": secret })).await.expect(200);
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("no access token: {answer}"));
        self.with(Credentials::Bearer(token.to_owned()))
    }
}

impl Answer {
    /// The `name=value` of the login cookie that it sets.
    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let mut pairs = set.filter_map(|value| value.split(';').next());
        pairs.find(|pair| pair.starts_with("__Host-") && !pair.ends_with('=')).map(str::to_owned)
    }
}
