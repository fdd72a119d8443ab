//! The same with a phone.

use condrix_tests::rig::{CoreOptions, World};
use serde_json::json;

const KEY: &str = "sk-ant-api03-for-the-phone";

#[tokio::test]
async fn whoever_has_a_phone_talks_approves_and_types_into_a_terminal() {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let settings = toml::toml! {
        [terminals]
        shell = "/bin/bash"
    };
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let core = world.core_with("studio", &options).await;
    world.stage(json!({ "core": core.name() })).play_alone("phone").await;
}
