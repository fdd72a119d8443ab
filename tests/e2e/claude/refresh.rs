//! The access token's life: refreshed ahead of its end, and what happens when that cannot be.

use super::wrapped::Wrapped;
use super::{expiry_metric, signed_in_metric};
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{Conversation, Core, World, eventually, within};
use condrix_tests::vendor::{Answer, TokenFault};
use serde_json::{Value, json};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The CLI refreshes when five minutes or less remain.
const NEAR_ITS_END: Duration = Duration::from_secs(200);

async fn signed_in() -> (World, Core) {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    (world, core)
}

fn messages(world: &World) -> usize {
    world.vendor.record().of("/v1/messages").len()
}

fn lasts_for_hours(claude: &Value) -> bool {
    let expires = claude["expires_at"].as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    expires.is_some_and(|expires| expires - OffsetDateTime::now_utc() > time::Duration::hours(7))
}

async fn is_answered(chat: &mut Conversation, text: &str) {
    assert_eq!(said(&chat.turn(text).await, "text"), format!("You said: {text}"));
}

#[tokio::test]
async fn a_token_is_refreshed_ahead_once_though_several_processes_live() {
    let (world, core) = signed_in().await;
    let mut chats = Vec::new();
    for name in ["garden", "orchard", "meadow"] {
        let mut chat = core.converse(&world.ada, name).await;
        is_answered(&mut chat, "hello").await;
        chats.push(chat);
    }
    let asked = messages(&world);
    let before = core.token("accessToken").unwrap();
    core.let_the_access_token_age(NEAR_ITS_END);
    let known = core.until_known(&world.ada, "it was refreshed", |claude| !claude["last_refresh_at"].is_null()).await;
    assert!(lasts_for_hours(&known), "{known}");
    assert_eq!((&known["state"], &known["last_error"]), (&json!("signed_in"), &Value::Null));
    assert!(expiry_metric(&world, &core).await.is_some_and(|at| at > OffsetDateTime::now_utc().unix_timestamp()));
    assert_eq!(messages(&world), asked, "no inference was spent");
    let only_theirs = async || (core.cli_processes().len() == chats.len()).then_some(());
    eventually("the process that refreshed has ended", only_theirs).await;

    let after = core.token("accessToken").unwrap();
    assert_ne!(after, before);
    let said = chats.iter_mut().map(|chat| is_answered(chat, "and now?"));
    futures::future::join_all(said).await;
    let bearer = format!("Bearer {after}");
    let used = world.vendor.record().of("/v1/messages").split_off(asked);
    assert!(used.len() >= 3 && used.iter().all(|request| request.header("authorization") == Some(&bearer)));
    assert_eq!((world.vendor.refreshes(Some("ada")), world.vendor.refresh_reuses()), (1, 0));
}

#[tokio::test]
async fn a_short_lived_token_is_refreshed_without_being_asked() {
    let world = World::start().await;
    let core = world.core("one").await;
    world.vendor.set_token_lifetime(NEAR_ITS_END);
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    world.vendor.set_token_lifetime(Duration::from_hours(8));
    let known = core.until_known(&world.ada, "it was refreshed", lasts_for_hours).await;
    assert_eq!(known["state"], "signed_in");
    assert!(messages(&world) == 0 && world.vendor.refreshes(Some("ada")) >= 1);
    core.quiet().await;
    assert_eq!(world.vendor.refresh_reuses(), 0);
}

#[tokio::test]
async fn a_sign_in_revoked_at_the_vendor_is_seen_at_the_next_refresh() {
    let (world, mut core) = signed_in().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    is_answered(&mut chat, "hello").await;
    world.vendor.revoke_account("ada");
    core.let_the_access_token_age(NEAR_ITS_END);
    let known = core.until_known(&world.ada, "its sign-in has ended", |claude| claude["state"] == "expired").await;
    assert_eq!((&known["method"], &known["expires_at"]), (&json!("oauth"), &Value::Null));
    assert_eq!(known["last_error"]["kind"], "refresh_refused");
    assert_eq!(
        (&known["account"], &known["plan"]),
        (&json!("ada@example.com"), &json!("max")),
        "whose it was is known"
    );
    assert_eq!(signed_in_metric(&world, &core, "oauth").await, Some(0));
    assert_eq!(expiry_metric(&world, &core).await, None);

    let asked = messages(&world);
    let turn = chat.turn("anybody?").await;
    let end = turn.last().unwrap();
    assert_eq!((&end["kind"], &end["error"]), (&json!("turn_failed"), &json!("authentication_failed")), "{end}");
    assert!(end["detail"].as_str().unwrap().contains("no longer accepts"), "{end}");
    assert_eq!(messages(&world), asked);
    assert!(core.program().ended().is_none());

    core.sign_in(&world.ada, &world.vendor, "ada").await;
    is_answered(&mut chat, "and now?").await;
    let again = world.vendor.record().of("/v1/messages").pop().unwrap();
    assert!(again.body.contains("You said: hello"), "the conversation goes on");
    assert_eq!(signed_in_metric(&world, &core, "oauth").await, Some(1));
}

#[tokio::test]
async fn a_sign_in_revoked_at_the_vendor_is_seen_at_the_next_message() {
    let (world, mut core) = signed_in().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    is_answered(&mut chat, "hello").await;
    world.vendor.revoke_account("ada");
    let turn = chat.turn("anybody?").await;
    let end = turn.last().unwrap();
    assert_eq!((&end["kind"], &end["error"]), (&json!("turn_failed"), &json!("authentication_failed")), "{end}");
    let known = core.until_known(&world.ada, "its sign-in has ended", |claude| claude["state"] == "expired").await;
    assert_eq!(known["last_error"]["kind"], "refresh_refused");
    assert_eq!(signed_in_metric(&world, &core, "oauth").await, Some(0));
    assert!(core.program().ended().is_none());
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_ends_no_sign_in() {
    let (world, core) = signed_in().await;
    for fault in [TokenFault::Status(500), TokenFault::Drop] {
        let before = core.token("accessToken").unwrap();
        // However often the CLI asks.
        for _ in 0..8 {
            world.vendor.token_faults().push(fault.clone());
        }
        core.let_the_access_token_age(NEAR_ITS_END);
        let known = core.until_known(&world.ada, "a refresh failed", |claude| !claude["last_error"].is_null()).await;
        assert_eq!((&known["state"], &known["last_error"]["kind"]), (&json!("signed_in"), &json!("network")));
        assert_eq!(signed_in_metric(&world, &core, "oauth").await, Some(1));
        world.vendor.token_faults().clear();
        let mut chat = core.converse(&world.ada, if fault == TokenFault::Drop { "orchard" } else { "garden" }).await;
        is_answered(&mut chat, "hello").await;
        let known = core.until_known(&world.ada, "it was refreshed", lasts_for_hours).await;
        assert_eq!((&known["state"], &known["last_error"]), (&json!("signed_in"), &Value::Null));
        assert_ne!(core.token("accessToken").unwrap(), before);
    }
    assert_eq!(world.vendor.refresh_reuses(), 0);
}

#[tokio::test]
async fn an_agent_killed_in_mid_refresh_loses_no_sign_in_and_leaves_no_process() {
    let (world, mut core) = signed_in().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    is_answered(&mut chat, "hello").await;
    let spent = core.token("refreshToken").unwrap();
    world.vendor.token_faults().push(TokenFault::HoldAnswer("refresh".to_owned()));
    core.let_the_access_token_age(NEAR_ITS_END);
    within("the refresh is in flight", world.vendor.gates().reached("refresh", 1)).await;
    assert_eq!(world.vendor.refreshes(Some("ada")), 1, "the old refresh token is spent");
    core.program().kill().await;
    // Somebody must wait for the answer.
    assert!(!core.cli_processes().is_empty());
    assert_eq!(core.token("refreshToken").as_ref(), Some(&spent));
    world.vendor.gates().open("refresh");
    eventually("the new tokens are written", async || core.token("refreshToken").filter(|token| *token != spent)).await;
    core.deserted().await;
    assert!(!core.home().join(".claude/.oauth_refresh.lock").exists());

    core.run();
    core.online(&world.ada).await;
    let known = core.until_known(&world.ada, "it is signed in", lasts_for_hours).await;
    assert_eq!(known["state"], "signed_in");
    is_answered(&mut chat.joined_by(&world.ada).await, "and now?").await;
    assert_eq!((world.vendor.refreshes(Some("ada")), world.vendor.refresh_reuses()), (1, 0));
}

#[tokio::test]
async fn a_cli_that_does_not_run_is_told_from_a_vendor_out_of_reach() {
    let world = World::start().await;
    let cli = Wrapped::new();
    let core = world.core_with("one", &cli.options()).await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    core.quiet().await;
    cli.is_broken();
    core.let_the_access_token_age(NEAR_ITS_END);
    let failed = |claude: &Value| !claude["last_error"].is_null() && !lasts_for_hours(claude);
    let known = core.until_known(&world.ada, "a refresh failed", failed).await;
    assert_eq!((&known["state"], &known["last_error"]["kind"]), (&json!("signed_in"), &json!("cli")), "{known}");
    assert!(known["last_error"]["detail"].as_str().unwrap().contains("134"), "{known}");
    cli.works();
    core.until_known(&world.ada, "it was refreshed", lasts_for_hours).await;
    assert_eq!(world.vendor.refreshes(Some("ada")), 1);
}

#[tokio::test]
async fn a_tool_that_prints_the_token_right_after_a_refresh_prints_none() {
    let (world, core) = signed_in().await;
    let before = core.token("refreshToken").unwrap();
    let mut chat = core.converse(&world.ada, "garden").await;
    is_answered(&mut chat, "hello").await;
    // It waits for the file to change, and prints it in the same moment.
    let file = core.credentials_file().display().to_string();
    let command = format!("while grep -q '{before}' '{file}'; do :; done; cat '{file}'");
    let input = json!({ "command": command, "description": "wait and read" });
    world.vendor.script().once("read it", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let turn = chat.say("read it").await;
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow", "message": format!("mind {before}") })).await.expect(200);
    core.let_the_access_token_age(NEAR_ITS_END);
    chat.end_of(&turn).await;
    let after = ["accessToken", "refreshToken"].map(|name| core.token(name).unwrap());
    assert_ne!(after[1], before);
    let events = serde_json::to_string(chat.seen()).unwrap();
    assert!(events.contains("credential masked"), "{events}");
    for token in after.iter().chain([&before]) {
        assert!(!events.contains(token), "a token in an event: {events}");
    }
}
