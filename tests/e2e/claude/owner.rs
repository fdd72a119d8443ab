//! A plan belongs to a person: who else may see what its Core does, and nobody else may make it do something.

use super::KEY;
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{Answer, Client, Conversation, Core, World, fresh_key, read};
use condrix_tests::vendor::Answer as Script;
use reqwest::Method;
use serde_json::{Value, json};

/// Everything by which a Core is made to do something, with a body that would do it.
async fn try_everything(core: &Core, chat: &Conversation, approval: &str, by: &Client) -> Vec<(String, Answer)> {
    let session = chat.path("").split_once(&format!("{}/", core.id())).expect("a session is a Core's").1.to_owned();
    let sign_in = "claude/sign-ins/00000000-0000-7000-8000-000000000000";
    let mut answers = Vec::new();
    for (method, path, body) in [
        (Method::POST, "claude/sign-ins".to_owned(), json!({})),
        (Method::POST, format!("{sign_in}/code"), json!({ "code": "a#b" })),
        (Method::DELETE, sign_in.to_owned(), json!({})),
        (Method::POST, "workspaces".to_owned(), json!({ "name": "theirs" })),
        (Method::POST, "sessions".to_owned(), json!({ "workspace": "garden" })),
        (Method::PATCH, session.clone(), json!({ "permission_mode": "accept_edits" })),
        (Method::POST, format!("{session}/messages"), json!({ "text": "work for me" })),
        (Method::POST, format!("{session}/approvals/{approval}"), json!({ "decision": "allow" })),
        (Method::POST, format!("{session}/interrupt"), json!({})),
        (Method::POST, format!("{session}/close"), json!({})),
        (Method::POST, format!("{session}/fork"), json!({})),
    ] {
        let request = by.request(method.clone(), &core.path(&path)).header("idempotency-key", fresh_key());
        answers.push((format!("{method} {path}"), read(request.json(&body)).await));
    }
    answers
}

/// What a Core would show of having been made to do something.
async fn traces(world: &World, core: &Core, chat: &Conversation) -> Value {
    let see = async |path: &str| world.ada.get(path).await.expect(200);
    json!([
        see(&core.path("claude")).await,
        see(&core.path("workspaces")).await,
        see(&core.path("sessions")).await,
        see(&chat.path("approvals")).await,
        world.vendor.record().count(|request| request.route() == "/v1/messages"),
        core.cli_processes().iter().map(|process| process.pid).collect::<Vec<_>>(),
    ])
}

#[tokio::test]
async fn a_core_on_a_plan_is_operated_by_its_owner_only_and_observed_by_others() {
    let world = World::start().await;
    let ben = world.gateway.add_user("ben").await;
    let program = ben.as_program("a script").await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let input = json!({ "command": "touch made", "description": "make" });
    let tool = Script::Tool { name: "Bash".to_owned(), input, text: None };
    world.vendor.script().once("make it", tool);
    let mut chat = core.converse(&world.ada, "garden").await;
    // What the plan's limits are is told once; then a question is the last word until it is answered.
    chat.turn("hello").await;
    let turn = chat.say("make it").await;
    let asked = chat.until_kind("approval_requested").await;
    let approval = asked["approval"].as_str().unwrap();

    let before = traces(&world, &core, &chat).await;
    for other in [&ben, &program] {
        for (what, answer) in try_everything(&core, &chat, approval, other).await {
            assert_eq!(
                (answer.status, answer.problem().as_deref()),
                (403, Some("owner-only")),
                "{what}: {}",
                answer.text
            );
        }
    }
    assert_eq!(traces(&world, &core, &chat).await, before);

    let mut seen = chat.joined_by(&ben).await;
    seen.until(|event| event["approval"] == approval).await;
    assert_eq!(seen.pending().await, std::slice::from_ref(&asked));
    assert_eq!(seen.seen(), chat.seen());
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    let (own, theirs) = (chat.end_of(&turn).await, seen.end_of(&turn).await);
    assert_eq!(own, theirs);
    assert!(!core.workspaces().join("garden/made").exists());
}

#[tokio::test]
async fn several_people_operate_a_core_with_a_key_and_each_is_named_as_the_author() {
    let world = World::start().await;
    let ben = world.gateway.add_user("ben").await;
    let core = world.core_with_key("one", KEY).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let mut theirs = chat.joined_by(&ben).await;
    for (chat, name) in [(&mut chat, "ada"), (&mut theirs, "ben")] {
        let turn = chat.turn(&format!("I am {name}")).await;
        assert_eq!(said(&turn, "text"), format!("You said: I am {name}"));
        let accepted = chat.seen().iter().rfind(|event| event["kind"] == "message_accepted").unwrap();
        assert_eq!(accepted["by"]["name"], name);
    }
    let asked = world.vendor.record().of("/v1/messages").pop().unwrap();
    assert!(asked.body.contains("I am ada") && asked.body.contains("I am ben"), "it is one conversation");
}
