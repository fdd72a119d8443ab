//! A Core that is revoked while somebody works on it.

use condrix_tests::rig::{CoreOptions, World};
use serde_json::json;

#[tokio::test]
async fn who_works_on_a_core_sees_that_it_was_revoked_and_goes_on_with_another() {
    let world = World::start().await;
    world.gateway.add_user("ben").await;
    let key = "sk-ant-api03-one-for-the-browser";
    world.vendor.accept_api_key(key);
    // It asks more often than once a minute whether it was restored.
    let settings = toml::toml! { refused_retry = "500ms" };
    let options = CoreOptions { settings, api_key: Some(key.to_owned()), ..CoreOptions::default() };
    let lost = world.core_with("cellar", &options).await;
    let kept = world.core_with_key("studio", "sk-ant-api03-two-for-the-browser").await;
    world.stage(json!({ "cores": [lost.name(), kept.name()] })).play_alone("revoked").await;
}
