//! What a revocation leaves behind on a host, and what the receipt says of it.

use super::{agent_alone, assert_cut, impatient_core, shown};
use condrix_tests::rig::{Reader, World, eventually};
use condrix_tests::vendor::Say;
use rustix::process::Signal;
use serde_json::{Value, json};

#[tokio::test]
async fn a_core_revoked_with_sign_out_has_no_credentials_and_the_vendor_was_told() {
    let world = World::start().await;
    let core = impatient_core(&world, "signed-in", None).await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let mut conversation = core.converse(&world.ada, "garden").await;
    conversation.turn("hello").await;
    assert_eq!(world.vendor.live_sign_ins("ada"), 1);
    let refresh_token = core.token("refreshToken").expect("there is a refresh token");

    let path = format!("/api/v1/cores/{}/revoke", core.id());
    let receipt = world.ada.post(&path, &json!({ "sign_out": true })).await.expect(200);
    assert_eq!(receipt["agent"]["status"], "confirmed", "{receipt}");
    assert_eq!(receipt["agent"]["sign_out"], "revoked", "{receipt}");
    assert_eq!(receipt["remaining"], Value::Null, "{receipt}");
    assert_eq!(world.vendor.live_sign_ins("ada"), 0);
    let told = |path: &str, body: &str| {
        let requests = world.vendor.record().all();
        requests.iter().any(|request| request.route() == path && request.body.contains(body))
    };
    assert!(told("/v1/oauth/token/revoke", &refresh_token));
    assert_eq!(core.token("refreshToken"), None);
    core.quiet().await;

    // Admitted again, it is a Core like any other that has not signed in yet.
    world.ada.post(&format!("/api/v1/cores/{}/restore", core.id()), &json!({})).await.expect(200);
    core.online(&world.ada).await;
    core.until_known(&world.ada, "it is signed out", |claude| claude["state"] == "signed_out").await;
    conversation.post("and now?", "k").await.expect_problem(409, "not-signed-in");
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let mut again = conversation.joined_by(&world.ada).await;
    assert_eq!(again.turn("and now?").await.last().unwrap()["kind"], "turn_completed");
}

#[tokio::test]
async fn a_core_that_is_away_is_revoked_all_the_same_and_the_receipt_says_what_remains_there() {
    let world = World::start().await;
    let mut core = impatient_core(&world, "away", Some("sk-ant-api03-away")).await;
    core.program().kill().await;
    eventually("the gateway has noticed", async || {
        (shown(&world, &core).await["link"]["status"] == "offline").then_some(())
    })
    .await;
    let path = format!("/api/v1/cores/{}/revoke", core.id());
    let receipt = world.ada.post(&path, &json!({ "sign_out": true })).await.expect(200);
    assert_eq!(receipt["agent"], json!({ "status": "offline" }));
    let remaining = receipt["remaining"].as_str().expect("something remains");
    for part in ["could not be reached", "API key remains on its host", "vendor's console"] {
        assert!(remaining.contains(part), "{remaining}");
    }
    core.run();
    super::refused_again(&world, &core).await;
    world.ada.get(&core.path("sessions")).await.expect_problem(410, "core-revoked");

    // Revoked once more it is the same revocation.
    let again = world.ada.post(&path, &json!({})).await.expect(200);
    assert_eq!(again["epoch"], receipt["epoch"]);

    // An agent that has known nothing but refusals works once it is welcomed.
    world.ada.post(&format!("/api/v1/cores/{}/restore", core.id()), &json!({})).await.expect(200);
    core.online(&world.ada).await;
    let mut conversation = core.converse(&world.ada, "garden").await;
    assert_eq!(conversation.turn("hello").await.last().unwrap()["kind"], "turn_completed");
}

#[tokio::test]
async fn a_core_that_does_not_listen_is_cut_all_the_same_and_its_work_ends_when_it_listens_again() {
    let world = World::start().await;
    let mut core = impatient_core(&world, "deaf", Some("sk-ant-api03-deaf")).await;
    world.vendor.script().once("count", Say::numbered(9).gated("count"));
    let conversation = core.converse(&world.ada, "garden").await;
    conversation.say("count").await;
    world.vendor.gates().release("count", 2);
    let session = conversation.path("");
    let mut readers =
        [Reader::events(&world.ada, &session, None).await, Reader::socket(&world.ada, &session, None).await];
    for reader in &mut readers {
        reader.until_kind("text_delta").await;
    }

    core.program().signal(Signal::STOP);
    let path = format!("/api/v1/cores/{}/revoke", core.id());
    let receipt = world.ada.post(&path, &json!({})).await.expect(200);
    assert_cut("a Core that stands still", &mut readers).await;
    assert_eq!(receipt["agent"], json!({ "status": "unconfirmed" }));
    assert!(receipt["cut_ms"].as_f64().is_some_and(|taken| taken < 1_000.0), "{receipt}");
    assert!(receipt["remaining"].as_str().is_some_and(|text| text.contains("did not confirm in time")), "{receipt}");
    world.ada.get(&session).await.expect_problem(410, "core-revoked");
    assert!(!core.cli_processes().is_empty());

    core.program().signal(Signal::CONT);
    agent_alone(&mut core).await;
}
