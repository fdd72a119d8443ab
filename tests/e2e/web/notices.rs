//! What whoever looks elsewhere is told.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn a_turn_that_ends_while_somebody_looks_elsewhere_is_told_once() {
    let world = World::start().await;
    let core = world.core_with_key("studio", "sk-ant-api03-for-the-notices").await;
    world.stage(json!({ "core": core.name() })).play_alone("notices").await;
}
