//! Working with Claude.

use condrix_tests::rig::World;
use serde_json::{Value, json};

#[tokio::test]
async fn two_people_share_a_conversation_one_approves_and_a_reload_loses_nothing() {
    let world = World::start().await;
    world.gateway.add_user("ben").await;
    let core = world.core_with_key("studio", "sk-ant-api03-for-the-browser").await;
    let release = async |what: &str, with: &Value| match what {
        "release" => {
            world.vendor.gates().release("slow", with.as_u64().expect("so many parts"));
            Value::Null
        }
        other => panic!("nobody answers: {other}"),
    };
    world.stage(json!({ "core": core.name() })).play("conversation", release).await;
}
