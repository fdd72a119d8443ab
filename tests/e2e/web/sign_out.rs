//! Signing a Core out of Claude.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn a_core_is_signed_out_its_tokens_are_gone_and_what_was_said_stays_to_be_read() {
    let world = World::start().await;
    let core = world.core("attic").await;
    world.stage(json!({ "core": core.name() })).play_alone("sign-out").await;
    core.until_known(&world.ada, "it is signed out", |claude| claude["state"] == "signed_out").await;
    assert!(core.token("refreshToken").is_none(), "the Core has no tokens any more");
}
