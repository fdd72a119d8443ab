//! An agent that starts does not know whose its sign-in is before the CLI has said so, and the CLI may take its time; nor
//! whether its Core is still admitted, before the gateway has said so. Nothing that waits is lost by that, or begun.

use super::wrapped::Wrapped;
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{CoreOptions, World, eventually, fresh_key};
use condrix_tests::vendor::Say;
use serde_json::{Value, json};

#[tokio::test]
async fn messages_wait_for_a_slow_cli_and_their_owner_is_asked_to_wait_too() {
    let world = World::start().await;
    let ben = world.gateway.add_user("ben").await;
    let cli = Wrapped::new();
    let mut core = world.core_with("one", &cli.options()).await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    world.vendor.script().once("first", Say::numbered(3).gated("first"));
    let chat = core.converse(&world.ada, "garden").await;
    let first = chat.say("first").await;
    let waiting = chat.say("what-has-waited").await;
    world.vendor.gates().reached("first", 1).await;
    core.program().kill().await;
    core.deserted().await;

    cli.hangs();
    core.run();
    core.online(&world.ada).await;
    let state = core.claude(&world.ada).await;
    assert_eq!((&state["method"], &state["checked_at"]), (&json!("oauth"), &Value::Null));
    chat.post("third", &fresh_key()).await.expect_problem(503, "sign-in-unconfirmed");
    let sign_ins = core.path("claude/sign-ins");
    world.ada.post(&sign_ins, &json!({})).await.expect_problem(503, "sign-in-unconfirmed");
    ben.post(&sign_ins, &json!({})).await.expect_problem(403, "owner-only");
    let mut chat = chat.joined_by(&world.ada).await;
    assert_eq!(chat.end_of(&first).await.last().unwrap()["reason"], "agent_restarted");
    // It was looked at and left: the session has a task, and the queue its message.
    assert!(world.vendor.record().matching(|request| request.body.contains("what-has-waited")).is_empty());

    cli.goes_on();
    let end = chat.end_of(&waiting).await;
    assert_eq!(said(&end, "text"), "You said: what-has-waited");
    let known = core.until_known(&world.ada, "its sign-in is known", |claude| !claude["checked_at"].is_null()).await;
    assert_eq!(known["account"], "ada@example.com");
    assert_eq!(said(&chat.turn("third").await, "text"), "You said: third");
}

#[tokio::test]
async fn a_core_that_was_revoked_while_its_agent_was_down_never_begins_what_waited() {
    let world = World::start().await;
    world.vendor.accept_api_key(super::KEY);
    let settings = toml::toml! { refused_retry = "200ms" };
    let options = CoreOptions { settings, api_key: Some(super::KEY.to_owned()), ..CoreOptions::default() };
    let mut core = world.core_with("one", &options).await;
    world.vendor.script().once("first", Say::numbered(3).gated("first"));
    let chat = core.converse(&world.ada, "garden").await;
    chat.say("first").await;
    let waiting = chat.say("what-has-waited").await;
    world.vendor.gates().reached("first", 1).await;
    core.program().kill().await;
    core.deserted().await;
    let revoke = format!("/api/v1/cores/{}/revoke", core.id());
    world.ada.post(&revoke, &json!({})).await.expect(200);
    core.run();
    let refused = async || core.log_text().contains("this Core was revoked: its work has ended").then_some(());
    eventually("the agent hears of it", refused).await;
    let restore = format!("/api/v1/cores/{}/restore", core.id());
    world.ada.post(&restore, &json!({})).await.expect(200);
    core.online(&world.ada).await;
    let mut chat = chat.joined_by(&world.ada).await;
    let end = chat.end_of(&waiting).await;
    assert_eq!(
        (&end.last().unwrap()["kind"], &end.last().unwrap()["reason"]),
        (&json!("turn_interrupted"), &json!("revoked"))
    );
    assert_eq!(said(&chat.turn("third").await, "text"), "You said: third");
    assert!(world.vendor.record().matching(|request| request.body.contains("what-has-waited")).is_empty());
}
