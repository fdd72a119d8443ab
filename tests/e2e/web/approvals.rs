//! Answering what Claude asks for.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn two_people_deny_edit_and_allow_and_whoever_is_too_late_is_told_who_was_first() {
    let world = World::start().await;
    world.gateway.add_user("ben").await;
    let core = world.core_with_key("studio", "sk-ant-api03-for-the-approvals").await;
    world.stage(json!({ "core": core.name() })).play_alone("approvals").await;
}
