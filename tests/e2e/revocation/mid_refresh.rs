//! A Core is revoked while its sign-in is being refreshed: its work stops all the same, and the sign-in is not lost.

use super::{AT_ONCE, agent_alone, impatient_core};
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{Core, World, eventually, within};
use condrix_tests::vendor::TokenFault;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// The CLI refreshes when five minutes or less remain.
const NEAR_ITS_END: Duration = Duration::from_secs(200);

fn tools(core: &Core) -> usize {
    let tool = |argument: &String| argument == "615" || argument == "616";
    core.processes().iter().filter(|process| process.arguments.iter().any(tool)).count()
}

#[tokio::test]
async fn a_core_revoked_in_mid_refresh_loses_its_work_at_once_and_not_its_sign_in() {
    let world = World::start().await;
    let mut core = impatient_core(&world, "one", None).await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let command = "setsid sleep 615 & sleep 616";
    let tool = json!({ "tool": { "name": "Bash", "input": { "command": command, "description": "wait" } } });
    let mut chat = core.converse(&world.ada, "tool").await;
    let turn = chat.say(&format!("wait vendor:{tool}")).await;
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    eventually("the tool runs", async || (tools(&core) >= 2).then_some(())).await;

    world.vendor.token_faults().push(TokenFault::HoldAnswer("refresh".to_owned()));
    core.let_the_access_token_age(NEAR_ITS_END);
    within("the refresh is in flight", world.vendor.gates().reached("refresh", 1)).await;
    let spent = core.token("refreshToken").expect("there is a refresh token");
    let messages = world.vendor.record().of("/v1/messages").len();

    let receipt = world.ada.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({})).await.expect(200);
    assert_eq!((&receipt["agent"]["status"], &receipt["agent"]["unfinished"]), (&json!("confirmed"), &json!(1)));
    assert_eq!(receipt["agent"]["method"], "oauth", "{receipt}");
    let gone = eventually("the tool is gone", async || (tools(&core) == 0).then_some(()));
    assert!(timeout(AT_ONCE, gone).await.is_ok(), "a tool goes on: {:?}", core.processes());
    assert_eq!(core.token("refreshToken").as_ref(), Some(&spent));
    assert!(!core.cli_processes().is_empty(), "nobody waits for the new tokens");

    world.vendor.gates().open("refresh");
    agent_alone(&mut core).await;
    assert!(core.token("refreshToken").is_some_and(|token| token != spent));
    assert_eq!(world.vendor.refresh_reuses(), 0);
    assert_eq!(world.vendor.record().of("/v1/messages").len(), messages, "the turn went on");

    world.ada.post(&format!("/api/v1/cores/{}/restore", core.id()), &json!({})).await.expect(200);
    core.online(&world.ada).await;
    let mut chat = chat.joined_by(&world.ada).await;
    assert_eq!(chat.end_of(&turn).await.last().unwrap()["reason"], "revoked");
    assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");
}
