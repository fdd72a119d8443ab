//! Signing a Core in with Claude.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn the_seven_steps_sign_a_core_in_and_no_token_reaches_the_browser() {
    let world = World::start().await;
    let core = world.core("attic").await;
    world.stage(json!({ "core": core.name(), "email": "ada@example.com" })).play_alone("sign-in").await;
    core.until_known(&world.ada, "it is signed in", |claude| claude["state"] == "signed_in").await;
    assert!(core.token("refreshToken").is_some(), "the Core has its tokens itself");
}
