//! What is called off stops.

use condrix_tests::rig::{Core, World, eventually};
use condrix_tests::vendor::Answer;
use serde_json::json;

const KEY: &str = "sk-ant-api03-of-a-core-whose-turn-is-interrupted";

fn sleeping(core: &Core) -> usize {
    let all = core.processes().into_iter();
    all.filter(|process| process.arguments.first().is_some_and(|name| name == "sleep")).count()
}

#[tokio::test]
async fn an_interrupted_turn_leaves_no_tool_running_and_a_closed_session_no_process() {
    let world = World::start().await;
    let core = world.core_with_key("one", KEY).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let input = json!({ "command": "sleep 600 & sleep 601", "description": "wait" });
    world.vendor.script().once("wait", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let turn = chat.say("wait").await;
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    eventually("the tool runs", async || (sleeping(&core) == 2).then_some(())).await;
    assert_eq!(chat.interrupt().await.expect(202), json!({ "interrupted": true }));
    let end = chat.end_of(&turn).await.pop().unwrap();
    assert_eq!((&end["kind"], &end["reason"]), (&json!("turn_interrupted"), &json!("user")));
    eventually("the tool has ended", async || (sleeping(&core) == 0).then_some(())).await;
    assert_eq!(core.cli_processes().len(), 1, "the session goes on");

    let closed = chat.close().await;
    assert_eq!(closed.status, 204, "{}", closed.text);
    core.quiet().await;
}

#[tokio::test]
async fn a_sign_in_that_is_called_off_leaves_no_process_and_its_code_is_worth_nothing() {
    let world = World::start().await;
    let core = world.core("one").await;
    let sign_in = core.begin_sign_in(&world.ada).await;
    assert_eq!(core.cli_processes().len(), 1);
    let pasted = world.vendor.approve(&sign_in.url, "ada").unwrap();
    let path = core.path(&format!("claude/sign-ins/{}", sign_in.id));
    assert_eq!(world.ada.delete(&path).await.status, 204);
    core.quiet().await;
    let late = core.hand_in(&world.ada, &sign_in, &pasted).await;
    assert!((400..500).contains(&late.status), "{}", late.text);
    assert_eq!(core.claude(&world.ada).await["state"], "signed_out");
    assert_eq!(core.credentials(), None);
}
