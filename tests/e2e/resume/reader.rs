//! Readers that leave in mid-answer.

use super::{COUNT, will_count};
use condrix_tests::rig::reader::{Reader, assert_dense};
use condrix_tests::rig::{SseEvent, World, history};
use serde_json::json;

const NUMBERS: u32 = 30;

/// Reads on to a number of the answer.
async fn read_to(reader: &mut Reader, number: u32) {
    let number = format!("{number} ");
    reader.until(|event| event.event == "text_delta" && event.json()["text"] == number).await;
}

/// What two visits of one reader amount to.
fn joined(before: &[SseEvent], after: &Reader) -> Vec<SseEvent> {
    [before, after.seen()].concat()
}

#[tokio::test]
async fn a_reader_dropped_in_mid_answer_ends_with_what_one_that_stayed_has() {
    let world = World::start().await;
    let core = world.core_with_key("one", "sk-ant-api03-one").await;
    let conversation = core.converse(&world.ada, "garden").await;
    let (ada, session) = (&world.ada, conversation.path(""));
    let mut stayed = Reader::events(ada, &session, None).await;
    will_count(&world, NUMBERS, "count");
    let turn = conversation.say(COUNT).await;

    world.vendor.gates().release("count", 10);
    let mut left = [Reader::events(ada, &session, None).await, Reader::socket(ada, &session, None).await];
    for (reader, number) in left.iter_mut().zip([4, 9]) {
        read_to(reader, number).await;
    }
    let [(events, last_of_events), (frames, last_of_frames)] =
        left.map(|reader| (reader.seen().to_vec(), reader.last_id().to_owned()));
    // Both are gone; the answer goes on without them.
    world.vendor.gates().release("count", 10);
    read_to(&mut stayed, 20).await;

    let mut by_header = Reader::events(ada, &session, Some(&last_of_events)).await;
    let mut by_address = Reader::events_after(ada, &session, &last_of_events).await;
    let number = last_of_events.split_once(':').unwrap().1.to_owned();
    let mut by_number = Reader::events_after(ada, &session, &number).await;
    let mut by_frames = Reader::socket(ada, &session, Some(&last_of_frames)).await;
    world.vendor.gates().open("count");
    for reader in [&mut stayed, &mut by_header, &mut by_address, &mut by_number, &mut by_frames] {
        assert_eq!(reader.until_end_of(&turn).await.event, "turn_completed");
    }
    assert_dense(stayed.seen());
    for reader in [&by_header, &by_address, &by_number] {
        assert_eq!(reader.resume()["continuity"], "ok");
        assert_eq!(joined(&events, reader), stayed.seen());
    }
    assert_eq!(by_frames.resume()["continuity"], "ok");
    assert_eq!(joined(&frames, &by_frames), stayed.seen());
    assert_eq!(history(ada, &session).await, stayed.seen());

    // What does not join is told, and the reader begins anew.
    let newest = stayed.seen().len();
    for stranger in ["7:3".to_owned(), format!("1:{}", newest + 1), "0:1".to_owned()] {
        let mut readers = [
            Reader::events(ada, &session, Some(&stranger)).await,
            Reader::events_after(ada, &session, &stranger).await,
            Reader::socket(ada, &session, Some(&stranger)).await,
        ];
        for reader in &mut readers {
            reader.until_end_of(&turn).await;
            assert_eq!(reader.resume(), &json!({ "continuity": "gap", "epoch": 1, "after": 0 }), "{stranger}");
            assert_eq!(reader.seen(), stayed.seen());
        }
    }
    ada.get(&format!("{session}/events?after=yesterday")).await.expect_problem(400, "bad-request");
}
