//! More sessions than processes may live: an idle one makes way for each that waits.

use super::KEY;
use condrix_tests::rig::{CoreOptions, World, within};
use condrix_tests::vendor::Say;
use toml::toml;

#[tokio::test]
async fn with_one_place_every_session_is_answered_in_its_turn() {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let settings = toml! { max_sessions = 1 };
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let core = world.core_with("one", &options).await;
    let mut chats = Vec::new();
    for name in ["garden", "orchard", "meadow"] {
        chats.push(core.converse(&world.ada, name).await);
    }
    // The first has the place; the two others wait at the same time.
    world.vendor.script().once("slowly", Say::numbered(1).gated("first"));
    let mut turns = vec![chats[0].say("slowly").await];
    within("the first is being answered", world.vendor.gates().reached("first", 1)).await;
    for chat in &chats[1..] {
        turns.push(chat.say("hello").await);
    }
    world.vendor.gates().open("first");
    for (chat, turn) in chats.iter_mut().zip(&turns) {
        assert_eq!(chat.end_of(turn).await.last().unwrap()["kind"], "turn_completed");
        assert!(core.cli_processes().len() <= 1, "{:?}", core.cli_processes());
    }
}
