//! Becoming a Core: once per token, for whoever was meant.

use crate::repository::listener::Listener;
use condrix_tests::rig::{Answer, Client, Core, CoreOptions, Gateway, World, eventually, read};
use futures::future::join_all;
use protocol::keys::SigningKey;
use protocol::pairing::PairingToken;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use toml::toml;

async fn token(gateway: &Gateway, name: &str) -> PairingToken {
    let made = gateway.order(&["core", "pair", "--name", name], "").await;
    made["token"].as_str().expect("a token").parse().expect("what is printed is a token")
}

async fn redeem(client: &Client, token: &PairingToken, key: &SigningKey) -> Answer {
    let body = json!({ "secret": token.secret.expose_secret(), "key": key.public(), "hostname": "host" });
    read(client.request(Method::POST, "/api/v1/pairing").json(&body)).await
}

fn cores(listed: &Value) -> usize {
    listed["cores"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_token_makes_one_core_and_only_the_key_that_used_it_may_ask_again() {
    let gateway = Gateway::start().await;
    let token = token(&gateway, "one").await;
    let (key, other) = (SigningKey::generate(), SigningKey::generate());
    let client = gateway.client();
    let first = redeem(&client, &token, &key).await.expect(201);
    // No key of an organisation, and nothing else: who it is, and how to know the gateway.
    let told: Vec<&str> = first.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(told, ["core", "gateway_key", "name"]);
    let again = redeem(&client, &token, &key).await;
    assert!(again.status == 200 || again.status == 201, "{}", again.text);
    assert_eq!(again.json()["core"], first["core"]);
    redeem(&client, &token, &other).await.expect_problem(403, "pairing-refused");
    assert_eq!(cores(&gateway.order(&["core", "list"], "").await), 1);
}

#[tokio::test]
async fn of_many_who_use_a_token_at_once_one_becomes_a_core() {
    const AT_ONCE: usize = 40;
    let gateway = Gateway::start().await;
    let token = token(&gateway, "one").await;
    let client = gateway.client();
    let keys: Vec<_> = (0..AT_ONCE).map(|_| SigningKey::generate()).collect();
    let answers = join_all(keys.iter().map(|key| redeem(&client, &token, key))).await;
    let paired = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(paired, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 403 | 429)));
    assert_eq!(cores(&gateway.order(&["core", "list"], "").await), 1);
}

#[tokio::test]
async fn an_unknown_or_lapsed_token_makes_nothing_and_says_the_same() {
    let gateway = Gateway::start_with(&toml! { tokens = { pairing = "1s" } }).await;
    let token = token(&gateway, "one").await;
    let (client, key) = (gateway.client(), SigningKey::generate());
    let mut unknown = token.clone();
    unknown.secret = "AAAAAAAAAAAAAAAAAAAAAA".to_owned().into();
    let told = redeem(&client, &unknown, &key).await;
    told.expect_problem(403, "pairing-refused");
    let admin = gateway.add_user("ada").await;
    eventually("the token lapses", async || {
        let waiting = admin.get("/api/v1/pairing-tokens").await.expect(200);
        waiting["items"].as_array().is_some_and(Vec::is_empty).then_some(())
    })
    .await;
    let late = redeem(&client, &token, &key).await;
    let without_request = |answer: &Answer| {
        let mut problem = answer.json();
        problem.as_object_mut().map(|problem| problem.remove("instance"));
        (answer.status, problem)
    };
    assert_eq!(without_request(&late), without_request(&told));
    assert_eq!(cores(&gateway.order(&["core", "list"], "").await), 0);
}

#[tokio::test]
async fn an_agent_joins_over_tls_only_and_its_token_is_no_argument() {
    let world = World::start().await;
    let core = Core::prepare("one", &world.gateway, &world.vendor, &CoreOptions::default());
    // A token that could be used, were it not for the address: its gateway is somebody who hears every byte.
    let elsewhere = Listener::start().await;
    let mut token = token(&world.gateway, "one").await;
    for (address, in_token, wrong) in [
        ("http", "https", "must begin with https://"),
        ("http", "http", "not a pairing token"),
        ("https", "http", "not a pairing token"),
    ] {
        let with = |scheme: &str| elsewhere.url().replacen("http", scheme, 1);
        token.gateway = with(in_token).parse().unwrap();
        let line = format!("{}\n", token.to_text().expose_secret());
        let refused = core.command(&["join", &with(address)], &line).await;
        let complaint = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && complaint.contains(wrong), "{address}, {in_token}: {complaint}");
        assert_eq!(elsewhere.heard(), "", "{address}, {in_token}");
    }
    // That the same is sent where both are in order, as TLS and nothing else.
    token.gateway = elsewhere.url().replacen("http", "https", 1).parse().unwrap();
    let line = format!("{}\n", token.to_text().expose_secret());
    let refused = core.command(&["join", token.gateway.as_str()], &line).await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("cannot be reached safely"), "{refused:?}");
    assert!(!elsewhere.heard().is_empty() && !elsewhere.heard().contains(token.secret.expose_secret()));
    let as_argument = core.command(&["join", world.gateway.url().as_str(), "cxp1_whatever"], "").await;
    assert_eq!(as_argument.status.code(), Some(2), "a token was taken from the command line");
    let damaged = core.join("cxp1_damaged").await;
    assert!(String::from_utf8_lossy(&damaged.stderr).contains("pairing token"), "{damaged:?}");
    assert_eq!(cores(&world.gateway.order(&["core", "list"], "").await), 0);
}
