//! A sign-in that is ended while its code is being exchanged: the vendor may have granted what the CLI has not told yet.
//! Either nothing is left, or a sign-in that is its beginner's. Never one that is nobody's.

use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{Answer, Core, Pending, World, eventually, within};
use serde_json::{Value, json};

/// Hands in a good code, and waits until the CLI waits for the answer of this route.
async fn held(world: &World, core: &Core, route: &str) -> (Pending, tokio::task::JoinHandle<Answer>) {
    world.vendor.hold(route, "exchange");
    let sign_in = core.begin_sign_in(&world.ada).await;
    let pasted = world.vendor.approve(&sign_in.url, "ada").expect("the vendor's page shows a code");
    let (client, path) = (world.ada.clone(), core.path(&format!("claude/sign-ins/{}/code", sign_in.id)));
    let handing_in = tokio::spawn(async move { client.post(&path, &json!({ "code": pasted })).await });
    within("the vendor is asked", world.vendor.gates().reached("exchange", 1)).await;
    (sign_in, handing_in)
}

#[tokio::test]
async fn one_that_is_cancelled_before_the_vendor_answers_leaves_nothing() {
    let world = World::start().await;
    let core = world.core("one").await;
    let (sign_in, handing_in) = held(&world, &core, "/v1/oauth/token").await;
    let cancelled = world.ada.delete(&core.path(&format!("claude/sign-ins/{}", sign_in.id))).await;
    assert_eq!(cancelled.status, 204, "{}", cancelled.text);
    handing_in.await.unwrap().expect_problem(410, "sign-in-lapsed");
    core.quiet().await;
    assert!(core.credentials().is_none());
    let state = core.claude(&world.ada).await;
    assert_eq!((&state["state"], &state["owner"]), (&json!("signed_out"), &Value::Null));
}

/// The CLI has written the credentials, asks for what is not needed, and has not told of its success.
#[tokio::test]
async fn one_that_is_cancelled_after_the_credentials_were_written_is_its_beginners() {
    let world = World::start().await;
    let core = world.core("one").await;
    let (sign_in, handing_in) = held(&world, &core, "/api/oauth/claude_cli/roles").await;
    eventually("the credentials are written", async || core.token("accessToken")).await;
    assert!(!handing_in.is_finished());
    let cancelled = world.ada.delete(&core.path(&format!("claude/sign-ins/{}", sign_in.id))).await;
    cancelled.expect_problem(409, "conflict");
    let state = handing_in.await.unwrap().expect(200);
    let me = world.ada.get("/api/v1/me").await.expect(200)["user"].clone();
    assert_eq!((&state["state"], &state["owner"]), (&json!("signed_in"), &me));
    assert_eq!(core.claude(&world.ada).await, state);
    core.quiet().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
}
