//! Running without asking: lent for a while, in somebody's name, and over with the session's process.

use super::{KEY, asks, core_with_key, uses, with_claude};
use condrix_tests::rig::conversation::of_kind;
use condrix_tests::rig::{CoreOptions, World, eventually};
use serde_json::{Value, json};

fn command(command: &str) -> Value {
    json!({ "command": command, "description": "do it" })
}

#[tokio::test]
async fn a_session_runs_without_asking_for_as_long_as_it_was_lent_and_then_asks_in_mid_turn() {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let options = CoreOptions { api_key: Some(KEY.to_owned()), ..with_claude("bypass_max", "10m") };
    let mut core = world.core_with("one", &options).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let path = chat.path("bypass");
    for seconds in [json!(0), json!(601), json!(-1), json!("ever")] {
        let body = json!({ "seconds": seconds });
        world.ada.post(&path, &body).await.expect_problem(422, "invalid-body");
    }
    let lent = world.ada.post(&path, &json!({ "seconds": 600 })).await.expect(201);
    assert_eq!(lent["bypass"]["by"]["name"], "ada");
    assert!(lent["bypass"]["until"].is_string(), "{lent}");
    let turn = uses(&world, &chat, "Bash", command("touch first")).await;
    let events = chat.end_of(&turn).await;
    let decided = of_kind(&events, "approval_decided")[0];
    assert_eq!((&decided["through"], &decided["by"]["name"]), (&json!("bypass"), &json!("ada")));
    assert_eq!(of_kind(&events, "approval_requested")[0]["input"], command("touch first"));
    assert!(core.workspaces().join("garden/first").exists());
    // What is for a person to say still is.
    let question = json!({ "question": "Which?", "header": "x", "multiSelect": false,
        "options": [{ "label": "Blue", "description": "x" }, { "label": "Red", "description": "x" }] });
    let (turn, asked) = asks(&world, &mut chat, "AskUserQuestion", json!({ "questions": [question] })).await;
    chat.decide(&asked, &json!({ "decision": "allow", "answers": { "Which?": "Red" } })).await.expect(200);
    chat.end_of(&turn).await;

    // In mid-turn: the first tool runs, and the one after its end is asked for.
    let next = json!({ "tool": { "name": "Bash", "input": command("touch second") } });
    let wait = format!("echo vendor:'{next}'; while [ ! -e over ]; do sleep 0.05; done");
    let turn = uses(&world, &chat, "Bash", command(&wait)).await;
    chat.until_kind("approval_decided").await;
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(chat.until_kind("bypass_ended").await["reason"], "user");
    std::fs::write(core.workspaces().join("garden/over"), "").unwrap();
    let asked = chat.until_kind("approval_requested").await;
    assert_eq!(asked["input"], command("touch second"));
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    chat.end_of(&turn).await;
    assert!(world.ada.get(&chat.path("")).await.expect(200)["bypass"].is_null());
    assert_eq!(world.ada.delete(&path).await.status, 204, "ending it twice changes nothing");

    // It ends by itself.
    world.ada.post(&path, &json!({ "seconds": 1 })).await.expect(201);
    assert_eq!(chat.until_kind("bypass_ended").await["reason"], "lapsed");
    let (turn, asked) = asks(&world, &mut chat, "Bash", command("touch third")).await;
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    chat.end_of(&turn).await;

    // And with the process: an agent that was killed resumes a session that asks.
    world.ada.post(&path, &json!({ "seconds": 600 })).await.expect(201);
    core.program().kill().await;
    core.deserted().await;
    core.run();
    core.online(&world.ada).await;
    let mut chat = chat.joined_by(&world.ada).await;
    chat.until(|event| event["kind"] == "bypass_ended" && event["reason"] == "agent_restarted").await;
    assert!(world.ada.get(&chat.path("")).await.expect(200)["bypass"].is_null());
    let (turn, asked) = asks(&world, &mut chat, "Bash", command("touch fourth")).await;
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    chat.end_of(&turn).await;
    world.ada.post(&path, &json!({ "seconds": 600 })).await.expect(201);
    condrix_tests::rig::tree::kill(core.cli_processes()[0].pid, rustix::process::Signal::KILL);
    assert_eq!(chat.until_kind("bypass_ended").await["reason"], "process_ended");
    let what = "the session shows that it asks";
    eventually(what, async || world.ada.get(&chat.path("")).await.expect(200)["bypass"].is_null().then_some(())).await;
    for name in ["second", "third", "fourth"] {
        assert!(!core.workspaces().join("garden").join(name).exists(), "{name}");
    }
}

#[tokio::test]
async fn nothing_is_lent_unless_the_core_is_set_up_for_it_and_on_a_plan_by_its_owner_alone() {
    let (world, core) = core_with_key().await;
    let chat = core.converse(&world.ada, "garden").await;
    let lend = json!({ "seconds": 5 });
    world.ada.post(&chat.path("bypass"), &lend).await.expect_problem(403, "bypass-disabled");
    let plan = world.core_with("two", &with_claude("bypass_max", "10m")).await;
    plan.sign_in(&world.ada, &world.vendor, "ada").await;
    let bob = world.gateway.add_user("bob").await;
    let chat = plan.converse(&world.ada, "garden").await;
    bob.post(&chat.path("bypass"), &lend).await.expect_problem(403, "owner-only");
    bob.delete(&chat.path("bypass")).await.expect_problem(403, "owner-only");
    world.ada.post(&chat.path("bypass"), &lend).await.expect(201);
}
