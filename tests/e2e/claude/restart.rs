//! An agent that is killed and started again at once: what it left behind still ends.

use super::KEY;
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{CoreOptions, World};
use condrix_tests::vendor::Say;
use std::collections::HashSet;
use toml::toml;

#[tokio::test]
async fn a_session_has_one_process_though_an_earlier_agent_left_one() {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let settings = toml! {
        [claude]
        exit_grace = "30s"
    };
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let mut core = world.core_with("one", &options).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("the word is quince").await;
    world.vendor.script().once("slowly", Say::numbered(3).gated("slowly"));
    world.vendor.gates().release("slowly", 1);
    chat.say("slowly").await;
    chat.until_kind("text_delta").await;
    let waiting = chat.say("what was the word?").await;

    core.program().kill().await;
    core.run_at_once();
    core.online(&world.ada).await;
    let left = core.cli_processes();
    assert_eq!(left.len(), 1, "the earlier one still finishes");

    let (mut seen, mut most): (HashSet<u32>, _) = (left.iter().map(|process| process.pid).collect(), 0);
    let mut chat = chat.joined_by(&world.ada).await;
    world.vendor.gates().open("slowly");
    let events = {
        let mut end = Box::pin(chat.end_of(&waiting));
        loop {
            tokio::select! {
                events = &mut end => break events,
                () = tokio::time::sleep(std::time::Duration::from_millis(20)) => {
                    let now = core.cli_processes();
                    most = most.max(now.len());
                    seen.extend(now.into_iter().map(|process| process.pid));
                }
            }
        }
    };
    assert_eq!(said(&events, "text"), "You said: what was the word?");
    assert_eq!((most, seen.len()), (1, 2), "one after the other");
    let asked = world.vendor.record().of("/v1/messages").pop().expect("the model was asked").body;
    assert!(asked.contains("the word is quince"), "{asked}");
}
