//! The end of a body, withheld until what let its head in has ended.

use condrix_tests::rig::{Client, Credentials, Gateway, eventually};
use condrix_tests::rogue::Rogue;
use condrix_tests::wire::{Door, Wire};
use serde_json::{Value, json};

/// A login of ada's, by its id and its cookie.
struct Login {
    id: String,
    cookie: String,
}

async fn logins(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/v1/login-sessions").await.expect(200);
    listed["items"].as_array().expect("a list").clone()
}

impl Login {
    async fn begin(gateway: &Gateway) -> Self {
        let client = gateway.log_in("ada").await;
        let current = logins(&client).await.into_iter().find(|login| login["current"] == true).expect("its own");
        let Credentials::Cookie(cookie) = client.credentials().clone() else { unreachable!("it is a browser") };
        Self { id: current["id"].as_str().expect("it has an id").to_owned(), cookie }
    }

    async fn last_seen(&self, owner: &Client) -> Value {
        let all = logins(owner).await;
        all.iter().find(|login| login["id"] == self.id.as_str()).expect("it lives")["last_seen_at"].clone()
    }

    /// Sends a change but for its body's last byte, and waits until the gateway has let its head in.
    async fn ask(&self, door: &Door, owner: &Client, path: &str, body: &str) -> Wire {
        let before = self.last_seen(owner).await;
        let (cookie, origin, length) = (&self.cookie, owner.origin(), body.len());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nOrigin: {origin}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        let mut wire = door.open().await;
        wire.send(&[head.as_bytes(), &body.as_bytes()[..length - 1]].concat()).await;
        eventually("the head is let in", async || (self.last_seen(owner).await != before).then_some(())).await;
        wire
    }
}

#[tokio::test]
async fn what_is_asked_under_a_login_that_ends_before_the_bodys_end_is_not_done() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    let door = Door::of(&gateway, b"http/1.1");
    let core = format!("/api/v1/cores/{}", rogue.identity.core);
    for (path, body) in [
        ("/api/v1/tokens".to_owned(), json!({ "name": "kept" })),
        ("/api/v1/pairing-tokens".to_owned(), json!({ "name": "kept" })),
        (format!("{core}/revoke"), json!({ "sign_out": false })),
    ] {
        let stolen = Login::begin(&gateway).await;
        let body = body.to_string();
        let mut wire = stolen.ask(&door, &ada, &path, &body).await;
        assert_eq!(ada.delete(&format!("/api/v1/login-sessions/{}", stolen.id)).await.status, 204);
        wire.send(&body.as_bytes()[body.len() - 1..]).await;
        for reply in wire.replies().await {
            assert_eq!(reply.status, 401, "{path}: {}", String::from_utf8_lossy(&reply.body));
        }
    }
    for path in ["/api/v1/tokens", "/api/v1/pairing-tokens"] {
        assert_eq!(ada.get(path).await.expect(200)["items"], json!([]), "{path}");
    }
    assert_eq!(ada.get(&core).await.expect(200)["revoked_at"], Value::Null);
}

#[tokio::test]
async fn what_is_asked_under_a_login_that_lives_is_done_however_late_its_body_ends() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let door = Door::of(&gateway, b"http/1.1");
    let login = Login::begin(&gateway).await;
    let body = json!({ "name": "kept" }).to_string();
    let mut wire = login.ask(&door, &ada, "/api/v1/tokens", &body).await;
    wire.send(&body.as_bytes()[body.len() - 1..]).await;
    assert_eq!(wire.reply().await.expect("an answer").status, 201);
    assert_eq!(ada.get("/api/v1/tokens").await.expect(200)["items"][0]["name"], "kept");
}
