//! What a person says and what comes back.

use super::{core_with_key, nobody_is_being_answered};
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::{World, eventually, fresh_key, read, within};
use condrix_tests::vendor::Say;
use reqwest::Method;
use serde_json::{Value, json};

/// The conversation requests that hold a text.
fn asked(world: &World, text: &str) -> Vec<Value> {
    let requests = world.vendor.record().matching(|request| request.route() == "/v1/messages");
    let bodies = requests.iter().map(condrix_tests::vendor::Request::json);
    bodies.filter(|body| body["tools"][0].is_object() && body["messages"].to_string().contains(text)).collect()
}

#[tokio::test]
async fn the_workspaces_notes_reach_the_model() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    core.write_private(&core.workspaces().join("garden/CLAUDE.md"), "The gate squeaks on Tuesdays.");
    let turn = chat.turn("hello").await;
    assert_eq!(said(&turn, "text"), "You said: hello");
    let asked = asked(&world, "hello");
    assert_eq!(asked.len(), 1);
    assert!(asked[0].to_string().contains("The gate squeaks on Tuesdays."));
}

#[tokio::test]
async fn messages_wait_for_their_turn_and_each_is_answered_by_itself() {
    let (world, core) = core_with_key().await;
    world.vendor.script().once("first", Say::numbered(2).gated("first"));
    let mut chat = core.converse(&world.ada, "garden").await;
    let first = chat.say("first").await;
    within("the first is being answered", world.vendor.gates().reached("first", 1)).await;
    let (second, third) = (chat.say("second").await, chat.say("third").await);
    let accepted = chat.until(|event| event["kind"] == "message_accepted" && event["turn"] == third.as_str()).await;
    assert!(of_kind(&accepted, "turn_completed").is_empty());
    assert!(asked(&world, "second").is_empty(), "nothing is put to a model that is speaking");
    world.vendor.gates().open("first");
    let mut bounds = Vec::new();
    for (turn, answer) in [(&first, "1 2 "), (&second, "You said: second"), (&third, "You said: third")] {
        let events = chat.end_of(turn).await;
        assert_eq!(said(&events, "text"), answer);
        assert_eq!(events.last().unwrap()["kind"], "turn_completed");
        bounds.push(events.last().unwrap()["seq"].as_u64());
    }
    let started = of_kind(chat.seen(), "turn_started");
    assert_eq!(started.iter().map(|event| &event["turn"]).collect::<Vec<_>>(), [&first, &second, &third]);
    assert!(started[1]["seq"].as_u64() > bounds[0] && started[2]["seq"].as_u64() > bounds[1], "one after another");
    assert_eq!(asked(&world, "third").len(), 1);
    assert_eq!(of_kind(chat.seen(), "process_started").len(), 1);
}

#[tokio::test]
async fn a_retry_with_its_key_makes_one_turn() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let key = fresh_key();
    let (one, other) = tokio::join!(chat.post("once", &key), chat.post("once", &key));
    let first = one.expect(202);
    assert_eq!(other.expect(202), first);
    let turn = first["turn"].as_str().unwrap();
    chat.end_of(turn).await;
    assert_eq!(chat.post("once", &key).await.expect(202), first, "also when it has ended");
    chat.post("something else", &key).await.expect_problem(422, "idempotency-key-reused");
    let messages = chat.path("messages");
    let bare = world.ada.post(&messages, &json!({ "text": "once" })).await;
    bare.expect_problem(400, "idempotency-key-required");
    for wrong in [json!({}), json!({ "text": 7 }), json!({ "text": " " }), json!({ "text": "x", "more": 1 })] {
        let request = world.ada.request(Method::POST, &messages).header("idempotency-key", fresh_key());
        read(request.json(&wrong)).await.expect_problem(422, "invalid-body");
    }
    let last = chat.turn("and now?").await;
    assert_eq!(said(&last, "text"), "You said: and now?");
    assert_eq!(of_kind(chat.seen(), "message_accepted").len(), 2);
    assert_eq!(asked(&world, "once").len(), 2, "the first message and the next that follows it");
}

#[tokio::test]
async fn an_interrupt_ends_the_answer_and_the_conversation_goes_on() {
    let (world, core) = core_with_key().await;
    world.vendor.script().once("slowly", Say::numbered(3).gated("slowly"));
    let mut chat = core.converse(&world.ada, "garden").await;
    assert_eq!(chat.interrupt().await.expect(202), json!({ "interrupted": false }), "there is nothing to interrupt");
    let turn = chat.say("slowly").await;
    world.vendor.gates().release("slowly", 1);
    chat.until_kind("text_delta").await;
    let waiting = chat.say("next").await;
    assert_eq!(chat.interrupt().await.expect(202), json!({ "interrupted": true }));
    let events = chat.end_of(&turn).await;
    let end = events.last().unwrap();
    assert_eq!((&end["kind"], &end["reason"]), (&json!("turn_interrupted"), &json!("user")));
    assert_eq!(end["by"]["name"], "ada");
    nobody_is_being_answered(&world).await;
    let next = chat.end_of(&waiting).await;
    assert_eq!(said(&next, "text"), "You said: next", "what waits is not given up");
    assert_eq!(of_kind(chat.seen(), "process_started").len(), 1, "the process lives on");
    let idle = async || (core.listed(&world.ada).await["working_sessions"] == 0).then_some(());
    eventually("the gateway knows that nothing goes on", idle).await;
}

#[tokio::test]
async fn model_and_permission_mode_are_judged_before_they_are_changed() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("hello").await;
    for wrong in [
        json!({ "model": "bogus" }),
        json!({ "model": "--help" }),
        json!({ "model": "" }),
        json!({ "permission_mode": "bypass_permissions" }),
        json!({ "permission_mode": "bypassPermissions" }),
        json!({ "permission_mode": "dontAsk" }),
        json!({ "effort": "high" }),
    ] {
        chat.change(&wrong).await.expect_problem(422, "invalid-body");
        let mut new = wrong.clone();
        new["workspace"] = json!("garden");
        world.ada.post(&core.path("sessions"), &new).await.expect_problem(422, "invalid-body");
    }
    assert_eq!(world.ada.get(&core.path("sessions")).await.expect(200)["sessions"].as_array().map(Vec::len), Some(1));

    let changed = chat.change(&json!({ "model": "claude-sonnet-4-6", "permission_mode": "accept_edits" })).await;
    let changed = changed.expect(200);
    assert_eq!((&changed["model"], &changed["permission_mode"]), (&json!("claude-sonnet-4-6"), &json!("accept_edits")));
    let turn = chat.turn("with the other one").await;
    assert_eq!(of_kind(&turn, "turn_started")[0]["model"], "claude-sonnet-4-6");
    assert_eq!(asked(&world, "with the other one")[0]["model"], "claude-sonnet-4-6");
    let told = of_kind(chat.seen(), "permission_mode_changed");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["mode"], &told[0]["by"]["name"]), (&json!("accept_edits"), &json!("ada")));
    assert_eq!(of_kind(chat.seen(), "model_changed").len(), 1);

    let file = core.workspaces().join("garden/note");
    let input = json!({ "file_path": file, "content": "written" });
    let write = json!({ "tool": { "name": "Write", "input": input } });
    let turn = chat.turn(&format!("vendor:{write}")).await;
    assert!(of_kind(&turn, "approval_requested").is_empty(), "edits are accepted: {turn:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "written");
}

#[tokio::test]
async fn each_turn_tells_what_it_took_and_nothing_that_the_cli_says_is_lost() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    for text in ["one", "two"] {
        let turn = chat.turn(text).await;
        let usage = &turn.last().unwrap()["usage"];
        assert_eq!((&usage["input_tokens"], &usage["output_tokens"]), (&json!(12), &json!(2)), "{usage}");
        assert_eq!(usage["cache_read_input_tokens"], 5);
        assert_eq!(usage["cache_creation_input_tokens"], 3);
        let cost = usage["cost_usd"].as_f64().unwrap();
        assert!(cost > 0.0 && cost < 0.01, "the turn's own cost: {cost}");
        assert!(usage["duration_ms"].as_u64().unwrap() > 0);
    }
    // A command of the CLI's own answers without the model, in words that no other turn has.
    let turn = chat.turn("/compact").await;
    assert_eq!(turn.last().unwrap()["kind"], "turn_completed");
    let kept: Vec<_> = of_kind(&turn, "unknown").into_iter().map(|event| &event["line"]).collect();
    assert!(kept.iter().any(|line| line["subtype"] == "compact_boundary"), "{kept:?}");
    assert!(kept.iter().any(|line| line["status"] == "compacting"), "{kept:?}");
    assert!(kept.iter().any(|line| line["message"]["content"].to_string().contains("Compacted")), "{kept:?}");
}
