//! What people are told of Cores while they look.

use condrix_tests::rig::{Client, Events, Gateway, eventually, read};
use condrix_tests::rogue::Rogue;
use protocol::ids::LinkId;
use reqwest::Method;
use serde_json::{Value, json};

/// The Core as the next event that is wanted has it.
async fn told(events: &mut Events, wanted: impl Fn(&Value) -> bool) -> Value {
    let came = events.until(|event| event.event == "cores" && wanted(&event.json()["items"][0])).await;
    came.last().expect("it ends with the one that is wanted").json()["items"][0].clone()
}

async fn follow(client: &Client) -> Events {
    let events = client.events("/api/v1/events", None).await;
    assert_eq!(events.status(), 200);
    events
}

#[tokio::test]
async fn a_second_user_sees_a_core_come_online_be_revoked_and_restored_without_asking() {
    let gateway = Gateway::start().await;
    let (ada, bob) = (gateway.add_user("ada").await, gateway.add_user("bob").await);
    let mut events = follow(&bob).await;
    assert_eq!(events.next().await.expect("the list comes at once").json(), json!({ "items": [], "next": null }));
    let mut rogue = Rogue::prepare(&gateway, "rogue").await;
    assert_eq!(told(&mut events, |core| !core.is_null()).await["link"]["status"], "offline");
    rogue.up(LinkId::new()).await;
    told(&mut events, |core| core["link"]["status"] == "online").await;
    let path = format!("/api/v1/cores/{}", rogue.identity.core);
    let rename = ada.request(Method::PATCH, &path).json(&json!({ "name": "renamed" }));
    read(rename).await.expect(200);
    told(&mut events, |core| core["name"] == "renamed").await;

    ada.post(&rogue.path("revoke"), &json!({})).await.expect(200);
    told(&mut events, |core| !core["revoked_at"].is_null() && core["link"]["status"] == "offline").await;
    ada.post(&rogue.path("restore"), &json!({})).await.expect(200);
    let restored = told(&mut events, |core| core["revoked_at"].is_null()).await;
    assert_eq!(restored, ada.get(&path).await.expect(200), "it is what the list says, too");

    // The stream hangs on the login that it was opened under.
    let mut other = follow(&ada).await;
    other.next().await.expect("the list comes at once");
    bob.post("/api/v1/logout", &json!({})).await;
    events.rest().await;
    rogue.up(LinkId::new()).await;
    told(&mut other, |core| core["link"]["status"] == "online").await;
    eventually("nothing is left of the first stream", async || {
        let line = "condrix_http_requests_total{method=\"GET\",route=\"/api/v1/events\",status_class=\"2xx\"} 1";
        gateway.metrics().await.lines().any(|told| told == line).then_some(())
    })
    .await;
}
