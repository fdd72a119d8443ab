//! A tool asks, a person answers.

use super::core_with_key;
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::{Conversation, World, eventually};
use condrix_tests::vendor::Answer;
use serde_json::{Value, json};

/// Lets the model ask for a command and returns the question.
async fn asks_to_run(world: &World, chat: &mut Conversation, command: &str) -> Value {
    let input = json!({ "command": command, "description": "do it" });
    world.vendor.script().once("go", Answer::Tool { name: "Bash".to_owned(), input: input.clone(), text: None });
    chat.say("go").await;
    let asked = chat.until_kind("approval_requested").await;
    assert_eq!((&asked["tool"], &asked["input"]), (&json!("Bash"), &input));
    assert_eq!(chat.pending().await, std::slice::from_ref(&asked));
    asked
}

fn turn_of(asked: &Value) -> &str {
    asked["turn"].as_str().expect("a question belongs to a turn")
}

#[tokio::test]
async fn a_tool_waits_for_a_person_and_another_client_may_answer() {
    let (world, core) = core_with_key().await;
    let elsewhere = world.gateway.log_in("ada").await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let mut second = chat.joined_by(&elsewhere).await;
    let made = core.workspaces().join("garden/made");
    let asked = asks_to_run(&world, &mut chat, "echo it-ran | tee made").await;
    assert_eq!(second.until_kind("approval_requested").await, asked);
    let waiting = async || (core.listed(&world.ada).await["waiting_approvals"] == 1).then_some(());
    eventually("the gateway knows that somebody is asked", waiting).await;
    assert!(!made.exists());

    let answered = second.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    assert_eq!(answered["decision"], "allow");
    let events = chat.end_of(turn_of(&asked)).await;
    let decided = of_kind(&events, "approval_decided");
    assert_eq!(decided.len(), 1);
    assert_eq!((&decided[0]["decision"], &decided[0]["by"]["name"]), (&json!("allow"), &json!("ada")));
    assert!(answered["event"].as_str().unwrap().ends_with(&format!(":{}", decided[0]["seq"])), "{answered}");
    let results = of_kind(&events, "tool_result");
    assert_eq!((&results[0]["content"], &results[0]["is_error"]), (&json!("it-ran"), &json!(false)));
    assert_eq!(said(&events, "text"), "You said: it-ran");
    assert_eq!(std::fs::read_to_string(made).unwrap(), "it-ran\n");
    assert!(chat.pending().await.is_empty());
}

#[tokio::test]
async fn of_two_answers_at_once_one_wins_and_the_other_is_told_who_was_first() {
    let (world, core) = core_with_key().await;
    let ben = world.gateway.add_user("ben").await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let theirs = chat.joined_by(&ben).await;
    for round in 0..3 {
        let asked = asks_to_run(&world, &mut chat, &format!("touch made-{round}")).await;
        let (yes, no) = (json!({ "decision": "allow" }), json!({ "decision": "deny" }));
        let (allowed, denied) = tokio::join!(chat.decide(&asked, &yes), theirs.decide(&asked, &no));
        let (winner, decision, loser) = match (allowed.status, denied.status) {
            (200, 409) => ("ada", "allow", denied),
            (409, 200) => ("ben", "deny", allowed),
            both => panic!("one wins: {both:?}"),
        };
        for late in [loser, theirs.decide(&asked, &yes).await] {
            late.expect_problem(409, "approval-decided");
            assert_eq!((&late.json()["decided_by"], &late.json()["decision"]), (&json!(winner), &json!(decision)));
        }
        let events = chat.end_of(turn_of(&asked)).await;
        let decided = of_kind(&events, "approval_decided");
        assert_eq!(decided.len(), 1);
        assert_eq!((&decided[0]["by"]["name"], &decided[0]["decision"]), (&json!(winner), &json!(decision)));
        assert_eq!(core.workspaces().join(format!("garden/made-{round}")).exists(), decision == "allow");
    }
}

#[tokio::test]
async fn a_refusal_reaches_the_model_with_its_reason_and_nothing_runs() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let asked = asks_to_run(&world, &mut chat, "touch made").await;
    for wrong in
        [json!({}), json!({ "decision": "perhaps" }), json!({ "decision": "deny", "message": "x".repeat(5_000) })]
    {
        chat.decide(&asked, &wrong).await.expect_problem(422, "invalid-body");
    }
    let unknown = json!({ "approval": "00000000-0000-7000-8000-000000000000" });
    chat.decide(&unknown, &json!({ "decision": "allow" })).await.expect_problem(404, "not-found");
    let refusal = json!({ "decision": "deny", "message": "The gate is still wet." });
    chat.decide(&asked, &refusal).await.expect(200);
    let events = chat.end_of(turn_of(&asked)).await;
    assert_eq!(of_kind(&events, "approval_decided")[0]["message"], "The gate is still wet.");
    assert_eq!(of_kind(&events, "tool_result")[0]["is_error"], true);
    let told = world.vendor.record().of("/v1/messages").pop().unwrap().json();
    let last =
        told["messages"].as_array().unwrap().iter().rfind(|message| message["role"] == "user").unwrap().to_string();
    assert!(last.contains("tool_result") && last.contains("The gate is still wet."), "{last}");
    assert!(!core.workspaces().join("garden/made").exists());
}

#[tokio::test]
async fn a_question_outlives_everybody_who_saw_it() {
    let (world, core) = core_with_key().await;
    let elsewhere = world.gateway.log_in("ada").await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let mut second = chat.joined_by(&elsewhere).await;
    let asked = asks_to_run(&world, &mut chat, "echo it-ran | tee made").await;
    second.until_kind("approval_requested").await;
    let path = chat.path("");
    drop((chat, second));
    assert_eq!(elsewhere.post("/api/v1/logout", &json!({})).await.status, 204);

    let back = world.gateway.log_in("ada").await;
    let mut chat = Conversation::follow(&back, &path).await;
    assert_eq!(chat.pending().await, std::slice::from_ref(&asked));
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    let events = chat.end_of(turn_of(&asked)).await;
    assert_eq!(said(&events, "text"), "You said: it-ran");
}

#[tokio::test]
async fn an_interrupted_turn_takes_its_question_back() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let asked = asks_to_run(&world, &mut chat, "touch made").await;
    chat.interrupt().await.expect(202);
    let events = chat.end_of(turn_of(&asked)).await;
    assert_eq!(events.last().unwrap()["kind"], "turn_interrupted");
    let withdrawn = of_kind(&events, "approval_withdrawn");
    assert_eq!(withdrawn.len(), 1, "{events:?}");
    assert_eq!(withdrawn[0]["approval"], asked["approval"]);
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect_problem(410, "approval-withdrawn");
    assert!(chat.pending().await.is_empty());
    let settled = async || (core.listed(&world.ada).await["waiting_approvals"] == 0).then_some(());
    eventually("the gateway knows that nobody is asked", settled).await;
    assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");
    assert!(!core.workspaces().join("garden/made").exists());
}
