//! Nothing is said for longer than any timeout on the way: the link's ping and dead times, heartbeats, proxies' patience.

use condrix_tests::rig::reader::Reader;
use condrix_tests::rig::{World, within};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Longer than a link may be silent, twice.
const IDLE: Duration = Duration::from_secs(40);

#[tokio::test]
async fn an_idle_stream_has_heartbeats_and_outlives_every_timeout_on_the_way() {
    let world = World::start().await;
    let core = world.core("idle").await;
    let conversation = core.converse(&world.ada, "garden").await;
    let session = conversation.path("");
    let mut socket = Reader::socket(&world.ada, &session, None).await;
    socket.until_kind("session_created").await;
    let mut events = world.ada.events(&conversation.path("events"), None).await;
    events.until(|event| event.event == "session_created").await;
    let before = core.listed(&world.ada).await["link"].clone();

    // A heartbeat is no event: what is looked at is how many came.
    let since = Instant::now();
    let beats = async {
        while events.comments() < 3 || since.elapsed() < IDLE {
            let nothing = timeout(Duration::from_secs(1), events.next_at_leisure()).await;
            assert!(nothing.is_err(), "something came: {nothing:?}");
        }
    };
    within("three heartbeats come", beats).await;
    assert_eq!(core.listed(&world.ada).await["link"], before, "it is the same link still");

    conversation.change(&json!({ "permission_mode": "plan" })).await.expect(200);
    events.until(|event| event.event == "permission_mode_changed").await;
    socket.until_kind("permission_mode_changed").await;
}
