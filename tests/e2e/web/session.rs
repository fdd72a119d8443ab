//! A session from its first word until it is deleted.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn a_session_lives_from_its_first_word_through_all_that_is_done_with_it_until_it_is_deleted() {
    let world = World::start().await;
    let core = world.core_with_key("studio", "sk-ant-api03-for-a-whole-life").await;
    world.stage(json!({ "core": core.name() })).play_alone("session").await;
}
