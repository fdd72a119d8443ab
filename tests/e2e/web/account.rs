//! One's own API tokens.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn an_api_token_is_shown_once_works_and_is_deleted() {
    let world = World::start().await;
    world.stage(json!({})).play_alone("account").await;
}
