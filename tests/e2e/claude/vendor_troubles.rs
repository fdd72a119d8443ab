//! What the vendor's troubles look like in a session's history.

use super::core_with_key;
use condrix_tests::rig::World;
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::vendor::{Answer, End, Say};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a reader is left with who follows the rules of the history: a finished block replaces its deltas, a discarded
/// message takes back all of them.
fn shown(events: &[Value]) -> String {
    let mut blocks: BTreeMap<(String, u64), String> = BTreeMap::new();
    for event in events {
        let message = event["message"].as_str().unwrap_or_default().to_owned();
        let text = event["text"].as_str().unwrap_or_default();
        let place = (message.clone(), event["block"].as_u64().unwrap_or_default());
        match event["kind"].as_str() {
            Some("text_delta") => blocks.entry(place).or_default().push_str(text),
            Some("text") => drop(blocks.insert(place, text.to_owned())),
            Some("message_discarded") => blocks.retain(|(of, _), _| *of != message),
            _ => {}
        }
    }
    blocks.into_values().collect()
}

#[tokio::test]
async fn a_plan_at_its_limit_is_told_with_the_time_at_which_it_ends() {
    const RESETS_AT: u64 = 4_102_444_800;
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    world.vendor.script().once("hello", Answer::PlanLimit { resets_at: RESETS_AT });
    let mut chat = core.converse(&world.ada, "garden").await;
    let turn = chat.turn("hello").await;
    let limits: Vec<_> = of_kind(&turn, "rate_limit").into_iter().map(|event| &event["info"]).collect();
    assert!(limits.iter().any(|info| info["status"] == "rejected" && info["resetsAt"] == RESETS_AT), "{limits:?}");
    let end = turn.last().unwrap();
    assert_eq!(
        (&end["kind"], &end["error"], &end["status"]),
        (&json!("turn_failed"), &json!("rate_limited"), &json!(429))
    );
    assert!(end["detail"].as_str().unwrap().contains("limit"), "{end}");
    assert_eq!(core.claude(&world.ada).await["state"], "signed_in", "a limit is no lost sign-in");
    assert_eq!(said(&chat.turn("later").await, "text"), "You said: later");
}

#[tokio::test]
async fn every_new_attempt_of_the_cli_is_told() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    for (text, trouble, status, error) in [
        ("busy", Answer::Refuse { status: 529 }, json!(529), "overloaded"),
        ("broken", Answer::Refuse { status: 500 }, json!(500), "server_error"),
        ("gone", Answer::Drop, Value::Null, "unknown"),
    ] {
        world.vendor.script().once(text, trouble);
        let turn = chat.turn(text).await;
        let retries = of_kind(&turn, "retrying");
        assert_eq!(retries.len(), 1, "{text}: {turn:?}");
        assert_eq!((&retries[0]["attempt"], &retries[0]["status"]), (&json!(1), &status), "{text}");
        assert_eq!(retries[0]["error"], error, "{text}");
        assert_eq!(said(&turn, "text"), format!("You said: {text}"));
        assert_eq!(turn.last().unwrap()["kind"], "turn_completed");
    }
    for (text, status, error) in [("wrong", 400, "invalid_request"), ("lost", 404, "model_not_found")] {
        world.vendor.script().when(text, Answer::Refuse { status });
        let turn = chat.turn(text).await;
        let end = turn.last().unwrap();
        assert_eq!((&end["kind"], &end["status"]), (&json!("turn_failed"), &json!(status)), "{text}");
        assert_eq!(end["error"], error, "{text}");
    }
    assert_eq!(core.claude(&world.ada).await["state"], "signed_in");
}

#[tokio::test]
async fn the_partial_text_of_a_broken_stream_is_taken_back_when_it_is_said_again() {
    let (world, core) = core_with_key().await;
    let partial = Say { thinking: Some(String::new()), ..Say::numbered(2) };
    world.vendor.script().when("break", partial.gated("parts").ending(End::Cut));
    let mut chat = core.converse(&world.ada, "garden").await;
    let turn = chat.say("break").await;
    world.vendor.gates().release("parts", 2);
    let mut events = chat.until(|event| event["text"] == "2 ").await;
    let broken = events.last().unwrap()["message"].clone();
    world.vendor.gates().open("parts");
    events.extend(chat.end_of(&turn).await);
    let discarded: Vec<_> = of_kind(&events, "message_discarded").into_iter().map(|event| &event["message"]).collect();
    assert_eq!(discarded, [&broken]);
    let whole = of_kind(&events, "text");
    assert_eq!(whole.len(), 1);
    assert_ne!(whole[0]["message"], broken);
    assert_eq!(events.last().unwrap()["kind"], "turn_completed");
    assert_eq!(shown(&events), "1 2 ");
    assert_eq!(shown(chat.seen()), "1 2 ");
}

#[tokio::test]
async fn a_stream_that_breaks_after_a_complete_block_fails_the_turn_and_keeps_what_was_said() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    for (text, end) in [("cut", End::Cut), ("error", End::Error)] {
        world.vendor.script().once(text, Say::numbered(2).gated(text).ending(end));
        let turn = chat.say(text).await;
        world.vendor.gates().release(text, 2);
        let mut events = chat.until(|event| event["text"] == "2 ").await;
        world.vendor.gates().open(text);
        events.extend(chat.end_of(&turn).await);
        let end = events.last().unwrap();
        assert_eq!(end["kind"], "turn_failed", "{events:?}");
        assert!(!said(&events, "thinking").is_empty());
        assert_eq!(shown(&events), "1 2 ", "{events:?}");
    }
    assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");
}
