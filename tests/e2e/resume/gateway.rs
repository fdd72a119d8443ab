//! The gateway is killed in mid-answer. The Core works on, and nothing is lost or done twice.

use super::{COUNT, will_count};
use condrix_tests::rig::reader::{Reader, assert_dense};
use condrix_tests::rig::{World, history};
use serde_json::json;

const ASKED_TWICE: &str = "said once, asked twice";

#[tokio::test]
async fn a_gateway_killed_in_mid_answer_costs_readers_nothing_and_a_retried_message_makes_one_turn() {
    let mut world = World::start().await;
    let core = world.core_with_key("one", "sk-ant-api03-one").await;
    let conversation = core.converse(&world.ada, "garden").await;
    let session = conversation.path("");
    will_count(&world, 30, "count");
    let first = conversation.post(COUNT, "first").await.expect(202);
    let turn = first["turn"].as_str().unwrap();
    world.vendor.gates().release("count", 10);
    let mut readers =
        [Reader::events(&world.ada, &session, None).await, Reader::socket(&world.ada, &session, None).await];
    for reader in &mut readers {
        reader.until(|event| event.event == "text_delta" && event.json()["text"] == "5 ").await;
    }

    // A message is on its way at that very moment: whether it arrived, its sender cannot know.
    let (ada, path) = (world.ada.clone(), conversation.path("messages"));
    let on_its_way = tokio::spawn(async move {
        let request = ada.request(reqwest::Method::POST, &path).header("idempotency-key", "second");
        request.json(&json!({ "text": ASKED_TWICE })).send().await.map(|answer| answer.status().as_u16())
    });
    world.gateway.program().kill().await;
    let outcome = on_its_way.await.unwrap();
    assert!(outcome.as_ref().map_or(true, |status| *status == 202), "{outcome:?}");
    for reader in &mut readers {
        reader.to_the_end().await;
    }
    world.vendor.gates().open("count");
    world.gateway.start_again().await;
    core.online(&world.ada).await;

    // Retries, of what was acknowledged and of what was not.
    assert_eq!(conversation.post(COUNT, "first").await.expect(202), first);
    let second = conversation.post(ASKED_TWICE, "second").await.expect(202);
    assert_eq!(conversation.post(ASKED_TWICE, "second").await.expect(202), second);
    conversation.post("something else", "second").await.expect_problem(422, "idempotency-key-reused");

    let [events, frames] = &readers;
    let mut back = [
        Reader::events(&world.ada, &session, Some(events.last_id())).await,
        Reader::socket(&world.ada, &session, Some(frames.last_id())).await,
    ];
    let mut stayed = Reader::events(&world.ada, &session, None).await;
    let last = second["turn"].as_str().unwrap();
    for reader in back.iter_mut().chain([&mut stayed]) {
        assert_eq!(reader.until_end_of(last).await.event, "turn_completed");
    }
    assert_dense(stayed.seen());
    for (before, after) in readers.iter().zip(&back) {
        assert_eq!(after.resume()["continuity"], "ok");
        assert_eq!([before.seen(), after.seen()].concat(), stayed.seen());
    }
    let written = history(&world.ada, &session).await;
    assert_eq!(written, stayed.seen());
    let of = |kind: &str, field: &str, value: &str| {
        written.iter().filter(|event| event.event == kind && event.json()[field] == value).count()
    };
    for (text, turn) in [(COUNT, turn), (ASKED_TWICE, last)] {
        assert_eq!(of("message_accepted", "text", text), 1);
        assert_eq!((of("turn_started", "turn", turn), of("turn_completed", "turn", turn)), (1, 1));
    }
    // A request without tools is an errand of the CLI's own.
    let asked = world.vendor.record().count(|request| {
        let body = request.json();
        let last = body["messages"].as_array().and_then(|messages| messages.last());
        let has_tools = body["tools"].as_array().is_some_and(|tools| !tools.is_empty());
        has_tools && last.is_some_and(|last| last.to_string().contains(ASKED_TWICE))
    });
    assert_eq!(asked, 1, "the vendor was asked once");
}
